/**
 * Threads that run guest code, each one job at a time. A thread that does not answer in time is
 * ended and replaced; the jobs of the other threads, and those in the queue, notice nothing.
 */
import path from 'node:path'
import { Worker } from 'node:worker_threads'
import { FanwiseError } from '#base/errors.ts'
import { compiledQuickJs } from '#expressions/sandbox/compiled.ts'
import type { Json } from '#base/json.ts'
import { codeJob, eachJob, evaluateJob } from '#expressions/sandbox/job.ts'
import type { SandboxAnswer, SandboxJob, SandboxLimits } from '#expressions/sandbox/protocol.ts'
import { maxInputLength } from '#expressions/sandbox/protocol.ts'

export interface SandboxPoolOptions {
  /** Bundle of worker.ts; default `.fanwise/build/sandbox-worker.mjs` under the working directory. */
  workerFile?: string
  /** Threads, started when they are first needed. */
  size?: number
  /** Time on top of a job's own before its thread is ended. */
  graceMs?: number
  /** Time a call of `evaluate` or a slice of `evaluateEach` may compute. */
  expressionTimeoutMs?: number
  memoryMb?: number
}

export interface SandboxPool {
  /** @param printed what the code wrote to its console, told before the answer, also when it fails; not called when that is nothing */
  runCode(code: string, scope: object, limits: SandboxLimits, printed?: (text: string) => void): Promise<Json>
  evaluate(expressions: string[], scope: object): Promise<Json[]>
  evaluateEach(expressions: string[], scope: object, items: Json[]): Promise<Json[][]>
  close(): Promise<void>
}

interface Task {
  job: SandboxJob
  printed: ((text: string) => void) | undefined
  resolve(output: string): void
  reject(error: unknown): void
}

interface Thread {
  worker: Worker
  ready: boolean
  task: Task | null
  timer: NodeJS.Timeout | null
}

/** Items and characters of one slice of `evaluateEach`. */
const sliceItems = 1000
const sliceLength = 1_000_000
const startMs = 20_000

/** A pool of sandbox threads; its three functions are those of StepServices. */
export function createSandboxPool(options: SandboxPoolOptions = {}): SandboxPool {
  const threads = new Threads(options.workerFile ?? path.join(process.cwd(), '.fanwise/build/sandbox-worker.mjs'), options.size ?? 2, options.graceMs ?? 500)
  const limits: SandboxLimits = { timeoutMs: options.expressionTimeoutMs ?? 2000, memoryMb: options.memoryMb ?? 64 }
  const run = async (job: SandboxJob, printed?: (text: string) => void) => JSON.parse(await threads.run(job, printed)) as Json
  return {
    runCode: (code, scope, own, printed) => run(codeJob(code, scope, own), printed),
    evaluate: async (expressions, scope) => (expressions.length === 0 ? [] : ((await run(evaluateJob(expressions, scope, limits))) as Json[])),
    async evaluateEach(expressions, scope, items) {
      const slices: Promise<Json>[] = []
      for (const { from, to } of slicesOf(items)) {
        slices.push(run(eachJob(expressions, scope, items.slice(from, to), from, { ...limits, timeoutMs: limits.timeoutMs * 5 })))
      }
      return (await Promise.all(slices)).flat(1) as Json[][]
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

class Threads {
  private readonly threads = new Set<Thread>()
  private readonly queue: Task[] = []
  private closed = false
  private readonly file: string
  private readonly size: number
  private readonly graceMs: number

  constructor(file: string, size: number, graceMs: number) {
    this.file = file
    this.size = size
    this.graceMs = graceMs
  }

  run(job: SandboxJob, printed?: (text: string) => void): Promise<string> {
    if (this.closed) return Promise.reject(new FanwiseError('unavailable', 'The sandbox is shutting down.', { retriable: true }))
    if (job.input.length > maxInputLength) {
      return Promise.reject(new FanwiseError('step_limit', 'The data the code reads is larger than the sandbox takes (32 MB).', { fix: 'Let earlier steps keep only what is needed.' }))
    }
    return new Promise((resolve, reject) => {
      this.queue.push({ job, printed, resolve, reject })
      this.dispatch()
    })
  }

  async close(): Promise<void> {
    this.closed = true
    const error = new FanwiseError('unavailable', 'The sandbox is shutting down.', { retriable: true })
    for (const task of this.queue.splice(0)) task.reject(error)
    const ending = [...this.threads].map((thread) => this.end(thread, error))
    await Promise.all(ending)
  }

  private dispatch(): void {
    for (const thread of this.threads) {
      if (!thread.ready || thread.task !== null) continue
      const task = this.next()
      if (task === undefined) break
      this.give(thread, task)
    }
    const starting = [...this.threads].filter((thread) => !thread.ready).length
    for (let missing = this.queue.length - starting; missing > 0 && this.threads.size < this.size; missing--) this.start()
  }

  /** The oldest task that may run now. Code may run for a minute; expressions take milliseconds and do not queue behind it: it leaves one thread to them. */
  private next(): Task | undefined {
    const codeRunning = [...this.threads].filter((thread) => thread.task?.job.type === 'code').length
    if (codeRunning < Math.max(1, this.size - 1)) return this.queue.shift()
    const index = this.queue.findIndex((task) => task.job.type !== 'code')
    return index < 0 ? undefined : this.queue.splice(index, 1)[0]
  }

  private start(): void {
    const worker = new Worker(this.file, {
      workerData: { quickjsModule: compiledQuickJs() },
      env: {}, argv: [], execArgv: [], stdin: false, stdout: true, stderr: true,
      resourceLimits: { maxOldGenerationSizeMb: 192, maxYoungGenerationSizeMb: 32, codeRangeSizeMb: 16, stackSizeMb: 4 },
    })
    const thread: Thread = { worker, ready: false, task: null, timer: null }
    this.threads.add(thread)
    thread.timer = setTimeout(() => this.broken(thread, 'The sandbox did not start in time.'), startMs)
    worker.on('message', (message: 'ready' | SandboxAnswer) => (message === 'ready' ? this.started(thread) : this.answered(thread, message)))
    worker.on('error', (error) => this.broken(thread, error.message))
    worker.on('exit', () => this.broken(thread, 'The sandbox ended.'))
  }

  private started(thread: Thread): void {
    if (thread.timer !== null) clearTimeout(thread.timer)
    thread.timer = null
    thread.ready = true
    thread.worker.unref()
    this.dispatch()
  }

  private give(thread: Thread, task: Task): void {
    const { job } = task
    thread.task = task
    thread.worker.ref()
    thread.timer = setTimeout(() => {
      void this.end(thread, new FanwiseError('step_timeout', `The code ran longer than ${job.limits.timeoutMs} ms and was stopped.`, { fix: 'Look for a loop or pattern that does not end.' }))
      this.dispatch()
    }, job.limits.timeoutMs + this.graceMs)
    thread.worker.postMessage(job)
  }

  private answered(thread: Thread, answer: SandboxAnswer): void {
    const task = thread.task
    if (task === null) return
    if (thread.timer !== null) clearTimeout(thread.timer)
    thread.timer = null
    thread.task = null
    thread.worker.unref()
    if (answer.recycle === true) void this.end(thread, null)
    if (answer.printed !== undefined) task.printed?.(answer.printed)
    if (answer.ok) task.resolve(answer.output)
    else {
      const { code, message, fix, facts } = answer.fault
      task.reject(new FanwiseError(code, message, { ...(fix === undefined ? {} : { fix }), ...(facts === undefined ? {} : { facts }) }))
    }
    this.dispatch()
  }

  /** The thread died by itself: of its memory limit, or because it could not start. */
  private broken(thread: Thread, why: string): void {
    if (!this.threads.has(thread)) return
    const error = thread.ready
      ? new FanwiseError('step_limit', 'The code used up what the sandbox may use and was stopped.', { fix: 'Work on less data at a time.', cause: why })
      : new FanwiseError('unavailable', `The sandbox could not start: ${why}`, { fix: 'Run npm run build, then start again.', retriable: true })
    // A thread that cannot start will not start for the others either.
    if (!thread.ready) for (const task of this.queue.splice(0)) task.reject(error)
    void this.end(thread, error)
    this.dispatch()
  }

  private async end(thread: Thread, error: FanwiseError | null): Promise<void> {
    this.threads.delete(thread)
    if (thread.timer !== null) clearTimeout(thread.timer)
    const task = thread.task
    thread.task = null
    if (task !== null && error !== null) task.reject(error)
    await thread.worker.terminate()
  }
}
