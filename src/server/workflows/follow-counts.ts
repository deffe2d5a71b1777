/** Runs counted by state, for whoever follows an event. Pure. */
import { shownRest, type ShownRest } from '#base/shown-rest.ts'
import { runStateOf, type JobState, type RunState } from '#engine/states.ts'

export type FollowState = RunState | ShownRest

export interface FollowCount {
  state: FollowState
  count: number
}

/** What is told first, and stands for the whole. */
export const stateOrder: FollowState[] = ['failed', 'retrying', 'running', 'waiting', 'collecting', 'sleeping', 'held', 'queued', 'cancelled', 'completed', 'skipped']

/** @param why the kind of what the run rests for */
export const followState = (status: number, job: JobState | null, why: string | null | undefined): FollowState => shownRest(runStateOf(status, job), why)

export const isEnded = (state: FollowState): boolean => state === 'completed' || state === 'failed' || state === 'cancelled' || state === 'skipped'
export const sum = (counts: FollowCount[]): number => counts.reduce((all, { count }) => all + count, 0)

/** Each state once, in their order. */
export function merged(counts: FollowCount[]): FollowCount[] {
  return stateOrder.flatMap((state) => {
    const count = sum(counts.filter((one) => one.state === state))
    return count === 0 ? [] : [{ state, count }]
  })
}
