/** Ticks that were missed while nothing ran, by the policy of their schedule, when two workers come up at once, again and again. */
import { afterAll, beforeAll, expect, test } from 'vitest'
import { listSchedules } from '#server/schedules/store.ts'
import { createTestDatabase, type TestDatabase } from '#tests/support/database.ts'
import { startTestEngine, type TestEngine } from '#tests/support/engine.ts'
import { createWorkspace, fn, publish, transform } from '#tests/support/factories.ts'
import { until } from '#tests/support/until.ts'

const hourMs = 3_600_000

let database: TestDatabase
let web: TestEngine
beforeAll(async () => {
  database = await createTestDatabase()
  web = await startTestEngine({ database, role: 'web' })
})
afterAll(async () => {
  await web.stop()
  await database.drop()
})

test('skip, last and all: drawn schedules and rows of data, over two workers and two downtimes', async () => {
  const { pool } = web.engine
  const ws = await createWorkspace(pool)
  const policies = ['skip', 'last', 'all']
  const ids = await publish(pool, ws, policies.flatMap((missed) => [fn(missed, null, [transform('at', { at: '{{ event.data.scheduledAt }}' })]), fn(`data-${missed}`, `data/${missed}`, [transform('end', { n: '1' })])]))
  // Half an hour from now, so that the last one missed is half an hour old.
  const minute = (new Date().getUTCMinutes() + 30) % 60
  for (const missed of policies) {
    await pool.query(`insert into schedule (workspace_id, function_id, trigger_id, cron, timezone, missed, next_at) values ($1, $2, 'n_s', $3, 'UTC', $4, 'infinity')`, [ws, ids[missed], `${minute} * * * *`, missed])
    await pool.query(`insert into data_schedule (workspace_id, id, key, event_name, cron, timezone, data, missed, next_at) values ($1, gen_random_uuid(), $2, $3, $4, 'UTC', '{}', $2, 'infinity')`, [ws, missed, `data/${missed}`, `${minute} * * * *`])
  }
  for (let downtimes = 0; downtimes < 2; downtimes++) {
    const now = Date.now()
    const last = now - (now % hourMs) + minute * 60_000
    const dueAt = new Date((last > now ? last - hourMs : last) - 2 * hourMs)
    await pool.query(`update schedule set next_at = $2 where workspace_id = $1`, [ws, dueAt])
    await pool.query(`update data_schedule set next_at = $2 where workspace_id = $1`, [ws, dueAt])
    const workers = await Promise.all([0, 1].map(() => startTestEngine({ database })))
    await until(async () => {
      const { rows } = await pool.query<{ due: number; open: number }>(`select (select count(*)::int from (select next_at from schedule where workspace_id = $1 union all select next_at from data_schedule where workspace_id = $1) s where next_at <= now()) as due, (select count(*)::int from run where workspace_id = $1 and status = 0) as open`, [ws])
      return rows[0]!.due === 0 && rows[0]!.open === 0
    }, 'nothing is due any more')
    await Promise.all(workers.map((worker) => worker.stop()))
    const { rows } = await pool.query<{ slug: string; n: number }>(`select f.slug, count(r.id)::int as n from function f left join run r on r.workspace_id = f.workspace_id and r.function_id = f.id where f.workspace_id = $1 group by 1`, [ws])
    const fired = Object.fromEntries(rows.map((row) => [row.slug, row.n]))
    // Of the same hours as before, ticks that have fired are known: the second downtime adds nothing to `all`.
    expect(fired).toEqual({ skip: 0, last: 1, all: 3, 'data-skip': 0, 'data-last': 1, 'data-all': 3 })
  }
})

test('a schedule whose times cannot be read any more holds up no other', async () => {
  const { pool } = web.engine
  const ws = await createWorkspace(pool)
  const ids = await publish(pool, ws, [fn('odd', null, [transform('at', { n: '1' })]), fn('well', null, [transform('at', { n: '1' })])])
  const put = (slug: string, timezone: string, minutesAgo: number) =>
    pool.query(`insert into schedule (workspace_id, function_id, trigger_id, cron, timezone, missed, next_at) values ($1, $2, 'n_s', '* * * * *', $3, 'last', $4)`, [ws, ids[slug], timezone, new Date(Date.now() - minutesAgo * 60_000)])
  const data = (key: string, timezone: string, minutesAgo: number) =>
    pool.query(`insert into data_schedule (workspace_id, id, key, event_name, cron, timezone, data, missed, next_at) values ($1, gen_random_uuid(), $2, 'data/ticked', '* * * * *', $3, '{}', 'last', $4)`, [ws, key, timezone, new Date(Date.now() - minutesAgo * 60_000)])
  await put('odd', 'Mars/Olympus', 60)
  await put('well', 'UTC', 1)
  await data('odd', 'Mars/Olympus', 60)
  await data('well', 'UTC', 1)
  const worker = await startTestEngine({ database })
  await until(async () => (await pool.query('select 1 from run where workspace_id = $1 and function_id = $2 and status = 1', [ws, ids.well])).rowCount, 'the drawn one has ticked', 30_000)
  await until(async () => (await pool.query(`select 1 from event where workspace_id = $1 and name = 'data/ticked' and source_ref = 'well'`, [ws])).rowCount, 'the other has ticked', 30_000)
  await worker.stop()
  expect((await listSchedules(pool, ws, { limit: 10 })).data).toMatchObject([{ key: 'odd', next: [], nextAt: null }, { key: 'well' }])
  expect((await pool.query('select 1 from run where workspace_id = $1 and function_id = $2', [ws, ids.odd])).rowCount).toBe(0)
})
