/**
 * Steps whose outcome is stored by somebody other than the flusher: emits (with their checkpoint), fan-outs
 * that rest, gathers, and waits of all kinds. Each answers the run when its transaction has committed.
 */
import { FanwiseError } from '#base/errors.ts'
import type { Json } from '#base/json.ts'
import { isConnectionError, isTransient } from '#engine/connection.ts'
import type { StepAnswer } from '#engine/execute-step.ts'
import type { GatherOutcome } from '#engine/fan-out/gate.ts'
import type { ClaimedJob } from '#engine/lanes.ts'
import type { Recorded } from '#engine/load-runs.ts'
import type { PreparedFunction, PreparedStep } from '#engine/prepared.ts'
import { whyWaits } from '#engine/resting.ts'
import type { RunContext } from '#engine/run-context.ts'
import { takenBefore } from '#engine/taken-events.ts'
import { untilAnswered } from '#engine/try-again.ts'
import type { WaitOutcome } from '#engine/wait-store.ts'
import type { ExpressionScope, StepOutcome } from '#steps/kind.ts'

/** The run as these steps see it. */
export interface OpenRun {
  readonly job: ClaimedJob
  readonly context: RunContext
  readonly prepared: PreparedFunction
  readonly scope: ExpressionScope
  /** Earlier workers had it. */
  readonly isResumed: boolean
  readonly over: boolean
  resume: Recorded['progress']
  inactive(step: string): void
  done(step: string, attempt: number, startedAt: number, result: { output: Json; port: string; input: string | null }): void
  answered(step: PreparedStep, attempt: number, startedAt: number, answer: StepAnswer): void
  recordedElsewhere(step: string, output: Json, port: string): void
  rests(step: string, dueAt: number | null, why: Record<string, unknown>): void
  lost(): void
}

type EmitOutcome = Extract<StepOutcome, { type: 'emit' | 'emit-each' }>

export class OutsideSteps {
  constructor(private readonly run: OpenRun) {}

  async emit(step: PreparedStep, attempt: number, startedAt: number, outcome: EmitOutcome): Promise<void> {
    const id = step.id
    let progress = this.run.resume.get(id)
    try {
      if (outcome.type === 'emit-each') {
        if (progress !== undefined) {
          const { may, baseMs } = await this.stored(() => this.run.context.fanOuts.mayEmit(this.run.job, id))
          if (!may) return await this.halt(step, attempt, startedAt, outcome, progress)
          progress = { ...progress, baseMs: baseMs ?? progress.baseMs }
        } else if (await this.asksFirst(id, outcome.count)) {
          const answer = await this.ask(step, attempt, startedAt, outcome)
          if (answer === null) return
          progress = { nextIndex: 0, total: 0, baseMs: answer.baseMs }
        }
        if (this.run.over) return
      }
      const answer = await this.run.context.emitter.emit({
        workspaceId: this.run.job.workspace_id, runId: this.run.job.run_id, functionId: this.run.job.function_id, version: this.run.job.version, step: id, attempt, startedAt,
        count: outcome.type === 'emit' ? outcome.events.length : outcome.count,
        make: outcome.type === 'emit' ? (index) => outcome.events[index]! : (index) => outcome.make(index),
        ...(outcome.type === 'emit' ? {} : { fanOut: { eventName: outcome.event, canary: outcome.canary, stopShare: outcome.stopShare } }),
        input: outcome.type === 'emit' ? JSON.stringify(outcome.input ?? outcome.events[0] ?? null) : JSON.stringify({ event: outcome.event, items: outcome.count }),
        resume: progress === undefined ? undefined : { nextIndex: progress.nextIndex, baseMs: progress.baseMs },
      })
      if (this.run.over) return
      if (answer === 'lost') return this.run.lost()
      if ('halted' in answer) return await this.halt(step, attempt, startedAt, outcome, answer.halted)
      this.run.inactive(id)
      this.run.recordedElsewhere(id, JSON.parse(answer.output) as Json, 'out')
    } catch (thrown) {
      if (this.run.over) return
      this.run.answered(step, attempt, startedAt, { error: emitError(thrown) })
    }
  }

  /** Of more items than this workspace lets go unasked; or of one that somebody has been asked about already, whatever is let go by now. */
  private async asksFirst(step: string, count: number): Promise<boolean> {
    const { fanOuts } = this.run.context
    return (await fanOuts.asksFirst(this.run.job, count)) || (this.run.isResumed && (await this.stored(() => fanOuts.isThere(this.run.job, step))))
  }

  /** Null when it waits for a person now, or one has said no. */
  private async ask(step: PreparedStep, attempt: number, startedAt: number, outcome: Extract<StepOutcome, { type: 'emit-each' }>): Promise<{ baseMs: number } | null> {
    const { event, count, canary, stopShare } = outcome
    const answer = await this.stored(() => this.run.context.fanOuts.ask(this.run.job, { step: step.id, attempt, startedAt, event, count, canary, stopShare }))
    if (this.run.over) return null
    if (answer === 'lost') {
      this.run.lost()
      return null
    }
    if ('baseMs' in answer) return answer
    this.run.inactive(step.id)
    if ('output' in answer) {
      this.run.recordedElsewhere(step.id, answer.output, 'out')
      return null
    }
    this.run.rests(step.id, null, whyWaits(step.id, 'canary', { state: answer.waiting }))
    return null
  }

  /** The fan-out takes no more items for now, or not any more. */
  async halt(step: PreparedStep, attempt: number, startedAt: number, outcome: EmitOutcome, at: { nextIndex: number; baseMs: number }): Promise<void> {
    const id = step.id
    const answer = await this.stored(() => this.run.context.fanOuts.halt(this.run.job, { step: id, attempt, startedAt, nextIndex: at.nextIndex, baseMs: at.baseMs }))
    if (this.run.over) return
    if (answer === 'lost') return this.run.lost()
    if (answer === 'go-on') {
      this.run.resume = new Map([...this.run.resume, [id, { ...at, total: 0 }]])
      return this.emit(step, attempt, startedAt, outcome)
    }
    this.run.inactive(id)
    if ('output' in answer) return this.run.recordedElsewhere(id, answer.output, 'out')
    this.run.rests(id, null, whyWaits(id, 'canary', { state: answer.waiting }))
  }

  async gather(step: PreparedStep, attempt: number, startedAt: number, outcome: GatherOutcome): Promise<void> {
    const id = step.id
    try {
      const answer = await this.stored(() => this.run.context.fanOuts.gather(this.run.job, id, outcome))
      if (this.run.over) return
      if (answer === 'lost') return this.run.lost()
      this.run.inactive(id)
      if (answer !== 'waiting') return this.run.done(id, attempt, startedAt, { output: answer.output, port: answer.port, input: null })
      this.run.rests(id, performance.now() + outcome.timeoutMs, whyWaits(id, 'gather', { of: outcome.step }))
    } catch (thrown) {
      if (this.run.over) return
      const error = thrown instanceof FanwiseError ? thrown : new FanwiseError('internal', 'The results could not be gathered.', { cause: thrown, retriable: true })
      this.run.answered(step, attempt, startedAt, { error })
    }
  }

  async wait(step: PreparedStep, attempt: number, startedAt: number, outcome: WaitOutcome): Promise<void> {
    const id = step.id
    try {
      const { context, job, prepared, scope } = this.run
      const taken = outcome.type === 'wait' && outcome.lookBack ? takenBefore(prepared.definition.steps, id, scope.steps) : undefined
      const answer = await this.stored(() => context.waits.register(job, id, outcome, taken))
      if (this.run.over) return
      if (answer === 'lost') return this.run.lost()
      this.run.inactive(id)
      if ('event' in answer) return this.run.done(id, attempt, startedAt, { output: answer.event as Json, port: 'out', input: answer.input })
      this.run.rests(id, performance.now() + outcome.timeoutMs, whyWaits(id, outcome.type === 'wait' ? 'event' : outcome.type, outcome))
    } catch (thrown) {
      if (this.run.over) return
      const error = thrown instanceof FanwiseError ? thrown : new FanwiseError('internal', 'The wait could not be stored.', { cause: thrown, retriable: true })
      this.run.answered(step, attempt, startedAt, { error })
    }
  }

  /**
   * Asks again for as long as Postgres does not answer and the run is ours: that is nobody's failed attempt.
   * Each of these may be stored twice without a difference, as after a crash between COMMIT and answer.
   */
  private stored<T>(ask: () => Promise<T>): Promise<T> {
    return untilAnswered(ask, () => !this.run.over)
  }
}

/** A database that cannot be asked is no fault of the data, and passes. */
function emitError(thrown: unknown): FanwiseError {
  if (thrown instanceof FanwiseError) return thrown
  if (isConnectionError(thrown) || isTransient(thrown)) return new FanwiseError('internal', 'The events could not be stored: the database does not answer.', { cause: thrown, retriable: true })
  return new FanwiseError('step_input', `The events cannot be stored: ${(thrown as Error).message}`, { fix: 'Look at the data this step sends.', cause: thrown })
}
