/**
 * Holds that are being lifted let more runs go each second; parked services are tried again when it is
 * time; and jobs whose hold is gone or whose second limit has room are looked for (there should be none:
 * this is the safety net).
 */
import type pg from 'pg'
import type { Duty } from '#engine/duties/duty.ts'
import type { Hold, Holds } from '#engine/holds/holds.ts'
import { holdIdsInUse, holdLetGo, holdRemove, holdSettle, holdTurn } from '#engine/sql/hold.ts'
import { uuids } from '#engine/sql/arrays.ts'
import { inTransaction } from '#engine/transaction.ts'

const rampMost = 5000
/** A little less than the duty's second, so that no turn is missed by a hair. */
const rampTurnMs = 900
/** A run that tries a parked service may end without calling it; then another tries. */
const probeMs = 60_000

export function liftHolds(pool: pg.Pool, holds: Holds, changed: () => void, letGo: () => void): Duty {
  return {
    name: 'lift-holds',
    everyMs: 1000,
    async tick() {
      await holds.refresh()
      const used = await pool.query<{ workspace_id: string; id: string }>({ ...holdIdsInUse, values: [] })
      const settled = used.rows.length === 0 ? 0 : (await pool.query<{ n: number }>({ ...holdSettle, values: [uuids(used.rows.map((r) => r.workspace_id)), uuids(used.rows.map((r) => r.id))] })).rows[0]!.n
      const lifted = await liftAll(pool, holds)
      if (lifted.changed) {
        await holds.refresh()
        changed()
      }
      if (settled + lifted.runs > 0) letGo()
      return false
    },
  }
}

/** A parked service whose next turn has come: to be tried, or to let more runs go. */
const isDue = ({ kind, auto, ramp, untilMs }: Hold) => kind === 'service' && (ramp === null ? auto && untilMs !== null && untilMs <= 0 : untilMs === null || untilMs <= 0)

function nextTurn(ramp: number | null): { ramp: number; inMs: number } {
  // Announced first: a worker that does not know of it yet would send the run that tries back.
  if (ramp === null) return { ramp: 0, inMs: 0 }
  if (ramp === 0) return { ramp: 0, inMs: probeMs }
  return { ramp: Math.min(rampMost, ramp * 2), inMs: rampTurnMs }
}

async function liftAll(pool: pg.Pool, holds: Holds): Promise<{ changed: boolean; runs: number }> {
  const lifted = { changed: false, runs: 0 }
  for (const hold of [...holds.all()].filter(isDue)) {
    const runs = await inTransaction(pool, (client) => takeTurn(client, hold))
    lifted.changed ||= runs !== null
    lifted.runs += runs ?? 0
  }
  return lifted
}

/** How many runs were let go; null when another process has the turn. */
async function takeTurn(client: pg.PoolClient, hold: Hold): Promise<number | null> {
  const next = nextTurn(hold.ramp)
  // Every process looks; the one that takes the turn has it.
  const { rowCount } = await client.query({ ...holdTurn, values: [hold.workspaceId, hold.id, hold.ramp, next.ramp, next.inMs] })
  if (rowCount !== 1) return null
  if (hold.ramp === null) return 0
  const count = Math.max(1, hold.ramp)
  const { rows } = await client.query<{ n: number }>({ ...holdLetGo, values: [hold.workspaceId, hold.id, count] })
  if (rows[0]!.n < count) await client.query({ ...holdRemove, values: [hold.workspaceId, hold.id] })
  return rows[0]!.n
}
