/** The facts of an emit's price tag, from real runs: what the last one sent, who reacts, how long a run keeps its place. */
import { afterAll, beforeAll, expect, test } from 'vitest'
import { newUuid } from '#base/ids.ts'
import { priceOf } from '#graph/price.ts'
import { db } from '#server/db.ts'
import { priceFacts } from '#server/functions/price.ts'
import { functionsRouter } from '#server/functions/router.ts'
import { createCaller, router } from '#server/trpc.ts'
import { endedRuns, type TestEngine } from '#tests/support/engine.ts'
import { fn, publish, step, transform } from '#tests/support/factories.ts'
import { startTestServer } from '#tests/support/server.ts'

const call = createCaller(router({ functions: functionsRouter }))
let t: TestEngine
let ids: Record<string, string>
const ws = newUuid()
const question = { workflow: 'digest', function: 'orchestrate', step: 'send_all', event: 'digest/weekly.send', drawn: ['send-digest'] }

beforeAll(async () => {
  t = await startTestServer()
  await db().workspace.create({ data: { id: ws, slug: 'north', name: 'North' } })
  const http = { method: 'POST', url: 'https://mail.example.com/send', headers: [], query: [], bodyType: 'none', body: '' }
  ids = await publish(t.engine.pool, ws, [
    fn('orchestrate', 'digest/due', [step('send_all', 'emit-each', { items: '{{ event.data.users }}', event: 'digest/weekly.send', data: '{{ item }}', id: '' })]),
    fn('send-digest', 'digest/weekly.send', [transform('make', { x: '1' }), step('mail', 'http', http, ['make'])], { concurrency: { limit: 20 } }),
    fn('count-digest', 'digest/*', [transform('count', { x: '1' }), step('rest', 'sleep', { mode: 'for', duration: '1h' }, ['count'])], { concurrency: { limit: 5 } }),
    fn('stranger', 'order/placed', [transform('x', { x: '1' })]),
  ])
  // The drawing that is open holds two of them; the third is of another workflow.
  for (const [slug, name] of [['digest', 'Digest'], ['counting', 'Counting']] as const) {
    const id = newUuid()
    await db().workflow.create({ data: { workspaceId: ws, id, slug, name, draft: {} } })
    const own = slug === 'digest' ? ['orchestrate', 'send-digest'] : ['count-digest', 'stranger']
    await db().function.updateMany({ where: { workspaceId: ws, slug: { in: own } }, data: { workflowId: id } })
  }
  t.engine.routesChanged(ws)
})
afterAll(async () => {
  await t.stop()
})

test('before any run there is no last one and no time, but it is known who reacts', async () => {
  const facts = await priceFacts(ws, question)
  expect(facts).toMatchObject({ last: null, durations: {}, limits: {} })
  expect(facts.elsewhere.map((one) => [one.slug, one.limit])).toEqual([['count-digest', 5]])
})

test('after a run: its items, and the median time of its consumers without their rests', async () => {
  const ended = endedRuns(t.engine, ws, 4)
  await t.engine.ingest(ws, [{ name: 'digest/due', data: { users: [{ n: 1 }, { n: 2 }, { n: 3 }] } }], { source: 'api' })
  await ended
  const facts = await priceFacts(ws, question)
  expect(facts.last).toMatchObject({ items: 3, run: expect.stringMatching(/^run_/) })
  expect(Object.keys(facts.durations)).toEqual(['send-digest'])
  // Times of our own making, so that the median and what counts can be told.
  await t.engine.pool.query(`update step set started_at = now(), ended_at = now() + interval '40 ms' where workspace_id = $1 and step = 'make'`, [ws])
  await t.engine.pool.query(`update step set started_at = now() + interval '40 ms', ended_at = now() + interval '100 ms' where workspace_id = $1 and step = 'mail'`, [ws])
  const again = await priceFacts(ws, question)
  expect(again.durations['send-digest']).toBeCloseTo(100, 0)
  const price = priceOf(2000, [{ slug: 'send-digest', limit: 20, second: null, keyed: false, throttle: null, batch: 1, atMost: false, hosts: { 'mail.example.com': 1 } }, ...again.elsewhere], again.durations, again.places)
  expect(price).toMatchObject({ runs: 4000, unknown: ['count-digest'], calls: [{ host: 'mail.example.com', calls: 2000 }] })
  expect(price.ms).toBeCloseTo(10_000, -2)
})

test('steps side by side count once, and a test of a draft not at all', async () => {
  const { pool } = t.engine
  await pool.query(`update step set started_at = now(), ended_at = now() + interval '60 ms' where workspace_id = $1 and step in ('make', 'mail')`, [ws])
  expect((await priceFacts(ws, question)).durations['send-digest']).toBeCloseTo(60, 0)
  await pool.query('update run set version = -1 where workspace_id = $1 and function_id = $2', [ws, ids['orchestrate']])
  expect((await priceFacts(ws, question)).last).toBeNull()
})

test('a limit that was set while it runs is the one of today', async () => {
  await db().function.updateMany({ where: { workspaceId: ws, slug: 'send-digest' }, data: { limitOverride: 7 } })
  expect((await priceFacts(ws, question)).limits).toEqual({ 'send-digest': 7 })
})

test('strangers learn nothing', async () => {
  const stranger = call({ user: async () => ({ id: newUuid(), email: 's@else.io', name: null }) as never }).functions
  await expect(stranger.price({ workspace: 'north', ...question })).rejects.toMatchObject({ code: 'NOT_FOUND' })
})
