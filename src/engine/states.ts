/**
 * All states in one place. The database repeats them as CHECK constraints
 * (prisma/migrations/0001_init); tests/guarantees/states.test.ts holds the two together.
 *
 *   run.status   0 open → 1 completed | 2 failed | 3 cancelled
 *   job.state    q queued → r running → (deleted: the run ended) | t timer | w waiting → q …
 *   step.status  1 done | 2 failed        (a row exists only for a recorded result)
 */
export const runStatus = { open: 0, completed: 1, failed: 2, cancelled: 3 } as const
export const stepStatus = { done: 1, failed: 2 } as const
export type JobState = 'q' | 'r' | 't' | 'w'

/** What people and the REST API call a run's state. */
export type RunState = 'queued' | 'running' | 'sleeping' | 'waiting' | 'completed' | 'failed' | 'cancelled'

const ofJob: Record<JobState, RunState> = { q: 'queued', r: 'running', t: 'sleeping', w: 'waiting' }

/** The state from the two rows that carry it; an open run without a job is just being ended. */
export function runStateOf(status: number, jobState: JobState | null): RunState {
  if (status === runStatus.completed) return 'completed'
  if (status === runStatus.failed) return 'failed'
  if (status === runStatus.cancelled) return 'cancelled'
  return jobState === null ? 'running' : ofJob[jobState]
}
