/** Every background duty, started together by a process that works. */
import type pg from 'pg'
import type { EngineOptions } from '#engine/api.ts'
import { clearLanes } from '#engine/duties/clear-lanes.ts'
import { runDuty, type RunningDuty } from '#engine/duties/duty.ts'
import { enforceDeadlines } from '#engine/duties/enforce-deadlines.ts'
import { fireTimers } from '#engine/duties/fire-timers.ts'
import { keepHistory } from '#engine/duties/keep-history.ts'
import { liftHolds } from '#engine/duties/lift-holds.ts'
import { purgeWorkspaces } from '#engine/duties/purge-workspaces.ts'
import { rescueWorkers } from '#engine/duties/rescue-workers.ts'
import { sweep } from '#engine/duties/sweep.ts'
import { tendFanOuts } from '#engine/fan-out/watcher.ts'
import { tellCancelledRuns } from '#engine/duties/tell-cancelled.ts'
import { tickDataSchedules } from '#engine/duties/tick-data-schedules.ts'
import { tickSchedules } from '#engine/duties/tick-schedules.ts'
import type { EndedRun } from '#engine/end-runs.ts'
import type { FanOutContext } from '#engine/fan-out/context.ts'
import type { Holds } from '#engine/holds/holds.ts'
import type { Ingest } from '#engine/ingest.ts'
import type { Routes } from '#engine/match.ts'
import type { Signals } from '#engine/signals.ts'

export interface DutyContext {
  pool: pg.Pool
  /** How long a worker's lease runs. */
  leaseMs: number
  routes: Routes
  ingest: Ingest
  signals: Signals
  holds: Holds
  fanOuts: FanOutContext
  log: EngineOptions['log']
  wake(): void
  ended(runs: EndedRun[]): void
  holdsChanged(): void
}

export function startDuties({ pool, leaseMs, routes, ingest, signals, holds, fanOuts, log, wake, ended, holdsChanged }: DutyContext): RunningDuty[] {
  const failed = (name: string) => (error: unknown) => log('debug', `The duty ${name} failed; it tries again.`, { error: String(error) })
  const all = [
    rescueWorkers(pool, leaseMs, signals, wake),
    sweep(pool, routes, (lanes) => log('warn', 'Jobs were queued in lanes that were shut or not there; they have been opened.', lanes)),
    clearLanes(pool),
    tickSchedules(pool, ingest, signals, (schedule, error) => log('error', 'A schedule could not tick.', { schedule, error: String(error) })),
    tickDataSchedules(pool, ingest, (key, error) => log('error', 'A schedule could not send its event.', { key, error: String(error) })),
    enforceDeadlines(pool, ended),
    liftHolds(pool, holds, holdsChanged, wake),
    tendFanOuts(fanOuts),
    tellCancelledRuns(pool, routes, ingest),
    purgeWorkspaces({ pool, ended, gone: (workspace) => log('info', 'A deleted workspace is gone with all that was in it.', { workspace }) }),
    keepHistory(pool, (kept) => log('info', 'History past its time was deleted.', { rows: kept.rows })),
  ].map((duty) => runDuty(duty, failed(duty.name)))
  const timers: RunningDuty = runDuty(fireTimers(pool, wake, (ms) => setImmediate(() => timers.hurry(ms))), failed('fire-timers'))
  signals.on('run.parked', ({ state }) => {
    if (state !== 'q') timers.hurry(0)
  })
  return [...all, timers]
}
