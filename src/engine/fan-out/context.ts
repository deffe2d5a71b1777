/** What everything about fan-outs needs of the engine. */
import type pg from 'pg'
import type { EndedRun } from '#engine/end-runs.ts'
import type { EventWaits } from '#engine/event-waits.ts'
import type { Routes } from '#engine/match.ts'
import type { KnownLanes } from '#engine/known-lanes.ts'
import type { Plan } from '#engine/store-events.ts'

export interface FanOutContext {
  pool: pg.Pool
  routes: Routes
  lanes: KnownLanes
  waits: EventWaits
  /** After COMMIT of new events and runs. */
  stored(plan: Plan): void
  /** Runs that wait no more. */
  woken(runs: { workspaceId: string; runId: string }[]): void
  /** Runs that were ended from outside. */
  ended(runs: EndedRun[]): void
  /** Screens that show this fan-out look again. */
  changed(workspaceId: string, fanOutId: string, runId: string): void
  /** A hold was set or taken away: every worker must know. */
  holdsChanged(workspaceId: string): void
}
