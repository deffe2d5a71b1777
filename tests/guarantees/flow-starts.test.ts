/** Flow control where events arrive: rules hold across processes, because two engines share the database here. */
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { JsonObject } from '#base/json.ts'
import { checkInvariants } from '#engine/invariants.ts'
import type { FlowControl, FunctionDefinition } from '#graph/definition.ts'
import { createTestDatabase, type TestDatabase } from '#tests/support/database.ts'
import { startTestEngine, type TestEngine } from '#tests/support/engine.ts'
import { createWorkspace, fn, publish, step, transform } from '#tests/support/factories.ts'
import { until } from '#tests/support/until.ts'

let database: TestDatabase
let one: TestEngine
let two: TestEngine
const release: (() => void)[] = []
beforeAll(async () => {
  database = await createTestDatabase()
  const services = { request: (_ws: string, request: { url: string }) => (request.url.endsWith('/hold') ? new Promise<{ status: number; headers: Record<string, string>; body: string }>((resolve) => release.push(() => resolve({ status: 200, headers: {}, body: '{}' }))) : Promise.resolve({ status: 200, headers: {}, body: '{}' })) }
  one = await startTestEngine({ database, services })
  two = await startTestEngine({ database, services })
})
afterAll(async () => {
  expect(Object.values(await checkInvariants(one.engine.pool, true)).every((n) => n === 0)).toBe(true)
  await one.stop()
  await two.stop()
  await database.drop()
})

interface RunRow {
  status: number
  error: { code: string; message: string; facts?: JsonObject } | null
  data: JsonObject
  state: string | null
  steps: Record<string, JsonObject>
}

/** Runs of a workspace, oldest event first, with their outputs. */
async function runs(ws: string): Promise<RunRow[]> {
  const { rows } = await one.engine.pool.query<RunRow>(`
    select r.status, r.error, e.data, j.state, coalesce((select json_object_agg(s.step, s.output) from step s where s.workspace_id = r.workspace_id and s.run_id = r.id), '{}') as steps
    from run r join event e on e.workspace_id = r.workspace_id and e.id = r.event_id left join job j on j.workspace_id = r.workspace_id and j.run_id = r.id
    where r.workspace_id = $1 order by e.id, r.id`, [ws])
  return rows
}
const note = transform('note', { n: '{{ event.data.n }}' })
const held = step('call', 'http', { method: 'GET', url: 'https://svc.example/hold' })

async function workspaceWith(flow: FlowControl, steps = [note], extra: Partial<FunctionDefinition> = {}): Promise<string> {
  const ws = await createWorkspace(one.engine.pool)
  await publish(one.engine.pool, ws, [fn('work', 'work/asked', steps, { flow, ...extra })])
  return ws
}
/** One event a request, over both engines, all at once. */
const send = (ws: string, datas: JsonObject[], extra: { name?: string; ts?: number } = {}) =>
  Promise.all(datas.map((data, n) => (n % 2 === 0 ? one : two).engine.ingest(ws, [{ name: extra.name ?? 'work/asked', data, ts: extra.ts }], { source: 'api' })))
const idle = (ws: string) => until(async () => (await runs(ws)).every((run) => run.status !== 0), 'all runs have ended')
const count = (rows: RunRow[], status: number) => rows.filter((row) => row.status === status).length

test('rate limit: so many runs per period and key, the others are recorded as skipped', async () => {
  const ws = await workspaceWith({ rateLimit: { limit: 3, periodMs: 3_600_000, key: 'event.data.user' } })
  const accepted = await send(ws, Array.from({ length: 40 }, (_, n) => ({ n, user: `u${n % 4}` })))
  await idle(ws)
  const rows = await runs(ws)
  expect([count(rows, 1), count(rows, 4)]).toEqual([12, 28])
  for (const user of ['u0', 'u1', 'u2', 'u3']) expect(rows.filter((row) => row.status === 1 && row.data.user === user).length).toBe(3)
  expect(rows.find((row) => row.status === 4)!.error).toMatchObject({ code: 'run_skipped', message: expect.stringContaining('3 runs have already been started within 1 h') })
  expect(accepted.flat().reduce((sum, one) => sum + one.runs, 0)).toBe(12)
})

test('a rate limit opens again when its period has passed', async () => {
  const ws = await workspaceWith({ rateLimit: { limit: 1, periodMs: 1000 } })
  await send(ws, [{ n: 1 }, { n: 2 }])
  await one.engine.pool.query(`update flow_key set since = since - interval '2 seconds' where workspace_id = $1`, [ws])
  await send(ws, [{ n: 3 }])
  await idle(ws)
  const rows = await runs(ws)
  expect(count(rows, 1)).toBe(2)
  expect(rows.at(-1)!.status).toBe(1)
})

test('idempotency: one run per value', async () => {
  const ws = await workspaceWith({ idempotency: 'event.data.order' })
  await send(ws, Array.from({ length: 30 }, (_, n) => ({ n, order: `o${n % 5}` })))
  await idle(ws)
  expect(count(await runs(ws), 1)).toBe(5)
})

test('idempotency: long values that begin alike are different values', async () => {
  const ws = await workspaceWith({ idempotency: 'event.data.url' })
  const url = `https://files.example/${'a'.repeat(600)}?signature=`
  await send(ws, Array.from({ length: 6 }, (_, n) => ({ n, url: `${url}${n % 3}` })))
  await idle(ws)
  expect(count(await runs(ws), 1)).toBe(3)
})

test('singleton: skips while one is open, and starts again after it', async () => {
  const ws = await workspaceWith({ singleton: { mode: 'skip', key: 'event.data.user' } }, [held])
  await send(ws, Array.from({ length: 10 }, (_, n) => ({ n, user: `u${n % 2}` })))
  await until(async () => release.length === 2, 'both are executing')
  expect(count(await runs(ws), 4)).toBe(8)
  release.splice(0).forEach((go) => go())
  await idle(ws)
  await send(ws, [{ n: 11, user: 'u0' }])
  await until(async () => release.length === 1, 'the next one executes')
  release.splice(0).forEach((go) => go())
  await idle(ws)
  expect(count(await runs(ws), 1)).toBe(3)
})

test('singleton: the newest wins when it cancels', async () => {
  const ws = await workspaceWith({ singleton: { mode: 'cancel' } }, [held])
  await send(ws, [{ n: 1 }])
  await until(async () => release.length === 1, 'the first executes')
  for (const n of [2, 3, 4]) await send(ws, [{ n }])
  await until(async () => release.length >= 2 && (await runs(ws)).at(-1)!.state === 'r', 'the newest executes')
  release.splice(0).forEach((go) => go())
  await idle(ws)
  const rows = await runs(ws)
  expect(rows.map((row) => row.status)).toEqual([3, 3, 3, 1])
  expect(rows[0]!.error).toMatchObject({ code: 'run_cancelled', message: expect.stringContaining('newer run') })
})

test('debounce with idempotency of the same key: events that join are no new runs, over both engines; once it has begun, the value is used up', async () => {
  const ws = await workspaceWith({ debounce: { periodMs: 3_600_000, key: 'event.data.doc' }, idempotency: 'event.data.doc' })
  await send(ws, Array.from({ length: 20 }, (_, n) => ({ n, doc: 'a' })))
  await send(ws, [{ n: 20, doc: 'a' }])
  expect(await runs(ws)).toMatchObject([{ status: 0, data: { n: 20 } }])
  expect((await one.engine.pool.query('select 1 from run_event where workspace_id = $1', [ws])).rowCount).toBe(21)
  await one.engine.pool.query('update job set due = clock_timestamp() where workspace_id = $1', [ws])
  await idle(ws)
  await send(ws, [{ n: 21, doc: 'a' }, { n: 22, doc: 'b' }])
  expect((await runs(ws)).map((run) => [run.data.n, run.status, run.steps.note ?? null, run.error?.facts?.rule ?? null]).sort()).toEqual([[20, 1, { n: 20 }, null], [21, 4, null, 'idempotency'], [22, 0, null, null]])
})

test('debounce: one run for the last event, at the latest after its time limit', async () => {
  const ws = await workspaceWith({ debounce: { periodMs: 3_600_000, timeoutMs: 3_600_000, key: 'event.data.user' } })
  for (let n = 0; n < 12; n++) await send(ws, [{ n, user: `u${n % 2}` }])
  expect((await runs(ws)).map((row) => row.state)).toEqual(['t', 't'])
  // The hour has passed.
  await one.engine.pool.query('update job set due = clock_timestamp() where workspace_id = $1', [ws])
  await idle(ws)
  const rows = await runs(ws)
  expect(rows.map((row) => row.data.n)).toEqual([10, 11])
  expect(rows.map((row) => row.steps.note!.n)).toEqual([10, 11])
  // Later events put it off, but never beyond the time limit, which counts from the first.
  const put = await workspaceWith({ debounce: { periodMs: 3_600_000, timeoutMs: 5_400_000 } })
  for (const [n, minutes] of [60, 60, 30].entries()) {
    await send(put, [{ n }])
    const { rows } = await one.engine.pool.query<{ left: number }>('select extract(epoch from due - clock_timestamp())::float8 / 60 as left from job where workspace_id = $1', [put])
    expect(Math.round(rows[0]!.left)).toBe(minutes)
    await one.engine.pool.query(`update flow_key set since = since - interval '30 minutes' where workspace_id = $1`, [put])
    await one.engine.pool.query(`update job set due = due - interval '30 minutes' where workspace_id = $1`, [put])
  }
  const late = await workspaceWith({ debounce: { periodMs: 3_600_000, timeoutMs: 300 } })
  await send(late, [{ n: 1 }])
  await idle(late)
  expect(count(await runs(late), 1)).toBe(1)
})

test('batch: full ones run at once, the rest at the time limit, every event once and in order', async () => {
  const ws = await workspaceWith({ batch: { size: 10, timeoutMs: 3_600_000 } }, [transform('sum', { all: '{{ events.map((e) => e.data.n) }}', first: '{{ event.data.n }}' })])
  for (let n = 0; n < 25; n++) await send(ws, [{ n }])
  await until(async () => count(await runs(ws), 1) === 2, 'the full ones have run')
  await one.engine.pool.query(`update job set due = clock_timestamp() where workspace_id = $1`, [ws])
  await idle(ws)
  const rows = await runs(ws)
  expect(rows.length).toBe(3)
  expect(rows.map((row) => (row.steps.sum!.all as number[]).length)).toEqual([10, 10, 5])
  expect(rows.flatMap((row) => row.steps.sum!.all as number[])).toEqual(Array.from({ length: 25 }, (_, n) => n))
  expect(rows.map((row) => row.steps.sum!.first)).toEqual([0, 10, 20])
})

test('batch: run again, it has all of its events', async () => {
  const ws = await workspaceWith({ batch: { size: 3, timeoutMs: 3_600_000 } }, [transform('sum', { all: '{{ events.map((e) => e.data.n) }}' })])
  for (let n = 0; n < 3; n++) await send(ws, [{ n }])
  await until(async () => count(await runs(ws), 1) === 1, 'it has run')
  const { rows } = await one.engine.pool.query<{ id: string }>('select id::text as id from run where workspace_id = $1', [ws])
  await one.engine.retryRun(ws, rows[0]!.id, { from: 'start' })
  await until(async () => count(await runs(ws), 1) === 2, 'it has run again')
  expect((await runs(ws)).map((row) => row.steps.sum!.all)).toEqual([[0, 1, 2], [0, 1, 2]])
})

test('batch: many senders at once and an emit fill batches without losing or doubling an event', async () => {
  const ws = await createWorkspace(one.engine.pool)
  await publish(one.engine.pool, ws, [
    fn('work', 'work/asked', [transform('sum', { all: '{{ events.map((e) => e.data.n) }}' })], { flow: { batch: { size: 50, timeoutMs: 500, key: 'event.data.kind' } } }),
    fn('fan', 'fan/asked', [step('out', 'emit-each', { items: '{{ event.data.items }}', event: 'work/asked', data: '{ "n": {{ item }}, "kind": "emitted" }' })]),
  ])
  await Promise.all([
    ...Array.from({ length: 120 }, (_, n) => send(ws, [{ n, kind: 'sent' }])),
    one.engine.ingest(ws, [{ name: 'fan/asked', data: { items: Array.from({ length: 2310 }, (_, n) => n) } }], { source: 'api' }),
  ])
  const all = async () => (await runs(ws)).flatMap((row) => (row.steps.sum?.all as number[] | undefined) ?? [])
  await until(async () => (await all()).length >= 2430, 'every event was in a run')
  await idle(ws)
  expect((await all()).sort((a, b) => a - b)).toEqual([...Array.from({ length: 120 }, (_, n) => n), ...Array.from({ length: 2310 }, (_, n) => n)].sort((a, b) => a - b))
  expect((await runs(ws)).every((row) => row.steps.sum === undefined || (row.steps.sum.all as number[]).length <= 50)).toBe(true)
  const { rows } = await one.engine.pool.query<{ runs: number; items: number }>('select runs, items from fan_out where workspace_id = $1', [ws])
  expect(rows).toEqual([{ runs: 47, items: 2310 }])
})

test('priority: a head start goes first and a negative one last, within the lane, over two workers; what gives no number counts as none', async () => {
  const own = await createTestDatabase()
  // Nobody executes until all have arrived: so nobody has claimed ahead in the old order.
  const web = await startTestEngine({ database: own, role: 'web' })
  const ws = await createWorkspace(web.engine.pool)
  const priority = 'event.data.n == 5 ? 300 : event.data.n == 1 ? -9000 : event.data.n == 3 ? event.data.missing : 0'
  await publish(web.engine.pool, ws, [fn('work', 'work/asked', [step('call', 'http', { method: 'GET', url: 'https://svc.example/{{ event.data.n }}' })], { flow: { priority }, concurrency: { limit: 1 } })])
  for (let n = 0; n < 6; n++) await web.engine.ingest(ws, [{ name: 'work/asked', data: { n } }], { source: 'api' })
  const order: string[] = []
  const services = { request: async (_ws: string, request: { url: string }) => {
    order.push(request.url.slice(-1))
    return { status: 200, headers: {}, body: '{}' }
  } }
  const workers = await Promise.all([0, 1].map(() => startTestEngine({ database: own, services })))
  await until(async () => order.length === 6, 'all ran')
  expect(order.join('')).toBe('502341')
  await Promise.all(workers.map((worker) => worker.stop()))
  await web.stop()
  await own.drop()
})

test('an event with a time ahead starts its runs then', async () => {
  const ws = await workspaceWith({})
  await send(ws, [{ n: 1 }], { ts: Date.now() + 3_600_000 })
  expect((await runs(ws))[0]!.state).toBe('t')
  await one.engine.pool.query(`update job set due = clock_timestamp() where workspace_id = $1`, [ws])
  await idle(ws)
  expect(count(await runs(ws), 1)).toBe(1)
})

test('an event with a time ahead that one process accepts is run by another, then and not before', async () => {
  const door = await startTestEngine({ database, role: 'web' })
  const ws = await workspaceWith({})
  const now = (await one.engine.pool.query<{ now: number }>('select (extract(epoch from clock_timestamp()) * 1000)::float8 as now')).rows[0]!.now
  const ts = Math.round(now + 1500)
  await door.engine.ingest(ws, Array.from({ length: 10 }, (_, n) => ({ name: 'work/asked', data: { n }, ts })), { source: 'api' })
  await door.stop()
  expect((await runs(ws)).map((run) => run.state)).toEqual(Array.from({ length: 10 }, () => 't'))
  await idle(ws)
  const { rows } = await one.engine.pool.query<{ started: number }>('select (extract(epoch from started_at) * 1000)::float8 as started from run where workspace_id = $1 and status = 1', [ws])
  expect(rows).toHaveLength(10)
  for (const { started } of rows) expect(started).toBeGreaterThanOrEqual(ts - 1)
})

test('cancel on event within a time: it has passed also while the first step executes, and has not begun before the run starts', async () => {
  const ws = await workspaceWith({ cancelOn: [{ event: 'work/stopped', match: 'data.n', timeoutMs: 500 }] }, [held], { concurrency: { limit: 1 } })
  await send(ws, [{ n: 0 }])
  await until(async () => release.length > 0, 'its first step executes')
  await send(ws, [{ n: 1 }])
  await new Promise((resolve) => setTimeout(resolve, 600))
  await send(ws, [{ n: 0 }, { n: 1 }], { name: 'work/stopped' })
  expect((await runs(ws)).map((run) => [run.data.n, run.status])).toEqual([[0, 0], [1, 3]])
  release.splice(0).forEach((open) => open())
  await idle(ws)
  expect((await runs(ws)).map((run) => [run.data.n, run.status])).toEqual([[0, 1], [1, 3]])
})

test('cancel on event: by a matching value, by a condition, and not once the time for it has passed', async () => {
  const sleeper = [step('rest', 'sleep', { mode: 'for', duration: '1h' })]
  const ws = await workspaceWith({ cancelOn: [{ event: 'order/cancelled', match: 'data.order' }, { event: 'order/stopped', if: 'async.data.above < event.data.n' }] }, sleeper)
  await send(ws, Array.from({ length: 6 }, (_, n) => ({ n, order: `o${n}` })))
  await until(async () => (await runs(ws)).every((row) => row.state === 't'), 'all sleep')
  await send(ws, [{ order: 'o2' }, { order: 'nobody' }], { name: 'order/cancelled' })
  await send(ws, [{ above: 3 }], { name: 'order/stopped' })
  const rows = await runs(ws)
  expect(rows.map((row) => row.status)).toEqual([0, 0, 3, 0, 3, 3])
  expect(rows[2]!.error).toMatchObject({ code: 'run_cancelled', message: 'Cancelled by the event order/cancelled.' })
  const limited = await workspaceWith({ cancelOn: [{ event: 'order/cancelled', timeoutMs: 1 }] }, sleeper)
  await send(limited, [{ n: 1 }])
  await until(async () => (await runs(limited))[0]!.state === 't', 'it sleeps')
  await send(limited, [{}], { name: 'order/cancelled' })
  expect((await runs(limited))[0]!.status).toBe(0)
})

test('start timeout: what waits too long is cancelled, with its reason', async () => {
  const ws = await workspaceWith({ timeouts: { startMs: 300 } }, [held], { concurrency: { limit: 1 } })
  await send(ws, [{ n: 1 }])
  await until(async () => release.length === 1, 'the first executes')
  await send(ws, [{ n: 2 }])
  await until(async () => (await runs(ws))[1]!.status === 3, 'the second is given up')
  expect((await runs(ws))[1]!.error).toMatchObject({ code: 'run_timeout' })
  release.splice(0).forEach((go) => go())
})

test('a limit shared with the workspace holds over functions', async () => {
  const ws = await createWorkspace(one.engine.pool)
  const limit = { concurrency: { limit: 2, key: '"crm"', scope: 'workspace' as const } }
  await publish(one.engine.pool, ws, [fn('a', 'work/asked', [held], limit), fn('b', 'work/asked', [held], limit)])
  release.length = 0
  await send(ws, [{ n: 1 }, { n: 2 }, { n: 3 }])
  await until(async () => release.length === 2, 'two execute')
  const { rows } = await one.engine.pool.query<{ granted: number }>('select granted from lane where workspace_id = $1', [ws])
  expect(rows).toEqual([{ granted: 2 }])
  for (let done = 0; done < 6; ) {
    await until(async () => release.length > 0, 'the next')
    expect(release.length).toBeLessThanOrEqual(2)
    done += release.length
    release.splice(0).forEach((go) => go())
  }
  await idle(ws)
  expect(count(await runs(ws), 1)).toBe(6)
})
