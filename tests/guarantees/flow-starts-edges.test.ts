/** Flow control at the start of runs, where it touches other things: order inside one request, versions, repeats, fan-outs, callers, restarts. */
import pg from 'pg'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { newUuid } from '#base/ids.ts'
import type { JsonObject } from '#base/json.ts'
import type { FlowControl, FunctionDefinition } from '#graph/definition.ts'
import { checkInvariants } from '#engine/invariants.ts'
import { uuids } from '#engine/sql/arrays.ts'
import { flowPending } from '#engine/sql/flow.ts'
import { laneClose, laneCloseLock } from '#engine/sql/job-claim.ts'
import { createTestDatabase, type TestDatabase } from '#tests/support/database.ts'
import { startTestEngine, type TestEngine } from '#tests/support/engine.ts'
import { createWorkspace, fn, publish, step, transform } from '#tests/support/factories.ts'
import { until } from '#tests/support/until.ts'

let database: TestDatabase
let t: TestEngine
beforeAll(async () => {
  database = await createTestDatabase()
  t = await startTestEngine({ database })
})
afterAll(async () => {
  expect(Object.values(await checkInvariants(t.engine.pool, true)).every((n) => n === 0)).toBe(true)
  await t.stop()
  await database.drop()
})

interface RunRow {
  function: string
  status: number
  version: number
  code: string | null
  n: number
  state: string | null
}
/** The data is read here: Postgres cannot look into all of it. */
const runs = async (ws: string): Promise<RunRow[]> => (await t.engine.pool.query<Omit<RunRow, 'n'> & { data: { n: number } }>(`
  select f.slug as function, r.status, r.version, r.error->>'code' as code, e.data, j.state
  from run r join event e on e.workspace_id = r.workspace_id and e.id = r.event_id join function f on f.workspace_id = r.workspace_id and f.id = r.function_id
  left join job j on j.workspace_id = r.workspace_id and j.run_id = r.id where r.workspace_id = $1 order by r.id`, [ws])).rows.map(({ data, ...row }) => ({ ...row, n: data.n }))
const statuses = async (ws: string) => (await runs(ws)).sort((a, b) => a.n - b.n).map((run) => run.status)
const idle = (ws: string) => until(async () => (await runs(ws)).every((run) => run.status !== 0), 'all runs have ended')
const one = async <T extends object>(sql: string, ws: string) => (await t.engine.pool.query<T>(sql, [ws])).rows[0]!
const send = (ws: string, ...events: { name?: string; data?: JsonObject; uuid?: string; ts?: number }[]) =>
  t.engine.ingest(ws, events.map((event) => ({ name: 'work/asked', data: {}, ...event })), { source: 'api' })

const sleeper = [step('rest', 'sleep', { mode: 'for', duration: '1h' })]
const note = [transform('note', { n: '{{ event.data.n }}' })]
async function workspaceWith(flow: FlowControl, steps = note, extra: Partial<FunctionDefinition> = {}): Promise<string> {
  const ws = await createWorkspace(t.engine.pool)
  await publish(t.engine.pool, ws, [fn('work', 'work/asked', steps, { flow, ...extra })])
  return ws
}
const again = async (ws: string, ...functions: FunctionDefinition[]) => {
  await publish(t.engine.pool, ws, functions)
  t.engine.routesChanged(ws)
}

describe('cancel on event', () => {
  const cancelOn = [{ event: 'order/cancelled', match: 'data.order' }]

  test('the events of one request see each other in their order', async () => {
    const ws = await workspaceWith({ cancelOn }, sleeper)
    await send(ws, { data: { n: 0, order: 'a' } }, { name: 'order/cancelled', data: { order: 'a' } }, { data: { n: 1, order: 'a' } })
    expect(await statuses(ws)).toEqual([3, 0])
  })

  test('data that Postgres cannot look into neither stops the event nor escapes it', async () => {
    const ws = await workspaceWith({ cancelOn }, sleeper)
    await send(ws, { data: { n: 0, order: 'a', odd: 'x\u0000\ud800' } }, { data: { n: 1, order: 'b', odd: '\u0000' } }, { data: { n: 2, order: 'a' } })
    await send(ws, { name: 'order/cancelled', data: { order: 'a' } })
    expect(await statuses(ws)).toEqual([3, 0, 3])
  })

  test('a run is ended by the rules of the version it began with', async () => {
    const ws = await workspaceWith({ cancelOn }, sleeper)
    await send(ws, { data: { n: 0, order: 'a' } })
    await again(ws, fn('work', 'work/asked', sleeper))
    await send(ws, { data: { n: 1, order: 'a' } })
    await again(ws, fn('work', 'work/asked', sleeper, { flow: { cancelOn: [{ event: 'order/closed', match: 'data.order' }] } }))
    await send(ws, { data: { n: 2, order: 'a' } }, { name: 'order/cancelled', data: { order: 'a' } })
    expect(await statuses(ws)).toEqual([3, 0, 0])
    await send(ws, { name: 'order/closed', data: { order: 'a' } })
    expect(await statuses(ws)).toEqual([3, 0, 3])
  })

  test('a caller gets the answer that its called run was cancelled', async () => {
    const ws = await createWorkspace(t.engine.pool)
    await publish(t.engine.pool, ws, [
      fn('caller', 'work/asked', [step('call', 'invoke', { function: 'called', data: '{ "n": 1, "order": "a" }', timeout: '1h' })]),
      fn('called', null, sleeper, { flow: { cancelOn } }),
    ])
    await send(ws, { data: { n: 0 } })
    await until(async () => (await runs(ws)).some((run) => run.function === 'called' && run.state === 't'), 'the called run sleeps')
    await send(ws, { name: 'order/cancelled', data: { order: 'a' } })
    await idle(ws)
    const { error } = await one<{ error: { message: string } }>(`select error from run where workspace_id = $1 and status = 2`, ws)
    expect(error.message).toContain('Cancelled by the event order/cancelled.')
  })

  test('events of a pattern, and those that Fanwise itself sends, end runs, too', async () => {
    const ws = await createWorkspace(t.engine.pool)
    await publish(t.engine.pool, ws, [
      fn('work', 'work/asked', sleeper, { flow: { cancelOn: [{ event: 'order/*', match: 'data.order' }] } }),
      fn('watch', 'work/asked', sleeper, { flow: { cancelOn: [{ event: 'fanwise/function.failed' }] } }),
      fn('broken', 'break/asked', [transform('note', { n: '{{ event.data.missing }}' })]),
    ])
    await send(ws, { data: { n: 0, order: 'a' } }, { data: { n: 1, order: 'b' } })
    await send(ws, { name: 'order/cancelled', data: { order: 'a' } }, { name: 'orders/cancelled', data: { order: 'b' } })
    const of = async (name: string) => (await runs(ws)).filter((run) => run.function === name).sort((a, b) => a.n - b.n).map((run) => run.status)
    expect([await of('work'), await of('watch')]).toEqual([[3, 0], [0, 0]])
    await send(ws, { name: 'break/asked', data: { n: 2 } })
    await until(async () => (await of('broken')).includes(2), 'one fails')
    expect([await of('work'), await of('watch')]).toEqual([[3, 0], [3, 3]])
  })

  test('the next event of its own name ends a debounced run, not the one that began it', async () => {
    const ws = await workspaceWith({ debounce: { periodMs: 200, key: 'event.data.order' }, cancelOn: [{ event: 'work/asked', match: 'data.order' }] }, sleeper)
    await send(ws, { data: { n: 0, order: 'a' } }, { data: { n: 1, order: 'a' } }, { data: { n: 9, order: 'b' } })
    const asleep = async (n: number) => until(async () => (await one<{ n: number }>('select count(*)::int as n from wait where workspace_id = $1', ws)).n === n, `${n} runs sleep`)
    await asleep(2)
    await send(ws, { data: { n: 2, order: 'a' } })
    await until(async () => (await runs(ws)).some((run) => run.status === 3), 'the one before is ended')
    await asleep(2)
    expect((await runs(ws)).map((run) => [run.n, run.status]).sort((a, b) => a[0]! - b[0]!)).toEqual([[1, 3], [2, 0], [9, 0]])
  })

  test('a thousand open runs are found by one look per rule, whatever many events come', async () => {
    const ws = await workspaceWith({ cancelOn }, sleeper)
    const all = Array.from({ length: 1000 }, (_, n) => n)
    await send(ws, ...all.map((n) => ({ data: { n, order: `o${n}` } })))
    await send(ws, ...all.filter((n) => n % 2 === 0).map((n) => ({ name: 'order/cancelled', data: { order: `o${n}` } })))
    expect(await statuses(ws)).toEqual(all.map((n) => (n % 2 === 0 ? 3 : 0)))
  })

  test('an event reads the open runs that want its values, not all there are', async () => {
    const ws = await workspaceWith({ cancelOn: [...cancelOn, { event: 'order/moved', if: 'async.data.from == event.data.order && async.data.n > 1' }, { event: 'order/stopped', if: 'async.data.n > event.data.n' }] }, sleeper)
    await workspaceWith({ cancelOn }, sleeper)
    await send(ws, ...Array.from({ length: 400 }, (_, n) => ({ data: { n, order: `o${n}` } })))
    let read = 0
    const original = pg.Client.prototype.query
    pg.Client.prototype.query = function (this: pg.Client, ...given: unknown[]) {
      const answer = (original as (...all: unknown[]) => unknown).apply(this, given)
      if ((given[0] as { name?: string } | undefined)?.name === 'flow-cancellable') void (answer as Promise<pg.QueryResult>).then(({ rowCount }) => (read += rowCount ?? 0), () => {})
      return answer
    } as typeof original
    try {
      await send(ws, { name: 'order/cancelled', data: { order: 'o7' } }, { name: 'order/moved', data: { from: 'o9', n: 2 } }, { name: 'order/moved', data: { from: 'o11', n: 1 } }, { name: 'order/cancelled', data: {} })
      expect(read).toBe(3)
      // Nothing of this rule can be looked up, so all of its runs are read, of which there are two less by now.
      await send(ws, { name: 'order/stopped', data: { n: 3 } })
      expect(read).toBe(3 + 398)
    } finally {
      pg.Client.prototype.query = original
    }
    expect((await runs(ws)).filter((run) => run.status === 3).map((run) => run.n).sort((a, b) => a - b)).toEqual([0, 1, 2, 7, 9])
  })

  test('a run is ended by its value whatever that is, compared as text, or as CEL compares', async () => {
    const values: unknown[] = [1, '1', 1.5, -0, '', 'ü\u0000\ud800', true, null, [1, { a: 2 }], { b: 1, a: 2 }, 'x'.repeat(20_000)]
    for (const [rule, ended] of [[{ match: 'data.order' }, [0, 1, 2, 3, 4, 5, 6, 8, 9, 10]], [{ if: 'event.data.order == async.data["order"]' }, [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10]]] as const) {
      const ws = await workspaceWith({ cancelOn: [{ event: 'order/cancelled', ...rule }] }, sleeper)
      await send(ws, ...values.map((order, n) => ({ data: { n, order } as never })), { data: { n: values.length } })
      await send(ws, ...['nobody', 2, false, {}, []].map((order) => ({ name: 'order/cancelled', data: { order } as never })), { name: 'order/cancelled', data: {} })
      expect(await statuses(ws)).toEqual([...values, null].map(() => 0))
      await send(ws, ...values.map((order) => ({ name: 'order/cancelled', data: { order } as never })))
      expect((await runs(ws)).filter((run) => run.status === 3).map((run) => run.n).sort((a, b) => a - b), JSON.stringify(rule)).toEqual(ended)
    }
  })

  test('a path may lead through a member that is called event', async () => {
    const ws = await workspaceWith({ cancelOn: [{ event: 'order/cancelled', match: 'event.data.event.order' }] }, sleeper)
    await send(ws, ...['a', 'b'].map((order, n) => ({ data: { n, event: { order } } })))
    await send(ws, { name: 'order/cancelled', data: { event: { order: 'a' } } })
    expect(await statuses(ws)).toEqual([3, 0])
  })

  test('a debounced run is found by the newest event it took', async () => {
    const ws = await workspaceWith({ debounce: { periodMs: 3_600_000, key: 'event.data.cart' }, cancelOn }, sleeper)
    await send(ws, { data: { n: 0, cart: 'c', order: 'a' } }, { data: { n: 1, cart: 'c', order: 'b' } })
    await send(ws, { data: { n: 2, cart: 'd', order: 'a' } })
    await send(ws, { data: { n: 3, cart: 'd', order: 'c' } })
    await send(ws, { name: 'order/cancelled', data: { order: 'a' } })
    expect(await statuses(ws)).toEqual([0, 0])
    await send(ws, { name: 'order/cancelled', data: { order: 'c' } })
    expect(await statuses(ws)).toEqual([0, 3])
    await send(ws, { name: 'order/cancelled', data: { order: 'b' } })
    expect(await statuses(ws)).toEqual([3, 3])
  })

  test('runs that go on after a failure, that run again, or that were open before they could be looked up are found', async () => {
    const ws = await createWorkspace(t.engine.pool)
    const broken = [transform('note', { n: '{{ event.data.missing }}' })]
    const ids = await publish(t.engine.pool, ws, [
      fn('all', 'list/given', [step('each', 'emit-each', { items: '{{ event.data.items }}', event: 'item/sent', data: '{ "n": {{ item }}, "order": "a" }' })]),
      fn('item', 'item/sent', broken, { flow: { cancelOn } }), fn('work', 'work/asked', broken, { flow: { cancelOn } }),
    ])
    const of = async (name: string) => (await runs(ws)).filter((run) => run.function === name).map((run) => run.status)
    await send(ws, { data: { n: 0, order: 'a' } }, { name: 'list/given', data: { n: 0, items: [1, 2, 3] } })
    await until(async () => (await of('work')).join() === '2' && (await of('item')).join() === '2,2,2', 'all fail')
    const { fan } = await one<{ fan: string }>('select id::text as fan from fan_out where workspace_id = $1', ws)
    const { run } = await one<{ run: string }>(`select r.id::text as run from run r join function f on f.id = r.function_id where r.workspace_id = $1 and f.slug = 'work'`, ws)
    const ada = { id: null, name: 'Ada' }
    for (const slug of ['item', 'work']) await t.engine.holds.pauseFunction(ws, { id: ids[slug]!, slug }, ada)
    // Another version by now, without such a rule.
    await again(ws, fn('work', 'work/asked', broken))
    await t.engine.retryRun(ws, run, { from: 'failed' })
    await t.engine.retryRun(ws, run, { from: 'start' })
    await t.engine.fanOuts.retryFailed(ws, fan, ada)
    expect([await of('work'), await of('item')]).toEqual([[0, 0], [0, 0, 0]])
    await send(ws, { name: 'order/cancelled', data: { order: 'b' } })
    expect([await of('work'), await of('item')]).toEqual([[0, 0], [0, 0, 0]])
    await t.engine.pool.query('update job set cancel_keys = array[$2::uuid] where workspace_id = $1 and run_id = (select max(run_id::text)::uuid from job where workspace_id = $1)', [ws, ids['work']])
    await send(ws, { name: 'order/cancelled', data: { order: 'a' } })
    expect([await of('work'), await of('item')]).toEqual([[3, 3], [3, 3, 3]])
  })

  test('an event that comes again under an id of its own, as a tick after a crash, ends nothing that began since', async () => {
    const ws = await workspaceWith({ cancelOn: [{ event: 'order/cancelled' }] }, sleeper)
    const tick = { name: 'order/cancelled', data: {}, uuid: newUuid() }
    await send(ws, { data: { n: 0 } })
    await send(ws, tick)
    await send(ws, { data: { n: 1 } })
    await send(ws, tick, { data: { n: 2 } })
    expect(await statuses(ws)).toEqual([3, 0, 0])
  })
})

describe('an emit beside one whose run has just been cancelled', () => {
  test('what is not stored sets nothing off and takes no id', async () => {
    const ws = await createWorkspace(t.engine.pool)
    await publish(t.engine.pool, ws, [
      fn('work', 'work/asked', [step('tell', 'emit', { event: 'note/sent', data: '{ "n": {{ event.data.n }} }', id: 'note-{{ event.data.n }}' })]),
      fn('listen', 'listen/asked', [step('note', 'wait', { event: 'note/sent', match: 'data.n', timeout: '1h' })]),
    ])
    await send(ws, { name: 'listen/asked', data: { n: 2 } })
    await until(async () => (await runs(ws))[0]?.state === 'w', 'it waits')
    const client = await t.engine.pool.connect()
    await client.query('begin')
    await client.query(`select pg_advisory_xact_lock(hashtextextended($1, 7))`, [`${ws}:note/sent`])
    await send(ws, { data: { n: 1 } }, { data: { n: 2 } })
    await until(async () => (await t.engine.pool.query(`select 1 from pg_locks where locktype = 'advisory' and not granted`)).rowCount === 1, 'both emits stand in line')
    const { rows } = await t.engine.pool.query<{ id: string }>(`select r.id::text as id from run r join event e on e.workspace_id = r.workspace_id and e.id = r.event_id where r.workspace_id = $1 and e.name = 'work/asked' and e.data->>'n' = '2'`, [ws])
    expect(await t.engine.cancelRun(ws, rows[0]!.id)).toBe(true)
    await client.query('commit')
    client.release()
    await until(async () => (await runs(ws)).some((run) => run.function === 'work' && run.status === 1), 'the other one is stored')
    expect((await runs(ws)).find((run) => run.function === 'listen')).toMatchObject({ status: 0, state: 'w' })
    const [event] = await t.engine.ingest(ws, [{ id: 'note-2', name: 'note/sent', data: { n: 2 } }], { source: 'api' })
    expect(event!.duplicate).toBe(false)
    await until(async () => (await runs(ws)).find((run) => run.function === 'listen')!.status === 1, 'it is told now')
  })
})

describe('who obeys', () => {
  test('an invoked run and a test of a draft take no notice of rate limit, debounce and batch', async () => {
    for (const flow of [{ rateLimit: { limit: 1, periodMs: 3_600_000 } }, { debounce: { periodMs: 3_600_000 } }, { batch: { size: 9, timeoutMs: 3_600_000 } }] as FlowControl[]) {
      const ws = await workspaceWith(flow, [transform('note', { seen: flow.batch === undefined ? '1' : '{{ events.length }}' })])
      const definition = fn('work', 'work/asked', note, { flow })
      const { id } = await one<{ id: string }>(`select id from function where workspace_id = $1`, ws)
      await t.engine.pool.query('insert into function_version (workspace_id, function_id, version, hash, definition) values ($1, $2, -1, $3, $4)', [ws, id, 'h', JSON.stringify(definition)])
      for (const n of [0, 1]) await t.engine.invoke(ws, 'work', { n })
      for (const n of [2, 3]) await t.engine.testEvent(ws, { name: 'work/asked', data: { n } }, [{ functionId: id, slug: 'work', version: -1, definition }])
      await idle(ws)
      expect(await statuses(ws)).toEqual([1, 1, 1, 1])
    }
  })

  test('a function that is told of failures obeys its rate limit too', async () => {
    const ws = await createWorkspace(t.engine.pool)
    await publish(t.engine.pool, ws, [
      fn('fails', 'work/asked', [step('no', 'code', { code: 'throw new Error("no")' })]),
      fn('tells', 'fanwise/function.failed', [transform('note', { f: '{{ event.data.function }}' })], { flow: { rateLimit: { limit: 2, periodMs: 3_600_000 } } }),
    ])
    await send(ws, ...Array.from({ length: 9 }, (_, n) => ({ data: { n } })))
    await until(async () => (await runs(ws)).length === 18 && (await runs(ws)).every((run) => run.status !== 0), 'all failed and told')
    expect((await runs(ws)).filter((run) => run.function === 'tells').map((run) => run.status).sort()).toEqual([1, 1, 4, 4, 4, 4, 4, 4, 4])
  })

  test('an event sent again under its own id counts once', async () => {
    const ws = await workspaceWith({ rateLimit: { limit: 2, periodMs: 3_600_000 }, singleton: { mode: 'cancel' } }, sleeper)
    const uuid = newUuid()
    for (let i = 0; i < 4; i++) await send(ws, { uuid, data: { n: 0 } })
    expect(await statuses(ws)).toEqual([0])
    await send(ws, { data: { n: 1 } })
    await send(ws, { data: { n: 2 } })
    expect(await statuses(ws)).toEqual([3, 0, 4])
  })

  test('a time more than a year ahead is refused at the door', async () => {
    const ws = await workspaceWith({})
    await expect(async () => send(ws, { ts: Date.now() + 400 * 86_400_000 })).rejects.toMatchObject({ code: 'invalid_event', field: 'ts' })
  })

  test('emitted events may start their runs later, at a date or after a while', async () => {
    const ws = await createWorkspace(t.engine.pool)
    await publish(t.engine.pool, ws, [
      fn('plans', 'plan/asked', [
        step('one', 'emit', { event: 'work/asked', data: '{ "n": 1 }', starts: '2s' }),
        step('all', 'emit-each', { items: '{{ event.data.list }}', event: 'work/asked', data: '{{ item }}', starts: '{{ item.at }}' }),
      ]),
      fn('work', 'work/asked', note),
    ])
    const late = new Date(Date.now() + 3_600_000).toISOString()
    const asked = Date.now()
    await send(ws, { name: 'plan/asked', data: { n: 0, list: [{ n: 2, at: late }, { n: 3, at: null }, { n: 4, at: '2000-01-01' }] } })
    await until(async () => (await runs(ws)).filter((run) => run.status === 1).length === 4, 'all but the late one have completed')
    expect((await runs(ws)).map(({ n, status, state }) => [n, status, state]).sort()).toEqual([[0, 1, null], [1, 1, null], [2, 0, 't'], [3, 1, null], [4, 1, null]])
    const { rows } = await t.engine.pool.query<{ data: { n: number }; ts: number; started: number; due: number | null }>(`
      select e.data, e.ts::float8 as ts, extract(epoch from r.started_at)::float8 * 1000 as started, extract(epoch from j.due)::float8 * 1000 as due
      from run r join event e on e.workspace_id = r.workspace_id and e.id = r.event_id left join job j on j.workspace_id = r.workspace_id and j.run_id = r.id
      where r.workspace_id = $1 and e.name = 'work/asked'`, [ws])
    const [first, second] = [1, 2].map((n) => rows.find((row) => row.data.n === n)!)
    expect(first!.started).toBeGreaterThanOrEqual(asked + 1900)
    expect(second!.ts).toBe(Date.parse(late))
    expect(Math.abs(second!.due! - Date.parse(late))).toBeLessThan(2000)
  })
})

describe('debounce and batch', () => {
  test('the pending run takes the newest event’s version and lane', async () => {
    const ws = await workspaceWith({ debounce: { periodMs: 3_600_000 } }, note, { concurrency: { limit: 1, key: 'event.data.user' } })
    await send(ws, { data: { n: 0, user: 'a' } })
    await again(ws, fn('work', 'work/asked', note, { flow: { debounce: { periodMs: 3_600_000 } }, concurrency: { limit: 1, key: 'event.data.user' } }))
    await send(ws, { data: { n: 1, user: 'b' } })
    const [run] = await runs(ws)
    expect(run).toMatchObject({ n: 1, version: 2, state: 't' })
    expect(await one(`select l.key_text from job j join lane l on l.workspace_id = j.workspace_id and l.id = j.lane_id where j.workspace_id = $1`, ws)).toEqual({ key_text: 'b' })
    expect((await t.engine.pool.query('select n from run_event where workspace_id = $1 order by n', [ws])).rows).toEqual([{ n: 0 }, { n: 1 }])
  })

  test('a batch is of one version: a publish begins a new one, and both run', async () => {
    const flow: FlowControl = { batch: { size: 3, timeoutMs: 3_600_000 } }
    const count = [transform('note', { seen: '{{ events.length }}' })]
    const ws = await workspaceWith(flow, count)
    await send(ws, { data: { n: 0 } }, { data: { n: 1 } })
    await again(ws, fn('work', 'work/asked', count, { flow }))
    await send(ws, { data: { n: 2 } }, { data: { n: 3 } }, { data: { n: 4 } }, { data: { n: 5 } })
    await until(async () => (await runs(ws)).some((run) => run.status === 1), 'the full one ran')
    expect((await runs(ws)).sort((a, b) => a.n - b.n).map(({ n, version, status }) => ({ n, version, status }))).toEqual([{ n: 0, version: 1, status: 0 }, { n: 2, version: 2, status: 1 }, { n: 5, version: 2, status: 0 }])
    await t.engine.pool.query('update job set due = clock_timestamp() where workspace_id = $1', [ws])
    await idle(ws)
  })

  test('events that fail the batch’s condition run alone, at once', async () => {
    const ws = await workspaceWith({ batch: { size: 2, timeoutMs: 3_600_000, if: 'event.data.n != 1' } }, [transform('note', { seen: '{{ events.map((e) => e.data.n) }}' })])
    await send(ws, { data: { n: 0 } }, { data: { n: 1 } }, { data: { n: 2 } })
    await idle(ws)
    const { rows } = await t.engine.pool.query<{ output: { seen: number[] } }>(`select output from step where workspace_id = $1`, [ws])
    expect(rows.map((row) => row.output.seen).sort()).toEqual([[0, 2], [1]])
  })

  test('joining counts for no rate limit; the start time limit counts from when the run is due', async () => {
    const ws = await workspaceWith({ debounce: { periodMs: 3_600_000, key: 'event.data.user' }, rateLimit: { limit: 2, periodMs: 3_600_000 }, timeouts: { startMs: 1000 } })
    for (let n = 0; n < 6; n++) await send(ws, { data: { n, user: `u${n % 2}` } })
    await send(ws, { data: { n: 6, user: 'u9' } })
    expect((await runs(ws)).map((run) => run.status).sort()).toEqual([0, 0, 4])
    expect(await one(`select bool_and(deadline > due) as late from job where workspace_id = $1`, ws)).toEqual({ late: true })
  })

  test('a fan-out into a function that debounces settles without counting its runs', async () => {
    const ws = await createWorkspace(t.engine.pool)
    await publish(t.engine.pool, ws, [
      fn('work', 'work/asked', note, { flow: { debounce: { periodMs: 100 } } }),
      fn('plain', 'work/asked', note),
      fn('fan', 'fan/asked', [step('out', 'emit-each', { items: '{{ event.data.items }}', event: 'work/asked', data: '{ "n": {{ item }} }' })]),
    ])
    await t.engine.ingest(ws, [{ name: 'fan/asked', data: { items: [1, 2, 3], n: 0 } }, { name: 'work/asked', data: { n: 9 } }], { source: 'api' })
    await until(async () => (await runs(ws)).filter((run) => run.status === 1).length === 6, 'all ran')
    expect(await one(`select f.runs, (select sum(done + failed + cancelled)::int from fan_out_count c where c.fan_out_id = f.id) as ended from fan_out f where f.workspace_id = $1`, ws)).toEqual({ runs: 3, ended: 3 })
  })
})

test('a batch that becomes full while its lane is being shut leaves an open lane behind', async () => {
  const ws = await workspaceWith({ batch: { size: 2, timeoutMs: 3_600_000 } })
  await send(ws, { data: { n: 0 } })
  const { run_id: run, lane_id: lane } = await one<{ run_id: string; lane_id: string }>('select run_id, lane_id from job where workspace_id = $1', ws)
  const [storing, closing] = [await t.engine.pool.connect(), await t.engine.pool.connect()]
  await storing.query('begin')
  await storing.query({ ...flowPending, values: [uuids([ws]), uuids([run]), '{null}', '{null}', '{null}', '{null}', '{null}', ''] })
  // The closer does not see what is not committed yet.
  await closing.query('begin')
  const locked = await closing.query<{ at: string }>({ ...laneCloseLock, values: [uuids([ws]), uuids([lane])] })
  await closing.query({ ...laneClose, values: [locked.rows.map((row) => row.at)] })
  await closing.query('commit')
  await storing.query('commit')
  storing.release()
  closing.release()
  expect(await one('select open from lane where workspace_id = $1', ws)).toEqual({ open: true })
  await idle(ws)
})

test('pending debounces and batches survive that every process stops', async () => {
  const own = await createTestDatabase()
  const first = await startTestEngine({ database: own })
  const ws = await createWorkspace(first.engine.pool)
  const all = [transform('note', { seen: '{{ events.map((e) => e.data.n) }}' })]
  await publish(first.engine.pool, ws, [fn('late', 'work/asked', note, { flow: { debounce: { periodMs: 700 } } }), fn('many', 'work/asked', all, { flow: { batch: { size: 9, timeoutMs: 700 } } })])
  await first.engine.ingest(ws, [0, 1].map((n) => ({ name: 'work/asked', data: { n } })), { source: 'api' })
  await first.stop()
  const second = await startTestEngine({ database: own })
  await second.engine.ingest(ws, [{ name: 'work/asked', data: { n: 2 } }], { source: 'api' })
  const { pool } = second.engine
  await until(async () => (await pool.query('select 1 from job where workspace_id = $1', [ws])).rowCount === 0, 'all have run')
  const { rows } = await pool.query<{ output: JsonObject }>(`select output from step where workspace_id = $1`, [ws])
  // A slow machine may let the first ones become due before the third event: nothing is lost or doubled even so.
  expect(rows.flatMap((row) => (row.output.seen as number[] | undefined) ?? []).sort()).toEqual([0, 1, 2])
  expect(rows.some((row) => row.output.n === 2)).toBe(true)
  await second.stop()
  await own.drop()
})
