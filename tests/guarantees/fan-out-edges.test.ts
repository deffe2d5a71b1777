/**
 * What a fan-out counts as its own, and how it ends when its emitting run ends another way: a child that is run
 * again is nobody's child, and what a failed run still had to send may be cancelled.
 */
import type pg from 'pg'
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest'
import { fanOutId, fanOutRunRange, runIdFor, runMask } from '#engine/derived-ids.ts'
import type { FanOutProgress } from '#engine/fan-out/progress.ts'
import { checkInvariants } from '#engine/invariants.ts'
import type { FunctionDefinition, StepDefinition } from '#graph/definition.ts'
import { createTestDatabase, type TestDatabase } from '#tests/support/database.ts'
import { startTestEngine, type TestEngine } from '#tests/support/engine.ts'
import { createWorkspace, fn, publish, step, transform } from '#tests/support/factories.ts'
import { until } from '#tests/support/until.ts'

let database: TestDatabase
let pool: pg.Pool
const engines: TestEngine[] = []
const ada = { id: null, name: 'Ada' }
/** Of a call for item n. */
let answer: (n: number) => number | Promise<number> = () => 200

beforeAll(async () => {
  database = await createTestDatabase()
  for (let i = 0; i < 2; i++) {
    engines.push(await startTestEngine({
      database,
      services: { request: async (_workspace, { url }) => ({ status: await answer(Number(new URL(url).searchParams.get('n'))), headers: {}, body: '{}' }) },
    }))
  }
  pool = engines[0]!.engine.pool
})
afterEach(() => {
  answer = () => 200
})
afterAll(async () => {
  await Promise.all(engines.map((engine) => engine.stop()))
  await database.drop()
})

const first = () => engines[0]!.engine
const second = () => engines[1]!.engine
const call = (id: string, n: string, after: string[] = [], extra: Partial<StepDefinition> = {}) => step(id, 'http', { method: 'GET', url: `https://shop.example/item?n=${n}` }, after, extra)
const child = (extra: Partial<FunctionDefinition> = {}) => fn('item', 'item/sent', [call('call', '{{ event.data.n }}')], extra)
const each = (config: Record<string, number | string> = {}, extra: Partial<StepDefinition> = {}) => step('each', 'emit-each', { items: '{{ event.data.items }}', event: 'item/sent', data: '{ "n": {{ item }} }', ...config }, [], extra)

interface Started {
  ws: string
  run: string
  id: string
  functions: Record<string, string>
}

/** A function that fans out over `count` numbers, and what reacts to each. */
async function start(count: number, steps: StepDefinition[], reacts: FunctionDefinition[] = [child()]): Promise<Started> {
  const ws = await createWorkspace(pool)
  const functions = await publish(pool, ws, [fn('all', 'list/given', steps), ...reacts])
  const [event] = await first().ingest(ws, [{ name: 'list/given', data: { items: Array.from({ length: count }, (_, n) => n) } }], { source: 'api' })
  const { rows } = await pool.query<{ id: string }>('select id::text as id from run where workspace_id = $1 and event_id = $2', [ws, event!.id])
  return { ws, run: rows[0]!.id, id: fanOutId(rows[0]!.id, 'each'), functions }
}

const progress = (of: Started): Promise<FanOutProgress | null> => second().fanOuts.progress(of.ws, of.id).catch(() => null)
const state = (of: Started, wanted: string) => until(async () => {
  const now = await progress(of)
  return now?.state === wanted ? now : null
}, `the fan-out is ${wanted}`, 20_000)
const ended = (ws: string, run: string) => until(async () => (await pool.query<{ status: number }>('select status from run where id = $2 and workspace_id = $1 and status <> 0', [ws, run])).rows[0]?.status, 'the run ends', 20_000)
const sound = async () => expect(Object.entries(await checkInvariants(pool, true)).filter(([, n]) => n !== 0)).toEqual([])
/** In the order of the items. */
const runs = async (of: Started) => (await pool.query<{ id: string }>('select id::text as id from run where workspace_id = $1 and function_id = $2 and retry_of is null order by event_id', [of.ws, of.functions['item']])).rows.map((row) => row.id)

test('a child that is run again is no child: the fan-out settles when its own have ended, and counts nothing twice', async () => {
  let open = () => {}
  const gate = new Promise<void>((resolve) => (open = resolve))
  answer = async (n) => {
    if (n === 1) await gate
    return n === 2 ? 400 : 200
  }
  const fan = await start(3, [each()])
  await until(async () => (await progress(fan))?.done === 1, 'the first is done')
  const [done] = await runs(fan)
  const { runId: again } = await second().retryRun(fan.ws, done!, { from: 'start' })
  expect(await ended(fan.ws, again)).toBe(1)
  await until(async () => (await progress(fan))?.failed === 1, 'another has failed')
  // Two of three, and one of these once more.
  expect(await progress(fan)).toMatchObject({ state: 'running', runs: 3, done: 1, failed: 1 })

  const failed = (await pool.query<{ id: string }>('select id::text as id from run where workspace_id = $1 and status = 2', [fan.ws])).rows[0]!.id
  const { runId: failedAgain } = await first().retryRun(fan.ws, failed, { from: 'start' })
  expect(await ended(fan.ws, failedAgain)).toBe(2)
  open()
  expect(await state(fan, 'settled')).toMatchObject({ runs: 3, done: 2, failed: 1, cancelled: 0 })

  // Of two that failed, only the child goes on; the other goes on by itself, and is not counted then either.
  answer = () => 200
  expect(await second().fanOuts.retryFailed(fan.ws, fan.id, ada)).toEqual({ retried: 1 })
  await first().retryRun(fan.ws, failedAgain, { from: 'failed' })
  expect(await ended(fan.ws, failedAgain)).toBe(1)
  await until(async () => (await progress(fan))?.done === 3, 'the failed one is done')

  answer = () => new Promise(() => {})
  const { runId: third } = await first().retryRun(fan.ws, done!, { from: 'start' })
  expect(await second().cancelRun(fan.ws, third)).toBe(true)
  expect(await progress(fan)).toMatchObject({ state: 'settled', runs: 3, done: 3, failed: 0, cancelled: 0 })
  const { items } = await first().fanOuts.items(fan.ws, fan.id, { offset: 0, limit: 10 })
  expect(items.map((item) => item.status)).toEqual(['completed', 'completed', 'completed'])
  await sound()
})

test('a child that is run again goes while its fan-out is paused', async () => {
  const fan = await start(2, [each({ canary: 1 })])
  await until(async () => (await progress(fan))?.done === 2, 'both are done')
  answer = (n) => (n === 0 ? 400 : 200)
  const other = await start(2, [each({ canary: 1 })])
  await until(async () => (await progress(other))?.failed === 1, 'the first has failed')
  await first().fanOuts.pause(other.ws, other.id, ada)
  const { runId } = await second().retryRun(other.ws, (await runs(other))[0]!, { from: 'start' })
  expect(await ended(other.ws, runId)).toBe(2)
  await first().fanOuts.cancel(other.ws, other.id, ada)
  expect(await state(other, 'settled')).toMatchObject({ sent: 1, runs: 1, failed: 1 })
  await sound()
})

test('of the failed children every one is retried, also the one whose id is the first of its range', async () => {
  answer = () => 400
  const fan = await start(2, [each()])
  await state(fan, 'settled')
  const [{ rows: [row] }, id] = [await pool.query<{ base: string }>('select base_id::text as base from fan_out where id = $1', [fan.id]), fan.functions['item']!]
  const { from } = fanOutRunRange(row!.base, id)
  // The event whose run has this id, one in four thousand million: here item 0 takes its place.
  const mask = runMask(id)
  const eventId = `${row!.base.slice(0, 28)}${mask.c.toString(16).padStart(8, '0')}`
  expect(runIdFor(eventId, mask)).toBe(from)
  const [old] = await runs(fan)
  for (const [table, column] of [['run', 'id'], ['step', 'run_id'], ['attempt', 'run_id'], ['failure', 'run_id']] as const) await pool.query(`update ${table} set ${column} = $3 where workspace_id = $1 and ${column} = $2`, [fan.ws, old, from])
  answer = () => 200
  expect(await first().fanOuts.retryFailed(fan.ws, fan.id, ada)).toEqual({ retried: 2 })
  await until(async () => (await progress(fan))?.done === 2, 'both are done')
  await sound()
})

/** Its first item is tried while a call beside it waits to be refused; then the run has failed, and the rest was not sent. */
async function failedBeside(before: (fan: Started) => Promise<unknown> = async () => {}): Promise<Started> {
  let fail = () => {}
  const gate = new Promise<void>((resolve) => (fail = resolve))
  answer = async (n) => {
    if (n === -1) await gate
    return n === -1 ? 400 : 200
  }
  const fan = await start(3, [each({ canary: 1 }), call('beside', '-1'), transform('after', { count: '{{ steps.each.count }}', cancelled: '{{ steps.each.cancelled }}' }, ['each', 'beside'])], [fn('item', 'item/sent', [step('rest', 'sleep', { mode: 'for', duration: '1h' })])])
  await until(async () => (await progress(fan))?.state === 'canary', 'its first item is tried')
  await before(fan)
  fail()
  expect(await ended(fan.ws, fan.run)).toBe(2)
  answer = () => 200
  return fan
}

const outputOf = async (fan: Started, name: string) => (await pool.query<{ output: unknown }>('select output from step where workspace_id = $1 and run_id = $2 and step = $3 and status = 1', [fan.ws, fan.run, name])).rows[0]?.output

/** What was cancelled stays cancelled when its run is retried. */
async function retriedWithoutTheRest(fan: Started, sent: number): Promise<void> {
  await second().retryRun(fan.ws, fan.run, { from: 'failed' })
  expect(await ended(fan.ws, fan.run)).toBe(1)
  expect(await outputOf(fan, 'each')).toMatchObject({ count: sent, cancelled: true })
  expect((await pool.query(`select 1 from event where workspace_id = $1 and name = 'item/sent'`, [fan.ws])).rowCount).toBe(sent)
  await sound()
}

test('the rest of a fan-out whose emitting run has failed is cancelled for good: it settles, and a retry of that run sends none of it', async () => {
  const fan = await failedBeside()
  await second().fanOuts.cancel(fan.ws, fan.id, ada)
  expect(await state(fan, 'settled')).toMatchObject({ total: 3, sent: 1, runs: 1, cancelled: 1 })
  expect(await outputOf(fan, 'each')).toMatchObject({ count: 1, cancelled: true })
  expect((await pool.query('select 1 from hold where workspace_id = $1', [fan.ws])).rowCount).toBe(0)
  await sound()
  await retriedWithoutTheRest(fan, 1)
  expect(await outputOf(fan, 'after')).toEqual({ count: 1, cancelled: true })
})

test('the rest is cancelled, and its run fails before it hears of it', async () => {
  const fan = await failedBeside((begun) => second().fanOuts.cancel(begun.ws, begun.id, ada))
  expect(await state(fan, 'settled')).toMatchObject({ total: 3, sent: 1, runs: 1, cancelled: 1 })
  await retriedWithoutTheRest(fan, 1)
})

test('a fan-out that waits for a person whose run has failed may be refused, and sends nothing when that run is retried', async () => {
  const ws = await createWorkspace(pool)
  await pool.query('update workspace set confirm_above = 2 where id = $1', [ws])
  answer = () => 400
  const functions = await publish(pool, ws, [fn('all', 'list/given', [each(), call('beside', '-1'), transform('after', { count: '{{ steps.each.count }}' }, ['each', 'beside'])]), child()])
  const [event] = await first().ingest(ws, [{ name: 'list/given', data: { items: [0, 1, 2] } }], { source: 'api' })
  const run = (await pool.query<{ id: string }>('select id::text as id from run where workspace_id = $1 and event_id = $2', [ws, event!.id])).rows[0]!.id
  const fan = { ws, run, id: fanOutId(run, 'each'), functions }
  expect(await ended(ws, run)).toBe(2)
  await state(fan, 'confirm')
  await second().fanOuts.cancel(ws, fan.id, ada)
  expect(await state(fan, 'settled')).toMatchObject({ total: 3, sent: 0, runs: 0 })
  answer = () => 200
  await retriedWithoutTheRest(fan, 0)
})

/** Postgres refuses item 1,500 of it. */
async function withRefusedItem(work: () => Promise<void>): Promise<void> {
  await pool.query(`create function refuse_item() returns trigger language plpgsql as 'begin raise exception ''refused'' using errcode = ''22023''; end'`)
  await pool.query(`create trigger refuse_item before insert on event for each row when (new.name = 'item/sent' and new.data->>'n' = '1500') execute function refuse_item()`)
  try {
    await work()
  } finally {
    await pool.query('drop function refuse_item cascade')
  }
}

test('an emit that has failed behind its first chunk may have its rest cancelled too', async () => {
  await withRefusedItem(async () => {
    const fan = await start(2000, [each()], [])
    expect(await ended(fan.ws, fan.run)).toBe(2)
    expect(await progress(fan)).toMatchObject({ state: 'emitting', sent: 1000 })
    await sound()
    await second().fanOuts.cancel(fan.ws, fan.id, ada)
    expect(await state(fan, 'settled')).toMatchObject({ total: 2000, sent: 1000 })
    await retriedWithoutTheRest(fan, 1000)
  })
})

test('an emit that fails behind its first chunk and goes on sends no more: what was sent settles, and is gathered', async () => {
  await withRefusedItem(async () => {
    const fan = await start(2000, [
      each({}, { onError: 'continue' }),
      step('all', 'gather', { of: 'each', timeout: '1h' }, ['each']),
      transform('why', { code: '{{ steps.each.error.code }}' }, ['all']),
    ], [fn('item', 'item/sent', [transform('keep', { n: '{{ event.data.n }}' })])])
    expect(await ended(fan.ws, fan.run)).toBe(1)
    expect(await progress(fan)).toMatchObject({ state: 'settled', total: 2000, sent: 1000, runs: 1000, done: 1000 })
    expect(await outputOf(fan, 'all')).toMatchObject({ total: 1000, completed: 1000 })
    expect(await outputOf(fan, 'why')).toEqual({ code: 'step_input' })
    await sound()
  })
})
