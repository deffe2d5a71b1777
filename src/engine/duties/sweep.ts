/** Slow checks: lanes that were shut over queued jobs (must be none), ids past their 24 hours. */
import type pg from 'pg'
import type { Duty } from '#engine/duties/duty.ts'
import { eventSeenPrune } from '#engine/sql/event-seen.ts'
import { flowExpired } from '#engine/sql/flow.ts'
import { laneSweep } from '#engine/sql/timers.ts'

export function sweep(pool: pg.Pool, found: (shutLanes: number) => void): Duty {
  return {
    name: 'sweep',
    everyMs: 30_000,
    async tick() {
      const shut = await pool.query({ ...laneSweep, values: [] })
      if ((shut.rowCount ?? 0) > 0) found(shut.rowCount!)
      await pool.query({ ...flowExpired, values: [] })
      const pruned = await pool.query({ ...eventSeenPrune, values: [] })
      return (pruned.rowCount ?? 0) === 5000
    },
  }
}
