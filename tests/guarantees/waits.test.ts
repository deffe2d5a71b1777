/**
 * Sleeps, waits, calls and schedules survive restarts; a wait may look back; a tick fires once.
 */
import pg from 'pg'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { newUuid, publicId, uuidFloor, uuidTime } from '#base/ids.ts'
import { createTestDatabase, type TestDatabase } from '#tests/support/database.ts'
import { createWorkspace, fn, publish, step, transform } from '#tests/support/factories.ts'
import { endedRuns, startTestEngine, type TestEngine } from '#tests/support/engine.ts'
import { until } from '#tests/support/until.ts'

let database: TestDatabase
let t: TestEngine
beforeAll(async () => {
  database = await createTestDatabase()
  t = await startTestEngine({ database })
})
afterAll(async () => {
  await t.stop()
  await database.drop()
})

const parked = (state: 't' | 'w') => t.engine.signals.next('run.parked', (facts) => facts.state === state)
const stepOf = async (ws: string, id: string) => (await t.engine.pool.query('select * from step where workspace_id = $1 and step = $2', [ws, id])).rows[0]

test('a sleep is not shortened and holds no slot', async () => {
  const ws = await createWorkspace(t.engine.pool)
  await publish(t.engine.pool, ws, [fn('nap', 'nap/now', [step('nap', 'sleep', { mode: 'for', duration: '300ms' }), transform('end', { ok: 'yes' }, ['nap'])], { concurrency: { limit: 1 } })])
  const ended = endedRuns(t.engine, ws, 20)
  const startedAt = performance.now()
  await t.engine.ingest(ws, Array.from({ length: 20 }, () => ({ name: 'nap/now', data: {} })), { source: 'api' })
  await ended
  const took = performance.now() - startedAt
  expect(took).toBeGreaterThan(295)
  // One after another would be six seconds.
  expect(took).toBeLessThan(5000)
})

test('a sleep until a date further ahead than a sleep may last is refused, with what to change', async () => {
  const ws = await createWorkspace(t.engine.pool)
  const until = (event: string, date: string) => fn(event, `${event}/now`, [step('nap', 'sleep', { mode: 'until', until: date })], { retries: 3 })
  await publish(t.engine.pool, ws, [until('far', '2099-01-01T00:00:00Z'), until('year', '{{ event.data.at }}')])
  const ended = endedRuns(t.engine, ws, 1)
  const asleep = parked('t')
  await t.engine.ingest(ws, [{ name: 'far/now', data: {} }, { name: 'year/now', data: { at: new Date(Date.now() + 365 * 86_400_000).toISOString() } }], { source: 'api' })
  expect([...(await ended).values()]).toEqual(['failed'])
  await asleep
  const { rows } = await t.engine.pool.query('select error from run where workspace_id = $1 and status = 2', [ws])
  expect(rows).toEqual([{ error: { code: 'step_input', message: 'The date to sleep until is 2099-01-01T00:00:00.000Z, which lies more than 366 d ahead.', field: 'until', fix: 'Give a date within a year.', step: 'nap' } }])
})

test('a sleeping run goes on after the process that started it is gone', async () => {
  const own = await createTestDatabase()
  const first = await startTestEngine({ database: own })
  const ws = await createWorkspace(first.engine.pool)
  await publish(first.engine.pool, ws, [fn('nap', 'nap/now', [step('nap', 'sleep', { mode: 'for', duration: '500ms' }), transform('end', { ok: 'yes' }, ['nap'])])])
  const asleep = first.engine.signals.next('run.parked')
  await first.engine.ingest(ws, [{ name: 'nap/now', data: {} }], { source: 'api' })
  await asleep
  await first.stop()
  const second = await startTestEngine({ database: own })
  await until(async () => (await second.engine.pool.query('select 1 from run where status = 1')).rowCount, 'the run completes')
  await second.stop()
  await own.drop()
})

const waiting = (extra: Record<string, unknown>) => fn('wait', 'order/placed', [
  step('paid', 'wait', { event: 'order/paid', timeout: '1h', ...extra }),
  transform('thanks', { amount: '{{ steps.paid.data.amount }}' }, ['paid']),
  transform('chase', { order: '{{ event.data.id }}' }, [{ step: 'paid', port: 'timeout' }]),
])

test('a wait takes the first event that matches, and gives it to the next step', async () => {
  const ws = await createWorkspace(t.engine.pool)
  await publish(t.engine.pool, ws, [waiting({ match: 'data.id' })])
  const asleep = parked('w')
  await t.engine.ingest(ws, [{ name: 'order/placed', data: { id: 7 } }], { source: 'api' })
  await asleep
  const ended = endedRuns(t.engine, ws, 1)
  await t.engine.ingest(ws, [{ name: 'order/paid', data: { id: 8, amount: 1 } }, { name: 'order/paid', data: { id: 7, amount: 250 } }], { source: 'api' })
  await ended
  expect((await stepOf(ws, 'thanks')).output).toEqual({ amount: 250 })
})

test('ids are the same in conditions, keys and outputs, whether an event came before the wait or after', async () => {
  const ws = await createWorkspace(t.engine.pool)
  const asks = { event: 'answer/given', condition: 'async.data.to == event.id && async.id.startsWith("evt_")', timeout: '1h' }
  await publish(t.engine.pool, ws, [
    fn('ask', 'question/asked', [transform('question', { id: '{{ event.id }}' }), step('after', 'wait', asks, ['question'])]),
    fn('ask-late', 'question/asked', [step('nap', 'sleep', { mode: 'for', duration: '300ms' }), step('before', 'wait', asks, ['nap'])]),
    fn('heard', 'answer/given', [transform('copy', { id: '{{ event.id }}' })]),
  ])
  const asleep = parked('w')
  const [asked] = await t.engine.ingest(ws, [{ name: 'question/asked', data: {} }], { source: 'api' })
  await asleep
  const ended = endedRuns(t.engine, ws, 3)
  const [answered] = await t.engine.ingest(ws, [{ name: 'answer/given', data: { to: publicId('evt', asked!.id) } }], { source: 'api' })
  await ended
  const ids = await Promise.all(['question', 'after', 'before', 'copy'].map(async (id) => ((await stepOf(ws, id)).output as { id: string }).id))
  expect(ids).toEqual([publicId('evt', asked!.id), ...Array<string>(3).fill(publicId('evt', answered!.id))])
})

test('a wait looks back: the event that came just before it counts', async () => {
  const ws = await createWorkspace(t.engine.pool)
  await publish(t.engine.pool, ws, [
    fn('late', 'order/placed', [step('nap', 'sleep', { mode: 'for', duration: '200ms' }), step('paid', 'wait', { event: 'order/paid', timeout: '1h' }, ['nap'])]),
  ])
  const ended = endedRuns(t.engine, ws, 1)
  await t.engine.ingest(ws, [{ name: 'order/placed', data: { id: 1 } }], { source: 'api' })
  await t.engine.ingest(ws, [{ name: 'order/paid', data: { id: 1 } }], { source: 'api' })
  await ended
  expect((await stepOf(ws, 'paid')).output).toMatchObject({ name: 'order/paid', data: { id: 1 } })
})

test('of waits for one name in a row, each takes the next event, over two workers; one beside them may take the same', async () => {
  const other = await startTestEngine({ database })
  const ws = await createWorkspace(t.engine.pool)
  const paid = (id: string, after: string[] = []) => step(id, 'wait', { event: 'order/paid', match: 'data.id', timeout: '1h' }, after)
  await publish(t.engine.pool, ws, [
    fn('rates', 'order/placed', [paid('first'), transform('between', { n: '{{ steps.first.data.n }}' }, ['first']), paid('second', ['between']), paid('third', ['second']), paid('beside')]),
  ])
  await t.engine.ingest(ws, Array.from({ length: 10 }, (_, id) => ({ name: 'order/placed', data: { id } })), { source: 'api' })
  // The first arrives while it is waited for, or looks back; the others come before the waits behind it.
  for (let n = 1; n <= 3; n++) await other.engine.ingest(ws, Array.from({ length: 10 }, (_, id) => ({ name: 'order/paid', data: { id, n } })), { source: 'api' })
  await until(async () => (await t.engine.pool.query('select 1 from run where workspace_id = $1 and status = 1', [ws])).rowCount === 10, 'all complete', 20_000)
  const { rows } = await t.engine.pool.query<{ taken: number[]; beside: number }>(`select array_agg((output->'data'->>'n')::int order by step = 'third', step = 'second') filter (where step in ('first', 'second', 'third')) as taken,
    max((output->'data'->>'n')::int) filter (where step = 'beside') as beside from step where workspace_id = $1 group by run_id`, [ws])
  expect(rows).toEqual(Array.from({ length: 10 }, () => ({ taken: [1, 2, 3], beside: 1 })))
  await other.stop()
})

test('a wait looks back at all that came since, however much it is', async () => {
  const ws = await createWorkspace(t.engine.pool)
  await publish(t.engine.pool, ws, [fn('late', 'order/placed', [step('nap', 'sleep', { mode: 'for', duration: '1h' }), step('paid', 'wait', { event: 'order/paid', match: 'data.id', timeout: '1h' }, ['nap'])])])
  const asleep = parked('t')
  await t.engine.ingest(ws, [{ name: 'order/placed', data: { id: 1 } }, { name: 'order/placed', data: { id: 2 } }], { source: 'api' })
  await asleep
  await t.engine.ingest(ws, Array.from({ length: 2500 }, (_, n) => ({ name: 'order/paid', data: { id: 1000 + n } })), { source: 'api' })
  await t.engine.ingest(ws, [{ name: 'order/paid', data: { id: 1 } }], { source: 'api' })
  await until(async () => (await t.engine.pool.query(`select 1 from job where workspace_id = $1 and state = 't'`, [ws])).rowCount === 2, 'both sleep')
  const one = endedRuns(t.engine, ws, 1)
  await t.engine.pool.query(`update wait set expires_at = clock_timestamp() where workspace_id = $1`, [ws])
  await t.engine.pool.query(`update job set due = clock_timestamp() where workspace_id = $1`, [ws])
  await one
  expect((await t.engine.pool.query(`select port, output->'data' as data from step where workspace_id = $1 and step = 'paid'`, [ws])).rows).toEqual([{ port: 'out', data: { id: 1 } }])
  // The other one has looked at all of them and waits for what comes now.
  await until(async () => (await t.engine.pool.query(`select 1 from job where workspace_id = $1 and state = 'w'`, [ws])).rowCount === 1, 'the other one waits')
  const other = endedRuns(t.engine, ws, 1)
  await t.engine.ingest(ws, [{ name: 'order/paid', data: { id: 2 } }], { source: 'api' })
  expect([...(await other).values()]).toEqual(['completed'])
})

test('what came since is told by the database’s clock, not by those of the processes that accepted it', async () => {
  const ws = await createWorkspace(t.engine.pool)
  await publish(t.engine.pool, ws, [fn('late', 'order/placed', [step('nap', 'sleep', { mode: 'for', duration: '500ms' }), step('paid', 'wait', { event: 'order/paid', timeout: '1s' }, ['nap'])])])
  // What was stored within a millisecond was stored at once.
  const later = () => until(async () => (await t.engine.pool.query(`select 1 where clock_timestamp() > (select max(received_at) from event where workspace_id = $1) + interval '2 ms'`, [ws])).rowCount, 'time goes on')
  // An id as a process makes it whose clock is so far behind or ahead.
  const idAt = (aheadMs: number) => uuidFloor(Date.now() + aheadMs).slice(0, 13) + newUuid().slice(13)
  await t.engine.ingest(ws, [{ name: 'order/paid', data: { n: 'before' }, uuid: idAt(60_000) }], { source: 'api' })
  await later()
  const ended = endedRuns(t.engine, ws, 1)
  await t.engine.ingest(ws, [{ name: 'order/placed', data: {} }], { source: 'api' })
  await later()
  await t.engine.ingest(ws, [{ name: 'order/paid', data: { n: 'since' }, uuid: idAt(-60_000) }], { source: 'api' })
  await ended
  expect((await stepOf(ws, 'paid')).output).toMatchObject({ data: { n: 'since' } })
})

test('a wait looks back at what an old fan-out has sent since', async () => {
  const ws = await createWorkspace(t.engine.pool)
  await t.engine.pool.query('update workspace set confirm_above = 1 where id = $1', [ws])
  await publish(t.engine.pool, ws, [
    fn('send', 'list/given', [step('each', 'emit-each', { items: '{{ event.data.items }}', event: 'part/done', data: '{ "n": {{ item }} }' })]),
    fn('hear', 'order/placed', [step('held', 'signal', { signal: 'go-{{ event.data.n }}', timeout: '1h' }), step('part', 'wait', { event: 'part/done', match: 'data.n', timeout: '1h' }, ['held'])]),
  ])
  await t.engine.ingest(ws, [{ name: 'list/given', data: { items: [5, 6, 7] } }], { source: 'api' })
  const fanOut = await until(async () => (await t.engine.pool.query<{ id: string; base_id: string }>(`select id::text, base_id::text from fan_out where workspace_id = $1 and state = 'confirm'`, [ws])).rows[0], 'a person is asked')
  // As if it had been asked an hour ago.
  const base = uuidFloor(uuidTime(fanOut.base_id) - 3_600_000).slice(0, 13) + fanOut.base_id.slice(13)
  await t.engine.pool.query('update fan_out set base_id = $3 where workspace_id = $1 and id = $2', [ws, fanOut.id, base])
  await t.engine.ingest(ws, [5, 7].map((n) => ({ name: 'order/placed', data: { n } })), { source: 'api' })
  await until(async () => (await t.engine.pool.query(`select 1 from wait where workspace_id = $1 and kind = 'signal'`, [ws])).rowCount === 2, 'both wait for their signal')
  await t.engine.fanOuts.confirm(ws, fanOut.id, { id: null, name: 'Ada' })
  await until(async () => (await t.engine.pool.query(`select 1 from event where workspace_id = $1 and name = 'part/done'`, [ws])).rowCount === 3, 'all is sent')
  for (const n of [5, 7]) await t.engine.signal(ws, `go-${n}`, {})
  const heard = async () => (await t.engine.pool.query<{ n: number }>(`select (output->'data'->>'n')::int as n from step where workspace_id = $1 and step = 'part' order by 1`, [ws])).rows.map((row) => row.n)
  await until(async () => (await heard()).length === 2, 'both have heard')
  expect(await heard()).toEqual([5, 7])
})

test('events and waits that cross each other are never missed by both, whichever processes they are in', async () => {
  const ws = await createWorkspace(t.engine.pool)
  await publish(t.engine.pool, ws, [fn('pair', 'pair/open', [step('close', 'wait', { event: 'pair/close', match: 'data.n', timeout: '1h' })])])
  const other = await startTestEngine({ database })
  const count = 300
  await Promise.all(Array.from({ length: count }, async (_, n) => {
    const [first, second] = n % 2 === 0 ? [t, other] : [other, t]
    await first.engine.ingest(ws, [{ name: 'pair/open', data: { n } }], { source: 'api' })
    await second.engine.ingest(ws, [{ name: 'pair/close', data: { n } }], { source: 'api' })
  }))
  await until(async () => (await t.engine.pool.query<{ n: number }>('select count(*)::int as n from run where workspace_id = $1 and status = 1', [ws])).rows[0]!.n === count, 'all pairs are closed')
  await other.stop()
})

test('an event reads the waits that want it, not all of its name', async () => {
  const waits = 400
  const ws = await createWorkspace(t.engine.pool)
  await publish(t.engine.pool, ws, [waiting({ condition: 'async.data.order == event.data.id && async.data.amount > 10' })])
  await t.engine.ingest(ws, Array.from({ length: waits }, (_, n) => ({ name: 'order/placed', data: { id: `o${n}` } })), { source: 'api' })
  await until(async () => (await t.engine.pool.query(`select 1 from job where workspace_id = $1 and state = 'w'`, [ws])).rowCount === waits, 'all wait')
  let read = 0
  const original = pg.Client.prototype.query
  pg.Client.prototype.query = function (this: pg.Client, ...given: unknown[]) {
    const answer = (original as (...all: unknown[]) => unknown).apply(this, given)
    if ((given[0] as { name?: string } | undefined)?.name === 'wait-open') void (answer as Promise<pg.QueryResult>).then(({ rowCount }) => (read += rowCount ?? 0), () => {})
    return answer
  } as typeof original
  const ended = endedRuns(t.engine, ws, 20)
  try {
    for (let n = 0; n < 20; n++) await t.engine.ingest(ws, [{ name: 'order/paid', data: { order: `o${n * 7}`, amount: 9 } }, { name: 'order/paid', data: { order: `o${n * 7}`, amount: 11 } }], { source: 'api' })
    await ended
  } finally {
    pg.Client.prototype.query = original
  }
  expect(read).toBe(20)
  expect((await t.engine.pool.query<{ n: number }>(`select count(*)::int n from step where workspace_id = $1 and step = 'paid' and output->'data'->>'amount' = '11'`, [ws])).rows[0]!.n).toBe(20)
})

test('a wait finds its event whatever the value is, also one stored before waits could be looked up', async () => {
  const values: unknown[] = [1, 1.5, -0, '1', '', 'ü\u0000\ud800', true, null, [1, { a: 2 }], { b: 1, a: 2 }, 'x'.repeat(20_000)]
  const ws = await createWorkspace(t.engine.pool)
  await publish(t.engine.pool, ws, [waiting({ condition: 'has(event.data.id) && event.data.id == async.data["order-id"]' })])
  await t.engine.ingest(ws, [...values, 'old'].map((id) => ({ name: 'order/placed', data: { id } as never })), { source: 'api' })
  await until(async () => (await t.engine.pool.query(`select 1 from job where workspace_id = $1 and state = 'w'`, [ws])).rowCount === values.length + 1, 'all wait')
  const ended = async () => (await t.engine.pool.query('select 1 from run where workspace_id = $1 and status = 1', [ws])).rowCount
  await t.engine.ingest(ws, ['nobody', 2, false, {}, []].map((id) => ({ name: 'order/paid', data: { 'order-id': id } as never })), { source: 'api' })
  await t.engine.ingest(ws, [{ name: 'order/paid', data: {} }], { source: 'api' })
  expect(await ended()).toBe(0)
  await t.engine.pool.query(`update wait set match_path = default, match_key = default where workspace_id = $1 and run_id in
    (select r.id from run r join event e on e.workspace_id = r.workspace_id and e.id = r.event_id where r.workspace_id = $1 and e.data::text like '%"old"%')`, [ws])
  await t.engine.ingest(ws, [{ a: 2, b: 1 }, ...values.filter((value) => JSON.stringify(value) !== '{"b":1,"a":2}'), 'old'].map((id) => ({ name: 'order/paid', data: { 'order-id': id, amount: 1 } as never })), { source: 'api' })
  await until(async () => (await ended()) === values.length + 1, 'each has its own')
})

test('a wait reads the version of the event that began its run', async () => {
  const ws = await createWorkspace(t.engine.pool)
  await publish(t.engine.pool, ws, [waiting({ condition: 'event.v == "2" && async.v == event.v' })])
  await t.engine.ingest(ws, [{ name: 'order/placed', data: {}, v: '1' }, { name: 'order/placed', data: {}, v: '2' }], { source: 'api' })
  await until(async () => (await t.engine.pool.query(`select 1 from job where workspace_id = $1 and state = 'w'`, [ws])).rowCount === 2, 'both wait')
  const ended = endedRuns(t.engine, ws, 1)
  await t.engine.ingest(ws, [{ name: 'order/paid', data: { amount: 1 }, v: '1' }, { name: 'order/paid', data: { amount: 2 }, v: '2' }], { source: 'api' })
  await ended
  expect((await stepOf(ws, 'thanks')).output).toEqual({ amount: 2 })
  expect((await t.engine.pool.query(`select 1 from job where workspace_id = $1 and state = 'w'`, [ws])).rowCount).toBe(1)
})

test('a wait that was given up is none that events find, once its run is over', async () => {
  const ws = await createWorkspace(t.engine.pool)
  const { steps } = waiting({ timeout: '1s' })
  await publish(t.engine.pool, ws, [fn('wait', 'order/placed', [...steps, step('nap', 'sleep', { mode: 'for', duration: '50ms' }, ['chase']), transform('end', { n: '1' }, ['nap'])])])
  const ended = endedRuns(t.engine, ws, 1)
  await t.engine.ingest(ws, [{ name: 'order/placed', data: { id: 'o1' } }], { source: 'api' })
  expect([...(await ended).values()]).toEqual(['completed'])
  expect((await t.engine.pool.query('select step from wait where workspace_id = $1 and event_name is not null and resolved_at is null', [ws])).rows).toEqual([])
})

test('a wait that nobody answers takes the way of the time limit', async () => {
  const ws = await createWorkspace(t.engine.pool)
  await publish(t.engine.pool, ws, [waiting({ timeout: '1s' })])
  const ended = endedRuns(t.engine, ws, 1)
  await t.engine.ingest(ws, [{ name: 'order/placed', data: { id: 9 } }], { source: 'api' })
  await ended
  expect((await stepOf(ws, 'chase')).output).toEqual({ order: 9 })
  expect(await stepOf(ws, 'thanks')).toBeUndefined()
})

test('a called function’s result is the step’s output, its failure the step’s failure', async () => {
  const ws = await createWorkspace(t.engine.pool)
  await publish(t.engine.pool, ws, [
    fn('caller', 'call/now', [step('ask', 'invoke', { function: 'callee', data: '{ "n": {{ event.data.n }} }', timeout: '1m' }), transform('end', { got: '{{ steps.ask.twice }}' }, ['ask'])]),
    fn('callee', null, [step('calc', 'code', { code: 'if (event.data.n < 0) throw new Error("negative"); return { twice: event.data.n * 2 }' })]),
  ])
  const good = endedRuns(t.engine, ws, 2)
  await t.engine.ingest(ws, [{ name: 'call/now', data: { n: 21 } }], { source: 'api' })
  await good
  expect((await stepOf(ws, 'end')).output).toEqual({ got: 42 })
  const bad = endedRuns(t.engine, ws, 2)
  await t.engine.ingest(ws, [{ name: 'call/now', data: { n: -1 } }], { source: 'api' })
  expect([...(await bad).values()]).toEqual(['failed', 'failed'])
})

test('a schedule fires once per tick across two engines, and only the last missed tick after a downtime', async () => {
  const own = await createTestDatabase()
  const first = await startTestEngine({ database: own, role: 'web' })
  const ws = await createWorkspace(first.engine.pool)
  const ids = await publish(first.engine.pool, ws, [fn('every', null, [transform('at', { at: '{{ event.data.scheduledAt }}' })])])
  await first.engine.pool.query(
    `insert into schedule (workspace_id, function_id, trigger_id, cron, timezone, next_at) values ($1, $2, 'n_s', '*/5 * * * *', 'Europe/Berlin', now() - interval '3 hours')`,
    [ws, ids['every']],
  )
  const workers = await Promise.all([startTestEngine({ database: own }), startTestEngine({ database: own })])
  await until(async () => (await first.engine.pool.query('select 1 from run where status = 1')).rowCount, 'the tick runs')
  const { rows } = await first.engine.pool.query('select (select count(*)::int from run) runs, (select count(*)::int from event) events, (select next_at > now() from schedule) moved, (select data from event) data')
  expect(rows[0]).toMatchObject({ runs: 1, events: 1, moved: true })
  expect(Date.now() - Date.parse(rows[0].data.scheduledAt)).toBeLessThan(5 * 60_000 + 2000)
  await Promise.all(workers.map((w) => w.stop()))
  await first.stop()
  await own.drop()
})
