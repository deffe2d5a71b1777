/**
 * Schedules. A tick's event id stands for (trigger, instant), so any number of processes fire it
 * once. The next tick is stored; after a downtime the last missed one fires, once (policy "latest").
 */
import { Cron } from 'croner'
import type pg from 'pg'
import type { Duty } from '#engine/duties/duty.ts'
import { namedUuid } from '#engine/derived-ids.ts'
import type { Ingest } from '#engine/ingest.ts'
import type { Signals } from '#engine/signals.ts'

interface DueSchedule {
  workspace_id: string
  function_id: string
  trigger_id: string
  cron: string
  timezone: string
  next_at: Date
  now: Date
}

const due = {
  name: 'schedule-due',
  text: `select workspace_id, function_id::text, trigger_id, cron, timezone, next_at, clock_timestamp() as now from schedule
    where next_at <= clock_timestamp() order by next_at limit 100 for update skip locked`,
}
const moveOn = {
  name: 'schedule-move',
  text: `update schedule set last_at = next_at, next_at = $4 where workspace_id = $1 and function_id = $2 and trigger_id = $3`,
}

export function tickSchedules(pool: pg.Pool, ingest: Ingest, signals: Signals): Duty {
  return {
    name: 'tick-schedules',
    everyMs: 1000,
    async tick() {
      const client = await pool.connect()
      try {
        await client.query('begin')
        const { rows } = await client.query<DueSchedule>({ ...due, values: [] })
        for (const schedule of rows) await fire(client, schedule, ingest, signals)
        await client.query('commit')
        return rows.length === 100
      } catch (error) {
        await client.query('rollback').catch(() => {})
        throw error
      } finally {
        client.release()
      }
    },
  }
}

/** The event is stored first, under an id that repeats: a crash before the move fires nothing twice. */
async function fire(client: pg.PoolClient, schedule: DueSchedule, ingest: Ingest, signals: Signals): Promise<void> {
  const cron = new Cron(schedule.cron, { timezone: schedule.timezone })
  const instant = latestMissed(cron, schedule)
  const id = namedUuid(`${schedule.function_id}:${schedule.trigger_id}:${instant.toISOString()}`, instant.getTime())
  await ingest.accept(
    schedule.workspace_id,
    [{ name: 'fanwise/schedule.ticked', uuid: id, ts: instant.getTime(), data: { cron: schedule.cron, timezone: schedule.timezone, scheduledAt: instant.toISOString() } }],
    { source: 'schedule', sourceRef: schedule.trigger_id },
    { functionId: schedule.function_id },
  )
  const next = cron.nextRun(schedule.now)
  await client.query({ ...moveOn, values: [schedule.workspace_id, schedule.function_id, schedule.trigger_id, next ?? new Date(Date.UTC(9999, 0, 1))] })
  signals.emit('schedule.ticked', { workspaceId: schedule.workspace_id, functionId: schedule.function_id, at: instant.toISOString() })
}

/** Of the ticks between next_at and now, the last one. */
function latestMissed(cron: Cron, schedule: DueSchedule): Date {
  const [last] = cron.previousRuns(1, new Date(schedule.now.getTime() + 1))
  return last !== undefined && last > schedule.next_at ? last : schedule.next_at
}

