/**
 * Schedules that are rows (table data_schedule): each tick sends the row's event. The event's id stands for
 * (schedule, instant), so any number of processes send it once.
 */
import type pg from 'pg'
import type { JsonObject } from '#base/json.ts'
import { namedUuid } from '#engine/derived-ids.ts'
import { timesOf, type MissedPolicy } from '#engine/duties/due-ticks.ts'
import type { Duty } from '#engine/duties/duty.ts'
import type { Ingest } from '#engine/ingest.ts'
import { inTransaction } from '#engine/transaction.ts'

interface DueRow {
  workspace_id: string
  id: string
  key: string
  event_name: string
  cron: string
  timezone: string
  data: JsonObject
  missed: MissedPolicy
  next_at: Date
  now: Date
}

interface Move {
  row: DueRow
  last: Date | null
  next: Date
}

const perTick = 100

const due = {
  name: 'data-schedule-due',
  text: `select workspace_id, id::text, key, event_name, cron, timezone, data, missed, next_at, clock_timestamp() as now from data_schedule
    where enabled and next_at <= clock_timestamp() and not exists (select 1 from workspace w where w.id = data_schedule.workspace_id and w.deleted_at is not null)
    order by next_at limit ${perTick} for update skip locked`,
}
const moveOn = {
  name: 'data-schedule-move',
  text: `update data_schedule set last_at = coalesce($3, last_at), next_at = $4 where workspace_id = $1 and id = $2`,
}

export function tickDataSchedules(pool: pg.Pool, ingest: Ingest, failed: (key: string, error: unknown) => void): Duty {
  return {
    name: 'tick-data-schedules',
    everyMs: 1000,
    async tick() {
      return inTransaction(pool, async (client) => {
        const { rows } = await client.query<DueRow>({ ...due, values: [] })
        // Together, so that they share commits; one that cannot be sent must not hold up the others.
        const moves = await Promise.all(rows.map((row) => fire(row, ingest, failed)))
        for (const move of moves) if (move !== null) await client.query({ ...moveOn, values: [move.row.workspace_id, move.row.id, move.last, move.next] })
        return rows.length === perTick
      })
    },
  }
}

/**
 * The events are stored first, under ids that repeat: a crash before the move sends nothing twice. Answers what
 * to store of the schedule; null when its events could not be stored, so that it stays due.
 */
async function fire(row: DueRow, ingest: Ingest, failed: (key: string, error: unknown) => void): Promise<Move | null> {
  const { ticks, next } = timesOf(row, (error) => failed(row.key, error))
  const events = ticks.map((tick) => ({ name: row.event_name, uuid: namedUuid(`${row.id}:${tick.toISOString()}`, tick.getTime()), ts: tick.getTime(), data: row.data }))
  try {
    if (events.length > 0) await ingest.accept(row.workspace_id, events, { source: 'schedule', sourceRef: row.key })
    return { row, last: ticks.at(-1) ?? null, next }
  } catch (error) {
    failed(row.key, error)
    return null
  }
}
