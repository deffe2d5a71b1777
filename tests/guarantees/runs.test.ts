/**
 * An accepted event is durable, and every function subscribed at that instant gets exactly one run for it.
 */
import { afterAll, beforeAll, expect, test } from 'vitest'
import { createWorkspace, fn, publish, step, transform } from '#tests/support/factories.ts'
import { endedRuns, startTestEngine, type TestEngine } from '#tests/support/engine.ts'

let t: TestEngine
beforeAll(async () => {
  t = await startTestEngine()
})
afterAll(() => t.stop())

test('one event starts each subscribed function once, and each run records its steps once', async () => {
  const ws = await createWorkspace(t.engine.pool)
  await publish(t.engine.pool, ws, [
    fn('one', 'user/created', [transform('a', { email: '{{ event.data.email }}' }), transform('b', { upper: '{{ steps.a.email }}' }, ['a'])]),
    fn('two', 'user/created', [transform('a', { id: '{{ event.data.id }}' })]),
    fn('three', 'user/*', [transform('a', { id: '{{ event.data.id }}' })]),
    fn('other', 'order/placed', [transform('a', { id: '{{ event.data.id }}' })]),
  ])
  const ended = endedRuns(t.engine, ws, 3)
  const [accepted] = await t.engine.ingest(ws, [{ name: 'user/created', data: { id: 7, email: 'ada@north.io' } }], { source: 'api' })
  expect(accepted).toMatchObject({ duplicate: false, runs: 3 })
  expect([...(await ended).values()]).toEqual(['completed', 'completed', 'completed'])
  const { rows } = await t.engine.pool.query('select step, output from step where workspace_id = $1 order by step, output::text', [ws])
  expect(rows).toEqual([
    { step: 'a', output: { email: 'ada@north.io' } }, { step: 'a', output: { id: 7 } }, { step: 'a', output: { id: 7 } },
    { step: 'b', output: { upper: 'ada@north.io' } },
  ])
  expect((await t.engine.pool.query('select count(*)::int as n from job')).rows[0].n).toBe(0)
  expect(Object.values(await t.engine.checkInvariants()).every((n) => n === 0)).toBe(true)
})

test('10,000 items fan out to exactly 10,000 runs', async () => {
  const ws = await createWorkspace(t.engine.pool)
  await publish(t.engine.pool, ws, [
    fn('orchestrator', 'digest/requested', [step('fan_out', 'emit-each', { items: '{{ event.data.users }}', event: 'digest/send', data: '{ "userId": {{ item }} }' })]),
    fn('send', 'digest/send', [transform('build', { user: '{{ event.data.userId }}' }), transform('send', { sent: '{{ steps.build.user }}' }, ['build'])], { concurrency: { limit: 50 } }),
  ])
  const ended = endedRuns(t.engine, ws, 10_001)
  await t.engine.ingest(ws, [{ name: 'digest/requested', data: { users: Array.from({ length: 10_000 }, (_, i) => i) } }], { source: 'api' })
  expect(new Set((await ended).values())).toEqual(new Set(['completed']))
  const { rows } = await t.engine.pool.query(
    `select (select count(*)::int from event where workspace_id = $1 and name = 'digest/send') as events,
      (select count(distinct (output->>'sent'))::int from step where workspace_id = $1 and step = 'send') as users,
      (select count(*)::int from run where workspace_id = $1 and status = 1) as runs`, [ws])
  expect(rows[0]).toEqual({ events: 10_000, users: 10_000, runs: 10_001 })
  expect(Object.values(await t.engine.checkInvariants()).every((n) => n === 0)).toBe(true)
})

test('a version that cannot be prepared fails its own runs and nothing else', async () => {
  const ws = await createWorkspace(t.engine.pool)
  await publish(t.engine.pool, ws, [
    fn('broken', 'mixed/x', [step('t', 'transform', { fields: 'not a list' })]),
    fn('fine', 'mixed/x', [transform('t', { n: '{{ event.data.n }}' })]),
  ])
  const ended = endedRuns(t.engine, ws, 20)
  await t.engine.ingest(ws, Array.from({ length: 10 }, (_, n) => ({ name: 'mixed/x', data: { n } })), { source: 'api' })
  expect([...(await ended).values()].sort()).toEqual([...Array(10).fill('completed'), ...Array(10).fill('failed')])
})

test('a condition on the trigger decides per event; one that cannot be evaluated does not match', async () => {
  const ws = await createWorkspace(t.engine.pool)
  await publish(t.engine.pool, ws, [
    fn('large', 'order/placed', [transform('t', { n: '{{ event.data.total }}' })], { triggers: [{ type: 'event', event: 'order/placed', if: 'event.data.total > 100' }] }),
  ])
  const [small, large, none] = await t.engine.ingest(ws, [{ name: 'order/placed', data: { total: 5 } }, { name: 'order/placed', data: { total: 250.5 } }, { name: 'order/placed', data: {} }], { source: 'api' })
  expect([small!.runs, large!.runs, none!.runs]).toEqual([0, 1, 0])
})
