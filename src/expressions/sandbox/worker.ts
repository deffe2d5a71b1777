/** Entry of a sandbox thread. Started by pool.ts with an empty environment and bounded memory. */
import { parentPort } from 'node:worker_threads'
import { getQuickJS } from 'quickjs-emscripten'
import { runJob } from '#expressions/sandbox/guest.ts'
import { MemoryBound } from '#expressions/sandbox/memory.ts'
import type { SandboxJob } from '#expressions/sandbox/protocol.ts'

const quickjs = await getQuickJS()
const memory = new MemoryBound(quickjs)

parentPort?.on('message', (text: string) => {
  const answer = runJob(quickjs, memory, JSON.parse(text) as SandboxJob)
  if (memory.isLarge) answer.recycle = true
  parentPort?.postMessage(JSON.stringify(answer))
})
parentPort?.postMessage('ready')
