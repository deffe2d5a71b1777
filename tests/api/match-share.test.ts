/** What share of stored events a condition lets through: the same verdict as the router's, from real events, within bounds. */
import { afterAll, beforeAll, expect, test } from 'vitest'
import { newUuid } from '#base/ids.ts'
import type { JsonObject } from '#base/json.ts'
import { db } from '#server/db.ts'
import { eventsRouter } from '#server/events/router.ts'
import { matchShare } from '#server/events/match-share.ts'
import { createCaller, router } from '#server/trpc.ts'
import type { TestEngine } from '#tests/support/engine.ts'
import { fn, publish, transform } from '#tests/support/factories.ts'
import { startTestServer } from '#tests/support/server.ts'

const call = createCaller(router({ events: eventsRouter }))
let t: TestEngine
const ws = newUuid()
const viewer = newUuid()
const as = (id: string) => call({ user: async () => ({ id, email: 'v@north.io', name: null }) as never }).events
const ask = (event: string, condition: string, limit = 1000) => matchShare(ws, { event, condition, limit }, () => 0)

beforeAll(async () => {
  t = await startTestServer({ role: 'web' })
  await db().workspace.create({ data: { id: ws, slug: 'north', name: 'North' } })
  await db().user.create({ data: { id: viewer, email: 'v@north.io' } })
  await db().membership.create({ data: { workspaceId: ws, userId: viewer, role: 'viewer' } })
  const orders = Array.from({ length: 300 }, (_, i) => ({ name: 'order/placed', data: { n: i, amount: i < 111 ? 500 : 5, ...(i % 3 === 0 ? {} : { plan: i % 2 === 0 ? 'pro' : 'free' }) } }))
  await t.engine.ingest(ws, orders, { source: 'api' })
  await t.engine.ingest(ws, Array.from({ length: 40 }, () => ({ name: 'order/placed', data: { amount: 900 } })), { source: 'ui' })
  await t.engine.ingest(ws, [{ name: 'hand/only', data: { a: 1 } }, { name: 'hand/only', data: { a: 2 } }], { source: 'ui' })
})
afterAll(async () => {
  await t.stop()
})

test('counts what senders sent, not what was sent by hand, with examples of both sides', async () => {
  expect(await ask('order/placed', 'event.data.amount > 100')).toMatchObject({ looked: 300, matched: 111, missing: 0, failing: 0, complete: true, byHand: false })
  const share = await ask('order/placed', 'event.data.amount > 100 && event.data.n >= 0')
  expect(share!.matches).toHaveLength(3)
  expect(share!.matches[0]).toMatchObject({ id: expect.stringMatching(/^evt_/), facts: [['amount', '500'], ['n', '110']] })
  expect(share!.others[0]!.facts[0]).toEqual(['amount', '5'])
  // Alike ones are shown once.
  expect((await ask('order/placed', 'event.data.amount > 100'))!.matches).toHaveLength(1)
})

test('the share is what the router starts', async () => {
  const condition = 'event.data.plan == "pro"'
  await publish(t.engine.pool, ws, [fn('on-pro', null, [transform('a', { x: '1' })], { triggers: [{ type: 'event', event: 'deal/won', if: condition }] })])
  t.engine.routesChanged(ws)
  const deals: JsonObject[] = [{ plan: 'pro' }, { plan: 'free' }, {}, { plan: 3 }, { plan: 'pro' }]
  const accepted = await t.engine.ingest(ws, deals.map((data) => ({ name: 'deal/won', data })), { source: 'api' })
  const started = accepted.filter((one) => one.runs === 1).length
  expect(started).toBe(2)
  expect(await ask('deal/won', condition)).toMatchObject({ looked: 5, matched: started, missing: 1, missingPath: 'event.data.plan' })
})

test('a missing field and a comparison that makes no sense count as no match, and are said', async () => {
  expect(await ask('order/placed', 'event.data.plan == "pro"')).toMatchObject({ looked: 300, matched: 100, missing: 100, missingPath: 'event.data.plan', failing: 0 })
  expect(await ask('order/placed', 'event.data.plan > 3')).toMatchObject({ matched: 0, missing: 100, failing: 200 })
  expect(await ask('order/placed', 'event.data.amount')).toMatchObject({ matched: 0, missing: 0, failing: 0 })
})

test('a condition that is being typed asks for nothing', async () => {
  for (const half of ['', 'event.data.', 'event.data.amount >', 'evnt.data.a == 1', 'async.data.a == 1', 'event.data.s.matches("a+")']) expect(await ask('order/placed', half)).toBeNull()
})

test('patterns look at every name they take', async () => {
  expect(await ask('order/*', 'event.data.amount > 100')).toMatchObject({ looked: 300, matched: 111 })
  expect(await ask('deal/*', 'event.name == "deal/won"')).toMatchObject({ looked: 5, matched: 5 })
})

test('without a sender’s event those sent by hand serve, and it is said', async () => {
  expect(await ask('hand/only', 'event.data.a == 1')).toMatchObject({ looked: 2, matched: 1, byHand: true })
  expect(await ask('nobody/sends', 'event.data.a == 1')).toMatchObject({ looked: 0, matched: 0, complete: true })
})

test('it looks at the newest only, since a moment, and for a bounded time', async () => {
  expect(await ask('order/placed', 'event.data.n >= 200', 100)).toMatchObject({ looked: 100, matched: 100, complete: false })
  expect(await matchShare(ws, { event: 'order/placed', condition: 'event.data.amount > 100', limit: 1000, since: Date.now() + 60_000 })).toMatchObject({ looked: 0 })
  let clock = 0
  const slow = await matchShare(ws, { event: 'order/placed', condition: 'event.data.amount > 100', limit: 1000 }, () => (clock += 10))
  expect(slow!.complete).toBe(false)
  expect(slow!.looked).toBeGreaterThan(20)
  expect(slow!.looked).toBeLessThan(300)
})

test('a large event is passed over', async () => {
  await t.engine.ingest(ws, [{ name: 'file/read', data: { text: 'x'.repeat(120_000) } }, { name: 'file/read', data: { text: 'x' } }], { source: 'api' })
  expect(await ask('file/read', 'event.data.text == "x"')).toMatchObject({ looked: 1, matched: 1 })
})

test('members may ask, strangers may not', async () => {
  const question = { workspace: 'north', event: 'order/placed', condition: 'event.data.amount > 100' }
  expect(await as(viewer).matchShare({ ...question, days: 7 })).toMatchObject({ matched: 111 })
  await expect(as(newUuid()).matchShare(question)).rejects.toMatchObject({ code: 'NOT_FOUND' })
})

test('the panel of a webhook sees the newest request of that webhook only', async () => {
  const hookId = 'a-webhook-of-ours-1'
  const asked = { workspace: 'north', event: 'webhook/received', hookId }
  expect(await as(viewer).fromWebhook(asked)).toBeNull()
  await t.engine.ingest(ws, [{ name: 'webhook/received', data: { n: 1 } }], { source: 'webhook', sourceRef: hookId })
  await t.engine.ingest(ws, [{ name: 'webhook/received', data: { n: 2 } }], { source: 'webhook', sourceRef: 'another-webhook-2' })
  expect(await as(viewer).fromWebhook(asked)).toMatchObject({ data: { n: 1 } })
})
