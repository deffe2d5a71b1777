/** The sandbox, as steps call it: code and expressions become jobs for its threads. */
import path from 'node:path'
import { FanwiseError } from '#base/errors.ts'
import type { Json } from '#base/json.ts'
import { codeJob, eachJob, evaluateJob } from '#expressions/sandbox/job.ts'
import type { SandboxJob, SandboxLimits } from '#expressions/sandbox/protocol.ts'
import { maxInputLength } from '#expressions/sandbox/protocol.ts'
import { Threads } from '#expressions/sandbox/threads.ts'

export interface SandboxPoolOptions {
  /** Bundle of worker.ts; default `.fanwise/build/sandbox-worker.mjs` under the working directory. */
  workerFile?: string
  /** Threads, started when they are first needed; jobs that take long have others. */
  size?: number
  /** Time on top of a job's own before its thread is ended. */
  graceMs?: number
  /** Time a call of `evaluate` or a slice of `evaluateEach` may compute. */
  expressionTimeoutMs?: number
  memoryMb?: number
}

export interface SandboxPool {
  /** @param printed what the code wrote to its console, told before the answer, also when it fails; not called when that is nothing @param workspace whose turn it takes */
  runCode(code: string, scope: object, limits: SandboxLimits, printed?: (text: string) => void, workspace?: string): Promise<Json>
  evaluate(expressions: string[], scope: object, workspace?: string): Promise<Json[]>
  evaluateEach(expressions: string[], scope: object, items: Json[], workspace?: string): Promise<Json[][]>
  close(): Promise<void>
}

/** Items and characters of one slice of `evaluateEach`. */
const sliceItems = 1000
const sliceLength = 1_000_000

/** A pool of sandbox threads; its three functions are those of StepServices. */
export function createSandboxPool(options: SandboxPoolOptions = {}): SandboxPool {
  const size = options.size ?? 2
  const threads = new Threads({ workerFile: options.workerFile ?? path.join(process.cwd(), '.fanwise/build/sandbox-worker.mjs'), size, graceMs: options.graceMs ?? 500 })
  const limits: SandboxLimits = { timeoutMs: options.expressionTimeoutMs ?? 2000, memoryMb: options.memoryMb ?? 64 }
  const run = async (job: SandboxJob, workspace = '', printed?: (text: string) => void) => {
    if (job.input.length > maxInputLength) throw new FanwiseError('step_limit', 'The data the code reads is larger than the sandbox takes (32 MB).', { fix: 'Let earlier steps keep only what is needed.' })
    return JSON.parse(await threads.run(job, workspace, printed)) as Json
  }
  return {
    runCode: (code, scope, own, printed, workspace) => run(codeJob(code, scope, own), workspace, printed),
    evaluate: async (expressions, scope, workspace) => (expressions.length === 0 ? [] : ((await run(evaluateJob(expressions, scope, limits), workspace)) as Json[])),
    async evaluateEach(expressions, scope, items, workspace) {
      const own = { ...limits, timeoutMs: limits.timeoutMs * 5 }
      const slices = [...slicesOf(items)]
      const values: Json[][] = []
      let next = 0
      // Each slice has the whole scope with it, so that they are not all written out at once.
      const lane = async () => {
        for (let at = next++; at < slices.length; at = next++) {
          const { from, to } = slices[at]!
          values[at] = (await run(eachJob(expressions, scope, items.slice(from, to), from, own), workspace).catch((error: unknown) => {
            next = slices.length
            throw error
          })) as Json[]
        }
      }
      await Promise.all(Array.from({ length: Math.min(slices.length, size * 2) }, lane))
      return values.flat(1) as Json[][]
    },
    close: () => threads.close(),
  }
}

function* slicesOf(items: Json[]): Generator<{ from: number; to: number }> {
  let from = 0
  let length = 0
  for (let i = 0; i < items.length; i++) {
    const own = JSON.stringify(items[i])?.length ?? 4
    if (i > from && (i - from >= sliceItems || length + own > sliceLength)) {
      yield { from, to: i }
      from = i
      length = 0
    }
    length += own
  }
  if (items.length > from) yield { from, to: items.length }
}
