/** Schedules that are rows: one a customer, say. Times are checked and the next tick stored here; the engine's duty sends. */
import type pg from 'pg'
import { z } from 'zod'
import { FanwiseError } from '#base/errors.ts'
import { newUuid } from '#base/ids.ts'
import type { JsonObject } from '#base/json.ts'
import { databaseNow } from '#engine/clock.ts'
import { never, nextTick, nextTicks, type MissedPolicy } from '#engine/duties/due-ticks.ts'
import { audit, type Actor } from '#engine/audit.ts'
import { inTransaction } from '#engine/transaction.ts'
import { cronProblem, isTimeZone } from '#graph/compile/check-sources.ts'
import { eventNameProblem } from '#graph/compile/event-names.ts'
import { isStorable } from '#graph/storable.ts'

const shownTicks = 5
const dataCharactersMax = 500_000

export interface ScheduleEntry {
  key: string
  event: string
  cron: string
  timezone: string
  data: JsonObject
  missed: MissedPolicy
  enabled: boolean
  nextAt: string | null
  lastAt: string | null
  /** The next five ticks, also while it is off. */
  next: string[]
}

/** What a schedule is made of. A message that begins with the field's own words stands alone. */
export const scheduleBody = z.strictObject({
  event: z.string({ error: 'Give the name of the event.' }).superRefine((name, context) => {
    const problem = eventNameProblem(name, 'send')
    if (problem !== null) context.addIssue({ code: 'custom', message: `${problem.message} ${problem.fix}` })
  }),
  cron: z.string({ error: 'Give the times, such as 0 9 * * MON.' }).max(255),
  timezone: z.string().max(64).default('UTC').refine(isTimeZone, 'This is not a time zone. Use a name such as Europe/Berlin or UTC.'),
  data: z.record(z.string(), z.json(), { error: 'The data must be an object.' }).default({}),
  missed: z.enum(['skip', 'last', 'all'], { error: 'Choose skip, last or all.' }).default('last'),
  enabled: z.boolean().default(true),
}).superRefine((body, context) => {
  const problem = cronProblem(body.cron, isTimeZone(body.timezone) ? body.timezone : 'UTC')
  if (problem !== null) context.addIssue({ code: 'custom', path: ['cron'], message: `${problem.message} ${problem.fix}` })
  if (!isStorable(body.data)) context.addIssue({ code: 'custom', path: ['data'], message: 'The data holds a null character (U+0000) or half a character, which cannot be kept here.' })
  if (JSON.stringify(body.data).length > dataCharactersMax) context.addIssue({ code: 'custom', path: ['data'], message: 'The data is larger than 500,000 characters.' })
})
export type ScheduleBody = z.output<typeof scheduleBody>

export const scheduleKey = z.string().regex(/^[A-Za-z0-9][A-Za-z0-9_.:@-]{0,199}$/, 'A key has letters, digits and _ . : @ - only, 200 at most.')

interface Row {
  key: string
  event_name: string
  cron: string
  timezone: string
  data: JsonObject
  missed: MissedPolicy
  enabled: boolean
  next_at: Date
  last_at: Date | null
}

const columns = 'key, event_name, cron, timezone, data, missed, enabled, next_at, last_at'

function entry(row: Row): ScheduleEntry {
  return {
    key: row.key, event: row.event_name, cron: row.cron, timezone: row.timezone, data: row.data, missed: row.missed, enabled: row.enabled,
    nextAt: row.enabled && row.next_at < never ? row.next_at.toISOString() : null, lastAt: row.last_at?.toISOString() ?? null,
    next: knownTicks(row),
  }
}

/** None of times that this version cannot read any more: one such row must not take the list down. */
function knownTicks({ cron, timezone }: Row): string[] {
  try {
    return ticksOf(cron, timezone)
  } catch {
    return []
  }
}

/** The next five ticks of times that are known to be right. */
export function ticksOf(cron: string, timezone: string, after = new Date(databaseNow())): string[] {
  return nextTicks(cron, timezone, shownTicks, after).map((tick) => tick.toISOString())
}

/** By key. @param after the last key of the page before */
export async function listSchedules(pool: pg.Pool, workspaceId: string, page: { after?: string; limit: number }): Promise<{ data: ScheduleEntry[]; nextCursor: string | null }> {
  const { rows } = await pool.query<Row>({
    text: `select ${columns} from data_schedule where workspace_id = $1 and ($2::text is null or key > $2) order by key limit $3`,
    values: [workspaceId, page.after ?? null, page.limit + 1],
  })
  const shown = rows.slice(0, page.limit)
  return { data: shown.map(entry), nextCursor: rows.length > page.limit ? shown.at(-1)!.key : null }
}

export async function getSchedule(pool: pg.Pool, workspaceId: string, key: string): Promise<ScheduleEntry> {
  const { rows } = await pool.query<Row>({ text: `select ${columns} from data_schedule where workspace_id = $1 and key = $2`, values: [workspaceId, key] })
  if (rows[0] === undefined) throw notFound(key)
  return entry(rows[0])
}

/** Makes it, or changes the one of that key. Its next tick is found anew only when its times change or it is switched on. */
export async function putSchedule(pool: pg.Pool, workspaceId: string, key: string, body: ScheduleBody, by: Actor, options: { mustBeNew?: boolean } = {}): Promise<{ schedule: ScheduleEntry; created: boolean }> {
  const stored = await inTransaction(pool, async (client) => {
    const row = await storeSchedule(client, workspaceId, key, body, options)
    await audit(client, workspaceId, by, row.created ? 'schedule.create' : 'schedule.change', key, { event: row.event_name, cron: row.cron, timezone: row.timezone, enabled: row.enabled })
    return row
  })
  return { schedule: entry(stored), created: stored.created }
}

async function storeSchedule(client: pg.ClientBase, workspaceId: string, key: string, body: ScheduleBody, options: { mustBeNew?: boolean }): Promise<Row & { created: boolean }> {
  const cron = body.cron.trim()
  const { rows } = await client.query<Row & { created: boolean }>({
    text: `insert into data_schedule (workspace_id, id, key, event_name, cron, timezone, data, missed, enabled, next_at)
      values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)
      on conflict (workspace_id, key) do ${options.mustBeNew === true ? 'nothing' : `update set event_name = excluded.event_name, cron = excluded.cron, timezone = excluded.timezone,
        data = excluded.data, missed = excluded.missed, enabled = excluded.enabled, updated_at = clock_timestamp(),
        next_at = case when data_schedule.enabled and data_schedule.cron = excluded.cron and data_schedule.timezone = excluded.timezone then data_schedule.next_at else excluded.next_at end`}
      returning ${columns}, id = $2 as created`,
    values: [workspaceId, newUuid(), key, body.event, cron, body.timezone, JSON.stringify(body.data), body.missed, body.enabled, nextTick(cron, body.timezone, new Date(databaseNow()))],
  })
  if (rows[0] === undefined) throw new FanwiseError('conflict', `There is a schedule with the key ${key} already.`, { field: 'key', fix: 'Choose another key, or change that one.' })
  return rows[0]
}

/** On or off; all else of it stays as it is, whoever changed it meanwhile. Switched on, it begins with the next tick from now. @throws not_found */
export async function switchSchedule(pool: pg.Pool, workspaceId: string, key: string, enabled: boolean, by: Actor): Promise<ScheduleEntry> {
  return inTransaction(pool, async (client) => {
    const { rows: [before] } = await client.query<Row>({ text: `select ${columns} from data_schedule where workspace_id = $1 and key = $2 for update`, values: [workspaceId, key] })
    if (before === undefined) throw notFound(key)
    if (before.enabled === enabled) return entry(before)
    const problem = enabled ? cronProblem(before.cron, before.timezone) : null
    if (problem !== null) throw new FanwiseError('bad_request', problem.message, { field: 'cron', fix: problem.fix })
    const { rows } = await client.query<Row>({
      text: `update data_schedule set enabled = $3, next_at = $4, updated_at = clock_timestamp() where workspace_id = $1 and key = $2 returning ${columns}`,
      values: [workspaceId, key, enabled, enabled ? nextTick(before.cron, before.timezone, new Date(databaseNow())) : before.next_at],
    })
    const row = rows[0]!
    await audit(client, workspaceId, by, 'schedule.change', key, { event: row.event_name, cron: row.cron, timezone: row.timezone, enabled })
    return entry(row)
  })
}

export async function deleteSchedule(pool: pg.Pool, workspaceId: string, key: string, by: Actor): Promise<void> {
  await inTransaction(pool, async (client) => {
    const { rowCount } = await client.query('delete from data_schedule where workspace_id = $1 and key = $2', [workspaceId, key])
    if (rowCount === 0) throw notFound(key)
    await audit(client, workspaceId, by, 'schedule.delete', key)
  })
}

const notFound = (key: string) => new FanwiseError('not_found', `There is no schedule with the key ${key}.`, { fix: 'Look in the list of schedules.' })
