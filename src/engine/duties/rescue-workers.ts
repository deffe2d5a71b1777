/** Workers whose lease has passed: their jobs go back to the front of their lanes, their slots are freed. */
import type pg from 'pg'
import type { Duty } from '#engine/duties/duty.ts'
import type { Signals } from '#engine/signals.ts'
import { workerExpired, workerRelease } from '#engine/sql/worker.ts'
import { inTransaction } from '#engine/transaction.ts'

export function rescueWorkers(pool: pg.Pool, leaseMs: number, signals: Signals, rescued: () => void): Duty {
  return {
    name: 'rescue-workers',
    everyMs: 1000,
    async tick() {
      const dead = await inTransaction(pool, async (client) => {
        const { rows } = await client.query<{ id: string; away: boolean }>({ ...workerExpired, values: [leaseMs] })
        for (const { id, away } of rows) {
          const jobs = await client.query({ ...workerRelease, values: [id, away ? 0 : 1] })
          signals.emit('worker.reaped', { workerId: id, jobs: jobs.rowCount ?? 0 })
        }
        return rows.length
      })
      if (dead > 0) rescued()
      return dead === 10
    },
  }
}
