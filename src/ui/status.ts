/** The states people see (look.md §4) and their words. */
import { shownRest } from '#base/shown-rest.ts'

export type UiStatus =
  | 'queued' | 'running' | 'retrying' | 'waiting' | 'collecting' | 'sleeping' | 'held' | 'completed' | 'failed' | 'cancelled' | 'skipped' | 'warning' | 'error'

export type StatusTone = 'idle' | 'event' | 'wait' | 'done' | 'fail'

export const statusWord: Record<UiStatus, string> = {
  queued: 'Queued', running: 'Running', retrying: 'Retrying', waiting: 'Waiting', collecting: 'Collecting', sleeping: 'Sleeping', held: 'Held', completed: 'Done',
  failed: 'Failed', cancelled: 'Cancelled', skipped: 'Not taken', warning: 'To check', error: 'To fix',
}

export const statusTone: Record<UiStatus, StatusTone> = {
  queued: 'idle', running: 'event', retrying: 'wait', waiting: 'wait', collecting: 'wait', sleeping: 'wait', held: 'wait', completed: 'done',
  failed: 'fail', cancelled: 'idle', skipped: 'idle', warning: 'wait', error: 'fail',
}

/** A run's stored status with why it rests. */
export function shownStatus(status: UiStatus, why: { kind?: string } | null | undefined): UiStatus {
  return shownRest(status, why?.kind)
}
