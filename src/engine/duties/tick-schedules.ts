/**
 * Schedules. A tick's event id stands for (trigger, instant), so any number of processes fire it
 * once. The next tick is stored; what becomes of ticks missed in a downtime is the schedule's policy.
 */
import type pg from 'pg'
import { timesOf, type MissedPolicy } from '#engine/duties/due-ticks.ts'
import type { Duty } from '#engine/duties/duty.ts'
import { namedUuid } from '#engine/derived-ids.ts'
import type { Ingest } from '#engine/ingest.ts'
import type { Signals } from '#engine/signals.ts'
import { inTransaction } from '#engine/transaction.ts'

interface DueSchedule {
  workspace_id: string
  function_id: string
  trigger_id: string
  cron: string
  timezone: string
  missed: MissedPolicy
  next_at: Date
  now: Date
}

const due = {
  name: 'schedule-due',
  text: `select workspace_id, function_id::text, trigger_id, cron, timezone, missed, next_at, clock_timestamp() as now from schedule
    where next_at <= clock_timestamp() and not exists (select 1 from workspace w where w.id = schedule.workspace_id and w.deleted_at is not null)
    order by next_at limit 100 for update skip locked`,
}
const moveOn = {
  name: 'schedule-move',
  text: `update schedule set last_at = coalesce($5, last_at), next_at = $4 where workspace_id = $1 and function_id = $2 and trigger_id = $3`,
}

export function tickSchedules(pool: pg.Pool, ingest: Ingest, signals: Signals, failed: (schedule: string, error: unknown) => void): Duty {
  return {
    name: 'tick-schedules',
    everyMs: 1000,
    async tick() {
      return inTransaction(pool, async (client) => {
        const { rows } = await client.query<DueSchedule>({ ...due, values: [] })
        for (const schedule of rows) await fire(client, schedule, ingest, signals, failed)
        return rows.length === 100
      })
    },
  }
}

/** The events are stored first, under ids that repeat: a crash before the move fires nothing twice. */
async function fire(client: pg.PoolClient, schedule: DueSchedule, ingest: Ingest, signals: Signals, failed: (schedule: string, error: unknown) => void): Promise<void> {
  const name = `${schedule.function_id}:${schedule.trigger_id}`
  const { ticks, next } = timesOf(schedule, (error) => failed(name, error))
  try {
    if (ticks.length > 0) await send(schedule, ticks, ingest)
  } catch (error) {
    // It stays due, and must not hold up the others.
    return failed(name, error)
  }
  await client.query({ ...moveOn, values: [schedule.workspace_id, schedule.function_id, schedule.trigger_id, next, ticks.at(-1) ?? null] })
  for (const tick of ticks) signals.emit('schedule.ticked', { workspaceId: schedule.workspace_id, functionId: schedule.function_id, at: tick.toISOString() })
}

async function send(schedule: DueSchedule, ticks: Date[], ingest: Ingest): Promise<void> {
  const events = ticks.map((tick) => ({
    name: 'fanwise/schedule.ticked', uuid: namedUuid(`${schedule.function_id}:${schedule.trigger_id}:${tick.toISOString()}`, tick.getTime()), ts: tick.getTime(),
    data: { cron: schedule.cron, timezone: schedule.timezone, scheduledAt: tick.toISOString() },
  }))
  await ingest.accept(schedule.workspace_id, events, { source: 'schedule', sourceRef: schedule.trigger_id }, { functionId: schedule.function_id })
}
