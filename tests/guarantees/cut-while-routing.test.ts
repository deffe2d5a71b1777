/** A connection that breaks while an emit asks who reacts: nobody's data is at fault, so the step goes on as soon as Postgres answers. */
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
