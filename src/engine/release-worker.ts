/** A worker gives back what it holds, whether it stops or has lost its standing. */
import type pg from 'pg'
import { workerLock, workerRelease } from '#engine/sql/worker.ts'

/**
 * The lock comes first: a claim of this session that the database still works on would else take jobs
 * behind the release's back, for a worker that is no more.
 */
export async function releaseWorker(pool: pg.Pool, workerId: string): Promise<void> {
  const client = await pool.connect()
  try {
    await client.query('begin')
    await client.query({ ...workerLock, values: [workerId] })
    await client.query({ ...workerRelease, values: [workerId, 0] })
    await client.query('commit')
  } catch (error) {
    await client.query('rollback').catch(() => {})
    throw error
  } finally {
    client.release()
  }
}
