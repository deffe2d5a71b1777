/**
 * The last question before a run starts (throttle, second limit, time limits): errors that pass cost nothing, what is ended
 * at that moment does not begin, and what is published counts for runs that wait already.
 */
import type pg from 'pg'
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest'
import { checkInvariants } from '#engine/invariants.ts'
import { createTestDatabase, type TestDatabase } from '#tests/support/database.ts'
import { startTestEngine, type TestEngine } from '#tests/support/engine.ts'
import { createWorkspace, fn, publish, step } from '#tests/support/factories.ts'
import { until as untilWithin } from '#tests/support/until.ts'

let database: TestDatabase
let pool: pg.Pool
const engines: TestEngine[] = []
let lost = 0
const called: number[] = []
let answer: () => Promise<void> = async () => {}

beforeAll(async () => {
  database = await createTestDatabase()
  for (let i = 0; i < 2; i++) {
    const started = await startTestEngine({
      database,
      services: {
        async request(_workspace, { url }) {
          called.push(Number(new URL(url).searchParams.get('n')))
          await answer()
          return { status: 200, headers: {}, body: '{}' }
        },
      },
    })
    started.engine.signals.on('worker.lease-lost', () => void (lost += 1))
    engines.push(started)
  }
  pool = engines[0]!.engine.pool
})
afterEach(() => {
  called.length = 0
  answer = async () => {}
})
afterAll(async () => {
  await Promise.all(engines.map((engine) => engine.stop()))
  await database.drop()
})

const until = <T>(ask: () => Promise<T | null | undefined | false>, what: string) => untilWithin(ask, what, 15_000)
const first = () => engines[0]!.engine
const second = () => engines[1]!.engine
const call = () => step('call', 'http', { method: 'GET', url: 'https://shop.example/?n={{ event.data.n }}' })
const send = (ws: string, count: number, from = 0) => first().ingest(ws, Array.from({ length: count }, (_, n) => ({ name: 'call/asked', data: { n: from + n } })), { source: 'api' })
const ended = async (ws: string, status = 1) => (await pool.query<{ n: number }>('select count(*)::int as n from run where workspace_id = $1 and status = $2', [ws, status])).rows[0]!.n
const sound = async () => expect(Object.entries(await checkInvariants(pool, true)).filter(([, n]) => n !== 0)).toEqual([])

/** The first two times that rows of a table change in that way, Postgres finds a deadlock. */
async function withDeadlocks(table: string, when: string, work: () => Promise<void>): Promise<void> {
  await pool.query(`create sequence ${table}_deadlocks`)
  await pool.query(`create function ${table}_deadlock() returns trigger language plpgsql as 'begin
    if nextval(''${table}_deadlocks'') <= 2 then raise exception ''deadlock detected'' using errcode = ''40P01''; end if; return new; end'`)
  await pool.query(`create trigger deadlock before update on ${table} for each row when (${when}) execute function ${table}_deadlock()`)
  try {
    await work()
    expect((await pool.query<{ n: number }>(`select last_value::int as n from ${table}_deadlocks`)).rows[0]!.n).toBeGreaterThan(2)
  } finally {
    await pool.query(`drop function ${table}_deadlock cascade`)
    await pool.query(`drop sequence ${table}_deadlocks`)
  }
}

test('deadlocks while starts are counted, or time limits begin, cost no lease; each start is counted once', async () => {
  const before = lost
  const ws = await createWorkspace(pool)
  await publish(pool, ws, [fn('call', 'call/asked', [call()], { flow: { throttle: { limit: 3, periodMs: 3_600_000, burst: 5 }, timeouts: { finishMs: 60_000 } } })])
  await withDeadlocks('flow_key', 'new.used_until is distinct from old.used_until', () => withDeadlocks('job', 'new.deadline is distinct from old.deadline', async () => {
    await send(ws, 8)
    await until(async () => (await ended(ws)) === 6, 'six start at once')
  }))
  await until(async () => (await pool.query(`select 1 from job where workspace_id = $1 and state = 'h' and why->>'kind' = 'throttle'`, [ws])).rowCount === 2, 'the others wait for their turn')
  expect(called.length).toBe(6)
  expect(lost).toBe(before)
})

test('a run that is ended while its time limit begins does not start its step, and gives its slots back', async () => {
  const before = lost
  const ws = await createWorkspace(pool)
  const ids = await publish(pool, ws, [fn('call', 'call/asked', [call()], { concurrency: { limit: 1 }, concurrency2: { limit: 1 }, flow: { timeouts: { finishMs: 60_000 } } })])
  await send(ws, 1)
  await until(async () => (await ended(ws)) === 1, 'the lanes are there')
  called.length = 0
  // Whoever cancels has the job by the time its worker wants to note the start.
  await pool.query(`create function wait_a_little() returns trigger language plpgsql as 'begin perform pg_advisory_lock(4711); perform pg_advisory_unlock(4711); return new; end'`)
  await pool.query(`create trigger wait_a_little before update on lane for each row when (new.granted > old.granted and new.function_id <> '${ids['call']}') execute function wait_a_little()`)
  const gate = await pool.connect()
  await gate.query('select pg_advisory_lock(4711)')
  await send(ws, 1, 1)
  await until(async () => (await pool.query(`select 1 from pg_stat_activity where datname = current_database() and wait_event = 'advisory'`)).rowCount! > 0, 'it asks for its second slot')
  const { rows } = await pool.query<{ id: string }>('select run_id::text as id from job where workspace_id = $1', [ws])
  expect(await second().cancelRun(ws, rows[0]!.id)).toBe(true)
  await gate.query('select pg_advisory_unlock(4711)')
  gate.release()
  await until(async () => (await pool.query('select 1 from lane where workspace_id = $1 and granted > 0', [ws])).rowCount === 0, 'its slots go back')
  expect(called).toEqual([])
  expect(await ended(ws, 3)).toBe(1)
  await pool.query('drop function wait_a_little cascade')
  await send(ws, 1, 2)
  await until(async () => (await ended(ws)) === 2, 'the next one starts')
  expect(called).toEqual([2])
  expect(lost).toBe(before)
  await sound()
})
