/**
 * What is left of deleted workspaces goes: first their open runs end, then their rows, in small statements with pauses,
 * by one process at a time. Whoever dies in between is followed by whoever has the next turn. The workspace's own row
 * goes last.
 */
import type pg from 'pg'
import { FanwiseError } from '#base/errors.ts'
import type { Duty } from '#engine/duties/duty.ts'
import { pause, repeat, rowsPerStatement } from '#engine/duties/in-chunks.ts'
import { endRuns, type EndedRun } from '#engine/end-runs.ts'
import { purgeEnd, purgeNext, purgeOpenRuns, purgeRows, purgeTurn, purgeTurnEnd } from '#engine/sql/purge.ts'
import { inTransaction } from '#engine/transaction.ts'

const turnMs = 2000
const runsAtOnce = 500

export interface PurgeContext {
  pool: pg.Pool
  ended(runs: EndedRun[]): void
  /** Nothing is left of it. */
  gone(workspaceId: string): void
}

export function purgeWorkspaces(context: PurgeContext): Duty {
  return {
    name: 'purge-workspaces',
    everyMs: 2000,
    async tick() {
      const { rows } = await context.pool.query<{ id: string }>({ ...purgeNext, values: [] })
      if (rows.length === 0) return false
      const client = await context.pool.connect()
      try {
        if (!(await client.query<{ mine: boolean }>({ ...purgeTurn, values: [] })).rows[0]!.mine) return false
        try {
          return await purgeAll(context, client, rows.map((row) => row.id))
        } finally {
          await client.query({ ...purgeTurnEnd, values: [] })
        }
      } finally {
        client.release()
      }
    },
  }
}

/** True when there is more to do at once. */
async function purgeAll(context: PurgeContext, client: pg.PoolClient, ids: string[]): Promise<boolean> {
  const until = performance.now() + turnMs
  let more = false
  for (const id of ids) {
    if (performance.now() > until) return true
    more = (await purge(context, client, id, until)) || more
  }
  return more
}

async function purge(context: PurgeContext, client: pg.PoolClient, id: string, until: number): Promise<boolean> {
  if (!(await endOpenRuns(context, id, until))) return true
  let rows = 0
  for (const statement of purgeRows) {
    rows += await repeat(client, { ...statement, values: [id, rowsPerStatement] }, until)
    if (performance.now() > until) return true
  }
  if (rows > 0) return true
  if (((await client.query({ ...purgeEnd, values: [id] })).rowCount ?? 0) > 0) context.gone(id)
  return false
}

/** False when the time was over before the last one. */
async function endOpenRuns({ pool, ended }: PurgeContext, id: string, until: number): Promise<boolean> {
  const reason = new FanwiseError('run_cancelled', 'Its workspace was deleted.', { fix: 'Nothing needs to be done.' }).toShape()
  while (performance.now() < until) {
    const { found, runs } = await inTransaction(pool, async (client) => {
      const { rows } = await client.query<{ run: string }>({ ...purgeOpenRuns, values: [id, runsAtOnce] })
      return { found: rows.length, runs: await endRuns(client, rows.map((row) => ({ workspaceId: id, runId: row.run, reason }))) }
    })
    ended(runs)
    if (found === 0) return true
    await pause()
  }
  return false
}
