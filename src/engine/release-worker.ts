/** A worker gives back what it holds, whether it stops or has lost its standing. */
import type pg from 'pg'
import { inTransaction } from '#engine/transaction.ts'
import { workerLock, workerRelease } from '#engine/sql/worker.ts'

/**
 * The lock comes first: a claim of this session that the database still works on would else take jobs
 * behind the release's back, for a worker that is no more.
 */
export async function releaseWorker(pool: pg.Pool, workerId: string): Promise<void> {
  await inTransaction(pool, async (client) => {
    await client.query({ ...workerLock, values: [workerId] })
    await client.query({ ...workerRelease, values: [workerId, 0] })
  })
}
