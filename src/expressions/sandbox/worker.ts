/**
 * Entry of a sandbox thread. Started by pool.ts with an empty environment and bounded memory, and with
 * QuickJS already compiled: a thread that compiles WebAssembly by itself while another one is ended can
 * hang the whole process's compiler, after which no thread starts any more.
 */
import { readlinkSync } from 'node:fs'
import { parentPort, workerData } from 'node:worker_threads'
import { newQuickJSWASMModuleFromVariant, newVariant, RELEASE_SYNC } from 'quickjs-emscripten'
import { runJob } from '#expressions/sandbox/guest.ts'
import { MemoryBound } from '#expressions/sandbox/memory.ts'
import type { SandboxJob, SandboxReady } from '#expressions/sandbox/protocol.ts'
import { Room } from '#expressions/sandbox/room.ts'

const { quickjsModule } = workerData as { quickjsModule: WebAssembly.Module }
const quickjs = await newQuickJSWASMModuleFromVariant(newVariant(RELEASE_SYNC, { wasmModule: quickjsModule }))
const room = new Room(quickjs)
const memory = new MemoryBound(quickjs)

// What lies ready for a thread that is to be replaced is run by another one.
let spent = false
parentPort?.on('message', (job: SandboxJob) => {
  if (spent) return
  const answer = runJob(room, memory, job)
  if (memory.isLarge) answer.recycle = true
  spent = answer.recycle === true
  parentPort?.postMessage(answer)
})
parentPort?.postMessage({ ready: ownNumber() } satisfies SandboxReady)

/** Linux has a file that leads each thread to itself. */
function ownNumber(): number | null {
  try {
    return Number(/\d+$/.exec(readlinkSync('/proc/thread-self'))?.[0] ?? NaN) || null
  } catch {
    return null
  }
}
