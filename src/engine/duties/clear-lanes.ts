/**
 * Lanes of key values that nobody has used for a day are deleted, some thousand at a time; the next run of such
 * a value makes its lane again. And the check that nothing was ever queued in a lane that is not there.
 */
import type pg from 'pg'
import type { Duty } from '#engine/duties/duty.ts'
import type { Routes } from '#engine/match.ts'
import { laneKeep, laneMissing, laneUnusedDelete, laneUnusedLock } from '#engine/sql/lane.ts'
import { numbers, texts, uuids } from '#engine/sql/arrays.ts'
import { inTransaction } from '#engine/transaction.ts'

const lanesPerStatement = 2000
const pauseMs = 20
const firstId = '00000000-0000-0000-0000-000000000000'

export function clearLanes(pool: pg.Pool): Duty {
  let behind: [string, string] = [firstId, firstId]
  return {
    name: 'clear-lanes',
    everyMs: 600_000,
    async tick() {
      const last = await inTransaction(pool, async (client) => {
        const { rows } = await client.query<{ looked: number; ws: string | null; id: string | null; unused: string[] }>({ ...laneUnusedLock, values: [...behind, lanesPerStatement] })
        const page = rows[0]!
        if (page.unused.length > 0) await client.query({ ...laneUnusedDelete, values: [page.unused] })
        return page.looked < lanesPerStatement ? null : ([page.ws!, page.id!] as [string, string])
      })
      behind = last ?? [firstId, firstId]
      if (last !== null) await new Promise((resolve) => setTimeout(resolve, pauseMs))
      return last !== null
    },
  }
}

/** Must find nothing. A lane it has to make gets the limit of its function; answers how many there were. */
export async function makeMissingLanes(pool: pg.Pool, routes: Routes): Promise<number> {
  const { rows } = await pool.query<{ ws: string; id: string; fn: string; version: number }>({ ...laneMissing, values: [] })
  if (rows.length === 0) return 0
  const caps = new Map<string, number | null>()
  for (const row of rows) {
    const table = await (row.version < 0 ? routes.ofDraft(row.ws, row.fn, row.version) : routes.get(row.ws))
    caps.set(row.id, table.byId.get(row.fn)?.cap ?? null)
  }
  await pool.query({ ...laneKeep, values: [uuids(rows.map((r) => r.ws)), uuids(rows.map((r) => r.id)), uuids(rows.map((r) => r.fn)), numbers(rows.map((r) => caps.get(r.id)!)), texts(rows.map(() => null))] })
  return rows.length
}
