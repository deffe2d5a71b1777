/**
 * One claimed run, from its first ready step until it ends or parks.
 *
 * Order is the promise (reliability.md §C2): a step executes, its result is recorded, and only
 * after that COMMIT do the steps behind it start. The last result of a run also ends it, in the same
 * statement; a run with nothing to do but wait parks in the statement that records why. The slot
 * is given back the moment there is no more work, before that commit.
 */
import { FanwiseError, type ErrorShape } from '#base/errors.ts'
import type { Json } from '#base/json.ts'
import { publicId } from '#base/ids.ts'
import { advance } from '#engine/advance.ts'
import type { EngineServices } from '#engine/api.ts'
import { retryDelayMs } from '#engine/backoff.ts'
import type { Emitter } from '#engine/emit.ts'
import { executeStep, type RunningStep, type ServiceGuard, type StepAnswer } from '#engine/execute-step.ts'
import { fanOutOf } from '#engine/fan-out/of-job.ts'
import type { FanOutGate, GatherOutcome } from '#engine/fan-out/gate.ts'
import type { Flusher, FlushItem } from '#engine/flush.ts'
import type { HeldBy } from '#engine/holds/holds.ts'
import type { ClaimedJob } from '#engine/lanes.ts'
import type { Recorded } from '#engine/load-runs.ts'
import type { PreparedFunction, PreparedStep } from '#engine/prepared.ts'
import type { Session } from '#engine/session.ts'
import type { Signals } from '#engine/signals.ts'
import type { WaitStore } from '#engine/wait-store.ts'
import type { ExpressionScope, StepOutcome } from '#steps/kind.ts'

export interface RunContext {
  session: Session
  flusher: Flusher
  emitter: Emitter
  waits: WaitStore
  fanOuts: FanOutGate
  services: EngineServices
  signals: Signals
  random(): number
  /** What keeps the run from going on: its function or fan-out is paused. */
  held(job: ClaimedJob): HeldBy | null
  guard: ServiceGuard
  /** The run's work is over for now: its slot is free. */
  release(): void
  /** The run is off this worker's books. */
  gone(): void
}

type Change = Partial<Pick<FlushItem, 'results' | 'attempts' | 'sleeps'>>
const crashesMax = 3
const none = new Map<string, never>()

export class RunExecution {
  private readonly ended = new Map<string, { port: string | null }>()
  private readonly active = new Map<string, RunningStep | null>()
  /** Changes on their way to COMMIT, and the steps they are about: those must not start again meanwhile. */
  private uncommitted = 0
  private readonly settling = new Set<string>()
  /** Most runs need none of these: the map they share until then is never written. */
  private timers: Map<string, number> = none
  private waiting: Map<string, number | null> = none
  private tries: Map<string, number> = none
  private readonly scope: ExpressionScope
  private readonly startedAt = performance.now()
  private readonly firstStart: boolean
  private resume: Recorded['progress'] = none
  private failure: { step: string; error: ErrorShape } | null = null
  private hasOpenWaits = false
  private why: Record<string, unknown> | null = null
  private over = false
  /** A service that a step would call is parked. */
  private blocked: HeldBy | null = null

  constructor(private readonly job: ClaimedJob, private readonly prepared: PreparedFunction, private readonly context: RunContext) {
    this.scope = scopeOf(job, prepared.definition.slug, context.services.environment(job.workspace_id))
    this.firstStart = job.started_ms === null
  }

  /** @param recorded what earlier workers recorded, for a run that is taken up again */
  start(recorded: Recorded | null): void {
    const { signals } = this.context
    if (signals.has('run.started')) signals.emit('run.started', { workspaceId: this.job.workspace_id, runId: this.job.run_id, functionId: this.job.function_id, at: this.startedAt })
    if (recorded !== null) {
      const due = this.restore(recorded)
      if (this.job.crashes >= crashesMax) return this.giveUp()
      for (const act of due) act()
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

  /** Puts recorded results in place; answers what has become due meanwhile. */
  private restore(recorded: Recorded): (() => void)[] {
    for (const row of recorded.steps) {
      this.ended.set(row.step, { port: row.status === 1 ? (row.port ?? 'out') : null })
      if (row.status === 1) this.scope.steps[row.step] = row.output
      else this.failure = { step: row.step, error: row.error ?? { code: 'internal', message: 'The step failed.' } }
    }
    const now = performance.now()
    const due: (() => void)[] = []
    for (const [step, { tries, retryInMs }] of recorded.attempts) {
      this.tries = added(this.tries, step, tries)
      if (!this.ended.has(step) && retryInMs !== null && retryInMs > 0) this.timers = added(this.timers, step, now + retryInMs)
    }
    for (const [step, wait] of recorded.waits) {
      // Settled, or let go: the step executes again, from where it was.
      if (this.ended.has(step) || (wait.resolved && (wait.kind === 'gather' || wait.kind === 'canary'))) continue
      const dueAt = wait.expiresInMs === null ? null : now + wait.expiresInMs
      const expired = wait.expiresInMs !== null && wait.expiresInMs <= 0
      if (wait.kind === 'sleep') {
        if (expired) due.push(() => this.done(step, 1, now - wait.ageMs, { output: null, port: 'out', input: null }))
        else this.timers = added(this.timers, step, dueAt!)
      } else if (wait.resolved || expired) {
        if (!wait.resolved) this.hasOpenWaits = true
        due.push(() => this.endWait(step, wait, now - wait.ageMs))
      } else {
        this.hasOpenWaits = true
        this.waiting = added(this.waiting, step, dueAt)
      }
    }
    this.resume = recorded.progress
    return due
  }

  private endWait(step: string, wait: { kind: string; resolved: boolean; result: unknown; input: unknown }, startedAt: number): void {
    const input = wait.input === null || wait.input === undefined ? null : JSON.stringify(wait.input)
    if (wait.kind === 'event' || wait.kind === 'gather') {
      return this.done(step, 1, startedAt, { output: wait.resolved ? (wait.result as Json) : null, port: wait.resolved ? 'out' : 'timeout', input })
    }
    const result = wait.result as { status: string; output?: Json; error?: ErrorShape } | null
    if (wait.resolved && result?.status === 'completed') return this.done(step, 1, startedAt, { output: result.output ?? null, port: 'out', input })
    const error = !wait.resolved
      ? new FanwiseError('step_timeout', 'The called function did not end in time.', { retriable: false, fix: 'Raise the step’s time limit, or look at the called run.' })
      : new FanwiseError('step_refused', `The called function ${result?.status ?? 'failed'}: ${result?.error?.message ?? 'no reason given'}`, { fix: 'Open the called run to see why.' })
    this.fail(step, 1, startedAt, error, input)
  }

  /** Starts whatever is ready; ends or parks the run when nothing is under way. */
  private go(): void {
    if (this.over) return
    const { ready } = advance(this.prepared.definition.steps, this.ended)
    if (this.failure === null && this.context.session.mayStart() && this.heldBy() === null) {
      for (const step of ready) {
        if (this.busy(step.id)) continue
        this.execute(this.prepared.steps.get(step.id)!)
        if (this.over) return
        if (this.blocked !== null) break
      }
    }
    if (this.quiet()) this.commit({})
  }

  private heldBy(): HeldBy | null {
    return this.blocked ?? this.context.held(this.job)
  }

  private busy(step: string): boolean {
    return this.active.has(step) || this.settling.has(step) || this.timers.has(step) || this.waiting.has(step)
  }

  private quiet(): boolean {
    return this.active.size === 0 && this.uncommitted === 0 && !this.over
  }

  private execute(step: PreparedStep): void {
    const id = step.definition.id
    const attempt = (this.tries.get(id) ?? 0) + 1
    const startedAt = performance.now()
    const { signals, services } = this.context
    if (signals.has('step.started')) signals.emit('step.started', { workspaceId: this.job.workspace_id, runId: this.job.run_id, step: id, attempt })
    this.active.set(id, null)
    const scope = attempt === 1 ? this.scope : { ...this.scope, run: { ...this.scope.run, attempt } }
    const running = executeStep({ workspaceId: this.job.workspace_id, runId: this.job.run_id, step, scope, attempt, services, guard: this.context.guard, pass: this.job.hold_id })
    if (!(running.answer instanceof Promise)) return this.answered(step, attempt, startedAt, running.answer)
    this.active.set(id, running)
    void running.answer.then((answer) => this.answered(step, attempt, startedAt, answer))
  }

  private answered(step: PreparedStep, attempt: number, startedAt: number, answer: StepAnswer): void {
    if (this.over) return
    const id = step.definition.id
    if ('error' in answer && answer.error.code === 'step_parked') {
      this.active.delete(id)
      this.blocked = { holdId: String(answer.error.facts!['holdId']), why: { kind: 'held', hold: 'service', target: String(answer.error.facts!['host']), step: id } }
      // From within go() this is its loop's business.
      queueMicrotask(() => this.go())
      return
    }
    if ('error' in answer) {
      const input = (answer.error.facts as { input?: unknown } | undefined)?.input
      const inputText = input === undefined ? null : JSON.stringify(input)
      if (answer.error.retriable && attempt <= step.retries) return this.retry(step, attempt, startedAt, answer.error, inputText)
      return this.fail(id, attempt, startedAt, answer.error.retriable ? exhausted(answer.error, attempt) : answer.error, inputText)
    }
    this.apply(step, attempt, startedAt, answer.outcome)
  }

  private apply(step: PreparedStep, attempt: number, startedAt: number, outcome: StepOutcome): void {
    const id = step.definition.id
    switch (outcome.type) {
      case 'done': {
        const input = outcome.input === undefined ? null : JSON.stringify(outcome.input)
        return this.done(id, attempt, startedAt, { output: outcome.output, port: outcome.port ?? 'out', input })
      }
      case 'emit':
      case 'emit-each':
        return void this.emit(step, attempt, startedAt, outcome)
      case 'sleep':
        return this.sleep(id, outcome.ms)
      case 'sleep-until':
        return this.sleep(id, Date.parse(outcome.at) - (performance.timeOrigin + performance.now()))
      case 'wait':
      case 'invoke':
        return void this.wait(step, attempt, startedAt, outcome)
      case 'gather':
        return void this.gather(step, attempt, startedAt, outcome)
      case 'signal':
      case 'approval':
        return this.answered(step, attempt, startedAt, { error: new FanwiseError('internal', `The outcome ${outcome.type} is not understood.`) })
    }
  }

  private done(step: string, attempt: number, startedAt: number, result: { output: Json; port: string; input: string | null }): void {
    this.active.delete(step)
    this.commit(
      { results: [{ step, attempt, status: 1, port: result.port, startedAt, endedAt: performance.now(), input: result.input, output: JSON.stringify(result.output) ?? 'null', error: null }] },
      () => {
        this.scope.steps[step] = result.output
        this.ended.set(step, { port: result.port })
      },
      { step, port: result.port },
    )
  }

  private fail(step: string, attempt: number, startedAt: number, error: FanwiseError, input: string | null): void {
    this.active.delete(step)
    const shape = error.toShape()
    const text = JSON.stringify(shape)
    const endedAt = performance.now()
    this.failure ??= { step, error: shape }
    this.commit(
      {
        results: [{ step, attempt, status: 2, port: null, startedAt, endedAt, input, output: null, error: text }],
        attempts: [{ step, attempt, startedAt, endedAt, input, error: text, retryInMs: null }],
      },
      () => this.ended.set(step, { port: null }),
    )
  }

  private retry(step: PreparedStep, attempt: number, startedAt: number, error: FanwiseError, input: string | null): void {
    const id = step.definition.id
    const delayMs = retryDelayMs(this.prepared.definition.backoff, attempt, this.context.random(), error.retryAfterMs)
    this.active.delete(id)
    this.tries = added(this.tries, id, attempt)
    this.timers = added(this.timers, id, performance.now() + delayMs)
    this.why = { kind: 'retry', step: id, attempt: attempt + 1, attempts: step.retries + 1, message: error.message }
    this.context.signals.emit('step.retried', { workspaceId: this.job.workspace_id, runId: this.job.run_id, step: id, attempt, delayMs })
    this.commit({ attempts: [{ step: id, attempt, startedAt, endedAt: performance.now(), input, error: JSON.stringify(error.toShape()), retryInMs: delayMs }] })
  }

  private sleep(step: string, ms: number): void {
    this.active.delete(step)
    const wholeMs = Math.max(0, Number.isFinite(ms) ? ms : 0)
    this.timers = added(this.timers, step, performance.now() + wholeMs)
    this.why = { kind: 'sleep', step }
    this.commit({ sleeps: [{ step, ms: wholeMs }] })
  }

  private async emit(step: PreparedStep, attempt: number, startedAt: number, outcome: Extract<StepOutcome, { type: 'emit' | 'emit-each' }>): Promise<void> {
    const id = step.definition.id
    const progress = this.resume.get(id)
    try {
      if (progress !== undefined && outcome.type === 'emit-each' && !(await this.context.fanOuts.mayEmit(this.job, id))) {
        return await this.halt(step, attempt, startedAt, outcome, progress)
      }
      const answer = await this.context.emitter.emit({
        workspaceId: this.job.workspace_id, runId: this.job.run_id, functionId: this.job.function_id, version: this.job.version, step: id, attempt, startedAt,
        count: outcome.type === 'emit' ? outcome.events.length : outcome.count,
        make: outcome.type === 'emit' ? (index) => outcome.events[index]! : (index) => outcome.make(index),
        ...(outcome.type === 'emit' ? {} : { fanOut: { eventName: outcome.event, canary: outcome.canary, stopShare: outcome.stopShare } }),
        input: outcome.type === 'emit' ? JSON.stringify(outcome.input ?? outcome.events[0] ?? null) : JSON.stringify({ event: outcome.event, items: outcome.count }),
        resume: progress === undefined ? undefined : { nextIndex: progress.nextIndex, baseMs: progress.baseMs },
      })
      if (this.over) return
      if (answer === 'lost') return this.lost()
      if ('halted' in answer) return await this.halt(step, attempt, startedAt, outcome, answer.halted)
      this.active.delete(id)
      this.recordedElsewhere(id, JSON.parse(answer.output) as Json, 'out')
    } catch (thrown) {
      if (this.over) return
      const error = thrown instanceof FanwiseError ? thrown : new FanwiseError('step_input', `The events cannot be stored: ${(thrown as Error).message}`, { fix: 'Look at the data this step sends.' })
      this.answered(step, attempt, startedAt, { error })
    }
  }

  /** The fan-out takes no more items for now, or not any more. */
  private async halt(step: PreparedStep, attempt: number, startedAt: number, outcome: Extract<StepOutcome, { type: 'emit' | 'emit-each' }>, at: { nextIndex: number; baseMs: number }): Promise<void> {
    const id = step.definition.id
    const answer = await this.context.fanOuts.halt(this.job, { step: id, attempt, startedAt, nextIndex: at.nextIndex, baseMs: at.baseMs })
    if (this.over) return
    if (answer === 'lost') return this.lost()
    if (answer === 'go-on') {
      this.resume = new Map([...this.resume, [id, { ...at, total: 0 }]])
      return this.emit(step, attempt, startedAt, outcome)
    }
    this.active.delete(id)
    if ('output' in answer) return this.recordedElsewhere(id, answer.output, 'out')
    this.rests(id, null, { kind: 'fan-out', step: id, state: answer.waiting })
  }

  private async gather(step: PreparedStep, attempt: number, startedAt: number, outcome: GatherOutcome): Promise<void> {
    const id = step.definition.id
    try {
      const answer = await this.context.fanOuts.gather(this.job, id, outcome)
      if (this.over) return
      if (answer === 'lost') return this.lost()
      this.active.delete(id)
      if (answer !== 'waiting') return this.done(id, attempt, startedAt, { output: answer.output, port: 'out', input: null })
      this.rests(id, performance.now() + outcome.timeoutMs, { kind: 'gather', step: id, of: outcome.step })
    } catch (thrown) {
      if (this.over) return
      const error = thrown instanceof FanwiseError ? thrown : new FanwiseError('internal', 'The results could not be gathered.', { cause: thrown, retriable: true })
      this.answered(step, attempt, startedAt, { error })
    }
  }

  /** A step waits for something outside; the run parks when nothing else is under way. */
  private rests(step: string, dueAt: number | null, why: Record<string, unknown>): void {
    this.hasOpenWaits = true
    this.waiting = added(this.waiting, step, dueAt)
    this.why = why
    if (this.quiet()) this.go()
  }

  private async wait(step: PreparedStep, attempt: number, startedAt: number, outcome: Extract<StepOutcome, { type: 'wait' | 'invoke' }>): Promise<void> {
    const id = step.definition.id
    try {
      const answer = await this.context.waits.register(this.job, id, outcome)
      if (this.over) return
      if (answer === 'lost') return this.lost()
      this.active.delete(id)
      if ('event' in answer) return this.done(id, attempt, startedAt, { output: answer.event as Json, port: 'out', input: answer.input })
      this.hasOpenWaits = true
      this.waiting = added(this.waiting, id, performance.now() + outcome.timeoutMs)
      this.why = outcome.type === 'wait' ? { kind: 'event', step: id, event: outcome.event } : { kind: 'invoke', step: id, function: outcome.function }
      if (this.quiet()) this.go()
    } catch (thrown) {
      if (this.over) return
      const error = thrown instanceof FanwiseError ? thrown : new FanwiseError('internal', 'The wait could not be stored.', { cause: thrown, retriable: true })
      this.answered(step, attempt, startedAt, { error })
    }
  }

  /** The emitter has committed this result already. */
  private recordedElsewhere(step: string, output: Json, port: string): void {
    this.scope.steps[step] = output
    this.ended.set(step, { port })
    this.context.signals.emit('step.recorded', { workspaceId: this.job.workspace_id, runId: this.job.run_id, step })
    this.go()
  }

  /**
   * Sends a change on its way, together with the run's end or parking when nothing else is under way.
   * @param onHeld applied after COMMIT, before anything that depends on it starts
   * @param result the step this change ends well, for looking one step ahead
   */
  private commit(change: Change, onHeld: () => void = () => {}, result?: { step: string; port: string }): void {
    const last = this.quiet() ? this.decide(result) : {}
    const item: FlushItem = {
      workspaceId: this.job.workspace_id, runId: this.job.run_id, functionId: this.job.function_id,
      results: change.results ?? [], attempts: change.attempts ?? [], sleeps: change.sleeps ?? [],
      ...last,
      aftermath: last.end !== undefined && (last.end.status === 2 || this.job.parent_run_id !== null || this.hasOpenWaits),
      resolve: (held) => this.committed(held, item, onHeld),
    }
    if (last.end === undefined && last.park === undefined && item.results.length + item.attempts.length + item.sleeps.length === 0) return
    this.uncommitted += 1
    for (const row of item.results) this.settling.add(row.step)
    if (last.end !== undefined || last.park !== undefined) {
      this.over = true
      this.context.release()
    }
    if (item.aftermath) item.run = { job: this.job, output: this.output(result === undefined ? undefined : item.results[0]), slug: this.prepared.definition.slug }
    this.context.flusher.push(item)
  }

  private committed(held: boolean, item: FlushItem, onHeld: () => void): void {
    this.uncommitted -= 1
    for (const row of item.results) this.settling.delete(row.step)
    const { signals } = this.context
    if (signals.has('step.recorded')) for (const result of item.results) signals.emit('step.recorded', { workspaceId: item.workspaceId, runId: item.runId, step: result.step })
    if (item.end !== undefined || item.park !== undefined) {
      this.context.gone()
      return
    }
    if (this.over) return
    if (!held) return this.lost()
    onHeld()
    this.go()
  }

  /** A debounced run answers to the last of many events, so it is no fan-out's child. */
  private fanOut(): string | null {
    return this.prepared.definition.flow?.debounce === undefined ? fanOutOf(this.job) : null
  }

  /** End, parking, or neither while steps can start. */
  private decide(result?: { step: string; port: string }): Pick<FlushItem, 'end' | 'park'> {
    if (this.failure !== null) {
      return { end: { status: 2, startedAt: this.startedAt, error: { ...this.failure.error, step: this.failure.step }, fanOut: this.fanOut() } }
    }
    const { ready, complete } = advance(this.prepared.definition.steps, this.ended, result)
    if (complete) return { end: { status: 1, startedAt: this.startedAt, error: null, fanOut: this.fanOut() } }
    const startable = ready.some((step) => !this.timers.has(step.id) && !this.waiting.has(step.id))
    const held = startable ? this.heldBy() : null
    if (startable && held === null && this.context.session.mayStart()) return {}
    const dues = [...this.timers.values(), ...[...this.waiting.values()].filter((due) => due !== null)]
    const dueInMs = startable && held === null ? null : dues.length === 0 ? null : Math.max(0, Math.min(...dues) - performance.now())
    const startedAt = this.firstStart ? this.startedAt : null
    if (held !== null) return { park: { state: 'h', dueInMs, why: JSON.stringify(held.why), startedAt, holdId: held.holdId } }
    const state = startable ? 'q' : this.waiting.size > 0 ? 'w' : 't'
    return { park: { state, dueInMs, why: JSON.stringify(this.why ?? {}), startedAt } }
  }

  /** What a caller gets: the output of the last steps (one: its own; several: by key). */
  private output(last: { step: string; output: string | null } | undefined): Json {
    const outputs: Record<string, Json> = { ...this.scope.steps }
    if (last !== undefined && last.output !== null) outputs[last.step] = JSON.parse(last.output) as Json
    const parents = new Set(this.prepared.definition.steps.flatMap((step) => step.after.map((edge) => edge.step)))
    const leaves = this.prepared.definition.steps.filter((step) => !parents.has(step.id) && step.id in outputs)
    if (leaves.length === 1) return outputs[leaves[0]!.id]!
    return Object.fromEntries(leaves.map((step) => [step.id, outputs[step.id]!]))
  }

  private giveUp(): void {
    this.failure = { step: '', error: { code: 'step_limit', message: `This run brought down its worker ${this.job.crashes} times, so it is not tried again.`, fix: 'Look for a step that uses too much memory, then retry the run.' } }
    this.commit({})
  }

  private lost(): void {
    if (this.over) return
    this.context.signals.emit('run.lost', { workspaceId: this.job.workspace_id, runId: this.job.run_id })
    this.drop()
  }
}

/** The map with the entry; the shared empty one is replaced. */
function added<V>(map: Map<string, V>, key: string, value: V): Map<string, V> {
  return map === none ? new Map<string, V>([[key, value]]) : map.set(key, value)
}

/** What the run's expressions read. */
function scopeOf(job: ClaimedJob, slug: string, env: Record<string, string>): ExpressionScope {
  const event: ExpressionScope['event'] = { id: publicId('evt', job.event_id), name: job.event_name, data: job.event_data as Json, ts: job.event_ts }
  if (job.event_v !== null) event.v = job.event_v
  const scope: ExpressionScope = { event, steps: {}, run: { id: publicId('run', job.run_id), attempt: 1, function: slug }, env }
  if (job.batch !== undefined) scope.events = job.batch as ExpressionScope['event'][]
  return scope
}

/** The advice of an error that will not be tried again is another one. */
function exhausted(error: FanwiseError, attempts: number): FanwiseError {
  const { code, message, field, facts } = error
  const fix = attempts === 1 ? 'This step has no retries. Retry from here once the cause is gone.' : `It was tried ${attempts} times; no retries are left. Retry from here once the cause is gone.`
  return new FanwiseError(code, message, { field, facts, fix, retriable: false, cause: error })
}
