/** Slow checks: lanes that were shut over queued jobs or are not there (must be none), ids past their 24 hours, keys of flow control and lists that say nothing any more. */
import type pg from 'pg'
import { makeMissingLanes } from '#engine/duties/clear-lanes.ts'
import type { Duty } from '#engine/duties/duty.ts'
import type { Routes } from '#engine/match.ts'
import { eventSeenPrune } from '#engine/sql/event-seen.ts'
import { flowExpired } from '#engine/sql/flow.ts'
import { stepListClear } from '#engine/sql/step-list.ts'
import { laneSweep } from '#engine/sql/timers.ts'

const rowsPerStatement = { ids: 5000, keys: 2000, lists: 1000 }

export function sweep(pool: pg.Pool, routes: Routes, found: (lanes: { shut: number; missing: number }) => void): Duty {
  return {
    name: 'sweep',
    everyMs: 30_000,
    async tick() {
      const missing = await makeMissingLanes(pool, routes)
      const shut = (await pool.query({ ...laneSweep, values: [] })).rowCount ?? 0
      if (missing + shut > 0) found({ shut, missing })
      const { rows } = await pool.query<{ looked: number }>({ ...flowExpired, values: [] })
      const pruned = await pool.query({ ...eventSeenPrune, values: [] })
      const lists = await pool.query({ ...stepListClear, values: [] })
      return (lists.rowCount ?? 0) === rowsPerStatement.lists || (pruned.rowCount ?? 0) === rowsPerStatement.ids || rows[0]!.looked === rowsPerStatement.keys
    },
  }
}
