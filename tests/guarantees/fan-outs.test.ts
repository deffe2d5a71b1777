/**
 * A fan-out is one thing: it settles exactly once, its counts are its rows, and it can be paused, cancelled,
 * tried first on a few, stopped by its failures, and gathered, whatever dies when.
 */
import pg from 'pg'
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest'
import { fanOutId } from '#engine/derived-ids.ts'
import type { FanOutProgress } from '#engine/fan-out/progress.ts'
import { checkInvariants } from '#engine/invariants.ts'
import type { FunctionDefinition } from '#graph/definition.ts'
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
let answer: (n: number) => number | Promise<number> = () => 200
const engines: TestEngine[] = []
const workers: WorkerProcess[] = []
const ada = { id: null, name: 'Ada' }

beforeAll(async () => {
  database = await createTestDatabase()
  web = await startTestEngine({ database, role: 'web' })
  pool = web.engine.pool
  receiver = await startReceiver(async (request, response) => {
    response.statusCode = await answer(Number(request.body['n']))
    response.setHeader('content-type', 'application/json').end(JSON.stringify({ n: request.body['n'] }))
  })
})
afterEach(async () => {
  answer = () => 200
  await Promise.all(engines.splice(0).map((engine) => engine.stop()))
  await Promise.all(workers.splice(0).map((worker) => worker.kill()))
})
afterAll(async () => {
  await receiver.close()
  await web.stop()
  await database.drop()
})

async function engine(): Promise<TestEngine> {
  const started = await startTestEngine({
    database, concurrency: 50,
    services: {
      async request(_workspace, request) {
        const response = await fetch(request.url, { method: request.method, headers: request.headers, ...(request.body === undefined ? {} : { body: request.body }), signal: request.signal })
        return { status: response.status, headers: {}, body: await response.text() }
      },
    },
  })
  engines.push(started)
  return started
}

/** What people do to a fan-out reaches every worker. */
const two = () => Promise.all([engine(), engine()])

async function worker(): Promise<WorkerProcess> {
  const started = await startWorkerProcess(database.url, { FANWISE_EGRESS_ALLOW: `127.0.0.1:${receiver.port}` })
  workers.push(started)
  return started
}

const call = () => step('call', 'http', { method: 'POST', url: `${receiver.url}/item`, bodyType: 'json', body: '{ "n": {{ event.data.n }} }' })
const each = (config: Record<string, number | string> = {}) => step('each', 'emit-each', { items: '{{ event.data.items }}', event: 'item/sent', data: '{ "n": {{ item }} }', ...config })
const numbers = (count: number) => Array.from({ length: count }, (_, n) => n)

interface Started {
  ws: string
  run: string
  id: string
  functions: Record<string, string>
}

/** A function that fans out over `count` numbers, and what reacts to each. */
async function start(count: number, child: FunctionDefinition | null, options: { emit?: Record<string, number | string>; behind?: FunctionDefinition['steps']; others?: FunctionDefinition[] } = {}): Promise<Started> {
  const ws = await createWorkspace(pool)
  const functions = await publish(pool, ws, [fn('all', 'list/given', [each(options.emit), ...(options.behind ?? [])]), ...(child === null ? [] : [child]), ...(options.others ?? [])])
  await web.engine.ingest(ws, [{ name: 'list/given', data: { items: numbers(count) } }], { source: 'api' })
  const { rows } = await pool.query<{ id: string }>('select id::text as id from run where workspace_id = $1', [ws])
  return { ws, run: rows[0]!.id, id: fanOutId(rows[0]!.id, 'each'), functions }
}

const progress = (of: Started): Promise<FanOutProgress | null> => web.engine.fanOuts.progress(of.ws, of.id).catch(() => null)
const state = (of: Started, wanted: string) => until(async () => {
  const now = await progress(of)
  return now?.state === wanted ? now : null
}, `the fan-out is ${wanted}`)
const one = async (sql: string, values: unknown[]) => (await pool.query<{ n: number }>(sql, values)).rows[0]!.n
const settledEvents = (of: Started) => pool.query<{ data: Record<string, unknown> }>(`select data from event where workspace_id = $1 and name = 'fanwise/fan-out.settled'`, [of.ws]).then(({ rows }) => rows.map((row) => row.data))
const sum = (p: FanOutProgress) => p.done + p.failed + p.cancelled + p.running + p.waiting
const sound = async () => expect(Object.values(await checkInvariants(pool, true)).every((n) => n === 0)).toBe(true)

test('5,000 items settle once over two workers of which one is killed; the counts are the rows', async () => {
  answer = (n) => (n % 100 === 7 ? 400 : 200)
  const first = await worker()
  await worker()
  const fan = await start(5000, fn('item', 'item/sent', [call()], { concurrency: { limit: 60 } }), {
    others: [fn('after', 'fanwise/fan-out.settled', [transform('note', { done: '{{ event.data.completed }}' })])],
  })
  await until(async () => ((await progress(fan))?.done ?? 0) > 500, 'some are done')
  const midway = (await progress(fan))!
  expect(sum(midway)).toBe(midway.runs)
  await first.kill()
  const end = await state(fan, 'settled')
  expect(end).toMatchObject({ total: 5000, sent: 5000, runs: 5000, done: 4950, failed: 50, cancelled: 0, running: 0, waiting: 0 })
  expect(await one('select count(*)::int n from run where workspace_id = $1 and function_id = $2 and status = 1', [fan.ws, fan.functions['item']])).toBe(4950)
  await until(async () => (await one('select count(*)::int n from run where workspace_id = $1 and function_id = $2 and status = 1', [fan.ws, fan.functions['after']])) === 1, 'a function reacts to the settling')
  expect(await settledEvents(fan)).toEqual([expect.objectContaining({ step: 'each', event: 'item/sent', items: 5000, runs: 5000, completed: 4950, failed: 50, cancelled: 0 })])

  answer = () => 200
  expect(await web.engine.fanOuts.retryFailed(fan.ws, fan.id, ada)).toEqual({ retried: 50 })
  await until(async () => (await progress(fan))?.done === 5000, 'the failed ones are done')
  expect(await progress(fan)).toMatchObject({ failed: 0, state: 'settled' })
  expect(await settledEvents(fan)).toHaveLength(1)
  await sound()
})

test('no items, or nobody who reacts, settles at once', async () => {
  await engine()
  const empty = await start(0, fn('item', 'item/sent', [call()]))
  expect(await state(empty, 'settled')).toMatchObject({ total: 0, runs: 0 })
  const alone = await start(30, null)
  expect(await state(alone, 'settled')).toMatchObject({ total: 30, sent: 30, runs: 0 })
  expect(await settledEvents(alone)).toHaveLength(1)
})

test('paused in mid-flight, nothing begins; resumed, all complete and none twice', async () => {
  await two()
  receiver.received.length = 0
  const fan = await start(3000, fn('item', 'item/sent', [call()], { concurrency: { limit: 20 } }))
  await until(async () => ((await progress(fan))?.done ?? 0) > 100, 'some are done')
  await web.engine.fanOuts.pause(fan.ws, fan.id, ada, 'The bank is closed.')
  expect(await progress(fan)).toMatchObject({ state: 'paused', reason: 'The bank is closed.', leftMs: null })
  await expect(web.engine.fanOuts.pause(fan.ws, fan.id, ada)).rejects.toMatchObject({ code: 'conflict' })
  // A chunk of the emit that was under way may be stored after the pause: its runs are held as soon as they are claimed.
  await until(async () => (await one(`select count(*)::int n from job where workspace_id = $1 and state <> 'h'`, [fan.ws])) === 0, 'what was under way ends, and the rest is held', 20_000)
  const resting = (await progress(fan))!
  expect(resting.done).toBeLessThan(3000)
  expect(sum(resting)).toBe(resting.runs)
  expect(await one(`select count(*)::int n from job where workspace_id = $1 and state = 'h' and hold_id = $2`, [fan.ws, fan.id])).toBe(resting.waiting)
  await web.engine.fanOuts.resume(fan.ws, fan.id, ada)
  expect(await state(fan, 'settled')).toMatchObject({ done: 3000, failed: 0, cancelled: 0 })
  expect(receiver.received).toHaveLength(3000)
  expect(new Set(receiver.received.map((request) => request.body['n'])).size).toBe(3000)
  const { rows } = await pool.query('select actor, action from audit_entry where workspace_id = $1 order by id', [fan.ws])
  expect(rows).toEqual([{ actor: 'Ada', action: 'fan-out.pause' }, { actor: 'Ada', action: 'fan-out.resume' }])
  await sound()
})

test('the rest is cancelled: what runs finishes, the emit ends with what it sent', async () => {
  await two()
  let open = () => {}
  const gate = new Promise<void>((resolve) => (open = resolve))
  answer = async () => {
    await gate
    return 200
  }
  const fan = await start(2500, fn('item', 'item/sent', [call()], { concurrency: { limit: 5 } }), { emit: { canary: 1200 } })
  await state(fan, 'canary')
  await until(async () => (await one(`select count(*)::int n from job where workspace_id = $1 and state = 'r'`, [fan.ws])) >= 5, 'some run')
  const before = receiver.received.length
  const { cancelled } = await web.engine.fanOuts.cancel(fan.ws, fan.id, ada)
  expect(cancelled).toBeGreaterThan(0)
  open()
  const end = await state(fan, 'settled')
  expect(end).toMatchObject({ total: 2500, sent: 1200, runs: 1200, failed: 0 })
  expect(end.done + end.cancelled).toBe(1200)
  // Some were claimed ahead; a busy machine hears of the hold a moment later.
  expect(end.done).toBeLessThanOrEqual(before + 300)
  const { rows } = await pool.query<{ output: unknown }>(`select output from step where workspace_id = $1 and run_id = $2 and step = 'each'`, [fan.ws, fan.run])
  expect(rows[0]!.output).toMatchObject({ count: 1200, cancelled: true })
  expect((await settledEvents(fan))[0]).toMatchObject({ items: 1200, total: 2500, cancelled: end.cancelled })
  await sound()
})

test('a run that is cancelled while its first items are being stored sends no more, and its fan-out settles', async () => {
  await engine()
  const item = fn('item', 'item/sent', [transform('keep', { n: '{{ event.data.n }}' })])
  const before = await start(1, item)
  await state(before, 'settled')
  // Whoever has the lane keeps the statement that stores the items from ending.
  const lock = await pool.connect()
  await lock.query('begin')
  await lock.query('select 1 from lane where workspace_id = $1 and id = $2 for update', [before.ws, before.functions['item']])
  const [event] = await web.engine.ingest(before.ws, [{ name: 'list/given', data: { items: numbers(2500) } }], { source: 'api' })
  const { rows } = await pool.query<{ id: string }>('select id::text as id from run where workspace_id = $1 and event_id = $2', [before.ws, event!.id])
  const fan = { ...before, run: rows[0]!.id, id: fanOutId(rows[0]!.id, 'each') }
  await until(async () => (await pool.query(`select 1 from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock' and application_name = 'fanwise emitter'`)).rowCount! > 0, 'items are being stored')
  const cancelling = web.engine.cancelRun(fan.ws, fan.run)
  await Promise.race([cancelling, new Promise((resolve) => setTimeout(resolve, 300))])
  await lock.query('rollback')
  lock.release()
  expect(await cancelling).toBe(true)
  expect(await state(fan, 'settled')).toMatchObject({ total: 2500, sent: 1000, runs: 1000, done: 1000 })
  await sound()
})

test('the first items go; all well, the rest follows by itself', async () => {
  await two()
  const fan = await start(400, fn('item', 'item/sent', [call()]), { emit: { canary: 10 } })
  expect(await state(fan, 'settled')).toMatchObject({ done: 400, sent: 400, canary: null })
  const { rows } = await pool.query('select actor, action from audit_entry where workspace_id = $1', [fan.ws])
  expect(rows).toEqual([{ actor: 'Fanwise', action: 'fan-out.go' }])
})

test('one of the first fails; the rest waits, without a slot, until a person says go', async () => {
  answer = (n) => (n === 3 ? 400 : 200)
  const running = await two()
  const fan = await start(400, fn('item', 'item/sent', [call()]), { emit: { canary: 10 } })
  await until(async () => (await progress(fan))?.reason === 'Of 10 runs of the first 10 items, 1 failed.', 'it says why it waits')
  expect(await progress(fan)).toMatchObject({ state: 'canary', sent: 10, done: 9, failed: 1 })
  await until(async () => (await one(`select count(*)::int n from job where workspace_id = $1 and state = 'w'`, [fan.ws])) === 1, 'the emitting run rests')
  expect(running.map(({ engine }) => engine.status().executing)).toEqual([0, 0])
  await web.engine.fanOuts.go(fan.ws, fan.id, ada)
  expect(await state(fan, 'settled')).toMatchObject({ done: 399, failed: 1, sent: 400 })
  expect(await one(`select count(*)::int n from event where workspace_id = $1 and name = 'item/sent'`, [fan.ws])).toBe(400)
  await sound()
})

test('too many fail: it stops by itself, says so, and goes on when a person says so', async () => {
  answer = (n) => (n % 2 === 0 ? 400 : 200)
  await two()
  const fan = await start(2000, fn('item', 'item/sent', [call()], { concurrency: { limit: 10 } }), { emit: { stopAbove: 20 } })
  const stopped = await state(fan, 'stopped')
  expect(stopped.reason).toMatch(/^\d+ of \d+ failed: [\d.]+ %, more than 20 %\.$/)
  expect(stopped.done + stopped.failed).toBeLessThan(2000)
  answer = () => 200
  await web.engine.fanOuts.resume(fan.ws, fan.id, ada)
  const end = await state(fan, 'settled')
  expect(end.done + end.failed).toBe(2000)
  expect(await one(`select count(*)::int n from hold where workspace_id = $1`, [fan.ws])).toBe(0)
  await sound()
})

test('results are gathered in pages once everything has ended', async () => {
  answer = (n) => (n === 150 ? 400 : 200)
  await two()
  const fan = await start(300, fn('item', 'item/sent', [transform('double', { twice: '{{ event.data.n * 2 }}' }), { ...call(), after: [{ step: 'double', port: 'out' }] }]), {
    behind: [
      step('first', 'gather', { of: 'each', limit: '120' }, ['each']),
      step('second', 'gather', { of: 'each', limit: '1000', offset: '{{ steps.first.next }}', only: 'completed' }, ['first']),
      step('bad', 'gather', { of: 'each', only: 'failed' }, ['second']),
    ],
  })
  await until(async () => (await one('select status::int n from run where workspace_id = $1 and id = $2', [fan.ws, fan.run])) === 1, 'the gathering run completes')
  const output = async (name: string) => (await pool.query<{ output: { items: Record<string, unknown>[]; next: number | null } }>('select output from step where workspace_id = $1 and run_id = $2 and step = $3', [fan.ws, fan.run, name])).rows[0]!.output
  const first = await output('first')
  expect(first).toMatchObject({ total: 300, completed: 299, failed: 1, cancelled: 0, next: 120 })
  expect(first.items.map((item) => item['index'])).toEqual(numbers(120))
  expect(first.items[7]).toMatchObject({ function: 'item', status: 'completed', error: null, output: { status: 200, body: { n: 7 } } })
  const second = await output('second')
  expect(second.next).toBe(null)
  expect(second.items.map((item) => item['index'])).toEqual(numbers(300).slice(120).filter((n) => n !== 150))
  expect((await output('bad')).items).toEqual([expect.objectContaining({ index: 150, status: 'failed', output: null, error: expect.objectContaining({ step: 'call' }) })])
})

test('gathering gives up at its time limit, with the counts so far', async () => {
  let open = () => {}
  const gate = new Promise<void>((resolve) => (open = resolve))
  answer = async () => {
    await gate
    return 200
  }
  await two()
  const fan = await start(3, fn('item', 'item/sent', [call()]), { behind: [step('all_of_it', 'gather', { of: 'each', timeout: '1s' }, ['each'])] })
  await until(async () => (await one(`select count(*)::int n from step where workspace_id = $1 and step = 'all_of_it' and port = 'timeout'`, [fan.ws])) === 1, 'the time limit passes')
  expect((await pool.query<{ output: unknown }>(`select output from step where workspace_id = $1 and step = 'all_of_it'`, [fan.ws])).rows[0]!.output).toMatchObject({ total: 3, completed: 0, items: [] })
  open()
  await state(fan, 'settled')
})

test('the receipt lists what became of every item, by outcome', async () => {
  answer = (n) => (n % 10 === 0 ? 400 : 200)
  await engine()
  const fan = await start(1500, fn('item', 'item/sent', [call()]))
  await state(fan, 'settled')
  const failed = await web.engine.fanOuts.items(fan.ws, fan.id, { offset: 0, limit: 100, only: ['failed'] })
  expect(failed.items.map((item) => item.index)).toEqual(numbers(100).map((n) => n * 10))
  const rest = await web.engine.fanOuts.items(fan.ws, fan.id, { offset: failed.next!, limit: 100, only: ['failed'] })
  expect(rest).toMatchObject({ next: null })
  expect(failed.items.length + rest.items.length).toBe((await progress(fan))!.failed)
})

test('a changed limit holds at once, is in the record, and lasts', async () => {
  let running = 0
  let most = 0
  answer = async () => {
    running += 1
    most = Math.max(most, running)
    await new Promise((resolve) => setTimeout(resolve, 5))
    running -= 1
    return 200
  }
  await two()
  const fan = await start(1500, fn('item', 'item/sent', [call()], { concurrency: { limit: 30 } }))
  await until(async () => ((await progress(fan))?.done ?? 0) > 100, 'some are done')
  expect(await web.engine.fanOuts.setLimit(fan.ws, fan.id, ada, 4)).toEqual({ function: 'item', limit: 4 })
  await until(async () => (await one('select granted::int n from lane where workspace_id = $1 and id = $2', [fan.ws, fan.functions['item']])) <= 4 && running <= 4, 'the slots are given back')
  most = 0
  const at = (await progress(fan))!.done
  await until(async () => ((await progress(fan))?.done ?? 0) > at + 100, 'it goes on')
  expect(most).toBeLessThanOrEqual(4)
  await web.engine.fanOuts.setLimit(fan.ws, fan.id, ada, null)
  await state(fan, 'settled')
  const { rows } = await pool.query(`select action, detail from audit_entry where workspace_id = $1 order by id`, [fan.ws])
  expect(rows).toEqual([
    { action: 'fan-out.limit', detail: { function: 'item', limit: 4, before: 30, drawn: 30 } },
    { action: 'fan-out.limit', detail: { function: 'item', limit: 30, before: 4, drawn: 30 } },
  ])
})

test('children that end on other ways are counted too', async () => {
  const { engine: running } = await engine()
  const fan = await start(5, fn('item', 'item/sent', [step('rest', 'sleep', { mode: 'for', duration: '1h' })]))
  const sleeping = () => pool.query<{ id: string }>(`select run_id::text as id from job where workspace_id = $1 and state = 't'`, [fan.ws]).then(({ rows }) => rows.map((row) => row.id))
  await until(async () => (await sleeping()).length === 5, 'all sleep')
  const [first, ...others] = await sleeping()
  await running.cancelRun(fan.ws, first!)
  expect(await progress(fan)).toMatchObject({ state: 'running', cancelled: 1, waiting: 4 })
  await pool.query(`with gone as (delete from job where workspace_id = $1 and run_id = any($2::uuid[]) returning run_id)
    update run set status = 3, ended_at = now() from gone where workspace_id = $1 and id = gone.run_id`, [fan.ws, others])
  expect(await state(fan, 'settled')).toMatchObject({ done: 0, cancelled: 5 })
})

test('one that is retried by hand changes the counts', async () => {
  answer = (n) => (n === 0 ? 400 : 200)
  const { engine: running } = await engine()
  const fan = await start(5, fn('item', 'item/sent', [call()]))
  await state(fan, 'settled')
  const { rows } = await pool.query<{ id: string }>('select id::text as id from run where workspace_id = $1 and status = 2', [fan.ws])
  answer = () => 200
  await running.retryRun(fan.ws, rows[0]!.id, { from: 'failed' })
  await until(async () => (await progress(fan))?.done === 5, 'the retried one is counted')
  expect(await progress(fan)).toMatchObject({ failed: 0, cancelled: 0 })
})

test('one that nobody settles is found by the invariants once workers have had their time', async () => {
  await two()
  const fan = await start(3, fn('item', 'item/sent', [call()]))
  await state(fan, 'settled')
  await Promise.all(engines.splice(0).map((running) => running.stop()))
  const forgotten = async () => (await checkInvariants(pool)).emitsWithoutSettle
  await pool.query(`update fan_out set state = 'running', settled_at = null, started_at = started_at - interval '1 minute' where id = $1`, [fan.id])
  await pool.query(`update step set ended_at = ended_at - interval '1 minute' where workspace_id = $1`, [fan.ws])
  await pool.query(`update run set ended_at = ended_at - interval '1 minute' where workspace_id = $1 and function_id <> $2`, [fan.ws, fan.functions['item']])
  // No worker, none that is to blame; and a child that has just ended is being looked after.
  expect(await forgotten()).toBe(0)
  await pool.query(`insert into worker (id, host, lease_until, started_at) values (gen_random_uuid(), 'idle', clock_timestamp() + interval '1 hour', clock_timestamp() - interval '1 hour')`)
  expect(await forgotten()).toBe(0)
  await pool.query(`update run set ended_at = ended_at - interval '1 minute' where workspace_id = $1 and function_id = $2`, [fan.ws, fan.functions['item']])
  expect(await forgotten()).toBe(1)
  await pool.query(`delete from worker where host = 'idle'`)
  await engine()
  await state(fan, 'settled')
  await sound()
})

test('a run that fails beside its resting fan-out breaks no rule, and goes on from there when it is retried', async () => {
  let fail: (() => void) | null = null
  answer = (n) => (n === -1 ? new Promise((resolve) => (fail = () => resolve(400))) : n === 0 ? 400 : 200)
  await engine()
  const fan = await start(3, fn('item', 'item/sent', [call()]), { emit: { canary: 1 }, behind: [step('beside', 'http', { method: 'POST', url: `${receiver.url}/item`, bodyType: 'json', body: '{ "n": -1 }' })] })
  await until(async () => fail !== null && (await progress(fan))?.reason !== null, 'the first has failed, and the rest waits')
  fail!()
  await until(async () => (await one('select status as n from run where id = $1', [fan.run])) === 2, 'its run fails')
  await sound()
  answer = () => 200
  await web.engine.retryRun(fan.ws, fan.run, { from: 'failed' })
  await until(async () => (await one(`select count(*)::int n from job where run_id = $1 and state = 'w'`, [fan.run])) === 1, 'it waits again')
  await web.engine.fanOuts.go(fan.ws, fan.id, ada)
  expect(await state(fan, 'settled')).toMatchObject({ total: 3, sent: 3, runs: 3, done: 2, failed: 1 })
  await sound()
})

test('counting the children costs no statement of its own', async () => {
  const names = new Map<string, number>()
  const original = pg.Client.prototype.query
  pg.Client.prototype.query = function (this: pg.Client, ...given: unknown[]) {
    const name = (given[0] as { name?: string } | undefined)?.name
    if (name !== undefined) names.set(name, (names.get(name) ?? 0) + 1)
    return (original as (...all: unknown[]) => unknown).apply(this, given)
  } as typeof original
  try {
    await engine()
    const fan = await start(2000, fn('item', 'item/sent', [transform('note', { n: '{{ event.data.n }}' })]))
    await until(async () => (await one(`select count(*)::int n from fan_out where id = $1 and state = 'settled'`, [fan.id])) === 1, 'it settles')
  } finally {
    pg.Client.prototype.query = original
  }
  const ofFanOuts = [...names].filter(([name]) => name.startsWith('fan-out')).reduce((total, [, n]) => total + n, 0)
  expect(ofFanOuts).toBeLessThan(200)
  // Once more when the functions known were out of date and its transaction began anew.
  expect(names.get('fan-out-settle')).toBeLessThanOrEqual(2)
})
