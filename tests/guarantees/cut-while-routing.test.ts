/** A connection that breaks while a step asks or stores something: nobody's data is at fault, so the step goes on as soon as Postgres answers. */
import pg from 'pg'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { createTestDatabase, type TestDatabase } from '#tests/support/database.ts'
import { endedRuns, startTestEngine, type TestEngine } from '#tests/support/engine.ts'
import { createWorkspace, fn, publish, step, transform } from '#tests/support/factories.ts'
import { until } from '#tests/support/until.ts'

let database: TestDatabase
let t: TestEngine
let called: () => Promise<void>
beforeAll(async () => {
  database = await createTestDatabase()
  t = await startTestEngine({
    database,
    services: {
      request: async () => {
        await called()
        return { status: 200, headers: {}, body: '{}' }
      },
    },
  })
})
afterAll(async () => {
  await t.stop()
  await database.drop()
})

test('the run completes at its first attempt, and the event is stored once', async () => {
  const ws = await createWorkspace(t.engine.pool)
  await publish(t.engine.pool, ws, [
    fn('sends', 'go/on', [step('call', 'http', { method: 'GET', url: 'https://x.example/' }), step('tell', 'emit', { event: 'it/happened', data: '{}' }, ['call'])]),
    fn('hears', 'it/happened', [transform('see', {})]),
  ])
  // Whoever is in a transaction goes on seeing the activity of its first look.
  const [client, watcher] = [new pg.Client({ connectionString: database.url }), new pg.Client({ connectionString: database.url })]
  await Promise.all([client.connect(), watcher.connect()])
  called = async () => {
    // From here on, whoever asks for the routes waits: the engine has to ask again, as after a publish.
    await client.query('begin')
    await client.query('lock table function in access exclusive mode')
    t.engine.routesChanged(ws)
  }
  const ended = endedRuns(t.engine, ws, 2)
  await t.engine.ingest(ws, [{ name: 'go/on', data: {} }], { source: 'api' })
  const waiting = `select pid from pg_stat_activity where datname = current_database() and application_name = 'fanwise' and wait_event_type = 'Lock' and query ~ 'from function'`
  await until(async () => ((await watcher.query(waiting)).rowCount ?? 0) > 0, 'the emit waits for its routes')
  await watcher.query(`select pg_terminate_backend(pid) from (${waiting}) w`)
  await client.query('rollback')
  await Promise.all([client.end(), watcher.end()])
  expect([...(await ended).values()]).toEqual(['completed', 'completed'])
  const count = async (sql: string) => (await t.engine.pool.query<{ n: number }>(`select count(*)::int as n from ${sql}`, [ws])).rows[0]!.n
  expect(await count(`event where workspace_id = $1 and name = 'it/happened'`)).toBe(1)
  expect(await count('attempt where workspace_id = $1')).toBe(0)
})

test.each([
  ['a wait for an event', step('rest', 'wait', { event: 'it/came', timeout: '1h' })],
  ['an approval', step('rest', 'approval', { title: 'Go ahead?', timeout: '1h' })],
  ['a call', step('rest', 'invoke', { function: 'sleeps', timeout: '1h' })],
  ['a gathering', step('rest', 'gather', { of: 'each' })],
])('%s is stored once Postgres answers again, and no attempt is spent', async (_name, rest) => {
  const ws = await createWorkspace(t.engine.pool)
  await publish(t.engine.pool, ws, [
    fn('rests', 'rest/now', [
      step('each', 'emit-each', { items: '{{ [1, 2] }}', event: 'item/sent', data: '{}' }),
      step('call', 'http', { method: 'GET', url: 'https://x.example/' }, ['each']),
      { ...rest, after: [{ step: 'call', port: 'out' }] },
    ]),
    fn('sleeps', 'item/sent', [step('long', 'sleep', { mode: 'for', duration: '1h' })]),
  ])
  const [client, watcher] = [new pg.Client({ connectionString: database.url }), new pg.Client({ connectionString: database.url })]
  await Promise.all([client.connect(), watcher.connect()])
  called = async () => {
    await until(async () => (await watcher.query(`select 1 from job where workspace_id = $1 and state = 't'`, [ws])).rowCount === 2, 'what reacts sleeps')
    await client.query('begin')
    await client.query('lock table wait in exclusive mode')
  }
  await t.engine.ingest(ws, [{ name: 'rest/now', data: {} }], { source: 'api' })
  const waiting = `select pid from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock' and query ~ 'insert into wait '`
  await until(async () => ((await watcher.query(waiting)).rowCount ?? 0) > 0, 'the step waits to be stored')
  await watcher.query(`select pg_terminate_backend(pid) from (${waiting}) w`)
  await client.query('rollback')
  await Promise.all([client.end(), watcher.end()])
  const rows = (sql: string) => t.engine.pool.query(sql, [ws]).then((answer) => answer.rows)
  await until(async () => (await rows(`select 1 from job j join wait w on w.workspace_id = j.workspace_id and w.run_id = j.run_id where j.workspace_id = $1 and j.worker_id is null and w.step = 'rest'`)).length === 1, 'the run rests')
  expect(await rows(`select status::int from run where workspace_id = $1 and function_id = (select id from function where workspace_id = $1 and slug = 'rests')`)).toEqual([{ status: 0 }])
  expect(await rows('select 1 from attempt where workspace_id = $1')).toEqual([])
})
