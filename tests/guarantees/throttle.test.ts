/** A throttle is exact over worker processes, and a downtime does not make its backlog bunch up. Seen from the service that is called. */
import { afterAll, beforeAll, expect, test } from 'vitest'
import { checkInvariants } from '#engine/invariants.ts'
import { createTestDatabase, type TestDatabase } from '#tests/support/database.ts'
import { startTestEngine, type TestEngine } from '#tests/support/engine.ts'
import { createWorkspace, fn, publish, step } from '#tests/support/factories.ts'
import { startReceiver, type Receiver } from '#tests/support/receiver.ts'
import { until } from '#tests/support/until.ts'
import { startWorkerProcess, type WorkerProcess } from '#tests/support/worker-process.ts'

let database: TestDatabase
let web: TestEngine
let receiver: Receiver
let workers: WorkerProcess[] = []
const arrived: number[] = []

beforeAll(async () => {
  database = await createTestDatabase()
  web = await startTestEngine({ database, role: 'web' })
  receiver = await startReceiver((_request, response) => {
    arrived.push(performance.now())
    response.setHeader('content-type', 'application/json').end('{}')
  })
})
afterAll(async () => {
  await Promise.all(workers.map((worker) => worker.kill()))
  await receiver.close()
  await web.stop()
  await database.drop()
})

const startTwo = async () => {
  workers = await Promise.all([0, 1].map(() => startWorkerProcess(database.url, { FANWISE_EGRESS_ALLOW: `127.0.0.1:${receiver.port}` })))
}

test('40 starts a second and not one more, over two workers, both of which are killed and replaced', async () => {
  const limit = 40
  const burst = 4
  const count = 240
  const ws = await createWorkspace(web.engine.pool)
  await publish(web.engine.pool, ws, [
    fn('call', 'call/asked', [step('call', 'http', { method: 'POST', url: `${receiver.url}/call`, bodyType: 'none' })], { flow: { throttle: { limit, periodMs: 1000, burst } }, retries: 4 }),
  ])
  await startTwo()
  await web.engine.ingest(ws, Array.from({ length: count }, (_, n) => ({ name: 'call/asked', data: { n } })), { source: 'api' })
  await until(async () => arrived.length > 60, 'a quarter has started')
  await Promise.all(workers.map((worker) => worker.kill()))
  // By the time others run, the turns of many have passed; they must not all go at once.
  const overdue = async () => (await web.engine.pool.query<{ n: number }>(`select count(*)::int as n from job where workspace_id = $1 and state = 'h' and due < clock_timestamp()`, [ws])).rows[0]!.n
  await until(async () => (await overdue()) > 40, 'a backlog is overdue')
  await startTwo()
  const ended = async () => (await web.engine.pool.query<{ n: number }>('select count(*)::int as n from run where workspace_id = $1 and status = 1', [ws])).rows[0]!.n
  await until(async () => (await ended()) === count, 'all runs complete')

  const times = arrived.sort((a, b) => a - b)
  expect(times.length).toBeGreaterThanOrEqual(count)
  // Between being counted and arriving lie some milliseconds, so a window is allowed a tenth of a second of them.
  for (let n = 0; n + limit < times.length; n++) expect(times[n + limit]! - times[n]!).toBeGreaterThan(((limit - burst - 1) / limit) * 1000 - 100)
  expect(Object.values(await checkInvariants(web.engine.pool, true)).every((n) => n === 0)).toBe(true)
})
