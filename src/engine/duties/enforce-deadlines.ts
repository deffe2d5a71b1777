/** Runs that have waited too long to start, or taken too long to finish, are cancelled. */
import type pg from 'pg'
import { formatDuration } from '#base/duration.ts'
import { FanwiseError, type ErrorShape } from '#base/errors.ts'
import type { Duty } from '#engine/duties/duty.ts'
import { endRuns, type EndedRun } from '#engine/end-runs.ts'
import { jobsOverdue } from '#engine/sql/flow.ts'
import { inTransaction } from '#engine/transaction.ts'

interface Overdue {
  workspace_id: string
  run: string
  started: boolean
  start_ms: number | null
  finish_ms: number | null
}

function reasonOf({ started, start_ms: startMs, finish_ms: finishMs }: Overdue): ErrorShape {
  const within = (ms: number | null) => (ms === null ? 'the time its function allows' : formatDuration(ms))
  const error = started
    ? new FanwiseError('run_timeout', `It took longer than ${within(finishMs)} to finish.`, { fix: 'Look at which step took so long, or raise the time limit for finishing.', facts: { limit: 'finish', ms: finishMs } })
    : new FanwiseError('run_timeout', `It did not start within ${within(startMs)}.`, { fix: 'Raise the time limit for starting or the concurrency limit; run the event again if it is still wanted.', facts: { limit: 'start', ms: startMs } })
  return error.toShape()
}

export function enforceDeadlines(pool: pg.Pool, ended: (runs: EndedRun[]) => void): Duty {
  return {
    name: 'enforce-deadlines',
    everyMs: 1000,
    async tick() {
      const { overdue, runs } = await inTransaction(pool, async (client) => {
        const { rows } = await client.query<Overdue>({ ...jobsOverdue, values: [] })
        return { overdue: rows.length, runs: await endRuns(client, rows.map((row) => ({ workspaceId: row.workspace_id, runId: row.run, reason: reasonOf(row) }))) }
      })
      if (runs.length > 0) ended(runs)
      return overdue === 200
    },
  }
}
