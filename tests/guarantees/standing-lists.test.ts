/** The list a step goes through stays the same one, though reading it again would give another: after a crash, and while a fan-out waits. */
import type pg from 'pg'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { checkInvariants } from '#engine/invariants.ts'
import { createTestDatabase, type TestDatabase } from '#tests/support/database.ts'
import { startTestEngine, type TestEngine } from '#tests/support/engine.ts'
import { createWorkspace, fn, publish, step, transform } from '#tests/support/factories.ts'
import { startReceiver, type Receiver } from '#tests/support/receiver.ts'
import { until } from '#tests/support/until.ts'
import { startWorkerProcess } from '#tests/support/worker-process.ts'

let database: TestDatabase
let web: TestEngine
let pool: pg.Pool
let receiver: Receiver
let answering: Promise<void> = Promise.resolve()
let onFourth = () => {}

beforeAll(async () => {
  database = await createTestDatabase()
  web = await startTestEngine({ database, role: 'web' })
  pool = web.engine.pool
  receiver = await startReceiver(async (_, response) => {
    if (receiver.received.length === 4) onFourth()
    if (receiver.received.length > 4) await answering
    response.setHeader('content-type', 'application/json').end('{}')
  })
})
afterAll(async () => {
  await receiver.close()
  await web.stop()
  await database.drop()
})

const rows = async <R extends pg.QueryResultRow>(sql: string, values: unknown[] = []) => (await pool.query<R>(sql, values)).rows
const count = async (sql: string, values: unknown[] = []) => (await rows<{ n: number }>(`select count(*)::int as n ${sql}`, values))[0]!.n
const worker = () => startWorkerProcess(database.url, { FANWISE_EGRESS_ALLOW: `127.0.0.1:${receiver.port}` })
const now = (items: string) => `{{ ((at) => ${items})(Date.now()) }}`

test('a list made from the clock is one list, whatever dies between its chunks', async () => {
  const ws = await createWorkspace(pool)
  const total = 8000
  await publish(pool, ws, [fn('all', 'all/asked', [step('each', 'emit-each', { items: now(`Array.from({ length: ${total} }, (_, n) => at + ":" + n)`), event: 'item/sent', data: '{ "item": {{ item }} }' })])])
  const first = await worker()
  await web.engine.ingest(ws, [{ name: 'all/asked', data: {} }], { source: 'api' })
  // The lock keeps the emit between two chunks until its worker is dead.
  const lock = await pool.connect()
  await until(async () => {
    await lock.query('begin')
    const { rowCount } = await lock.query('select 1 from emit_progress where workspace_id = $1 and next_index >= 2000 for update', [ws])
    if (rowCount === 0) await lock.query('rollback')
    return rowCount === 1
  }, 'two chunks commit')
  await first.kill()
  await lock.query('commit')
  lock.release()
  const second = await worker()
  try {
    await until(async () => (await count('from run where workspace_id = $1 and status = 1', [ws])) === 1, 'it completes')
    const items = await rows<{ lists: number; items: number }>(`select count(distinct split_part(data->>'item', ':', 1))::int as lists, count(distinct split_part(data->>'item', ':', 2))::int as items from event where workspace_id = $1 and name = 'item/sent'`, [ws])
    expect(items).toEqual([{ lists: 1, items: total }])
  } finally {
    await second.stop()
  }
})

test('so is the list of a step that runs for each item', async () => {
  const ws = await createWorkspace(pool)
  await publish(pool, ws, [fn('loop', 'loop/asked', [step('call', 'http', { method: 'GET', url: `${receiver.url}/{{ item }}` }, [], { each: { items: now('[0, 1, 2, 3, 4, 5, 6, 7].map((n) => at + "-" + n)'), concurrency: 2 } })])])
  let answer = () => {}
  answering = new Promise((resolve) => (answer = resolve))
  const fourth = new Promise<void>((resolve) => (onFourth = resolve))
  const first = await worker()
  await web.engine.ingest(ws, [{ name: 'loop/asked', data: {} }], { source: 'api' })
  await fourth
  await until(async () => (await count('from step where workspace_id = $1', [ws])) > 1, 'some items are recorded')
  await first.kill()
  answer()
  const second = await worker()
  try {
    await until(async () => (await count('from run where workspace_id = $1 and status = 1', [ws])) === 1, 'it completes')
    const paths = receiver.received.map((one) => one.path.slice(1).split('-'))
    expect(new Set(paths.map(([at]) => at)).size).toBe(1)
    expect(new Set(paths.map(([, n]) => n)).size).toBe(8)
  } finally {
    await second.stop()
  }
})

test('a setting that changes while a fan-out waits after its first item changes none of the others; retried before its first, it is read anew', async () => {
  const settings = { REGIONS: 'north,south,west' }
  let letGo = () => {}
  const held = new Promise<void>((resolve) => (letGo = resolve))
  const own = await startTestEngine({
    database,
    services: {
      environment: () => settings,
      request: async () => {
        await held
        return { status: 200, headers: {}, body: '{}' }
      },
    },
  })
  try {
    const ws = await createWorkspace(pool)
    await publish(pool, ws, [
      fn('all', 'all/asked', [step('each', 'emit-each', { items: '{{ env.REGIONS.split(",") }}', event: 'region/due', data: '{ "region": {{ item }} }', canary: 1 })]),
      fn('one', 'region/due', [step('call', 'http', { method: 'GET', url: 'https://api.example/x' })]),
      fn('bad', 'bad/asked', [step('each', 'emit-each', { items: '{{ env.REGIONS.split(",") }}', event: 'bad/due', data: '{{ item }}' })]),
      fn('good', 'bad/due', [transform('end', { n: '1' })]),
    ])
    await own.engine.ingest(ws, [{ name: 'all/asked', data: {} }], { source: 'api' })
    await until(async () => (await count(`from fan_out where workspace_id = $1 and state = 'canary'`, [ws])) === 1, 'it waits')
    settings.REGIONS = 'east,east,east,east'
    letGo()
    await until(async () => (await count('from run where workspace_id = $1 and status = 1', [ws])) === 4, 'all complete')
    expect((await rows<{ region: string }>(`select data->>'region' as region from event where workspace_id = $1 and name = 'region/due' order by id`, [ws])).map((row) => row.region)).toEqual(['north', 'south', 'west'])

    // Texts are no data of an event, so nothing is sent.
    await own.engine.ingest(ws, [{ name: 'bad/asked', data: {} }], { source: 'api' })
    const failed = await until(async () => (await rows<{ id: string }>('select id::text from run where workspace_id = $1 and status = 2', [ws]))[0], 'it fails')
    settings.REGIONS = 'other'
    await own.engine.retryRun(ws, failed.id, { from: 'failed' })
    await until(async () => (await count(`from step_list l join step s on s.workspace_id = l.workspace_id and s.run_id = l.run_id and s.status = 2 where l.run_id = $1 and l.items->>0 = 'other'`, [failed.id])) === 1, 'the new list fails, too')
  } finally {
    await own.stop()
  }
})

test('lists that are not needed any more go', async () => {
  const own = await startTestEngine({ database })
  try {
    await until(async () => (await count('from step_list l join run r on r.workspace_id = l.workspace_id and r.id = l.run_id where r.status = 1')) === 0, 'they have gone')
    expect(Object.values(await checkInvariants(pool, true)).every((n) => n === 0)).toBe(true)
  } finally {
    await own.stop()
  }
})
