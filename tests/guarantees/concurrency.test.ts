/**
 * A concurrency limit holds across any number of workers at every instant: seen from the service
 * that is called, never more than `limit` requests of one key are open, even while a worker dies.
 */
import { afterAll, beforeAll, expect, test } from 'vitest'
import { createTestDatabase, type TestDatabase } from '#tests/support/database.ts'
import { startTestEngine, type TestEngine } from '#tests/support/engine.ts'
import { createWorkspace, fn, publish, step } from '#tests/support/factories.ts'
import { startReceiver, type Receiver } from '#tests/support/receiver.ts'
import { until } from '#tests/support/until.ts'
import { startWorkerProcess, type WorkerProcess } from '#tests/support/worker-process.ts'
import { checkInvariants } from '#engine/invariants.ts'

let database: TestDatabase
let web: TestEngine
let receiver: Receiver
const open = new Map<string, number>()
let highest = 0
let total = 0

beforeAll(async () => {
  database = await createTestDatabase()
  web = await startTestEngine({ database, role: 'web' })
  receiver = await startReceiver((request, response) => {
    const key = String(request.body['customer'])
    const now = (open.get(key) ?? 0) + 1
    open.set(key, now)
    highest = Math.max(highest, now)
    total += 1
    // The moment the connection is done, answered or cut, the caller's slot may be used by another.
    response.once('close', () => open.set(key, open.get(key)! - 1))
    setTimeout(() => response.setHeader('content-type', 'application/json').end('{}'), 10 + Math.random() * 20)
  })
})
afterAll(async () => {
  await receiver.close()
  await web.stop()
  await database.drop()
})

test('keyed concurrency is never exceeded with three worker processes, one of which is killed', async () => {
  const ws = await createWorkspace(web.engine.pool)
  await publish(web.engine.pool, ws, [
    fn('call', 'call/asked', [
      step('call', 'http', { method: 'POST', url: `${receiver.url}/call`, bodyType: 'json', body: '{ "customer": {{ event.data.customer }} }' }),
    ], { concurrency: { limit: 2, key: 'event.data.customer' }, retries: 4 }),
  ])
  const start = () => startWorkerProcess(database.url, { FANWISE_EGRESS_ALLOW: `127.0.0.1:${receiver.port}` })
  const workers: WorkerProcess[] = await Promise.all([start(), start(), start()])
  try {
    const events = Array.from({ length: 600 }, (_, n) => ({ name: 'call/asked', data: { customer: `c${n % 12}` } }))
    for (let i = 0; i < events.length; i += 50) await web.engine.ingest(ws, events.slice(i, i + 50), { source: 'api' })
    await until(async () => total > 150, 'a quarter is done')
    await workers[0]!.kill()
    const ended = async () => (await web.engine.pool.query<{ n: number }>('select count(*)::int n from run where workspace_id = $1 and status = 1', [ws])).rows[0]!.n
    await until(async () => (await ended()) === 600, 'all runs complete')
    expect(highest).toBe(2)
    await until(async () => (await web.engine.pool.query<{ n: number }>('select coalesce(sum(granted), 0)::int n from lane')).rows[0]!.n === 0, 'all slots are given back')
    expect(Object.values(await checkInvariants(web.engine.pool, true)).every((n) => n === 0)).toBe(true)
  } finally {
    await Promise.all(workers.map((worker) => worker.kill()))
  }
})

test('a limit that is lowered while runs wait holds from then on', async () => {
  const t = await startTestEngine({
    services: {
      request: () => new Promise((resolve) => {
        executing += 1
        seen.push(executing)
        setTimeout(() => {
          executing -= 1
          resolve({ status: 200, headers: {}, body: '{}' })
        }, 5)
      }),
    },
  })
  let executing = 0
  const seen: number[] = []
  const ws = await createWorkspace(t.engine.pool)
  await publish(t.engine.pool, ws, [fn('call', 'call/asked', [step('call', 'http', { method: 'POST', url: 'https://svc.example/x', bodyType: 'none' })], { concurrency: { limit: 20 } })])
  await t.engine.ingest(ws, Array.from({ length: 3000 }, () => ({ name: 'call/asked', data: {} })), { source: 'api' })
  await until(async () => seen.length > 200, 'it is under way')
  expect(Math.max(...seen)).toBeLessThanOrEqual(20)
  await t.engine.pool.query('update lane set cap = 3 where workspace_id = $1', [ws])
  const granted = async () => (await t.engine.pool.query<{ n: number }>('select granted n from lane where workspace_id = $1', [ws])).rows[0]!.n
  await until(async () => (await granted()) <= 3, 'the surplus slots are given back')
  await until(async () => executing <= 3, 'the surplus runs end')
  const from = seen.length
  await until(async () => seen.length >= 3000, 'all are called')
  expect(Math.max(...seen.slice(from + 20))).toBeLessThanOrEqual(3)
  await t.stop()
})

test('a limit that is taken away while its slots are in use, and set again later, leaves none of them behind', async () => {
  const answer: (() => void)[] = []
  const t = await startTestEngine({ services: { request: () => new Promise((resolve) => answer.push(() => resolve({ status: 200, headers: {}, body: '{}' }))) } })
  const { pool } = t.engine
  const ws = await createWorkspace(pool)
  const limited = (limit: number | null) => fn('call', 'call/asked', [step('call', 'http', { method: 'GET', url: 'https://svc.example/' })], limit === null ? {} : { concurrency: { limit } })
  const change = async (limit: number | null) => {
    const { call } = await publish(pool, ws, [limited(limit)])
    await pool.query('update lane set cap = $2 where function_id = $1', [call, limit])
    t.engine.routesChanged(ws)
  }
  const send = (count: number) => t.engine.ingest(ws, Array.from({ length: count }, () => ({ name: 'call/asked', data: {} })), { source: 'api' })
  await publish(pool, ws, [limited(2)])
  await send(6)
  await until(async () => answer.length === 2, 'two execute')
  await change(null)
  await until(async () => answer.length === 6, 'all others, too')
  for (const one of answer.splice(0)) one()
  await until(async () => (await pool.query('select 1 from job where workspace_id = $1', [ws])).rowCount === 0, 'all have ended')
  await change(2)
  await send(4)
  await until(async () => answer.length === 2, 'two execute again')
  expect((await pool.query(`select count(*)::int n from lane where workspace_id = $1 and granted > cap`, [ws])).rows[0].n).toBe(0)
  for (let done = 0; done < 4; done++) {
    await until(async () => answer.length > 0, 'one more executes')
    expect(answer.length).toBeLessThanOrEqual(2)
    answer.shift()!()
  }
  await until(async () => (await pool.query('select 1 from job where workspace_id = $1', [ws])).rowCount === 0, 'all have ended')
  await until(async () => (await pool.query('select 1 from lane_slot where workspace_id = $1', [ws])).rowCount === 0, 'all slots are given back')
  await t.stop()
})

test('a limit that is raised counts for what a worker has taken ahead', async () => {
  const answer: (() => void)[] = []
  const t = await startTestEngine({ services: { request: () => new Promise((resolve) => answer.push(() => resolve({ status: 200, headers: {}, body: '{}' }))) } })
  const ws = await createWorkspace(t.engine.pool)
  await publish(t.engine.pool, ws, [fn('call', 'call/asked', [step('call', 'http', { method: 'GET', url: 'https://svc.example/' })], { concurrency: { limit: 2 } })])
  await t.engine.ingest(ws, Array.from({ length: 40 }, () => ({ name: 'call/asked', data: {} })), { source: 'api' })
  await until(async () => (await t.engine.pool.query(`select 1 from job where workspace_id = $1 and state = 'r'`, [ws])).rowCount === 40, 'all are taken')
  await until(async () => answer.length === 2, 'two of them execute')
  await t.engine.pool.query('update lane set cap = 12 where workspace_id = $1', [ws])
  await until(async () => answer.length === 12, 'twelve execute')
  while ((await t.engine.pool.query('select 1 from job where workspace_id = $1', [ws])).rowCount! > 0) {
    expect(answer.length).toBeLessThanOrEqual(12)
    answer.shift()?.()
  }
  await until(async () => (await t.engine.pool.query('select 1 from lane_slot where workspace_id = $1', [ws])).rowCount === 0, 'all slots are given back')
  await t.stop()
})

/** Engines on one database that call a service which answers when the test says so. */
async function engines(count: number, options: { concurrency?: number } = {}) {
  const own = await createTestDatabase()
  const open: { by: number; answer(): void }[] = []
  /** How many were open when each call came. */
  const seen: number[] = []
  const request = (by: number) => () => new Promise<{ status: number; headers: Record<string, string>; body: string }>((resolve) => {
    open.push({ by, answer: () => resolve({ status: 200, headers: {}, body: '{}' }) })
    seen.push(open.length)
  })
  const all = await Promise.all(Array.from({ length: count }, (_, by) => startTestEngine({ database: own, services: { request: request(by) }, ...options })))
  const answer = (by = 0) => {
    const at = open.findIndex((one) => one.by === by)
    if (at >= 0) open.splice(at, 1)[0]!.answer()
  }
  const granted = async () => (await pool.query<{ n: number }>('select granted n from lane where workspace_id = $1', [ws])).rows[0]!.n
  const { pool } = all[0]!.engine
  const ws = await createWorkspace(pool)
  const limitTo = async (limit: number | null) => {
    const { call } = await publish(pool, ws, [fn('call', 'call/asked', [step('call', 'http', { method: 'GET', url: 'https://svc.example/' })], limit === null ? {} : { concurrency: { limit } })])
    await pool.query('update lane set cap = $2 where function_id = $1', [call, limit])
    all[0]!.engine.routesChanged(ws)
  }
  const send = (by: number, n: number) => all[by]!.engine.ingest(ws, Array.from({ length: n }, () => ({ name: 'call/asked', data: {} })), { source: 'api' })
  const left = async () => (await pool.query('select 1 from job where workspace_id = $1', [ws])).rowCount!
  const answerAll = async () => {
    while ((await left()) > 0) {
      for (const one of open.splice(0)) one.answer()
      await new Promise((resolve) => setImmediate(resolve))
    }
  }
  const stop = async () => {
    await until(async () => (await pool.query('select 1 from lane_slot where workspace_id = $1', [ws])).rowCount === 0, 'all slots are given back')
    expect(Object.values(await checkInvariants(pool, true)).every((n) => n === 0)).toBe(true)
    for (const one of all) await one.stop()
    await own.drop()
  }
  return { all, pool, ws, open, seen, limitTo, send, answer, answerAll, granted, stop }
}

test('a limit that is lowered holds at once, however much a worker has taken ahead', async () => {
  const { pool, ws, open, seen, limitTo, send, answer, answerAll, granted, stop } = await engines(1)
  await limitTo(20)
  for (let n = 0; n < 2; n++) await send(0, 400)
  await until(async () => (await pool.query(`select 1 from job where workspace_id = $1 and state = 'r'`, [ws])).rowCount! > 600, 'many are taken ahead')
  await until(async () => open.length === 20, 'twenty execute')
  await limitTo(3)
  await until(async () => {
    answer()
    return (await granted()) < 20
  }, 'a slot goes back: it is known')
  const from = seen.length
  expect(from, 'it is known at once').toBeLessThan(400)
  await answerAll()
  expect(Math.max(...seen.slice(from))).toBeLessThanOrEqual(3)
  expect(seen).toHaveLength(800)
  await stop()
}, 120_000)

test.each([null, 20])('what a worker has taken ahead and cannot begin goes to one that can, limit %s', async (limit) => {
  const { all, seen, limitTo, send, answerAll, stop } = await engines(2, { concurrency: 10 })
  await limitTo(limit)
  await send(0, 60)
  await until(async () => all.every((one) => one.engine.status().executing === 10), 'both execute ten')
  await answerAll()
  expect(seen).toHaveLength(60)
  expect(Math.max(...seen)).toBeLessThanOrEqual(20)
  await stop()
}, 120_000)

test('a lowered limit counts what executes at every worker', async () => {
  const { all, seen, limitTo, send, answer, answerAll, granted, stop } = await engines(2, { concurrency: 15 })
  await limitTo(30)
  await send(0, 100)
  await until(async () => all.every((one) => one.engine.status().executing === 15), 'both execute fifteen')
  await limitTo(5)
  // Until both know of it, one may begin where one ends.
  for (const by of [0, 1]) {
    const before = await granted()
    await until(async () => {
      answer(by)
      return (await granted()) < before
    }, 'a slot goes back')
  }
  const from = seen.length
  // The second has room for five at once, but those of the first still execute.
  const rest = all[0]!.engine.status().executing
  await until(async () => {
    answer(1)
    return all[1]!.engine.status().executing === 0 && (await granted()) <= rest
  }, 'all slots of the second go back')
  expect(seen.slice(from).filter((open) => open > 5)).toEqual([])
  await answerAll()
  expect(seen.slice(from).filter((open) => open > 5)).toEqual([])
  await stop()
}, 120_000)

test('a first limit counts the runs that are under way', async () => {
  const { open, seen, limitTo, send, answer, answerAll, granted, stop } = await engines(2)
  await limitTo(null)
  await send(0, 20)
  await until(async () => open.length === 20, 'all execute, at the first worker')
  await limitTo(3)
  await until(async () => (await granted()) === 20, 'they are on the book')
  await send(1, 10)
  for (let n = 0; n < 10; n++) answer()
  await answerAll()
  expect(seen).toHaveLength(30)
  expect(Math.max(...seen.slice(20))).toBeLessThanOrEqual(3)
  await stop()
}, 120_000)

test('a run that is ended while a worker has taken it ahead never begins, whoever ends it', async () => {
  const called: number[] = []
  let answerFirst = (): void => {}
  const t = await startTestEngine({
    services: {
      request: (_workspace, { url }) => new Promise((resolve) => {
        called.push(Number(/n=(\d+)/.exec(url)![1]))
        const answer = () => resolve({ status: 200, headers: {}, body: '{}' })
        if (called.length === 1) answerFirst = answer
        else answer()
      }),
    },
  })
  const other = await startTestEngine({ database: t.database, role: 'web' })
  const { pool } = t.engine
  const ws = await createWorkspace(pool)
  await publish(pool, ws, [fn('call', 'call/asked', [step('call', 'http', { method: 'GET', url: 'https://svc.example/?n={{ event.data.n }}' })], { concurrency: { limit: 1 }, flow: { cancelOn: [{ event: 'call/over', match: 'data.n' }] } })])
  await t.engine.ingest(ws, Array.from({ length: 6 }, (_, n) => ({ name: 'call/asked', data: { n } })), { source: 'api' })
  await until(async () => called.length === 1 && t.engine.status().prefetched === 5, 'one executes, five are taken ahead')
  const { rows } = await pool.query<{ id: string }>(`select r.id::text as id from run r join event e on e.workspace_id = r.workspace_id and e.id = r.event_id where r.workspace_id = $1 order by (e.data->>'n')::int`, [ws])
  // In its own process it is heard of at once, of another one at the next look at what waits.
  expect(await other.engine.cancelRun(ws, rows[1]!.id)).toBe(true)
  await other.engine.ingest(ws, [{ name: 'call/over', data: { n: 3 } }], { source: 'api' })
  await until(async () => t.engine.status().prefetched === 3, 'those two are dropped')
  expect(await t.engine.cancelRun(ws, rows[4]!.id)).toBe(true)
  expect(t.engine.status().prefetched).toBe(2)
  answerFirst()
  await until(async () => (await pool.query('select 1 from job where workspace_id = $1', [ws])).rowCount === 0, 'the others end')
  expect(called).toEqual([0, 2, 5])
  await until(async () => (await pool.query<{ n: number }>('select coalesce(sum(granted), 0)::int n from lane')).rows[0]!.n === 0, 'all slots are given back')
  await other.stop()
  await t.stop()
})
