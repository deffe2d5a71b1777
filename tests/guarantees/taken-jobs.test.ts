/**
 * A process that accepts an event and has time for its runs begins them without a claim. That must look
 * like any other start: limits hold, paused functions stay paused, whoever dies gives them back.
 */
import { afterAll, beforeAll, expect, test } from 'vitest'
import { createWorkspace, fn, publish, step, transform } from '#tests/support/factories.ts'
import { endedRuns, startTestEngine, type TestEngine } from '#tests/support/engine.ts'
import { until } from '#tests/support/until.ts'

let t: TestEngine
const open: (() => void)[] = []
beforeAll(async () => {
  t = await startTestEngine({
    services: {
      request: () => new Promise((resolve) => open.push(() => resolve({ status: 200, headers: {}, body: '{}' }))),
    },
  })
  await t.engine.pool.query(`create table claim_seen (run uuid);
    create function see_claim() returns trigger language plpgsql as $$ begin insert into claim_seen values (new.run_id); return null; end $$;
    create trigger see_claim after update on job for each row when (old.state = 'q' and new.state = 'r') execute function see_claim()`)
})
afterAll(() => t.stop())

const call = step('call', 'http', { method: 'POST', url: 'https://svc.example/x', bodyType: 'none' })
/** How often a queued job has become a worker's; counted by the database itself. */
const claims = async (): Promise<number> => (await t.engine.pool.query<{ n: number }>('select count(*)::int n from claim_seen')).rows[0]!.n

test('an idle worker begins what its own process accepts without a claim; every subscriber once', async () => {
  const ws = await createWorkspace(t.engine.pool)
  await publish(t.engine.pool, ws, ['a', 'b', 'c'].map((name) => fn(name, 'go/now', [transform('t', { n: '{{ event.data.n }}' })])))
  const before = await claims()
  for (let n = 0; n < 5; n++) {
    const ended = endedRuns(t.engine, ws, 3)
    await t.engine.ingest(ws, [{ name: 'go/now', data: { n } }], { source: 'api' })
    expect([...(await ended).values()]).toEqual(['completed', 'completed', 'completed'])
  }
  const { rows } = await t.engine.pool.query<{ n: number }>(`select count(*)::int n from step where workspace_id = $1`, [ws])
  expect(rows[0]!.n).toBe(15)
  expect(await claims()).toBe(before)
})

test('a function with a limit is claimed as ever: its second run waits for the first', async () => {
  const ws = await createWorkspace(t.engine.pool)
  await publish(t.engine.pool, ws, [fn('one', 'go/now', [call], { concurrency: { limit: 1 } })])
  const before = await claims()
  const ended = endedRuns(t.engine, ws, 2)
  await t.engine.ingest(ws, [{ name: 'go/now', data: {} }], { source: 'api' })
  await t.engine.ingest(ws, [{ name: 'go/now', data: {} }], { source: 'api' })
  await until(async () => open.length === 1, 'the call arrives')
  const states = async () => (await t.engine.pool.query<{ state: string }>(`select state from job where workspace_id = $1 order by ord`, [ws])).rows.map((row) => row.state)
  expect((await states())[0]).toBe('r')
  open.shift()!()
  await until(async () => open.length === 1, 'the call arrives')
  open.shift()!()
  await ended
  expect(await claims()).toBe(before + 2)
})

test('a function that was paused begins nothing', async () => {
  const ws = await createWorkspace(t.engine.pool)
  await publish(t.engine.pool, ws, [fn('still', 'go/now', [call])])
  const { rows } = await t.engine.pool.query<{ id: string }>('select id from function where workspace_id = $1', [ws])
  await t.engine.holds.pauseFunction(ws, { id: rows[0]!.id, slug: 'still' }, { id: null, name: 'Ada' })
  await t.engine.ingest(ws, [{ name: 'go/now', data: {} }], { source: 'api' })
  await until(async () => (await t.engine.pool.query<{ state: string }>(`select state from job where workspace_id = $1`, [ws])).rows[0]?.state === 'h', 'the run is held')
  expect(open.length).toBe(0)
})

test('an event that finds no connection is refused, and the worker keeps its lease', async () => {
  const ws = await createWorkspace(t.engine.pool)
  await publish(t.engine.pool, ws, [fn('a', 'go/now', [transform('t', { n: '{{ event.data.n }}' })])])
  const first = endedRuns(t.engine, ws, 1)
  await t.engine.ingest(ws, [{ name: 'go/now', data: { n: 1 } }], { source: 'api' })
  await first
  const worker = t.engine.status().workerId
  const taken = await Promise.all(Array.from({ length: t.engine.pool.options.max }, () => t.engine.pool.connect()))
  await expect(t.engine.ingest(ws, [{ name: 'go/now', data: { n: 2 } }], { source: 'api' })).rejects.toMatchObject({ code: 'unavailable' })
  for (const client of taken) client.release()
  expect(t.engine.status().workerId).toBe(worker)
  const second = endedRuns(t.engine, ws, 1)
  await t.engine.ingest(ws, [{ name: 'go/now', data: { n: 3 } }], { source: 'api' })
  expect([...(await second).values()]).toEqual(['completed'])
}, 30_000)
