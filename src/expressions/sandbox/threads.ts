/**
 * Threads that run guest code, each one job at a time. A thread that does not answer in time is
 * ended and replaced; the jobs of the other threads, and those that wait, notice nothing.
 *
 * While only one workspace has jobs, each thread is given the next before it has answered the last: waking threads
 * up takes a tenth of a millisecond. Jobs have no effect but their answer, so one that is given back may run elsewhere.
 *
 * A job that takes long is set apart: its thread counts no more among those that the others share, so another one
 * is started in its place, and it goes on at a lower priority. Each workspace has at most two of these for its code and
 * two for its expressions, so one that sends nothing but endless loops waits for itself.
 */
import os from 'node:os'
import { Worker } from 'node:worker_threads'
import { FanwiseError } from '#base/errors.ts'
import { compiledQuickJs } from '#expressions/sandbox/compiled.ts'
import type { SandboxAnswer, SandboxJob, SandboxReady } from '#expressions/sandbox/protocol.ts'
import { Turns } from '#expressions/sandbox/turns.ts'

interface Task {
  job: SandboxJob
  /** Kind and workspace: code does not hold up the expressions of its own workspace. */
  owner: string
  printed: ((text: string) => void) | undefined
  resolve(output: string): void
  reject(error: unknown): void
}

interface Thread {
  worker: Worker
  ready: boolean
  /** As the system counts threads; null where it does not tell. */
  id: number | null
  task: Task | null
  /** Lies ready for it. */
  next: Task | null
  timer: NodeJS.Timeout | null
  /** Its job takes long. */
  apart: boolean
}

const startMs = 20_000
/** From here on a job is a long one; nearly all take less than a tenth of this. */
const longMs = 100
const longOfOwnerMost = 2
const longMost = 8
/** Of 19, which is the least. */
const lowPriority = 10

export interface ThreadsOptions {
  workerFile: string
  /** Threads for jobs that do not take long. */
  size: number
  /** Time on top of a job's own before its thread is ended. */
  graceMs: number
}

export class Threads {
  private readonly threads = new Set<Thread>()
  private readonly queue = new Turns<Task>()
  private closed = false

  constructor(private readonly options: ThreadsOptions) {}

  run(job: SandboxJob, workspace: string, printed?: (text: string) => void): Promise<string> {
    if (this.closed) return Promise.reject(closing())
    return new Promise((resolve, reject) => {
      this.queue.add({ job, owner: `${job.type === 'code' ? 'code' : 'expressions'} ${workspace}`, printed, resolve, reject })
      this.dispatch()
    })
  }

  async close(): Promise<void> {
    this.closed = true
    const ending = [...this.threads].map((thread) => this.end(thread, closing()))
    for (const task of this.queue.takeAll()) task.reject(closing())
    await Promise.all(ending)
  }

  private dispatch(): void {
    const mayGo = (task: Task) => this.mayGo(task)
    for (const thread of this.threads) {
      if (!thread.ready || thread.task !== null) continue
      const task = this.queue.take(mayGo)
      if (task === undefined) break
      this.give(thread, task)
    }
    const shared = [...this.threads].filter((thread) => !thread.apart)
    const starting = shared.filter((thread) => !thread.ready).length
    const missing = Math.min(this.queue.ready(mayGo) - starting, this.options.size - shared.length)
    for (let n = 0; n < missing; n++) this.start()
    for (const thread of this.threads) this.layReady(thread)
  }

  private layReady(thread: Thread): void {
    if (thread.task === null || thread.next !== null || thread.apart) return
    const next = this.queue.takeOnly(thread.task.owner)
    if (next === undefined) return
    thread.next = next
    thread.worker.postMessage(next.job)
  }

  /** Code may take long; expressions take milliseconds and do not wait behind it: it leaves one thread to them. */
  private mayGo({ job, owner }: Task): boolean {
    let code = 0
    let long = 0
    for (const thread of this.threads) {
      if (thread.apart && thread.task?.owner === owner) long++
      if (!thread.apart && thread.task?.job.type === 'code') code++
    }
    return long < longOfOwnerMost && (job.type !== 'code' || code < Math.max(1, this.options.size - 1))
  }

  private start(): void {
    const worker = new Worker(this.options.workerFile, {
      workerData: { quickjsModule: compiledQuickJs() },
      env: {}, argv: [], execArgv: [], stdin: false, stdout: true, stderr: true,
      resourceLimits: { maxOldGenerationSizeMb: 192, maxYoungGenerationSizeMb: 32, codeRangeSizeMb: 16, stackSizeMb: 4 },
    })
    const thread: Thread = { worker, ready: false, id: null, task: null, next: null, timer: null, apart: false }
    this.threads.add(thread)
    thread.timer = setTimeout(() => this.broken(thread, 'The sandbox did not start in time.'), startMs)
    worker.on('message', (message: SandboxReady | SandboxAnswer) => ('ready' in message ? this.started(thread, message) : this.answered(thread, message)))
    worker.on('error', (error) => this.broken(thread, error.message))
    worker.on('exit', () => this.broken(thread, 'The sandbox ended.'))
  }

  private started(thread: Thread, { ready }: SandboxReady): void {
    if (thread.timer !== null) clearTimeout(thread.timer)
    thread.timer = null
    thread.ready = true
    thread.id = ready
    thread.worker.unref()
    this.dispatch()
  }

  private give(thread: Thread, task: Task): void {
    thread.worker.ref()
    thread.worker.postMessage(task.job)
    this.begin(thread, task)
  }

  private begin(thread: Thread, task: Task): void {
    thread.task = task
    const untilEnd = task.job.limits.timeoutMs + this.options.graceMs
    thread.timer = untilEnd <= longMs ? setTimeout(() => this.timeIsUp(thread, task), untilEnd) : setTimeout(() => this.takesLong(thread, task, untilEnd - longMs), longMs)
  }

  private takesLong(thread: Thread, task: Task, leftMs: number): void {
    thread.timer = setTimeout(() => this.timeIsUp(thread, task), leftMs)
    if ([...this.threads].filter((one) => one.apart).length >= longMost) return
    this.takeBack(thread)
    thread.apart = true
    lower(thread.id)
    this.dispatch()
  }

  private timeIsUp(thread: Thread, { job }: Task): void {
    void this.end(thread, new FanwiseError('step_timeout', `The code ran longer than ${job.limits.timeoutMs} ms and was stopped.`, { fix: 'Look for a loop or pattern that does not end.' }))
    this.dispatch()
  }

  private answered(thread: Thread, answer: SandboxAnswer): void {
    const task = thread.task
    if (task === null) return
    if (thread.timer !== null) clearTimeout(thread.timer)
    thread.timer = null
    thread.task = null
    // Its priority may be lowered by anybody and raised by few, and another one may have been started in its place.
    if (answer.recycle === true || thread.apart) void this.end(thread, null)
    else if (thread.next === null) thread.worker.unref()
    else {
      this.begin(thread, thread.next)
      thread.next = null
    }
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
    void this.end(thread, error)
    if (!thread.ready) for (const task of this.queue.takeAll()) task.reject(error)
    this.dispatch()
  }

  /** What lies ready for a thread that is not going to run it, or whose answer is not going to be heard. */
  private takeBack(thread: Thread): void {
    if (thread.next !== null) this.queue.add(thread.next)
    thread.next = null
  }

  private async end(thread: Thread, error: FanwiseError | null): Promise<void> {
    this.threads.delete(thread)
    if (thread.timer !== null) clearTimeout(thread.timer)
    this.takeBack(thread)
    const task = thread.task
    thread.task = null
    if (task !== null && error !== null) task.reject(error)
    await thread.worker.terminate()
  }
}

const closing = () => new FanwiseError('unavailable', 'The sandbox is shutting down.', { retriable: true })

/** Where the system lets single threads have a priority: Linux. Elsewhere they share the processor as equals. */
function lower(thread: number | null): void {
  if (thread === null) return
  try {
    os.setPriority(thread, lowPriority)
  } catch {
    // It has ended.
  }
}
