/**
 * Workers count the failures of a service together: ten calls park it, however many processes made them.
 * Two worker processes take turns, the other one frozen, so that each is sure to make half of the calls.
 */
import type pg from 'pg'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { createTestDatabase, type TestDatabase } from '#tests/support/database.ts'
import { startTestEngine, type TestEngine } from '#tests/support/engine.ts'
import { createWorkspace, fn, publish, step } from '#tests/support/factories.ts'
import { startReceiver, type Receiver } from '#tests/support/receiver.ts'
import { until } from '#tests/support/until.ts'
import { startWorkerProcess, type WorkerProcess } from '#tests/support/worker-process.ts'

let database: TestDatabase
let web: TestEngine
let pool: pg.Pool
let receiver: Receiver
let workers: WorkerProcess[]
let ws: string

beforeAll(async () => {
  database = await createTestDatabase()
  web = await startTestEngine({ database, role: 'web' })
  pool = web.engine.pool
  receiver = await startReceiver((_, response) => {
    response.statusCode = 503
    response.setHeader('content-type', 'application/json').end('{}')
  })
  ws = await createWorkspace(pool)
  // Before they start: one that is frozen first would learn it later than what the other one tells.
  await pool.query('update workspace set auto_park = true where id = $1', [ws])
  // A frozen worker is not to be taken for a dead one.
  workers = await Promise.all([0, 1].map(() => startWorkerProcess(database.url, { FANWISE_EGRESS_ALLOW: `127.0.0.1:${receiver.port}`, FANWISE_LEASE: '5m' })))
})
afterAll(async () => {
  for (const worker of workers) worker.signal('SIGCONT')
  await Promise.all(workers.map((worker) => worker.kill()))
  await receiver.close()
  await web.stop()
  await database.drop()
})

const count = async (sql: string, values: unknown[]) => (await pool.query<{ n: number }>(`select count(*)::int as n ${sql}`, values)).rows[0]!.n

/** Only this worker takes what comes next. The other one must not be frozen with a transaction open. */
async function onlyOne(awake: number): Promise<void> {
  workers[awake]!.signal('SIGCONT')
  await until(async () => {
    workers[1 - awake]!.signal('SIGSTOP')
    for (let looks = 0; looks < 20; looks++) {
      if ((await count(`from pg_stat_activity where datname = current_database() and pid <> pg_backend_pid() and state <> 'idle'`, [])) === 0) return true
    }
    workers[1 - awake]!.signal('SIGCONT')
    return false
  }, 'the other one is frozen while it asks nothing')
}

async function call(times: number): Promise<void> {
  const rested = await count(`from job where workspace_id = $1 and state <> 'q' and state <> 'r'`, [ws])
  await web.engine.ingest(ws, Array.from({ length: times }, () => ({ name: 'call/asked', data: {} })), { source: 'api' })
  await until(async () => (await count(`from job where workspace_id = $1 and state <> 'q' and state <> 'r'`, [ws])) === rested + times, 'these rest')
}

test('five failures at one worker and five at another park the service, once', async () => {
  await publish(pool, ws, [fn('call', 'call/asked', [step('call', 'http', { method: 'GET', url: `${receiver.url}/crm` })], { retries: 4, backoff: { baseMs: 3_600_000, factor: 1, maxMs: 3_600_000, jitter: 0 } })])
  // What the workers say to each other is heard here, too: it is not to be frozen with the word on its lips.
  let told = 0
  const listener = await pool.connect()
  listener.on('notification', ({ payload }) => {
    for (const { services } of JSON.parse(payload!) as { services?: { failures: number }[] }[]) for (const { failures } of services ?? []) told += failures
  })
  await listener.query('listen fanwise')
  await onlyOne(0)
  await call(5)
  await until(async () => told === 5, 'it has told of its five')
  await onlyOne(1)
  await call(4)
  expect(await count('from hold where workspace_id = $1', [ws]), 'nine are no reason').toBe(0)
  await call(1)
  await until(async () => (await count(`from hold where workspace_id = $1 and auto`, [ws])) === 1, 'it is parked')
  expect(receiver.received.length).toBe(10)
  listener.release(true)
  // The other one hears of all ten, too, and leaves what is parked as it is.
  workers[0]!.signal('SIGCONT')
  await Promise.all(workers.map((worker) => worker.stop()))
  expect(await count(`from audit_entry where workspace_id = $1 and action = 'service.parked'`, [ws])).toBe(1)
})
