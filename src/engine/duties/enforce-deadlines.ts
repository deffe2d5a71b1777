/** Runs that have waited too long to start, or taken too long to finish, are cancelled. */
import type pg from 'pg'
import { FanwiseError } from '#base/errors.ts'
import type { Duty } from '#engine/duties/duty.ts'
import { endRuns, type EndedRun } from '#engine/end-runs.ts'
import { jobsOverdue } from '#engine/sql/flow.ts'

const tooLate = new FanwiseError('run_timeout', 'It did not start within the time the function allows.', { fix: 'Raise the start time limit or the concurrency limit; run the event again if it is still wanted.' }).toShape()
const tooLong = new FanwiseError('run_timeout', 'It took longer than the function allows.', { fix: 'Raise the finish time limit, or look at which step took so long.' }).toShape()

export function enforceDeadlines(pool: pg.Pool, ended: (runs: EndedRun[]) => void): Duty {
  return {
    name: 'enforce-deadlines',
    everyMs: 1000,
    async tick() {
      const client = await pool.connect()
      try {
        await client.query('begin')
        const { rows } = await client.query<{ workspace_id: string; run: string; started: boolean }>({ ...jobsOverdue, values: [] })
        const runs = await endRuns(client, rows.map((row) => ({ workspaceId: row.workspace_id, runId: row.run, reason: row.started ? tooLong : tooLate })))
        await client.query('commit')
        if (runs.length > 0) ended(runs)
        return rows.length === 200
      } catch (error) {
        await client.query('rollback').catch(() => {})
        throw error
      } finally {
        client.release()
      }
    },
  }
}
