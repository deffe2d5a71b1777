import type { RunOutcomes } from '#server/events/list-events.ts'

/** "4 done", "3 done, 1 failed", "Nobody reacts". */
export function outcomeText(runs: RunOutcomes): string {
  if (runs.total === 0) return 'Nobody reacts'
  const parts = [
    [runs.failed, 'failed'], [runs.running, 'running'], [runs.resting, 'waiting'], [runs.completed, 'done'], [runs.cancelled, 'cancelled'], [runs.skipped, 'skipped'],
  ] as const
  return parts.filter(([count]) => count > 0).map(([count, word]) => `${count.toLocaleString('en')} ${word}`).join(', ')
}
