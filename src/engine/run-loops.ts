/** The steps of one run that go through a list: begins them, starts their items, keeps what became of each, ends them. */
import type { FanwiseError } from '#base/errors.ts'
import type { Json } from '#base/json.ts'
import { checkedItems, EachLoop, iterationId, placeOf, type ItemResult } from '#engine/each-loop.ts'
import { evaluatorOf, stepError, type StepAnswer } from '#engine/execute-step.ts'
import type { ClaimedJob } from '#engine/lanes.ts'
import type { PreparedStep } from '#engine/prepared.ts'
import type { RunContext } from '#engine/run-context.ts'
import type { ExpressionScope } from '#steps/kind.ts'

/** The run as its loops see it. */
export interface LoopingRun {
  readonly job: ClaimedJob
  readonly context: RunContext
  /** Earlier workers had it. */
  readonly isResumed: boolean
  readonly scope: ExpressionScope
  readonly over: boolean
  /** The service it calls is parked: nothing more of it starts. */
  isBlocked(step: string): boolean
  attemptOf(step: string): number
  /** It rests before a retry, or waits for a called function. */
  rest(step: string): boolean
  activate(step: string): void
  inactive(step: string): void
  execute(step: PreparedStep, scope: ExpressionScope): void
  done(step: string, attempt: number, startedAt: number, result: { output: Json; port: string; input: string | null }): void
  fail(step: PreparedStep, attempt: number, startedAt: number, error: FanwiseError, input: string | null): void
  answered(step: PreparedStep, attempt: number, startedAt: number, answer: StepAnswer): void
  go(): void
}

export class RunLoops {
  private readonly loops = new Map<string, EachLoop>()
  /** What earlier workers recorded, until the step's list is read again. */
  private readonly recorded = new Map<string, Map<number, ItemResult>>()

  constructor(private readonly run: LoopingRun) {}

  /** Does what can be done now: reads the list, starts items, or ends the step. */
  go(step: PreparedStep): void {
    const { run } = this
    const loop = this.loops.get(step.id)
    if (loop === undefined) return this.open(step)
    if (loop.ended) {
      this.loops.delete(step.id)
      const input = JSON.stringify({ items: loop.items.length })
      if (loop.failure !== null) return run.fail(step, 1, loop.startedAt, loop.failure, input)
      return run.done(step.id, 1, loop.startedAt, { output: loop.output(), port: 'out', input })
    }
    for (let index = loop.take(); index !== null; index = loop.take()) {
      const item = loop.items[index]!
      run.execute({ ...step, id: iterationId(step.id, index), iteration: { of: step.id, index } }, { ...run.scope, item, index })
      if (run.over || run.isBlocked(step.id)) return
    }
  }

  private open(step: PreparedStep): void {
    const { run } = this
    const attempt = run.attemptOf(step.id)
    const startedAt = performance.now()
    const opened = (items: Json[]) => {
      const recorded = this.recorded.get(step.id) ?? new Map<number, ItemResult>()
      this.loops.set(step.id, new EachLoop(step, items, recorded, (index) => run.rest(iterationId(step.id, index)), startedAt))
    }
    const failed = (error: unknown) => run.answered(step, attempt, startedAt, { error: stepError(error) })
    try {
      const read = () => step.each!.list(run.scope, evaluatorOf(run.context.services, run.job.workspace_id))
      const items = step.keepsList ? run.context.fanOuts.lists.keep(run.job, step.id, run.isResumed, read).then(checkedItems) : read()
      if (!(items instanceof Promise)) {
        opened(items)
        return this.go(step)
      }
      run.activate(step.id)
      items.then((list) => {
        if (run.over) return
        run.inactive(step.id)
        opened(list)
        run.go()
      }).catch(failed)
    } catch (error) {
      failed(error)
    }
  }

  /** Keeps an item's result; false when the id is a whole step's. */
  keep(id: string, result: ItemResult): boolean {
    const place = placeOf(id)
    if (place === null) return false
    const loop = this.loops.get(place.of)
    if (loop !== undefined) {
      loop.settle(place.index, result)
      return true
    }
    const kept = this.recorded.get(place.of) ?? new Map<number, ItemResult>()
    this.recorded.set(place.of, kept.set(place.index, result))
    return true
  }

  /** The item was not begun after all. */
  release(step: PreparedStep): void {
    if (step.iteration !== null) this.loops.get(step.iteration.of)?.release(step.iteration.index)
  }

  /** False while all that a step has to do is under way. @param ending an item that is just ending */
  canGoOn(step: string, ending?: string): boolean {
    return this.loops.get(step)?.canGoOn(ending) !== false
  }

  /** An item's row tells its place, so that the run page can count. */
  inputOf(step: string, input: string | null): string | null {
    const place = placeOf(step)
    if (place === null) return input
    return `{"index":${place.index},"of":${this.loops.get(place.of)?.items.length ?? null},"input":${input ?? 'null'}}`
  }
}
