/** What a run's end sets off: the function's own handler, and events of ends for those who listen. */
import { afterAll, beforeAll, expect, test } from 'vitest'
import { createTestDatabase, type TestDatabase } from '#tests/support/database.ts'
import { createWorkspace, fn, publish, step, transform } from '#tests/support/factories.ts'
import { uuidTime } from '#base/ids.ts'
import { endRuns } from '#engine/end-runs.ts'
import { startTestEngine, type TestEngine } from '#tests/support/engine.ts'
import { until } from '#tests/support/until.ts'

let database: TestDatabase
let t: TestEngine
let other: TestEngine
beforeAll(async () => {
  database = await createTestDatabase()
  t = await startTestEngine({ database })
  other = await startTestEngine({ database })
})
afterAll(async () => {
  await t.stop()
  await other.stop()
  await database.drop()
})

const broken = (id = 'boom') => step(id, 'code', { code: 'throw new Error("broken")' })
const runsOf = async (ws: string) => (await t.engine.pool.query<{ slug: string; status: number }>('select f.slug, r.status from run r join function f on f.workspace_id = r.workspace_id and f.id = r.function_id where r.workspace_id = $1 order by f.slug', [ws])).rows.map((row) => `${row.slug} ${row.status}`)
const settled = (ws: string, count: number) => until(async () => {
  const runs = await runsOf(ws)
  return runs.length >= count && runs.every((one) => !one.endsWith(' 0')) ? runs : null
}, `${count} runs have ended`)
const eventsOf = async (ws: string, name: string) => (await t.engine.pool.query('select data from event where workspace_id = $1 and name = $2', [ws, name])).rows.map((row) => row.data)

test('onFailure calls its function once with the failure; the handler’s own failure calls nobody', async () => {
  const ws = await createWorkspace(t.engine.pool)
  await publish(t.engine.pool, ws, [
    fn('work', 'work/go', [broken()], { flow: { onFailure: 'handle' } }),
    fn('handle', null, [transform('see', { f: '{{ event.data.function }}', why: '{{ event.data.error.message }}', n: '{{ event.data.event.data.n }}' }), { ...broken('again'), after: [{ step: 'see', port: 'out' }] }], { flow: { onFailure: 'handle' } }),
  ])
  await t.engine.ingest(ws, [{ name: 'work/go', data: { n: 4 } }], { source: 'api' })
  expect(await settled(ws, 2)).toEqual(['handle 2', 'work 2'])
  const { rows } = await t.engine.pool.query(`select output from step where workspace_id = $1 and step = 'see'`, [ws])
  expect(rows[0].output).toMatchObject({ f: 'work', why: expect.stringContaining('broken'), n: 4 })
  expect(await eventsOf(ws, 'fanwise/function.failed')).toHaveLength(1)
})

test('a version that cannot be prepared fails under its function’s name, and calls its handler', async () => {
  const ws = await createWorkspace(t.engine.pool)
  await publish(t.engine.pool, ws, [
    fn('work', 'work/go', [{ ...broken(), kind: 'of-a-later-version' as never }], { flow: { onFailure: 'handle' } }),
    fn('handle', null, [transform('see', { f: '{{ event.data.function }}', code: '{{ event.data.error.code }}' })]),
  ])
  await t.engine.ingest(ws, [{ name: 'work/go', data: {} }], { source: 'api' })
  expect(await settled(ws, 2)).toEqual(['handle 1', 'work 2'])
  expect((await t.engine.pool.query(`select output from step where workspace_id = $1 and step = 'see'`, [ws])).rows[0].output).toEqual({ f: 'work', code: 'internal' })
  expect(await eventsOf(ws, 'fanwise/function.failed')).toMatchObject([{ function: 'work', error: { message: 'This version of the function cannot be run any more.' } }])
})

test('a handler that also listens for failures is called once; one that does not exist stops nothing', async () => {
  const ws = await createWorkspace(t.engine.pool)
  await publish(t.engine.pool, ws, [
    fn('one', 'both/go', [broken()], { flow: { onFailure: 'handle' } }),
    fn('two', 'both/go', [broken()], { flow: { onFailure: 'nobody' } }),
    fn('handle', 'fanwise/function.failed', [transform('see', { f: '{{ event.data.function }}' })]),
  ])
  await t.engine.ingest(ws, [{ name: 'both/go', data: {} }], { source: 'api' })
  expect(await settled(ws, 4)).toEqual(['handle 1', 'handle 1', 'one 2', 'two 2'])
})

test('a function that was called by hand calls its handler too; one a step called answers that step', async () => {
  const ws = await createWorkspace(t.engine.pool)
  await publish(t.engine.pool, ws, [
    fn('work', null, [broken()], { flow: { onFailure: 'handle' } }),
    fn('handle', null, [transform('see', { ok: 'yes' })]),
    fn('caller', 'call/go', [step('ask', 'invoke', { function: 'work', data: '{}', timeout: '1m' })]),
  ])
  await t.engine.invoke(ws, 'work', {})
  expect(await settled(ws, 2)).toEqual(['handle 1', 'work 2'])
  await t.engine.ingest(ws, [{ name: 'call/go', data: {} }], { source: 'api' })
  expect(await settled(ws, 4)).toEqual(['caller 2', 'handle 1', 'work 2', 'work 2'])
})

test('finished and cancelled are stored only while somebody listens', async () => {
  const ws = await createWorkspace(t.engine.pool)
  const work = fn('work', 'work/go', [transform('end', { n: '{{ event.data.n }}' })])
  const slow = fn('slow', 'slow/go', [step('nap', 'sleep', { mode: 'for', duration: '1h' })])
  await publish(t.engine.pool, ws, [work, slow])
  await t.engine.ingest(ws, [{ name: 'work/go', data: { n: 1 } }], { source: 'api' })
  await settled(ws, 1)
  expect(await eventsOf(ws, 'fanwise/function.finished')).toEqual([])
  await publish(t.engine.pool, ws, [work, slow, fn('ears', 'fanwise/*', [transform('see', { what: '{{ event.name }}' })])])
  t.engine.routesChanged(ws)
  await t.engine.ingest(ws, [{ name: 'work/go', data: { n: 2 } }], { source: 'api' })
  await settled(ws, 3)
  expect(await eventsOf(ws, 'fanwise/function.finished')).toMatchObject([{ function: 'work', output: { n: 2 }, event: { name: 'work/go', data: { n: 2 } } }])
  await t.engine.ingest(ws, [{ name: 'slow/go', data: { n: 3 } }], { source: 'api' })
  const asleep = await until(async () => (await t.engine.pool.query<{ id: string }>(`select run_id::text as id from job where workspace_id = $1 and state = 't'`, [ws])).rows[0], 'it sleeps')
  await t.engine.cancelRun(ws, asleep.id)
  await until(async () => (await eventsOf(ws, 'fanwise/function.cancelled'))[0], 'the event comes')
  expect(await eventsOf(ws, 'fanwise/function.cancelled')).toMatchObject([{ function: 'slow', error: { code: 'run_cancelled' }, event: { data: { n: 3 } } }])
  // The listener's own ends are not told: else it would feed itself.
  await settled(ws, 5)
  expect(await eventsOf(ws, 'fanwise/function.finished')).toHaveLength(1)
})

test('a run that waits for the end of another goes on with it', async () => {
  const ws = await createWorkspace(t.engine.pool)
  await publish(t.engine.pool, ws, [
    fn('work', 'work/go', [transform('end', { n: '{{ event.data.n }}' })]),
    fn('wait', 'wait/go', [step('done', 'wait', { event: 'fanwise/function.finished', condition: 'async.data.output.n == event.data.n', timeout: '1h', lookBack: false }), transform('end', { got: '{{ steps.done.data.output.n }}' }, ['done'])]),
  ])
  await t.engine.ingest(ws, [{ name: 'wait/go', data: { n: 2 } }], { source: 'api' })
  await until(async () => (await t.engine.pool.query(`select 1 from job where workspace_id = $1 and state = 'w'`, [ws])).rowCount, 'it waits')
  await t.engine.ingest(ws, [{ name: 'work/go', data: { n: 1 } }, { name: 'work/go', data: { n: 2 } }], { source: 'api' })
  await settled(ws, 3)
  const { rows } = await t.engine.pool.query(`select output from step where workspace_id = $1 and output::text like '%got%'`, [ws])
  expect(rows.map((row) => row.output)).toEqual([{ got: 2 }])
  expect(Object.values(await t.engine.checkInvariants()).every((count) => count === 0)).toBe(true)
})

test('a cancelled run whose process died before it told is told by another, once', async () => {
  const ws = await createWorkspace(t.engine.pool)
  await publish(t.engine.pool, ws, [fn('slow', 'slow/go', [step('nap', 'sleep', { mode: 'for', duration: '1h' })]), fn('listen', 'fanwise/function.cancelled', [transform('see', { f: '{{ event.data.function }}' })])])
  await t.engine.ingest(ws, [{ name: 'slow/go', data: { n: 1 } }], { source: 'api' })
  const runId = await until(async () => (await t.engine.pool.query<{ id: string }>('select run_id::text as id from job where workspace_id = $1 and state = $2', [ws, 't'])).rows[0]?.id, 'it sleeps')
  // As that process leaves it: the ending committed, nothing told.
  const client = await t.engine.pool.connect()
  await client.query('begin')
  await endRuns(client, [{ workspaceId: ws, runId, reason: { code: 'run_cancelled', message: 'Cancelled.' } }])
  await client.query('commit')
  client.release()
  await t.engine.pool.query(`update cancelled_run set at = at - interval '1 minute' where workspace_id = $1`, [ws])
  await until(async () => (await eventsOf(ws, 'fanwise/function.cancelled'))[0], 'the event comes')
  await until(async () => (await t.engine.pool.query('select 1 from cancelled_run where workspace_id = $1', [ws])).rows.length === 0, 'it is off the list')
  expect(await settled(ws, 2)).toEqual(['listen 1', 'slow 3'])
  expect(await eventsOf(ws, 'fanwise/function.cancelled')).toHaveLength(1)
  const { rows } = await t.engine.pool.query<{ id: string; ended_at: Date }>(
    `select e.id::text, r.ended_at from run r join event e on e.workspace_id = r.workspace_id and e.name = 'fanwise/function.cancelled' where r.workspace_id = $1 and r.id = $2`, [ws, runId])
  expect(uuidTime(rows[0]!.id), 'the event is of the time of the end, not as old as the run').toBe(rows[0]!.ended_at.getTime())
})

test('runs that are cancelled while their own ends are being stored are cancelled all the same', async () => {
  const ws = await createWorkspace(t.engine.pool)
  await publish(t.engine.pool, ws, [fn('slow', 'slow/go', [step('nap', 'sleep', { mode: 'for', duration: '1h' })])])
  await t.engine.ingest(ws, [1, 2].map((n) => ({ name: 'slow/go', data: { n } })), { source: 'api' })
  const ids = await until(async () => {
    const { rows } = await t.engine.pool.query<{ id: string }>('select run_id::text as id from job where workspace_id = $1 and state = $2 order by run_id', [ws, 't'])
    return rows.length === 2 && rows.map((row) => row.id)
  }, 'both sleep')
  // As the commit that ends both, which takes them in another order: each waits for the other, and Postgres ends one, mostly the first.
  const client = await t.engine.pool.connect()
  const take = (id: string) => client.query('select 1 from job where workspace_id = $1 and run_id = $2 for update', [ws, id])
  await client.query('begin')
  await take(ids[1]!)
  const cancelled = t.engine.cancelRuns(ws, ids)
  await until(async () => (await t.engine.pool.query(`select 1 from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'`)).rowCount, 'it waits')
  await take(ids[0]!).then(() => client.query('commit'), () => client.query('rollback'))
  client.release()
  expect(await cancelled).toBe(2)
})
