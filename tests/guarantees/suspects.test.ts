/**
 * A run that brings down every worker it executes on is given up. Runs that were only in the hands of
 * workers that died, however often, never are: killed machines and cut networks do that to anybody.
 */
import type pg from 'pg'
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest'
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
const workers: WorkerProcess[] = []
let onPoison = () => {}

beforeAll(async () => {
  database = await createTestDatabase()
  web = await startTestEngine({ database, role: 'web' })
  pool = web.engine.pool
  receiver = await startReceiver(async (request, response) => {
    if (request.path === '/poison') return onPoison()
    if (request.path === '/slow') await new Promise((resolve) => setTimeout(resolve, 200))
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

async function startWorker(): Promise<void> {
  workers.push(await startWorkerProcess(database.url, { FANWISE_EGRESS_ALLOW: `127.0.0.1:${receiver.port}` }))
}

const call = () => fn('call', 'call/asked', [step('call', 'http', { method: 'POST', url: `${receiver.url}/{{ event.data.path }}`, bodyType: 'none' })], { retries: 0 })
const statuses = async (ws: string) => Object.fromEntries((await pool.query<{ path: string; status: number; n: number }>(
  `select e.data->>'path' as path, r.status, count(*)::int n from run r join event e on e.workspace_id = r.workspace_id and e.id = r.event_id where r.workspace_id = $1 group by 1, 2`, [ws])).rows.map((row) => [`${row.path} ${row.status}`, row.n]))

test('runs that dead workers have held ten times over all complete', async () => {
  const ws = await createWorkspace(pool)
  await publish(pool, ws, [call()])
  await web.engine.ingest(ws, Array.from({ length: 60 }, () => ({ name: 'call/asked', data: { path: 'fast' } })), { source: 'api' })
  // Half of them were executing when one of those workers died.
  await pool.query(`update job set crashes = 10, progress = true, begun = (ord % 2)::int where workspace_id = $1`, [ws])
  await startWorker()
  await until(async () => (await statuses(ws))['fast 1'] === 60, 'all complete')
})

test('the run that brings down its workers is given up, those beside it are not', async () => {
  const ws = await createWorkspace(pool)
  await publish(pool, ws, [call()])
  let deaths = 0
  onPoison = () => {
    deaths++
    const dying = workers.splice(0)
    void (async () => {
      await Promise.all(dying.map((worker) => worker.kill()))
      // As if the lease had run out meanwhile.
      await pool.query('update worker set lease_until = clock_timestamp()')
      await startWorker()
    })()
  }
  await startWorker()
  await web.engine.ingest(ws, Array.from({ length: 40 }, (_, n) => ({ name: 'call/asked', data: { path: n === 5 ? 'poison' : 'slow' } })), { source: 'api' })
  await until(async () => {
    const now = await statuses(ws)
    return now['slow 1'] === 39 && now['poison 2'] === 1
  }, 'the poisonous one has failed and the others are complete', 80_000)
  expect(deaths).toBe(6)
  const { rows } = await pool.query<{ error: { code: string; message: string } }>('select error from run where workspace_id = $1 and status = 2', [ws])
  expect(rows[0]!.error).toMatchObject({ code: 'step_limit', message: 'This run brought down its worker 6 times, so it is not tried again.' })
})
