/** What is kept of key values goes when nobody has used them for a day, and nothing is lost that comes at that very moment. */
import type pg from 'pg'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { clearLanes } from '#engine/duties/clear-lanes.ts'
import { checkInvariants } from '#engine/invariants.ts'
import { createTestDatabase, type TestDatabase } from '#tests/support/database.ts'
import { startTestEngine, type TestEngine } from '#tests/support/engine.ts'
import { createWorkspace, fn, publish, step, transform } from '#tests/support/factories.ts'
import { until } from '#tests/support/until.ts'

let database: TestDatabase
let web: TestEngine
let pool: pg.Pool
const warnings: string[] = []
const log = (level: string, message: string) => void (level === 'warn' && message.includes('lanes') && warnings.push(message))

beforeAll(async () => {
  database = await createTestDatabase()
  web = await startTestEngine({ database, role: 'web' })
  pool = web.engine.pool
})
afterAll(async () => {
  await web.stop()
  await database.drop()
})

const count = async (sql: string, values: unknown[] = []) => (await pool.query<{ n: number }>(`select count(*)::int as n ${sql}`, values)).rows[0]!.n
const aDayPasses = (ws: string) => pool.query(`update lane set used_at = clock_timestamp() - interval '2 days' where workspace_id = $1`, [ws])
const clear = async () => {
  const duty = clearLanes(pool)
  while (await duty.tick());
}
const completed = (ws: string, runs: number) => until(async () => (await count('from run where workspace_id = $1 and status = 1', [ws])) === runs, `${runs} runs complete`)
const send = (engine: TestEngine, ws: string, keys: readonly string[]) => engine.engine.ingest(ws, keys.map((key) => ({ name: 'work/asked', data: { key } })), { source: 'api' })

test('lanes of key values that nobody has used for a day go; those with an open run, and those in use, stay', async () => {
  const ws = await createWorkspace(pool)
  await publish(pool, ws, [
    fn('work', 'work/asked', [transform('end', { key: '{{ event.data.key }}' })], { concurrency: { limit: 2, key: 'event.data.key' }, concurrency2: { limit: 5, key: '"all " + event.data.key' } }),
    fn('slow', 'slow/asked', [step('nap', 'sleep', { mode: 'for', duration: '1h' })], { concurrency: { limit: 1, key: 'event.data.key' } }),
  ])
  const worker = await startTestEngine({ database, log })
  try {
    await send(worker, ws, Array.from({ length: 50 }, (_, n) => `k${n}`))
    await worker.engine.ingest(ws, [{ name: 'slow/asked', data: { key: 'sleeper' } }], { source: 'api' })
    await completed(ws, 50)
    await until(async () => (await count(`from job where workspace_id = $1 and state = 't'`, [ws])) === 1, 'one sleeps')
    await until(async () => (await count('from lane where workspace_id = $1 and (open or granted > 0)', [ws])) === 0, 'all lanes are shut')
    expect(await count('from lane where workspace_id = $1', [ws])).toBe(101)
    await clear()
    expect(await count('from lane where workspace_id = $1', [ws]), 'all were used today').toBe(101)
    await pool.query(`insert into lane (workspace_id, id, function_id, cap, key_text) select $1, gen_random_uuid(), gen_random_uuid(), 1, 'old ' || n from generate_series(1, 5000) n`, [ws])
    await aDayPasses(ws)
    await clear()
    const { rows } = await pool.query<{ key_text: string }>('select key_text from lane where workspace_id = $1', [ws])
    expect(rows.map((row) => row.key_text)).toEqual(['sleeper'])
    await pool.query('update job set due = clock_timestamp() where workspace_id = $1', [ws])
    await pool.query('update wait set expires_at = clock_timestamp() where workspace_id = $1', [ws])
    await completed(ws, 51)
  } finally {
    await worker.stop()
  }
})

test('events that come while their lanes are being cleared away lose nothing, over two processes', async () => {
  const ws = await createWorkspace(pool)
  await publish(pool, ws, [fn('work', 'work/asked', [transform('end', { key: '{{ event.data.key }}' })], { concurrency: { limit: 1, key: 'event.data.key' }, concurrency2: { limit: 1, key: '"all " + event.data.key' } })])
  const keys = Array.from({ length: 40 }, (_, n) => `k${n}`)
  let sent = 0
  let cleared = 0
  for (let day = 0; day < 4; day++) {
    // A process remembers lanes for an hour, so the next day is another process.
    const engines = [await startTestEngine({ database, log }), await startTestEngine({ database, log })]
    try {
      await until(async () => (await count('from lane where workspace_id = $1 and (open or granted > 0)', [ws])) === 0, 'all lanes are shut')
      const before = await count('from lane where workspace_id = $1', [ws])
      await aDayPasses(ws)
      let sending = true
      const clearing = (async () => {
        while (sending) await clear()
      })()
      for (let n = 0; n < 8; n++) await Promise.all(engines.map((engine) => send(engine, ws, keys.slice(n * 5, n * 5 + 5))))
      sending = false
      await clearing
      sent += 80
      cleared += before
      await completed(ws, sent)
      expect(await count('from lane where workspace_id = $1', [ws])).toBe(80)
    } finally {
      for (const engine of engines) await engine.stop()
    }
  }
  expect(cleared).toBe(240)
  expect(warnings).toEqual([])
  expect(Object.values(await checkInvariants(pool, true)).every((n) => n === 0)).toBe(true)
})

test('a job whose lane is gone all the same is found, and runs', async () => {
  const ws = await createWorkspace(pool)
  await publish(pool, ws, [fn('work', 'work/asked', [transform('end', { key: '{{ event.data.key }}' })], { concurrency: { limit: 3, key: 'event.data.key' } })])
  await send(web, ws, ['a', 'a', 'b'])
  await pool.query('delete from lane where workspace_id = $1', [ws])
  const worker = await startTestEngine({ database, log })
  try {
    await completed(ws, 3)
    expect((await pool.query<{ cap: number }>('select cap from lane where workspace_id = $1', [ws])).rows).toEqual([{ cap: 3 }, { cap: 3 }])
  } finally {
    await worker.stop()
  }
})

test('keys of flow control whose time is over go, however many there are', async () => {
  const ws = await createWorkspace(pool)
  await pool.query(`insert into flow_key (workspace_id, id, function_id, kind, key_text, expires_at) select $1, gen_random_uuid(), $1, 'rate', n::text, clock_timestamp() - interval '1 s' from generate_series(1, 7000) n`, [ws])
  const worker = await startTestEngine({ database, log })
  try {
    await until(async () => (await count('from flow_key where workspace_id = $1', [ws])) === 0, 'all have gone', 20_000)
  } finally {
    await worker.stop()
  }
})
