/**
 * Two limits at once, each with a key of its own, hold at every instant, seen from the service that is
 * called, while one of two worker processes is killed; and the second limit lets the oldest go first.
 */
import { afterAll, beforeAll, expect, test } from 'vitest'
import { checkInvariants } from '#engine/invariants.ts'
import { createTestDatabase, type TestDatabase } from '#tests/support/database.ts'
import { startTestEngine, type TestEngine } from '#tests/support/engine.ts'
import { createWorkspace, fn, publish, step } from '#tests/support/factories.ts'
import { startReceiver, type Receiver } from '#tests/support/receiver.ts'
import { until } from '#tests/support/until.ts'
import { startWorkerProcess } from '#tests/support/worker-process.ts'

let database: TestDatabase
let web: TestEngine
let receiver: Receiver
const open = new Map<string, number>()
const highest = new Map<string, number>()
let total = 0

beforeAll(async () => {
  database = await createTestDatabase()
  web = await startTestEngine({ database, role: 'web' })
  receiver = await startReceiver((request, response) => {
    const keys = [`user ${String(request.body['user'])}`, `team ${String(request.body['team'])}`]
    for (const key of keys) {
      open.set(key, (open.get(key) ?? 0) + 1)
      highest.set(key, Math.max(highest.get(key) ?? 0, open.get(key)!))
    }
    total += 1
    response.once('close', () => keys.forEach((key) => open.set(key, open.get(key)! - 1)))
    setTimeout(() => response.setHeader('content-type', 'application/json').end('{}'), 5 + Math.random() * 15)
  })
})
afterAll(async () => {
  await receiver.close()
  await web.stop()
  await database.drop()
})

test('both limits hold with two worker processes, one of which is killed', async () => {
  const ws = await createWorkspace(web.engine.pool)
  await publish(web.engine.pool, ws, [
    fn('call', 'call/asked', [step('call', 'http', { method: 'POST', url: `${receiver.url}/call`, bodyType: 'json', body: '{ "user": {{ event.data.user }}, "team": {{ event.data.team }} }' })], {
      concurrency: { limit: 3, key: 'event.data.user' }, concurrency2: { limit: 4, key: 'event.data.team', scope: 'workspace' }, retries: 4,
    }),
  ])
  const workers = await Promise.all([0, 1].map(() => startWorkerProcess(database.url, { FANWISE_EGRESS_ALLOW: `127.0.0.1:${receiver.port}` })))
  try {
    const events = Array.from({ length: 500 }, (_, n) => ({ name: 'call/asked', data: { user: `u${n % 7}`, team: `t${n % 3}` } }))
    for (let i = 0; i < events.length; i += 50) await web.engine.ingest(ws, events.slice(i, i + 50), { source: 'api' })
    await until(async () => total > 120, 'a quarter is done')
    await workers[0]!.kill()
    const ended = async () => (await web.engine.pool.query<{ n: number }>('select count(*)::int as n from run where workspace_id = $1 and status = 1', [ws])).rows[0]!.n
    await until(async () => (await ended()) === 500, 'all runs complete')
    for (const [key, most] of highest) expect(most, key).toBeLessThanOrEqual(key.startsWith('user') ? 3 : 4)
    expect(Math.max(...[...highest].filter(([key]) => key.startsWith('team')).map(([, most]) => most))).toBe(4)
    await until(async () => (await web.engine.pool.query<{ n: number }>('select coalesce(sum(granted), 0)::int as n from lane')).rows[0]!.n === 0, 'all slots are given back')
    expect(Object.values(await checkInvariants(web.engine.pool, true)).every((n) => n === 0)).toBe(true)
  } finally {
    await Promise.all(workers.map((worker) => worker.kill()))
  }
})

test('runs that are held by a second limit go before those that come later', async () => {
  const order: number[] = []
  const letGo: (() => void)[] = []
  let wait = true
  const t = await startTestEngine({
    services: {
      request: async (_ws, request) => {
        order.push(Number(/n=(\d+)/.exec(request.url)![1]))
        if (wait) await new Promise<void>((resolve) => letGo.push(resolve))
        return { status: 200, headers: {}, body: '{}' }
      },
    },
  })
  try {
    const { pool } = t.engine
    const ws = await createWorkspace(pool)
    await publish(pool, ws, [fn('call', 'call/asked', [step('call', 'http', { method: 'GET', url: 'https://svc.example/x?n={{ event.data.n }}' })], { concurrency2: { limit: 1 } })])
    const send = (from: number, to: number) => t.engine.ingest(ws, Array.from({ length: to - from }, (_, n) => ({ name: 'call/asked', data: { n: from + n } })), { source: 'api' })
    await send(0, 20)
    await until(async () => (await pool.query<{ n: number }>(`select count(*)::int as n from job where workspace_id = $1 and state = 'h'`, [ws])).rows[0]!.n === 19, 'all but one are held')
    const { rows } = await pool.query<{ due: Date | null }>(`select distinct due from job where workspace_id = $1 and state = 'h'`, [ws])
    // Nothing asks again and again: a slot that comes free wakes the next one.
    expect(rows).toEqual([{ due: null }])
    wait = false
    letGo.forEach((go) => go())
    for (let from = 20; from < 120; from += 5) await send(from, from + 5)
    await until(async () => order.length === 120, 'all are called')
    // One may slip through at the moment the last of the held ones is on its way.
    expect(order.slice(0, 22).filter((n) => n < 20).length).toBe(20)
    await until(async () => (await pool.query('select 1 from job where workspace_id = $1', [ws])).rowCount === 0, 'all runs have ended')
  } finally {
    await t.stop()
  }
})
