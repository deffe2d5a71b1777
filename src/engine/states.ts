/**
 * All states in one place. The database repeats them as CHECK constraints
 * (prisma/migrations/0001_init); tests/guarantees/states.test.ts holds the two together.
 *
 *   run.status   0 open → 1 completed | 2 failed | 3 cancelled; 4 skipped from the start
 *   job.state    q queued → r running → (deleted: the run ended) | t timer | w waiting | h held → q …
 *   step.status  1 done | 2 failed        (a row exists only for a recorded result; a failed one with a port was handled)
 */
export const runStatus = { open: 0, completed: 1, failed: 2, cancelled: 3, skipped: 4 } as const
export const stepStatus = { done: 1, failed: 2 } as const
export type JobState = 'q' | 'r' | 't' | 'w' | 'h'

/** What people and the REST API call a run's state. */
export type RunState = 'queued' | 'running' | 'sleeping' | 'waiting' | 'held' | 'completed' | 'failed' | 'cancelled' | 'skipped'

const ofJob: Record<JobState, RunState> = { q: 'queued', r: 'running', t: 'sleeping', w: 'waiting', h: 'held' }

/** The state from the two rows that carry it; an open run without a job is just being ended. */
export function runStateOf(status: number, jobState: JobState | null): RunState {
  if (status === runStatus.completed) return 'completed'
  if (status === runStatus.failed) return 'failed'
  if (status === runStatus.cancelled) return 'cancelled'
  if (status === runStatus.skipped) return 'skipped'
  return jobState === null ? 'running' : ofJob[jobState]
}
