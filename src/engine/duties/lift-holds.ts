/**
 * Holds that are being lifted let more runs go each second; parked services are tried again when it is
 * time; and jobs whose hold is gone or whose second limit has room are looked for (there should be none:
 * this is the safety net).
 */
import type pg from 'pg'
import type { Duty } from '#engine/duties/duty.ts'
import type { Hold, Holds } from '#engine/holds/holds.ts'
import { holdIdsInUse, holdLetGo, holdProbe, holdRamp, holdRemove, holdSettle, holdTurn } from '#engine/sql/hold.ts'
import { uuids } from '#engine/sql/arrays.ts'

const rampMost = 5000
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

/** The breaker's: one run is let go to try the service, the others only once it has succeeded. */
const tries = (hold: Hold) => hold.auto && (hold.ramp === null || hold.ramp === 0)

async function liftAll(pool: pg.Pool, holds: Holds): Promise<{ changed: boolean; runs: number }> {
  const due = [...holds.all()].filter((hold) => hold.kind === 'service' && (tries(hold) ? hold.untilMs !== null && hold.untilMs <= 0 : hold.ramp !== null))
  if (due.length === 0) return { changed: false, runs: 0 }
  const client = await pool.connect()
  let runs = 0
  try {
    await client.query('begin')
    const { rows } = await client.query<{ mine: boolean }>({ ...holdTurn, values: [] })
    if (rows[0]!.mine) {
      for (const hold of due) {
        const count = tries(hold) ? 1 : hold.ramp!
        const { rows: gone } = await client.query<{ n: number }>({ ...holdLetGo, values: [hold.workspaceId, hold.id, count] })
        runs += gone[0]!.n
        if (gone[0]!.n < count) await client.query({ ...holdRemove, values: [hold.workspaceId, hold.id] })
        else if (tries(hold)) await client.query({ ...holdProbe, values: [hold.workspaceId, hold.id, probeMs] })
        else await client.query({ ...holdRamp, values: [hold.workspaceId, hold.id, Math.min(rampMost, count * 2)] })
      }
    }
    await client.query('commit')
    return { changed: rows[0]!.mine, runs }
  } catch (error) {
    await client.query('rollback').catch(() => {})
    throw error
  } finally {
    client.release()
  }
}
