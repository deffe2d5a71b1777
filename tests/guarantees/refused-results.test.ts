/**
 * A result that Postgres refuses (here: by a trigger) fails its own run, told to everybody who waits for
 * it; runs that were written in the same statement and the slot it held are as if nothing had happened.
 */
import { afterAll, beforeAll, expect, test } from 'vitest'
import { createWorkspace, fn, publish, step, transform } from '#tests/support/factories.ts'
import { endedRuns, startTestEngine, type TestEngine } from '#tests/support/engine.ts'
import { until } from '#tests/support/until.ts'

let t: TestEngine
beforeAll(async () => {
  t = await startTestEngine({ services: { request: async (_ws, { url }) => ({ status: 200, headers: {}, body: url.endsWith('/deep') ? '['.repeat(20_000) + ']'.repeat(20_000) : JSON.stringify({ from: new URL(url).pathname }) }) } })
  await t.engine.pool.query(`create function refuse() returns trigger language plpgsql as $$
      begin if new.output::text like '%/poison%' then raise exception 'cannot be stored' using errcode = '22023'; end if; return new; end $$;
    create trigger refuse before insert on step for each row execute function refuse()`)
})
afterAll(() => t.stop())

const ask = (id: string, after: string[] = []) => step(id, 'http', { method: 'POST', url: 'https://svc.example/{{ event.data.path }}', bodyType: 'none' }, after)

test('of twenty runs written together one is refused: it alone fails, and its slot is free', async () => {
  const ws = await createWorkspace(t.engine.pool)
  await publish(t.engine.pool, ws, [fn('f', 'go/now', [ask('a'), transform('b', { x: '1' }, ['a'])], { concurrency: { limit: 2 } })])
  const ended = endedRuns(t.engine, ws, 20)
  await t.engine.ingest(ws, Array.from({ length: 20 }, (_, n) => ({ name: 'go/now', data: { path: n === 3 ? 'poison' : 'fine' } })), { source: 'api' })
  const statuses = [...(await ended).values()]
  expect(statuses.filter((status) => status === 'failed')).toHaveLength(1)
  expect(statuses.filter((status) => status === 'completed')).toHaveLength(19)
  const { rows } = await t.engine.pool.query<{ code: string }>(`select error->>'code' as code from run where workspace_id = $1 and status = 2`, [ws])
  expect(rows).toEqual([{ code: 'step_limit' }])
  // Both slots are free: two more runs are through.
  const more = endedRuns(t.engine, ws, 2)
  await t.engine.ingest(ws, [{ name: 'go/now', data: { path: 'fine' } }, { name: 'go/now', data: { path: 'fine' } }], { source: 'api' })
  expect([...(await more).values()]).toEqual(['completed', 'completed'])
})

test('whoever called the function is told, and so is a handler of failures', async () => {
  const ws = await createWorkspace(t.engine.pool)
  await publish(t.engine.pool, ws, [
    fn('callee', 'never/sent', [ask('a'), transform('b', { x: '1' }, ['a'])]),
    fn('caller', 'call/now', [step('call', 'invoke', { function: 'callee', data: '{ "path": "poison" }' })], { retries: 0 }),
    fn('handler', 'fanwise/function.failed', [transform('note', { who: '{{ event.data.function }}' })]),
  ])
  // The callee answers its caller; of the caller's failure the handler is told.
  const ended = endedRuns(t.engine, ws, 3)
  await t.engine.ingest(ws, [{ name: 'call/now', data: {} }], { source: 'api' })
  expect([...(await ended).values()].sort()).toEqual(['completed', 'failed', 'failed'])
})

test('a fan-out counts the run that it failed: the rest waits, and says why', async () => {
  const ws = await createWorkspace(t.engine.pool)
  await publish(t.engine.pool, ws, [
    fn('all', 'list/given', [step('each', 'emit-each', { items: '{{ event.data.items }}', event: 'item/sent', data: '{ "path": {{ item }} }', canary: 3 })]),
    fn('item', 'item/sent', [ask('a')]),
  ])
  await t.engine.ingest(ws, [{ name: 'list/given', data: { items: ['fine', 'poison', 'fine', 'fine'] } }], { source: 'api' })
  const fan = async () => (await t.engine.pool.query<{ state: string; reason: string | null }>('select state, reason from fan_out where workspace_id = $1', [ws])).rows[0]
  expect(await until(async () => ((await fan())?.reason == null ? null : await fan()), 'it says why it waits', 15_000)).toEqual({ state: 'canary', reason: 'Of 3 runs of the first 3 items, 1 failed.' })
})

test('an answer nested thousands of levels deep fails its own step, and the worker goes on', async () => {
  const ws = await createWorkspace(t.engine.pool)
  await publish(t.engine.pool, ws, [fn('f', 'go/now', [ask('a'), transform('b', { x: '1' }, ['a'])])])
  const ended = endedRuns(t.engine, ws, 2)
  await t.engine.ingest(ws, [{ name: 'go/now', data: { path: 'deep' } }, { name: 'go/now', data: { path: 'fine' } }], { source: 'api' })
  expect([...(await ended).values()].sort()).toEqual(['completed', 'failed'])
  const { rows } = await t.engine.pool.query<{ code: string }>(`select error->>'code' as code from run where workspace_id = $1 and status = 2`, [ws])
  expect(rows).toEqual([{ code: 'step_limit' }])
})
