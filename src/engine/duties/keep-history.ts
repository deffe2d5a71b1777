/**
 * Retention: events and runs past the days their workspace keeps are deleted, in small statements with
 * pauses between, for a few seconds each minute, by one process at a time. Open runs, their events and
 * their results stay however old they are.
 */
import type pg from 'pg'
import { uuidFloor } from '#base/ids.ts'
import { databaseNow } from '#engine/clock.ts'
import type { Duty } from '#engine/duties/duty.ts'
import { repeat, rowsPerStatement } from '#engine/duties/in-chunks.ts'
import { keepAudit, keepEvents, keepFanOuts, keepMails, keepOfRuns, keepOperations, keepRequests, keepRuns, keepSettings, keepTestVersions, keepTurn, keepTurnEnd } from '#engine/sql/retention.ts'

const dayMs = 86_400_000
const auditDays = 365
const operationDays = 90
const versionsPerTurn = 200
const turnMs = 20_000

export interface Kept {
  workspaces: number
  rows: number
}

export function keepHistory(pool: pg.Pool, done: (kept: Kept) => void, turn = turnMs): Duty {
  // Where the time of the last turn was over: the next one begins behind it, so that none of very many is left out for ever.
  let last = ''
  return {
    name: 'keep-history',
    everyMs: 60_000,
    async tick() {
      const client = await pool.connect()
      try {
        const { rows } = await client.query<{ mine: boolean }>({ ...keepTurn, values: [] })
        if (!rows[0]!.mine) return false
        try {
          const kept = await sweepAll(client, last, turn)
          last = kept.last
          if (kept.rows > 0) done(kept)
        } finally {
          await client.query({ ...keepTurnEnd, values: [] })
        }
        return false
      } finally {
        client.release()
      }
    },
  }
}

/** Every workspace gets a share of the turn; what is left over waits for the next. */
async function sweepAll(client: pg.PoolClient, behind: string, turn: number): Promise<Kept & { last: string }> {
  const { rows: found } = await client.query<{ id: string; event_days: number | null; run_days: number | null }>({ ...keepSettings, values: [] })
  const workspaces = [...found.filter((one) => one.id > behind), ...found.filter((one) => one.id <= behind)]
  const until = performance.now() + turn
  let rows = 0
  let last = ''
  for (const [index, workspace] of workspaces.entries()) {
    const share = performance.now() + Math.max(200, (until - performance.now()) / (workspaces.length - index))
    rows += await sweepWorkspace(client, workspace, share)
    last = workspace.id
    if (performance.now() > until) break
  }
  return { workspaces: workspaces.length, rows, last }
}

async function sweepWorkspace(client: pg.PoolClient, { id, event_days: eventDays, run_days: runDays }: { id: string; event_days: number | null; run_days: number | null }, until: number): Promise<number> {
  const now = databaseNow()
  let rows = 0
  if (runDays !== null) {
    const since = now - runDays * dayMs
    const values = [id, uuidFloor(since), rowsPerStatement, new Date(since)]
    for (const statement of [...keepOfRuns, keepRuns]) rows += await repeat(client, { ...statement, values }, until)
    rows += await repeat(client, { ...keepFanOuts, values: values.slice(0, 3) }, until)
    rows += (await client.query({ ...keepTestVersions, values: [id, versionsPerTurn, new Date(since)] })).rowCount ?? 0
  }
  if (eventDays !== null) {
    const values = [id, uuidFloor(now - eventDays * dayMs), rowsPerStatement]
    for (const statement of [keepEvents, keepMails, keepRequests]) rows += await repeat(client, { ...statement, values }, until)
  }
  rows += await repeat(client, { ...keepOperations, values: [id, new Date(now - operationDays * dayMs), rowsPerStatement] }, until)
  // Who keeps everything for ever keeps this, too.
  if (runDays === null && eventDays === null) return rows
  return rows + (await repeat(client, { ...keepAudit, values: [id, uuidFloor(now - auditDays * dayMs), rowsPerStatement] }, until))
}
