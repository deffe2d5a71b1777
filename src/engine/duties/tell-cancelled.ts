/** Cancelled runs whose event nobody has stored: the process that cancelled them died in between. */
import type pg from 'pg'
import type { ErrorShape } from '#base/errors.ts'
import type { Duty } from '#engine/duties/duty.ts'
import { tellCancelled, type ToldRun } from '#engine/end-events.ts'
import type { Ingest } from '#engine/ingest.ts'
import type { Routes } from '#engine/match.ts'
import { uuids } from '#engine/sql/arrays.ts'
import { cancelledLeft, cancelledTold } from '#engine/sql/run-control.ts'

/** Long past the moment in which the process itself would have told. */
const leftMs = 10_000

interface Row {
  workspace_id: string
  run: string
  /** These are null when the run has been deleted since. */
  function_id: string | null
  version: number
  event_id: string
  event_name: string
  reason: ErrorShape
}

export function tellCancelledRuns(pool: pg.Pool, routes: Routes, ingest: Ingest): Duty {
  return {
    name: 'tell-cancelled',
    everyMs: leftMs,
    async tick() {
      const { rows } = await pool.query<Row>({ ...cancelledLeft, values: [leftMs] })
      if (rows.length === 0) return false
      const gone = rows.filter((row) => row.function_id === null)
      if (gone.length > 0) await pool.query({ ...cancelledTold, values: [uuids(gone.map((row) => row.workspace_id)), uuids(gone.map((row) => row.run))] })
      await tellCancelled(pool, routes, ingest, rows.filter((row) => row.function_id !== null).map(told))
      return rows.length >= 500
    },
  }
}

const told = (row: Row): ToldRun => ({
  workspaceId: row.workspace_id, runId: row.run, functionId: row.function_id!, version: row.version, eventId: row.event_id, eventName: row.event_name, reason: row.reason,
})
