/** Ticks fire once across processes; what was missed in a downtime is the schedule's policy; schedules made of data send their event. */
import { afterAll, beforeAll, expect, test, vi } from 'vitest'
import { emptyDocument } from '#graph/document.ts'
import { addFunction, addSchedule, addStep } from '#graph/edit/add-node.ts'
import { connect } from '#graph/edit/connect.ts'
import { createTestDatabase, type TestDatabase } from '#tests/support/database.ts'
import { values } from '#tests/support/drawing.ts'
import { createWorkspace, fn, publish, transform } from '#tests/support/factories.ts'
import { startTestEngine, type TestEngine } from '#tests/support/engine.ts'
import { until } from '#tests/support/until.ts'
import { startWorkerProcess } from '#tests/support/worker-process.ts'
import { fanwise } from '#server/audit/record.ts'
import { closeDb } from '#server/db.ts'
import { deleteSchedule, getSchedule, listSchedules, putSchedule, scheduleBody, switchSchedule } from '#server/schedules/store.ts'
import { createWorkflow } from '#server/workflows/import.ts'
import { publish as publishWorkflow } from '#server/workflows/publish.ts'

let database: TestDatabase
let web: TestEngine
let workers: TestEngine[]
beforeAll(async () => {
  database = await createTestDatabase()
  web = await startTestEngine({ database, role: 'web' })
  workers = await Promise.all([startTestEngine({ database }), startTestEngine({ database })])
})
afterAll(async () => {
  await Promise.all(workers.map((w) => w.stop()))
  await web.stop()
  await database.drop()
})

const body = (extra: object = {}) => scheduleBody.parse({ event: 'digest/due', cron: '*/5 * * * *', timezone: 'UTC', data: { customer: 'c1' }, ...extra })
const pool = () => web.engine.pool
const missedSince = (ws: string, table: 'schedule' | 'data_schedule', minutes: number) =>
  pool().query(`update ${table} set next_at = date_bin('5 minutes', now(), '2026-01-01') - make_interval(mins => $2) where workspace_id = $1`, [ws, minutes])
const moved = (ws: string, table: 'schedule' | 'data_schedule') => until(async () => (await pool().query(`select 1 from ${table} where workspace_id = $1 and next_at > now()`, [ws])).rowCount, 'the schedule moves on')

test.each([['skip', 0], ['last', 1], ['all', 4]] as const)('three hours missed, policy %s: %i runs', async (missed, count) => {
  const ws = await createWorkspace(pool())
  const ids = await publish(pool(), ws, [fn('every', null, [transform('at', { at: '{{ event.data.scheduledAt }}' })])])
  // Hourly, half an hour away from now on both sides.
  const last = new Date(Math.floor(Date.now() / 60_000) * 60_000 - 30 * 60_000)
  await pool().query(
    `insert into schedule (workspace_id, function_id, trigger_id, cron, timezone, missed, next_at) values ($1, $2, 'n_s', $3, 'UTC', $4, $5)`,
    [ws, ids['every'], `${last.getUTCMinutes()} * * * *`, missed, new Date(last.getTime() - 3 * 3_600_000)],
  )
  await moved(ws, 'schedule')
  await until(async () => (await pool().query('select 1 from run where workspace_id = $1 and status = 1', [ws])).rowCount === count, 'the runs end')
  const { rows } = await pool().query<{ at: string }>(`select data->>'scheduledAt' as at from event where workspace_id = $1 order by id`, [ws])
  expect(rows.map((row) => row.at)).toEqual(Array.from({ length: count }, (_, i) => new Date(last.getTime() - (count - 1 - i) * 3_600_000).toISOString()))
})

test('a schedule made of data sends its event once per tick, with a worker killed in the middle', async () => {
  const own = await createTestDatabase()
  const door = await startTestEngine({ database: own, role: 'web' })
  const ws = await createWorkspace(door.engine.pool)
  await publish(door.engine.pool, ws, [fn('digest', 'digest/due', [transform('for', { who: '{{ event.data.customer }}' })])])
  for (let i = 0; i < 120; i++) await putSchedule(door.engine.pool, ws, `c${i}`, body({ data: { customer: `c${i}` } }), fanwise)
  await door.engine.pool.query(`update data_schedule set next_at = date_bin('5 minutes', now(), '2026-01-01')`)
  const first = await startWorkerProcess(own.url)
  await until(async () => (await door.engine.pool.query('select 1 from event limit 1')).rowCount, 'the first events')
  await first.kill()
  const rest = await Promise.all([startWorkerProcess(own.url), startWorkerProcess(own.url)])
  await until(async () => (await door.engine.pool.query('select 1 from run where status = 1')).rowCount === 120, 'all digests ran')
  await until(async () => (await door.engine.pool.query('select 1 from data_schedule where next_at > now() and last_at is not null')).rowCount === 120, 'all schedules move on')
  const { rows } = await door.engine.pool.query<{ n: number; events: number }>(`select count(distinct data->>'customer')::int as n, count(*)::int as events from event`)
  expect(rows[0]).toEqual({ n: 120, events: 120 })
  await Promise.all(rest.map((w) => w.stop()))
  await door.stop()
  await own.drop()
})

test('off means off; on again counts from now; a change of times finds the next tick anew, other changes keep it', async () => {
  const ws = await createWorkspace(pool())
  await putSchedule(pool(), ws, 'c1', body({ enabled: false, missed: 'all' }), fanwise)
  await missedSince(ws, 'data_schedule', 60)
  expect((await getSchedule(pool(), ws, 'c1')).nextAt).toBeNull()
  const on = await putSchedule(pool(), ws, 'c1', body({ missed: 'all' }), fanwise)
  expect(on.created).toBe(false)
  expect(Date.parse(on.schedule.nextAt!)).toBeGreaterThan(Date.now())
  const kept = await putSchedule(pool(), ws, 'c1', body({ data: { customer: 'c2' } }), fanwise)
  expect(kept.schedule.nextAt).toBe(on.schedule.nextAt)
  const yearly = await putSchedule(pool(), ws, 'c1', body({ cron: '0 0 1 1 *', timezone: 'Europe/Berlin' }), fanwise)
  expect(yearly.schedule.nextAt).toMatch(/-12-31T23:00:00.000Z$/)
  expect(yearly.schedule.next).toHaveLength(5)
  await expect(putSchedule(pool(), ws, 'c1', body(), fanwise, { mustBeNew: true })).rejects.toMatchObject({ code: 'conflict' })
  expect((await listSchedules(pool(), ws, { limit: 10 })).data.map((one) => one.key)).toEqual(['c1'])
  await deleteSchedule(pool(), ws, 'c1', fanwise)
  await expect(getSchedule(pool(), ws, 'c1')).rejects.toMatchObject({ code: 'not_found' })
  expect((await pool().query('select 1 from event where workspace_id = $1', [ws])).rowCount).toBe(0)
})

test('what cannot be right is refused with its field', () => {
  const problem = (extra: object) => scheduleBody.safeParse({ event: 'a/b', cron: '0 9 * * MON', ...extra }).error?.issues[0]
  expect(problem({ cron: '61 * * * *' })?.path).toEqual(['cron'])
  expect(problem({ timezone: 'Berlin' })?.path).toEqual(['timezone'])
  expect(problem({ event: 'fanwise/x' })?.path).toEqual(['event'])
  expect(problem({ event: 'a/*' })?.message).toContain('exact name')
  expect(problem({ data: [] })?.message).toBe('The data must be an object.')
  expect(problem({})).toBeUndefined()
})

test('the first tick is found by the database’s clock, however wrong that of the process which publishes or stores it', async () => {
  process.env.DATABASE_URL = database.url
  const ws = await createWorkspace(pool())
  const drawn = addSchedule(addFunction(emptyDocument(), { id: 'fn', position: { x: 400, y: 0 }, slug: 'hourly' }).document, { id: 'at', position: { x: 0, y: 0 }, cron: '0 * * * *' }).document
  const joined = connect(addStep(drawn, { id: 's', parent: 'fn', kind: 'transform', key: 'work', config: values({ ok: 'yes' }) }).document, { source: 'at', target: 'fn' })
  if ('refused' in joined) throw new Error(joined.refused)
  vi.useFakeTimers({ toFake: ['Date'], now: Date.now() + 7 * 3_600_000 })
  try {
    const { id } = await createWorkflow(ws, { name: 'Hourly', document: joined.document, authorId: null })
    await publishWorkflow(ws, id, { authorId: null })
    const put = await putSchedule(pool(), ws, 'hourly', body({ cron: '0 * * * *' }), fanwise)
    expect(put.schedule.next[0]).toBe(put.schedule.nextAt)
    await switchSchedule(pool(), ws, 'hourly', false, fanwise)
    await switchSchedule(pool(), ws, 'hourly', true, fanwise)
  } finally {
    vi.useRealTimers()
  }
  const { rows } = await pool().query<{ within: boolean }>(`select next_at > clock_timestamp() and next_at <= clock_timestamp() + interval '1 hour' as within from schedule where workspace_id = $1
    union all select next_at > clock_timestamp() and next_at <= clock_timestamp() + interval '1 hour' from data_schedule where workspace_id = $1`, [ws])
  expect(rows).toEqual([{ within: true }, { within: true }])
  await closeDb()
})
