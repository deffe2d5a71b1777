/**
 * A worker that dies loses nothing and repeats nothing that was recorded: an emit's events are stored
 * once, a finished step does not run again, whatever dies when.
 */
import type pg from 'pg'
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest'
import { checkInvariants } from '#engine/invariants.ts'
import { createTestDatabase, type TestDatabase } from '#tests/support/database.ts'
import { startTestEngine, type TestEngine } from '#tests/support/engine.ts'
import { createWorkspace, fn, publish, step, transform } from '#tests/support/factories.ts'
import { startReceiver, type Receiver } from '#tests/support/receiver.ts'
import { until } from '#tests/support/until.ts'
import { startWorkerProcess, type WorkerProcess } from '#tests/support/worker-process.ts'

let database: TestDatabase
let web: TestEngine
let pool: pg.Pool
let receiver: Receiver
const workers: WorkerProcess[] = []
let holdSecond: Promise<void> = Promise.resolve()

beforeAll(async () => {
  database = await createTestDatabase()
  web = await startTestEngine({ database, role: 'web' })
  pool = web.engine.pool
  receiver = await startReceiver(async (request, response) => {
    if (request.path === '/second') await holdSecond
    response.setHeader('content-type', 'application/json').end('{"ok":true}')
  })
})
afterEach(async () => {
  await Promise.all(workers.splice(0).map((worker) => worker.kill()))
})
afterAll(async () => {
  await receiver.close()
  await web.stop()
  await database.drop()
})

async function worker(): Promise<WorkerProcess> {
  const started = await startWorkerProcess(database.url, { FANWISE_EGRESS_ALLOW: `127.0.0.1:${receiver.port}` })
  workers.push(started)
  return started
}

const one = async (sql: string, values: unknown[]) => (await pool.query<{ n: number }>(sql, values)).rows[0]!.n

test('an emit is not duplicated when its worker is killed right after it commits', async () => {
  const ws = await createWorkspace(pool)
  await publish(pool, ws, [
    fn('orders', 'order/placed', [
      step('tell', 'emit', { event: 'order/confirmed', data: '{ "id": {{ event.data.id }} }' }),
      step('after', 'http', { method: 'POST', url: `${receiver.url}/after`, bodyType: 'none' }, ['tell']),
    ], { retries: 4 }),
    fn('mail', 'order/confirmed', [transform('note', { id: '{{ event.data.id }}' })]),
  ])
  const first = await worker()
  await web.engine.ingest(ws, Array.from({ length: 200 }, (_, id) => ({ name: 'order/placed', data: { id } })), { source: 'api' })
  await until(async () => (await one(`select count(*)::int n from step where workspace_id = $1 and step = 'tell'`, [ws])) > 0, 'the first emit commits')
  await first.kill()
  await worker()
  await until(async () => (await one('select count(*)::int n from run where workspace_id = $1 and status = 1', [ws])) === 400, 'all runs complete')
  expect(await one(`select count(*)::int n from event where workspace_id = $1 and name = 'order/confirmed'`, [ws])).toBe(200)
  expect(await one(`select count(distinct data->>'id')::int n from event where workspace_id = $1 and name = 'order/confirmed'`, [ws])).toBe(200)
  expect(Object.values(await checkInvariants(pool, true)).every((n) => n === 0)).toBe(true)
})

test('a long list that was half sent goes on behind its last committed chunk', async () => {
  const ws = await createWorkspace(pool)
  await publish(pool, ws, [
    fn('all', 'list/given', [step('each', 'emit-each', { items: '{{ event.data.items }}', event: 'item/sent', data: '{ "n": {{ item }} }' })]),
    fn('item', 'item/sent', [transform('note', { n: '{{ event.data.n }}' })], { concurrency: { limit: 20 } }),
  ])
  const first = await worker()
  await web.engine.ingest(ws, [{ name: 'list/given', data: { items: Array.from({ length: 20_000 }, (_, n) => n) } }], { source: 'api' })
  // The lock keeps the emit between two chunks until its worker is dead.
  const lock = await pool.connect()
  await until(async () => {
    await lock.query('begin')
    const { rows } = await lock.query('select next_index from emit_progress where workspace_id = $1 and next_index >= 2000 for update', [ws])
    if (rows.length === 0) await lock.query('rollback')
    return rows.length > 0
  }, 'two chunks commit')
  await first.kill()
  await lock.query('commit')
  lock.release()
  expect(await one('select count(*)::int n from emit_progress where workspace_id = $1', [ws])).toBe(1)
  await worker()
  await until(async () => (await one('select count(*)::int n from run where workspace_id = $1 and status = 1', [ws])) === 20_001, 'all runs complete')
  expect(await one(`select count(*)::int n from event where workspace_id = $1 and name = 'item/sent'`, [ws])).toBe(20_000)
  expect(await one(`select count(distinct (data->>'n'))::int n from event where workspace_id = $1 and name = 'item/sent'`, [ws])).toBe(20_000)
  expect(Object.values(await checkInvariants(pool, true)).every((n) => n === 0)).toBe(true)
})

test('a finished step does not run again after a kill; the one under way does, with the same key', async () => {
  const ws = await createWorkspace(pool)
  await publish(pool, ws, [
    fn('two', 'work/asked', [
      step('first', 'http', { method: 'POST', url: `${receiver.url}/first`, bodyType: 'none' }),
      step('second', 'http', { method: 'POST', url: `${receiver.url}/second`, bodyType: 'none' }, ['first']),
    ], { retries: 4 }),
  ])
  let release = () => {}
  holdSecond = new Promise((resolve) => (release = resolve))
  receiver.received.length = 0
  const doomed = await worker()
  await web.engine.ingest(ws, [{ name: 'work/asked', data: {} }], { source: 'api' })
  await until(async () => receiver.received.some((request) => request.path === '/second'), 'the second step is under way')
  await doomed.kill()
  release()
  await worker()
  await until(async () => (await one('select count(*)::int n from run where workspace_id = $1 and status = 1', [ws])) === 1, 'the run completes')
  const first = receiver.received.filter((request) => request.path === '/first')
  const second = receiver.received.filter((request) => request.path === '/second')
  expect(first).toHaveLength(1)
  expect(second).toHaveLength(2)
  expect(new Set(second.map((request) => request.idempotencyKey)).size).toBe(1)
  expect(first[0]!.idempotencyKey).not.toBe(second[0]!.idempotencyKey)
})

test('a worker that was only frozen writes nothing after its lease is over', async () => {
  const ws = await createWorkspace(pool)
  await publish(pool, ws, [
    fn('slow', 'slow/asked', [step('second', 'http', { method: 'POST', url: `${receiver.url}/second`, bodyType: 'none' })]),
  ])
  let release = () => {}
  holdSecond = new Promise((resolve) => (release = resolve))
  receiver.received.length = 0
  const frozen = await worker()
  await web.engine.ingest(ws, [{ name: 'slow/asked', data: {} }], { source: 'api' })
  await until(async () => receiver.received.length === 1, 'the step is under way')
  frozen.signal('SIGSTOP')
  const holder = async () => (await pool.query<{ worker_id: string }>('select worker_id from job where workspace_id = $1', [ws])).rows[0]?.worker_id
  const before = await holder()
  await worker()
  await until(async () => {
    const now = await holder()
    return now !== undefined && now !== null && now !== before
  }, 'the other worker takes the run over')
  frozen.signal('SIGCONT')
  release()
  await until(async () => (await one('select count(*)::int n from run where workspace_id = $1 and status = 1', [ws])) === 1, 'the run completes')
  expect(await one('select count(*)::int n from step where workspace_id = $1', [ws])).toBe(1)
  expect(await one('select crashes::int n from (select coalesce(max(crashes), 0) crashes from job where workspace_id = $1) t', [ws])).toBe(0)
})
