/**
 * One job in a QuickJS runtime that is as new (room.ts): nothing of an earlier job is left, and the
 * guest has no function of the host to call. Time, memory and stack are bounded here; the pool bounds
 * what this cannot (a thread that hangs in native code).
 */
import type { QuickJSContext, QuickJSHandle, QuickJSRuntime } from 'quickjs-emscripten'
import type { MemoryBound } from '#expressions/sandbox/memory.ts'
import type { SandboxAnswer, SandboxFault, SandboxJob } from '#expressions/sandbox/protocol.ts'
import { maxOutputLength, maxPrintedLength, maxPrintedLine } from '#expressions/sandbox/protocol.ts'
import type { Room } from '#expressions/sandbox/room.ts'
import { stripTypes } from '#expressions/sandbox/strip-types.ts'

class Fault extends Error {
  readonly fault: SandboxFault
  constructor(fault: SandboxFault) {
    super(fault.message)
    this.fault = fault
  }
}

/** Runs a job to its end. Never throws. `recycle` in the answer: the room is not to be used again. */
export function runJob(room: Room, memory: MemoryBound, job: SandboxJob): SandboxAnswer {
  memory.begin(job.limits.memoryMb)
  const deadline = performance.now() + job.limits.timeoutMs
  const clock: Clock = { timedOut: false, stopped: false }
  try {
    const text = textOf(job)
    const isMade = room.enter(text, job.limits.memoryMb, () => !clock.stopped && (clock.timedOut ||= performance.now() > deadline))
    const guest = new Guest(room, job, clock, memory)
    const answer = answerOf(() => {
      if (!isMade) {
        guest.make()
        room.made(text)
      }
      return guest.run()
    })
    const printed = job.type === 'code' && (answer.ok || answer.fault.code !== 'step_limit') ? guest.printed() : ''
    return printed === '' ? answer : { ...answer, printed }
  } catch {
    // Anything but a Fault came through WebAssembly itself, whose stack may then stand anywhere.
    return { ok: false, fault: clock.timedOut ? timeoutFault(job) : limitFault(job, 'stack or memory'), recycle: true }
  }
}

/** What functions are made of, and nothing else: jobs of the same text differ in their data. */
const textOf = (job: SandboxJob): string => JSON.stringify(job.type === 'code' ? [job.names, job.code] : [job.names, ...job.expressions, job.type])

function answerOf(run: () => string): SandboxAnswer {
  try {
    return { ok: true, output: run() }
  } catch (thrown) {
    if (thrown instanceof Fault) return { ok: false, fault: thrown.fault }
    throw thrown
  }
}

const subject = (job: SandboxJob) => (job.type === 'code' ? 'The code' : 'The expression')

function timeoutFault(job: SandboxJob): SandboxFault {
  return { code: 'step_timeout', message: `${subject(job)} ran longer than ${job.limits.timeoutMs} ms and was stopped.`, fix: job.type === 'code' ? 'Look for a loop that does not end, or raise “Give up after”.' : 'Move the work to a Code step.' }
}

function limitFault(job: SandboxJob, what: string): SandboxFault {
  return { code: 'step_limit', message: `${subject(job)} used up its ${what} (${job.limits.memoryMb} MB of memory).`, fix: 'Work on less data at a time, or look for recursion that does not end.' }
}

/** `stopped`: the guest's own code has had its turn; what is read from the harness is not interrupted. */
interface Clock {
  timedOut: boolean
  stopped: boolean
}

class Guest {
  private readonly runtime: QuickJSRuntime
  private readonly context: QuickJSContext
  private readonly job: SandboxJob
  private readonly clock: Clock
  private readonly memory: MemoryBound
  private readonly harness: QuickJSHandle

  constructor(room: Room, job: SandboxJob, clock: Clock, memory: MemoryBound) {
    this.runtime = room.runtime
    this.context = room.context
    this.harness = room.harness
    this.job = job
    this.clock = clock
    this.memory = memory
  }

  /** Makes functions of the job's text. */
  make(): void {
    const { job, harness } = this
    const sources = job.type === 'code' ? [codeSource(job.code, job.names)] : job.expressions.map((text) => expressionSource(text, job.names))
    sources.forEach((source, index) => {
      const fn = this.evaluate(source, 'step.ts', index)
      if (this.context.typeof(fn) !== 'function') throw this.fault({ name: 'SyntaxError', message: 'The braces or brackets do not match.', expression: index })
      this.invoke(harness, 'add', fn)
      fn.dispose()
    })
  }

  /** Runs them over its data. */
  run(): string {
    this.invoke(this.harness, this.job.type, this.input())
    this.settle()
    return this.outputOf(this.invokeForText(this.harness, 'read'))
  }

  private input(): QuickJSHandle {
    const { input } = this.job
    if (typeof input === 'string') return this.context.newString(input)
    const data = this.context.decodeBinaryJSON(this.context.newArrayBuffer(input.buffer))
    if (this.context.typeof(data) !== 'object') throw new Fault(limitFault(this.job, 'memory'))
    return data
  }

  /** What it wrote to its console, also before it failed or was stopped. */
  printed(): string {
    this.clock.stopped = true
    return this.invokeForText(this.harness, 'printed').slice(0, maxPrintedLength + maxPrintedLine)
  }

  /** Runs pending promise jobs until none are left. */
  private settle(): void {
    while (this.runtime.hasPendingJob()) {
      const result = this.runtime.executePendingJobs(1000)
      if (result.error) {
        const dumped = dump(this.context, result.error)
        result.error.dispose()
        throw this.fault(dumped)
      }
      result.dispose()
      if (this.clock.timedOut) throw new Fault(timeoutFault(this.job))
    }
  }

  private outputOf(answer: string): string {
    if (this.clock.timedOut) throw new Fault(timeoutFault(this.job))
    switch (answer[0]) {
      case 'o': return answer.slice(1)
      case 'e': throw this.fault(JSON.parse(answer.slice(1)) as GuestError)
      case 'l': throw new Fault({ code: 'step_limit', message: `${subject(this.job)} gives more than ${maxOutputLength / 1024 / 1024} MB.`, fix: 'Return only what later steps need.' })
      default: throw new Fault({ code: 'step_code', message: 'The code waits for a promise that never settles.', fix: 'There are no timers and no network in the sandbox; use Sleep, Wait and HTTP steps for those.' })
    }
  }

  private evaluate(source: string, file: string, expression?: number): QuickJSHandle {
    const result = this.context.evalCode(source, file)
    if (!result.error) return result.value
    const dumped = dump(this.context, result.error)
    result.error.dispose()
    throw this.fault(expression === undefined || this.job.type === 'code' ? dumped : { ...dumped, expression })
  }

  private invoke(harness: QuickJSHandle, method: string, argument?: QuickJSHandle): void {
    this.call(harness, method, argument).dispose()
  }

  private invokeForText(harness: QuickJSHandle, method: string): string {
    const handle = this.call(harness, method)
    const text = this.context.typeof(handle) === 'string' ? this.context.getString(handle) : ''
    handle.dispose()
    return text
  }

  private call(harness: QuickJSHandle, method: string, argument?: QuickJSHandle): QuickJSHandle {
    const fn = this.context.getProp(harness, method)
    const result = argument === undefined ? this.context.callFunction(fn, harness) : this.context.callFunction(fn, harness, argument)
    fn.dispose()
    if (!result.error) return result.value
    const dumped = dump(this.context, result.error)
    result.error.dispose()
    throw this.fault(dumped)
  }

  private fault(error: GuestError): Fault {
    const { job } = this
    if (this.clock.timedOut) return new Fault(timeoutFault(job))
    // With no memory left even the error may come without its texts.
    const speechless = error.name === '' && error.message === '' && this.memory.refused
    if (speechless || (error.name === 'InternalError' && /out of memory|too long/.test(error.message))) return new Fault(limitFault(job, 'memory'))
    if (/stack overflow|Maximum call stack/.test(error.message)) return new Fault(limitFault(job, 'stack'))
    const place = /step\.ts:(\d+)(?::(\d+))?/.exec(error.stack ?? '')
    const line = place === null ? undefined : Math.max(1, Number(place[1]) - 1)
    const facts: Record<string, unknown> = { name: error.name }
    if (line !== undefined) facts.line = line
    if (error.expression !== undefined) facts.expression = error.expression
    if (error.index !== undefined) facts.index = error.index
    const named = error.name && error.name !== 'Error' ? `${error.name}: ${error.message}` : error.message || 'An error without a message was thrown.'
    const source = job.type === 'code' || error.expression === undefined ? undefined : job.expressions[error.expression]
    const where = error.index === undefined ? '' : ` for item ${error.index + 1}`
    const message = source === undefined
      ? `${named}${line === undefined ? '' : ` (line ${line})`}`
      : `\`${source.length > 80 ? `${source.slice(0, 79)}…` : source}\` failed${where}: ${named}`
    return new Fault({ code: 'step_code', message, facts })
  }
}

interface GuestError {
  name: string
  message: string
  stack?: string
  expression?: number
  index?: number
}

/** The few texts of an error. Getters of the guest run here, under the same limits. */
function dump(context: QuickJSContext, handle: QuickJSHandle): GuestError {
  const read = (key: string): string => {
    try {
      const property = context.getProp(handle, key)
      const text = context.typeof(property) === 'string' ? context.getString(property).slice(0, 2000) : ''
      property.dispose()
      return text
    } catch {
      return ''
    }
  }
  return context.typeof(handle) === 'object' ? { name: read('name'), message: read('message'), stack: read('stack') } : { name: '', message: '' }
}

function codeSource(code: string, names: string[]): string {
  const head = `async function step(${names.join(', ')}) { "use strict";`
  try {
    return `(${stripTypes(`${head}\n${code}\n}`).trimEnd()})`
  } catch (thrown) {
    const error = thrown as Error & { loc?: { line: number; column: number } }
    const line = error.loc === undefined ? undefined : Math.max(1, error.loc.line - 1)
    const text = error.message.replace(/^Error transforming [^:]*:\s*/, '').replace(/\s*\(\d+:\d+\)$/, '')
    throw new Fault({ code: 'step_code', message: `${text.startsWith('SyntaxError') ? text : `SyntaxError: ${text}`}${line === undefined ? '' : ` (line ${line})`}`, facts: { name: 'SyntaxError', ...(line === undefined ? {} : { line }) } })
  }
}

function expressionSource(text: string, names: string[]): string {
  return `(function (${names.join(', ')}) { "use strict"; return (\n${text}\n) })`
}
