/**
 * One claimed run, from its first ready step until it ends or parks.
 *
 * Order is the promise: a step executes, its result is recorded, and only after
 * that COMMIT does anything start that could be noticed outside. Steps that only compute (`computes`)
 * go on at once with each other's results, which are recorded together with whatever comes next. The
 * last result of a run also ends it, in the same statement; a run with nothing to do but wait parks in
 * the statement that records why. The slot is given back the moment there is no more work, before that commit.
 */
import { formatDuration } from '#base/duration.ts'
import { FanwiseError, type ErrorShape } from '#base/errors.ts'
import type { Json } from '#base/json.ts'
import { advance } from '#engine/advance.ts'
import { retryDelayMs } from '#engine/backoff.ts'
import { databaseNow } from '#engine/clock.ts'
import { placeOf, type ItemResult } from '#engine/each-loop.ts'
import { executeStep, type RunningStep, type StepAnswer } from '#engine/execute-step.ts'
import { fanOutOf } from '#engine/fan-out/of-job.ts'
import type { FlushItem, StepResult } from '#engine/flush.ts'
import type { HeldBy } from '#engine/holds/holds.ts'
import type { ClaimedJob } from '#engine/lanes.ts'
import type { Recorded } from '#engine/load-runs.ts'
import { endOfWait } from '#engine/end-of-wait.ts'
import { OutsideSteps, type OpenRun } from '#engine/outside-steps.ts'
import type { PreparedFunction, PreparedStep } from '#engine/prepared.ts'
import type { RunContext } from '#engine/run-context.ts'
import { Resting } from '#engine/resting.ts'
import { restoreRun, type Due, type RestoredRun } from '#engine/restore-run.ts'
import { RunLoops, type LoopingRun } from '#engine/run-loops.ts'
import { exhausted, outputOf, scopeOf } from '#engine/run-scope.ts'
import { keptItems } from '#engine/step-lists.ts'
import type { ExpressionScope, StepOutcome } from '#steps/kind.ts'
import { maxSleepMs } from '#steps/sleep/definition.ts'

type Change = Partial<Pick<FlushItem, 'results' | 'attempts' | 'sleeps' | 'emitOver'>>
const none = new Map<string, never>()

export class RunExecution implements OpenRun, LoopingRun, RestoredRun {
  readonly ended = new Map<string, { port: string | null }>()
  private readonly active = new Map<string, RunningStep | null>()
  /** Changes on their way to COMMIT, and the steps they are about: those must not start again meanwhile. */
  private uncommitted = 0
  /** Results of steps that only compute and are known here alone, and commits under way that carry such. */
  private computed: StepResult[] = []
  private computedInFlight = 0
  private readonly settling = new Set<string>()
  /** Most runs need none: the map they share until then is never written. */
  tries: Map<string, number> = none
  readonly resting = new Resting()
  isResumed = false
  readonly scope: ExpressionScope
  private outside: OutsideSteps | null = null
  /** Null when no step of the function goes through a list. */
  private readonly loops: RunLoops | null
  private readonly startedAt = performance.now()
  private readonly firstStart: boolean
  resume: Recorded['progress'] = none
  private failure: { step: string; error: ErrorShape } | null = null
  over = false
  /** Steps that would call a service that is parked; the others go on. */
  private blocked: Map<string, HeldBy> = none

  constructor(readonly job: ClaimedJob, readonly prepared: PreparedFunction, readonly context: RunContext) {
    this.scope = scopeOf(job, prepared, context.services)
    this.loops = prepared.repeats ? new RunLoops(this) : null
    this.firstStart = job.started_ms === null
  }

  /** @param recorded what earlier workers recorded, for a run that is taken up again @param givenUp it ends at once: it has brought down too many workers */
  start(recorded: Recorded | null, givenUp = false): void {
    const { signals } = this.context
    if (signals.has('run.started')) signals.emit('run.started', { workspaceId: this.job.workspace_id, runId: this.job.run_id, functionId: this.job.function_id, at: this.startedAt })
    if (recorded !== null) {
      this.isResumed = true
      this.tries = new Map()
      const due = restoreRun(recorded, this)
      this.resume = recorded.progress
      if (givenUp) return this.giveUp()
      for (const one of due) this.becomeDue(one)
      if (due.length > 0) return
    }
    this.go()
  }

  /** Lease lost or process stopping hard: nothing of this run may be written any more. */
  drop(): void {
    if (this.over) return
    this.over = true
    for (const running of this.active.values()) running?.abort()
    this.active.clear()
    this.context.release()
    this.context.gone()
  }

  private becomeDue(due: Due): void {
    if (due.type === 'slept') return this.done(due.step, 1, due.at, { output: null, port: 'out', input: null })
    const { wait, step, at } = due
    const end = endOfWait(wait)
    const input = wait.input === null || wait.input === undefined ? null : JSON.stringify(wait.input)
    if ('error' in end) this.fail(this.stepOf(step), 1, at, end.error, input)
    else this.done(step, 1, at, { ...end, input })
  }

  keepItem(step: string, result: ItemResult): boolean {
    return this.loops?.keep(step, result) === true
  }

  failedAt(step: string, error: ErrorShape): void {
    this.failure = { step, error }
  }

  triesOf(step: string): number {
    return this.stepOf(step).retries + 1
  }

  /** Starts whatever is ready; ends or parks the run when nothing is under way. */
  go(): void {
    if (this.over) return
    while (this.startReady());
    if (!this.over && (this.computed.length > 0 || this.quiet())) this.commit({})
  }

  /** True when something was computed, so that more may be ready. */
  private startReady(): boolean {
    if (this.failure !== null || !this.context.session.mayStart() || this.context.held(this.job) !== null) return false
    const computedBefore = this.computed.length
    for (const step of advance(this.prepared.definition.steps, this.ended).ready) {
      if (this.busy(step.id) || this.blocked.has(step.id)) continue
      const prepared = this.prepared.steps.get(step.id)!
      // What a step computed may leave this process only once it is recorded.
      if (!prepared.computes && this.computed.length + this.computedInFlight > 0) continue
      if (prepared.each === null) this.execute(prepared, this.scope)
      else this.loops!.go(prepared)
      if (this.over) return false
    }
    return this.computed.length > computedBefore
  }

  /** What keeps all of these steps from starting. */
  private heldBy(steps: readonly { id: string }[]): HeldBy | null {
    const held = this.context.held(this.job)
    return held !== null || steps.some((step) => !this.blocked.has(step.id)) ? held : this.blocked.get(steps[0]!.id)!
  }

  private busy(step: string): boolean {
    return this.active.has(step) || this.settling.has(step) || this.resting.has(step)
  }

  private quiet(): boolean {
    return this.active.size === 0 && this.uncommitted === 0 && !this.over
  }

  execute(step: PreparedStep, base: ExpressionScope): void {
    const id = step.id
    const attempt = (this.tries.get(id) ?? 0) + 1
    const startedAt = performance.now()
    const { signals, services } = this.context
    if (signals.has('step.started')) signals.emit('step.started', { workspaceId: this.job.workspace_id, runId: this.job.run_id, step: id, attempt })
    this.active.set(id, null)
    const scope = attempt === 1 ? base : { ...base, run: { ...base.run, attempt } }
    const running = executeStep({ workspaceId: this.job.workspace_id, runId: this.job.run_id, step: step.keepsList && step.each === null ? this.withKeptList(step) : step, scope, attempt, services, guard: this.context.guard, pass: this.job.hold_id })
    if (!(running.answer instanceof Promise)) {
      const { answer } = running
      if (step.computes && 'outcome' in answer && answer.outcome.type === 'done') return this.keep(id, attempt, startedAt, answer.outcome.output, answer.outcome.port ?? 'out')
      return this.answered(step, attempt, startedAt, answer)
    }
    this.active.set(id, running)
    // What cannot be written as JSON (nested thousands of levels deep) fails its step; uncaught, it would end the process.
    void running.answer.then((answer) => this.answered(step, attempt, startedAt, answer)).catch((thrown: unknown) => {
      if (!(thrown instanceof RangeError)) throw thrown
      this.answered(step, attempt, startedAt, { error: new FanwiseError('step_limit', `The result cannot be stored: ${thrown.message}`, { fix: 'Return plain JSON that is nested less deeply.', cause: thrown }) })
    })
  }

  private withKeptList(step: PreparedStep): PreparedStep {
    const { lists } = this.context.fanOuts
    return { ...step, resolver: keptItems(step.resolver, (read) => lists.keep(this.job, step.id, this.isResumed, read)) }
  }

  answered(step: PreparedStep, attempt: number, startedAt: number, answer: StepAnswer): void {
    if (this.over) return
    const id = step.id
    if ('error' in answer && answer.error.code === 'step_parked') {
      this.active.delete(id)
      this.loops?.release(step)
      if (this.blocked === none) this.blocked = new Map()
      this.blocked.set(step.iteration?.of ?? id, { holdId: String(answer.error.facts!['holdId']), why: { kind: 'held', hold: 'service', target: String(answer.error.facts!['host']), step: id } })
      // From within go() this is its loop's business.
      queueMicrotask(() => this.go())
      return
    }
    if ('error' in answer) {
      const input = (answer.error.facts as { input?: unknown } | undefined)?.input
      const inputText = input === undefined ? null : JSON.stringify(input)
      if (answer.error.retriable && attempt <= step.retries) return this.retry(step, attempt, startedAt, answer.error, inputText)
      return this.fail(step, attempt, startedAt, answer.error.retriable ? exhausted(answer.error, attempt) : answer.error, inputText)
    }
    this.apply(step, attempt, startedAt, answer.outcome)
  }

  private apply(step: PreparedStep, attempt: number, startedAt: number, outcome: StepOutcome): void {
    const { id } = step
    if (outcome.type === 'done') {
      const input = outcome.input === undefined ? null : JSON.stringify(outcome.input)
      return this.done(id, attempt, startedAt, { output: outcome.output, port: outcome.port ?? 'out', input })
    }
    if (step.iteration !== null && outcome.type !== 'invoke') {
      return this.answered(step, attempt, startedAt, { error: new FanwiseError('step_input', 'A step of this kind cannot be repeated for each item.', { fix: 'Remove the repetition.' }) })
    }
    this.outside ??= new OutsideSteps(this)
    switch (outcome.type) {
      case 'emit':
      case 'emit-each':
        return void this.outside.emit(step, attempt, startedAt, outcome)
      case 'sleep':
        return this.sleep(id, outcome.ms)
      case 'sleep-until':
        return this.sleepUntil(step, attempt, startedAt, outcome.at)
      case 'wait':
      case 'invoke':
      case 'signal':
      case 'approval':
        return void this.outside.wait(step, attempt, startedAt, outcome)
      case 'gather':
        return void this.outside.gather(step, attempt, startedAt, outcome)
    }
  }

  /** The step, or the item's share of it, that an id stands for. */
  private stepOf(id: string): PreparedStep {
    const place = this.loops === null ? null : placeOf(id)
    if (place === null) return this.prepared.steps.get(id)!
    return { ...this.prepared.steps.get(place.of)!, id, iteration: place }
  }

  /** The result counts at once; the next commit of this run records it. */
  private keep(step: string, attempt: number, startedAt: number, output: Json, port: string): void {
    this.active.delete(step)
    this.computed.push({ step, attempt, status: 1, port, startedAt, endedAt: performance.now(), input: null, output: JSON.stringify(output) ?? 'null', error: null })
    this.ended.set(step, { port })
    this.scope.steps[step] = output
  }

  done(step: string, attempt: number, startedAt: number, result: { output: Json; port: string; input: string | null }): void {
    this.active.delete(step)
    this.commit(
      { results: [{ step, attempt, status: 1, port: result.port, startedAt, endedAt: performance.now(), input: this.loops === null ? result.input : this.loops.inputOf(step, result.input), output: JSON.stringify(result.output) ?? 'null', error: null }] },
      () => {
        this.ended.set(step, { port: result.port })
        if (this.loops?.keep(step, { output: result.output }) !== true) this.scope.steps[step] = result.output
      },
      { step, port: result.port },
    )
  }

  /** The last failure of a step: the run's, unless the step goes on with it or the list takes it as a value. */
  fail(step: PreparedStep, attempt: number, startedAt: number, error: FanwiseError, input: string | null): void {
    const { id } = step
    this.active.delete(id)
    const shape = error.toShape()
    const text = JSON.stringify(shape)
    const endedAt = performance.now()
    const port = portOfFailure(step)
    const output = port === null ? null : { error: shape as unknown as Json }
    if (port === null && step.iteration === null) this.failure ??= { step: id, error: shape }
    this.commit(
      {
        results: [{ step: id, attempt, status: 2, port, startedAt, endedAt, input: this.loops === null ? input : this.loops.inputOf(id, input), output: output === null ? null : JSON.stringify(output), error: text }],
        attempts: [{ step: id, attempt, startedAt, endedAt, input, error: text, retryInMs: null }],
        ...(port !== null && step.definition.kind === 'emit-each' ? { emitOver: id } : {}),
      },
      () => {
        this.ended.set(id, { port })
        if (step.iteration !== null) this.loops!.keep(id, { error: shape })
        else if (output !== null) this.scope.steps[id] = output
      },
      // An item ends with its failure, whatever becomes of its step.
      port === null && step.iteration === null ? undefined : { step: id, port },
    )
  }

  private retry(step: PreparedStep, attempt: number, startedAt: number, error: FanwiseError, input: string | null): void {
    const id = step.id
    const delayMs = retryDelayMs(step.backoff, attempt, this.context.random(), error.retryAfterMs)
    this.active.delete(id)
    if (this.tries === none) this.tries = new Map()
    this.tries.set(id, attempt)
    this.resting.until(id, performance.now() + delayMs, { kind: 'retry', step: id, attempt: attempt + 1, attempts: step.retries + 1, message: error.message })
    this.context.signals.emit('step.retried', { workspaceId: this.job.workspace_id, runId: this.job.run_id, step: id, attempt, delayMs })
    this.commit({ attempts: [{ step: id, attempt, startedAt, endedAt: performance.now(), input, error: JSON.stringify(error.toShape()), retryInMs: delayMs }] })
  }

  private sleepUntil(step: PreparedStep, attempt: number, startedAt: number, at: string): void {
    const ms = Date.parse(at) - databaseNow()
    if (ms <= maxSleepMs) return this.sleep(step.id, ms)
    this.answered(step, attempt, startedAt, { error: new FanwiseError('step_input', `The date to sleep until is ${at}, which lies more than ${formatDuration(maxSleepMs)} ahead.`, { field: 'until', fix: 'Give a date within a year.' }) })
  }

  private sleep(step: string, ms: number): void {
    this.active.delete(step)
    const wholeMs = Math.max(0, Number.isFinite(ms) ? ms : 0)
    this.resting.until(step, performance.now() + wholeMs, { kind: 'sleep', step })
    this.commit({ sleeps: [{ step, ms: wholeMs }] })
  }

  /** A step waits for something outside; the run parks when nothing else is under way. */
  rests(step: string, dueAt: number | null, why: Record<string, unknown>): void {
    this.resting.outside(step, dueAt, why)
    if (this.quiet()) this.go()
  }

  isBlocked(step: string): boolean {
    return this.blocked.has(step)
  }

  attemptOf(step: string): number {
    return (this.tries.get(step) ?? 0) + 1
  }

  rest(step: string): boolean {
    return this.resting.has(step)
  }

  activate(step: string): void {
    this.active.set(step, null)
  }

  inactive(step: string): void {
    this.active.delete(step)
  }

  /** The emitter has committed this result already. */
  recordedElsewhere(step: string, output: Json, port: string): void {
    this.scope.steps[step] = output
    this.ended.set(step, { port })
    this.context.signals.emit('step.recorded', { workspaceId: this.job.workspace_id, runId: this.job.run_id, step })
    this.go()
  }

  /**
   * Sends a change on its way, together with the run's end or parking when nothing else is under way.
   * @param onHeld applied after COMMIT, before anything that depends on it starts
   * @param result the step this change ends well, or the item it ends, for looking one step ahead
   */
  private commit(change: Change, onHeld: () => void = () => {}, result?: { step: string; port: string | null }): void {
    const last = this.quiet() ? this.decide(result) : {}
    const own = change.results ?? []
    const { computed } = this
    if (computed.length > 0) {
      this.computed = []
      this.computedInFlight += 1
    }
    const item: FlushItem = {
      workspaceId: this.job.workspace_id, runId: this.job.run_id, functionId: this.job.function_id,
      results: computed.length === 0 ? own : own.length === 0 ? computed : [...computed, ...own], attempts: change.attempts ?? [], sleeps: change.sleeps ?? [],
      ...(change.emitOver === undefined ? {} : { emitOver: change.emitOver }),
      ...last,
      aftermath: last.end !== undefined && (last.end.status === 2 || this.job.parent_run_id !== null || this.resting.hasOpenWaits || this.context.endIsHeard(this.job)),
      facts: this,
      resolve: (held) => {
        if (computed.length > 0) this.computedInFlight -= 1
        this.committed(held, item, onHeld)
      },
    }
    if (last.end === undefined && last.park === undefined && item.results.length + item.attempts.length + item.sleeps.length === 0) return
    this.uncommitted += 1
    for (const row of item.results) this.settling.add(row.step)
    if (last.end !== undefined || last.park !== undefined) {
      this.over = true
      this.context.release()
    }
    if (item.aftermath) item.run = this.afterEnd(result === undefined ? undefined : own[0])
    this.context.flusher.push(item)
  }

  /** @param last the result that ends it, not in the scope yet */
  afterEnd(last?: StepResult): NonNullable<FlushItem['run']> {
    const { steps, slug, flow } = this.prepared.definition
    return { job: this.job, output: outputOf(steps, this.scope.steps, last), slug, onFailure: flow?.onFailure }
  }

  private committed(held: boolean, item: FlushItem, onHeld: () => void): void {
    this.uncommitted -= 1
    for (const row of item.results) this.settling.delete(row.step)
    const { signals } = this.context
    if (signals.has('step.recorded')) for (const result of item.results) signals.emit('step.recorded', { workspaceId: item.workspaceId, runId: item.runId, step: result.step })
    if (item.end !== undefined || item.park !== undefined) {
      // A result that could not be stored has ended it, whatever else was under way.
      if (!this.over) return this.drop()
      this.context.gone()
      return
    }
    if (this.over) return
    if (!held) return this.lost()
    onHeld()
    this.go()
  }

  /** A debounced run answers to the last of many events, so it is no fan-out's child. */
  fanOut(): string | null {
    return this.prepared.definition.flow?.debounce === undefined ? fanOutOf(this.job) : null
  }

  /** End, parking, or neither while steps can start. */
  private decide(result?: { step: string; port: string | null }): Pick<FlushItem, 'end' | 'park'> {
    if (this.failure !== null) {
      return { end: { status: 2, startedAt: this.startedAt, error: { ...this.failure.error, step: this.failure.step }, fanOut: this.fanOut() } }
    }
    const { ready, complete } = advance(this.prepared.definition.steps, this.ended, result)
    if (complete) return { end: { status: 1, startedAt: this.startedAt, error: null, fanOut: this.fanOut() } }
    const startable = ready.filter((step) => !this.resting.has(step.id) && (step.each === undefined || this.loops!.canGoOn(step.id, result?.step)))
    const held = startable.length > 0 ? this.heldBy(startable) : null
    if (startable.length > 0 && held === null && this.context.session.mayStart()) return {}
    return { park: this.resting.park(held, startable.length > 0, this.firstStart ? this.startedAt : null) }
  }

  private giveUp(): void {
    this.failure = { step: '', error: { code: 'step_limit', message: `This run brought down its worker ${this.job.crashes} times, so it is not tried again.`, fix: 'Look for a step that uses too much memory, then retry the run.' } }
    this.commit({})
  }

  lost(): void {
    if (this.over) return
    this.context.signals.emit('run.lost', { workspaceId: this.job.workspace_id, runId: this.job.run_id })
    this.drop()
  }
}

/** The way out of a step that has failed for good; null when the run fails with it. */
function portOfFailure(step: PreparedStep): 'out' | 'error' | null {
  const { onError, each } = step.definition
  if (step.iteration !== null) return each?.onError === 'continue' || onError !== undefined ? 'out' : null
  return onError === undefined ? null : onError === 'branch' ? 'error' : 'out'
}
