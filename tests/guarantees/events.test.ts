/**
 * Events: deduplicated by the sender's id for 24 h, all or nothing, never half fanned out; a failure
 * is an event too. What people do to runs (cancel, retry, run again) is exact.
 */
import { afterAll, beforeAll, expect, test } from 'vitest'
import { FanwiseError } from '#base/errors.ts'
import type { OutgoingResponse } from '#steps/kind.ts'
import { checkInvariants } from '#engine/invariants.ts'
import { createWorkspace, fn, publish, step, transform } from '#tests/support/factories.ts'
import { endedRuns, startTestEngine, type TestEngine } from '#tests/support/engine.ts'

let t: TestEngine
/** Another process that only accepts events. */
let door: TestEngine
let answer: () => Promise<OutgoingResponse> | OutgoingResponse
const ok: OutgoingResponse = { status: 200, headers: {}, body: '{}' }
beforeAll(async () => {
  t = await startTestEngine({ services: { request: async () => answer() } })
  door = await startTestEngine({ database: t.database, role: 'web' })
})
afterAll(async () => {
  await door.stop()
  await t.stop()
})

const count = async (ws: string, table: 'run' | 'event' | 'job') => (await t.engine.pool.query<{ n: number }>(`select count(*)::int n from ${table} where workspace_id = $1`, [ws])).rows[0]!.n
const http = step('call', 'http', { method: 'POST', url: 'https://svc.example/x', bodyType: 'none' })

test('the same id within a day is stored once, in one request, in parallel ones, and later', async () => {
  const ws = await createWorkspace(t.engine.pool)
  await publish(t.engine.pool, ws, [fn('f', 'a/b', [transform('t', { x: '1' })])])
  const ended = endedRuns(t.engine, ws, 2)
  const send = (id: string, by = t) => by.engine.ingest(ws, [{ name: 'a/b', data: {}, id }], { source: 'api' })
  const both = await t.engine.ingest(ws, [{ name: 'a/b', data: {}, id: 'one' }, { name: 'a/b', data: {}, id: 'one' }], { source: 'api' })
  expect(both[1]).toEqual({ id: both[0]!.id, duplicate: true, runs: 0 })
  const many = (await Promise.all(Array.from({ length: 20 }, (_, n) => send('two', n % 2 === 0 ? t : door)))).flat()
  expect(new Set(many.map((event) => event.id)).size).toBe(1)
  expect(many.filter((event) => !event.duplicate)).toHaveLength(1)
  expect((await send('one', door))[0]).toMatchObject({ id: both[0]!.id, duplicate: true })
  await ended
  expect([await count(ws, 'event'), await count(ws, 'run')]).toEqual([2, 2])
})

test('after a day an id is free again, and once, whoever sends it', async () => {
  const ws = await createWorkspace(t.engine.pool)
  await publish(t.engine.pool, ws, [fn('f', 'a/b', [transform('t', { x: '1' })])])
  const send = (by: TestEngine) => by.engine.ingest(ws, [{ name: 'a/b', data: {}, id: 'one' }], { source: 'api' })
  const older = (time: string) => t.engine.pool.query(`update event_seen set at = at - $2::interval where workspace_id = $1`, [ws, time])
  const [first] = await send(t)
  await older('23 hours 59 minutes')
  expect((await send(door))[0]).toMatchObject({ id: first!.id, duplicate: true })
  await older('1 minute')
  const again = (await Promise.all([t, door, t, door].map(send))).flat()
  expect(again.filter((event) => !event.duplicate)).toHaveLength(1)
  expect(new Set(again.map((event) => event.id)).size).toBe(1)
  expect(again[0]!.id).not.toBe(first!.id)
  expect(await count(ws, 'event')).toBe(2)
})

test('a repeated request of the SDK (same seed) stores nothing twice', async () => {
  const ws = await createWorkspace(t.engine.pool)
  await publish(t.engine.pool, ws, [fn('f', 'a/b', [transform('t', { x: '1' })])])
  const uuid = '019ac000-0000-7000-8000-000000000001'
  const ended = endedRuns(t.engine, ws, 1)
  for (let i = 0; i < 3; i++) await t.engine.ingest(ws, [{ name: 'a/b', data: {}, uuid }], { source: 'api' })
  await ended
  expect([await count(ws, 'event'), await count(ws, 'run')]).toEqual([1, 1])
})

test('a payload that Postgres refuses fails alone: the 499 others of the same commit are stored', async () => {
  const ws = await createWorkspace(t.engine.pool)
  const results = await Promise.allSettled(Array.from({ length: 500 }, (_, n) =>
    t.engine.ingest(ws, [{ name: 'bulk/item', data: { n }, ts: n === 250 ? 1e30 : 1_700_000_000_000 }], { source: 'api' })))
  const refused = results.filter((result) => result.status === 'rejected')
  expect(refused).toHaveLength(1)
  expect((refused[0] as PromiseRejectedResult).reason).toBeInstanceOf(FanwiseError)
  expect(await count(ws, 'event')).toBe(499)
})

test('payloads that jsonb would refuse are kept', async () => {
  const ws = await createWorkspace(t.engine.pool)
  const data = { zero: '\u0000', lone: '\ud800', name: 'é"\\\n\u001e' }
  const [event] = await t.engine.ingest(ws, [{ name: 'odd/data', data }], { source: 'api' })
  const { rows } = await t.engine.pool.query('select data::text as text from event where id = $1', [event!.id])
  expect(JSON.parse(rows[0].text)).toEqual(data)
})

test('a publish during a storm of events: each event starts exactly the functions of one instant', async () => {
  const ws = await createWorkspace(t.engine.pool)
  await publish(t.engine.pool, ws, [fn('one', 'storm/x', [transform('t', { x: '1' })])])
  const accepted: number[] = []
  let on = true
  const storm = (async () => {
    while (on) accepted.push((await t.engine.ingest(ws, [{ name: 'storm/x', data: {} }], { source: 'api' }))[0]!.runs)
  })()
  for (let i = 0; i < 5; i++) await publish(t.engine.pool, ws, [fn(`more-${i}`, 'storm/x', [transform('t', { x: '1' })])])
  on = false
  await storm
  const { rows } = await t.engine.pool.query<{ n: number }>('select count(r.id)::int n from event e left join run r on r.workspace_id = e.workspace_id and r.event_id = e.id where e.workspace_id = $1 group by e.id order by e.id', [ws])
  expect(rows.map((row) => row.n)).toEqual(accepted)
  expect([...accepted].sort((a, b) => a - b)).toEqual(accepted)
})

test('a failed run becomes an event that functions can react to; a failing reaction does not feed itself', async () => {
  const ws = await createWorkspace(t.engine.pool)
  await publish(t.engine.pool, ws, [
    fn('breaks', 'a/b', [step('bad', 'code', { code: 'throw new Error("broken")' })]),
    fn('alarm', 'fanwise/function.failed', [step('bad', 'code', { code: 'throw new Error(event.data.function + ": " + event.data.error.message)' })]),
  ])
  const ended = endedRuns(t.engine, ws, 2)
  await t.engine.ingest(ws, [{ name: 'a/b', data: { n: 1 } }], { source: 'api' })
  await ended
  const { rows } = await t.engine.pool.query(`select name, data from event where workspace_id = $1 order by id`, [ws])
  expect(rows.map((row) => row.name)).toEqual(['a/b', 'fanwise/function.failed'])
  expect(rows[1].data).toMatchObject({ function: 'breaks', event: { name: 'a/b', data: { n: 1 } } })
  expect((await t.engine.pool.query('select count(*)::int n from failure where workspace_id = $1', [ws])).rows[0].n).toBe(2)
})

test('cancel ends a sleeping run once; retry goes on from the failed step; run again makes a new run', async () => {
  const ws = await createWorkspace(t.engine.pool)
  await publish(t.engine.pool, ws, [
    fn('nap', 'nap/now', [step('nap', 'sleep', { mode: 'for', duration: '1h' })]),
    fn('call', 'call/now', [transform('first', { x: '1' }), { ...http, after: [{ step: 'first', port: 'out' }] }]),
  ])
  const asleep = t.engine.signals.next('run.parked')
  await t.engine.ingest(ws, [{ name: 'nap/now', data: {} }], { source: 'api' })
  const { runId } = await asleep
  expect(await t.engine.cancelRun(ws, runId)).toBe(true)
  expect(await t.engine.cancelRun(ws, runId)).toBe(false)

  answer = () => ({ status: 400, headers: {}, body: '' })
  const failing = endedRuns(t.engine, ws, 1)
  await t.engine.ingest(ws, [{ name: 'call/now', data: {} }], { source: 'api' })
  const [failed] = [...(await failing).keys()]
  const firstAt = (await t.engine.pool.query(`select started_at from step where run_id = $1 and step = 'first'`, [failed])).rows[0].started_at
  answer = () => ok
  const mended = endedRuns(t.engine, ws, 1)
  expect(await t.engine.retryRun(ws, failed!, { from: 'failed' })).toEqual({ runId: failed })
  expect((await mended).get(failed!)).toBe('completed')
  expect((await t.engine.pool.query(`select started_at from step where run_id = $1 and step = 'first'`, [failed])).rows[0].started_at).toEqual(firstAt)
  await expect(t.engine.retryRun(ws, failed!, { from: 'failed' })).rejects.toThrow(/Only a failed run/)

  const again = endedRuns(t.engine, ws, 1)
  const { runId: second } = await t.engine.retryRun(ws, failed!, { from: 'start' })
  expect((await again).get(second)).toBe('completed')
  expect(second).not.toBe(failed)
  expect(Object.values(await checkInvariants(t.engine.pool, true)).every((n) => n === 0)).toBe(true)
})

test('a cancelled run’s step under way records nothing', async () => {
  const ws = await createWorkspace(t.engine.pool)
  await publish(t.engine.pool, ws, [fn('call', 'call/now', [http, transform('after', { x: '1' }, ['call'])])])
  let release = () => {}
  const asked = new Promise<void>((resolve) => {
    answer = () => {
      resolve()
      return new Promise((done) => (release = () => done(ok)))
    }
  })
  const started = t.engine.signals.next('run.started')
  await t.engine.ingest(ws, [{ name: 'call/now', data: {} }], { source: 'api' })
  const { runId } = await started
  await asked
  expect(await t.engine.cancelRun(ws, runId)).toBe(true)
  const lost = t.engine.signals.next('run.lost')
  release()
  await lost
  expect((await t.engine.pool.query('select count(*)::int n from step where run_id = $1', [runId])).rows[0].n).toBe(0)
  expect((await t.engine.pool.query('select status from run where id = $1', [runId])).rows[0].status).toBe(3)
})

test('an invoked function runs alone, whatever its triggers; an unknown one is named', async () => {
  const ws = await createWorkspace(t.engine.pool)
  await publish(t.engine.pool, ws, [fn('a', 'x/y', [transform('t', { x: '{{ event.data.x }}' })]), fn('b', 'x/y', [transform('t', { x: '1' })])])
  const ended = endedRuns(t.engine, ws, 1)
  const { runId } = await t.engine.invoke(ws, 'a', { x: 5 })
  expect((await ended).get(runId)).toBe('completed')
  expect(await count(ws, 'run')).toBe(1)
  await expect(t.engine.invoke(ws, 'nope', {})).rejects.toThrow(/no published function "nope"/)
})

test('a test of a draft runs the draft’s versions, and what it emits reaches the draft’s functions only', async () => {
  const ws = await createWorkspace(t.engine.pool)
  const ids = await publish(t.engine.pool, ws, [
    fn('first', 'a/b', [step('tell', 'emit', { event: 'a/c', data: '{}' })]),
    fn('second', 'a/c', [transform('t', { from: 'published' })]),
  ])
  await t.engine.pool.query(`update function set workflow_id = $2 where workspace_id = $1`, [ws, ids['first']])
  const draft = [
    fn('first', 'a/b', [step('tell', 'emit', { event: 'a/c', data: '{}' })]),
    fn('second', 'a/c', [transform('t', { from: 'draft' })]),
  ]
  for (const definition of draft) {
    await t.engine.pool.query('insert into function_version (workspace_id, function_id, version, hash, definition) values ($1, $2, -12, $3, $4)', [ws, ids[definition.slug], 'h', JSON.stringify(definition)])
  }
  const ended = endedRuns(t.engine, ws, 2)
  const { runIds } = await t.engine.testEvent(ws, { name: 'a/b', data: {} }, [{ functionId: ids['first']!, slug: 'first', version: -12, definition: draft[0]! }])
  expect([...(await ended).keys()]).toContain(runIds[0])
  const { rows } = await t.engine.pool.query(`select r.version, s.output from run r join step s on s.workspace_id = r.workspace_id and s.run_id = r.id where r.workspace_id = $1 and s.step = 't'`, [ws])
  expect(rows).toEqual([{ version: -12, output: { from: 'draft' } }])
})

test('an emit with an id of its own sends once, however many runs send it', async () => {
  const ws = await createWorkspace(t.engine.pool)
  await publish(t.engine.pool, ws, [
    fn('tell', 'a/b', [step('tell', 'emit', { event: 'a/c', data: '{ "n": {{ event.data.n }} }', id: 'order-{{ event.data.order }}' })]),
    fn('hear', 'a/c', [transform('t', { n: '{{ event.data.n }}' })]),
  ])
  const ended = endedRuns(t.engine, ws, 12)
  await t.engine.ingest(ws, Array.from({ length: 10 }, (_, n) => ({ name: 'a/b', data: { n, order: n % 2 } })), { source: 'api' })
  await ended
  const { rows } = await t.engine.pool.query(`select (select count(*)::int from event where workspace_id = $1 and name = 'a/c') events, (select count(*)::int from step where workspace_id = $1 and step = 'tell') tells`, [ws])
  expect(rows[0]).toEqual({ events: 2, tells: 10 })
})
