/** Due sleeps, retries and time limits go back to the queue; late ones fire as soon as somebody looks. */
import type pg from 'pg'
import type { Duty } from '#engine/duties/duty.ts'
import { timerDue, timerNext } from '#engine/sql/timers.ts'

export function fireTimers(pool: pg.Pool, fired: () => void, nextIn: (ms: number) => void): Duty {
  return {
    name: 'fire-timers',
    everyMs: 1000,
    async tick() {
      const { rows } = await pool.query<{ woken: number }>({ ...timerDue, values: [] })
      const woken = rows[0]!.woken
      if (woken > 0) fired()
      if (woken === 500) return true
      const next = await pool.query<{ in_ms: string | null }>({ ...timerNext, values: [] })
      const inMs = next.rows[0]!.in_ms
      if (inMs !== null && Number(inMs) < 1000) nextIn(Math.max(1, Number(inMs)))
      return false
    },
  }
}
