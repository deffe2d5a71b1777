/** A run that is taken up again: what earlier workers recorded is put in place, and what has become due meanwhile is named. */
import type { ErrorShape } from '#base/errors.ts'
import type { ItemResult } from '#engine/each-loop.ts'
import type { Recorded, RecordedWait } from '#engine/load-runs.ts'
import { whyWaits, type Resting } from '#engine/resting.ts'
import type { ExpressionScope } from '#steps/kind.ts'

/** The run as it is being restored. */
export interface RestoredRun {
  readonly ended: Map<string, { port: string | null }>
  readonly tries: Map<string, number>
  readonly resting: Resting
  readonly scope: ExpressionScope
  /** False when the step is none of a loop's items. */
  keepItem(step: string, result: ItemResult): boolean
  failedAt(step: string, error: ErrorShape): void
  /** How often a step is tried at most. */
  triesOf(step: string): number
}

/** A sleep that is over, or a wait that has an answer or came too late. `at`: performance.now() of its begin. */
export type Due = { step: string; at: number } & ({ type: 'slept' } | { type: 'answered'; wait: RecordedWait })

/** Answers what has become due, to be recorded before anything starts. */
export function restoreRun(recorded: Recorded, run: RestoredRun): Due[] {
  for (const row of recorded.steps) {
    const port = row.port ?? (row.status === 1 ? 'out' : null)
    run.ended.set(row.step, { port })
    if (run.keepItem(row.step, row.status === 1 ? { output: row.output } : { error: row.error! })) continue
    if (port !== null) run.scope.steps[row.step] = row.output
    else run.failedAt(row.step, row.error ?? { code: 'internal', message: 'The step failed.' })
  }
  const now = performance.now()
  for (const [step, { tries, retryInMs, message }] of recorded.attempts) {
    run.tries.set(step, tries)
    if (run.ended.has(step) || retryInMs === null || retryInMs <= 0) continue
    run.resting.until(step, now + retryInMs, { kind: 'retry', step, attempt: tries + 1, attempts: run.triesOf(step), message })
  }
  const due: Due[] = []
  for (const [step, wait] of recorded.waits) {
    if (!run.ended.has(step)) restoreWait(step, wait, recorded, run.resting, due, now)
    // Nobody answered it in time: its row, by which events find it, goes with the run's end.
    else if (!wait.resolved && wait.kind !== 'sleep') run.resting.hasOpenWaits = true
  }
  return due
}

function restoreWait(step: string, wait: RecordedWait, recorded: Recorded, resting: Resting, due: Due[], now: number): void {
  const dueAt = wait.expiresInMs === null ? null : now + wait.expiresInMs
  const expired = wait.expiresInMs !== null && wait.expiresInMs <= 0
  if ((wait.resolved || expired) && (wait.kind === 'gather' || wait.kind === 'canary')) {
    // Settled, let go, or too late: the step executes again, from where it was.
    if (!wait.resolved) resting.hasOpenWaits = true
    // It waited for a person before its first item, so there is a fan-out but no progress yet.
    if (wait.kind === 'canary' && !recorded.progress.has(step)) recorded.progress.set(step, { nextIndex: 0, total: 0, baseMs: 0 })
  } else if (wait.kind === 'sleep') {
    if (expired) due.push({ type: 'slept', step, at: now - wait.ageMs })
    else resting.until(step, dueAt!, whyWaits(step, wait.kind, {}))
  } else if (wait.resolved || expired) {
    if (!wait.resolved) resting.hasOpenWaits = true
    due.push({ type: 'answered', step, at: now - wait.ageMs, wait })
  } else resting.outside(step, dueAt, whyWaits(step, wait.kind, wait.input ?? {}))
}
