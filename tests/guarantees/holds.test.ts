/** What keeps runs from starting or going on: throttle, second limit, paused functions, parked services. Two engines share the database. */
import fc from 'fast-check'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { Turns } from '#engine/holds/throttles.ts'
import { checkInvariants } from '#engine/invariants.ts'
import type { FunctionDefinition } from '#graph/definition.ts'
import { createTestDatabase, type TestDatabase } from '#tests/support/database.ts'
import { startTestEngine, type TestEngine } from '#tests/support/engine.ts'
import { createWorkspace, fn, publish, step, transform } from '#tests/support/factories.ts'
import { until } from '#tests/support/until.ts'

let database: TestDatabase
let one: TestEngine
let two: TestEngine
/** Calls of services that are open now, by workspace and `who`; and everything that was asked, with its time. */
const open = new Map<string, number>()
const highest = new Map<string, number>()
const calls: { ws: string; at: number; n: number }[] = []
let answer: (ws: string, n: number) => { status: number; ms: number } = () => ({ status: 200, ms: 5 })
const actor = { id: null, name: 'Ada' }

beforeAll(async () => {
  database = await createTestDatabase()
  const services = {
    request: async (ws: string, request: { url: string; body?: string }) => {
      const n = Number(/n=(\d+)/.exec(request.url)?.[1] ?? 0)
      const keys = [`${ws} all`, ...[...request.url.matchAll(/(\w+)=(\w+)/g)].map(([, name, value]) => `${ws} ${name}=${value}`)]
      for (const key of keys) {
        open.set(key, (open.get(key) ?? 0) + 1)
        highest.set(key, Math.max(highest.get(key) ?? 0, open.get(key)!))
      }
      calls.push({ ws, at: performance.now(), n })
      const { status, ms } = answer(ws, n)
      await new Promise((resolve) => setTimeout(resolve, ms))
      for (const key of keys) open.set(key, open.get(key)! - 1)
      return { status, headers: {}, body: '{}' }
    },
  }
  one = await startTestEngine({ database, services })
  two = await startTestEngine({ database, services })
})
afterAll(async () => {
  await one.stop()
  await two.stop()
  await database.drop()
})

const call = step('call', 'http', { method: 'GET', url: 'https://crm.example/x?n={{ event.data.n }}&user={{ event.data.user }}&team={{ event.data.team }}' })
async function workspaceWith(extra: Partial<FunctionDefinition>, steps = [call]): Promise<{ ws: string; id: string }> {
  answer = () => ({ status: 200, ms: 5 })
  const ws = await createWorkspace(one.engine.pool)
  const ids = await publish(one.engine.pool, ws, [fn('work', 'work/asked', steps, extra)])
  return { ws, id: ids['work']! }
}
const send = (ws: string, count: number, from = 0) =>
  Promise.all([one, two].map((engine, half) => engine.engine.ingest(ws, Array.from({ length: count / 2 }, (_, i) => i * 2 + half + from).map((n) => ({ name: 'work/asked', data: { n, user: `u${n % 4}`, team: `t${n % 3}` } })), { source: 'api' })))
const statuses = async (ws: string) => (await one.engine.pool.query<{ status: number; n: number }>('select status, count(*)::int n from run where workspace_id = $1 group by 1 order by 1', [ws])).rows.map((row) => `${row.status}:${row.n}`)
const idle = (ws: string) => until(async () => !(await one.engine.pool.query<{ busy: boolean }>('select exists (select 1 from job where workspace_id = $1) as busy', [ws])).rows[0]!.busy, 'all runs have ended')
const states = async (ws: string) => Object.fromEntries((await one.engine.pool.query<{ state: string; n: number }>('select state, count(*)::int n from job where workspace_id = $1 group by 1', [ws])).rows.map((row) => [row.state, row.n]))
const clean = async () => expect(Object.values(await checkInvariants(one.engine.pool, true)).every((n) => n === 0)).toBe(true)

test('throttle arithmetic: never more than burst + 1 at once, one more each period ÷ limit, whatever comes when', () => {
  fc.assert(fc.property(
    fc.record({ limit: fc.integer({ min: 1, max: 50 }), periodMs: fc.integer({ min: 1000, max: 60_000 }), burst: fc.integer({ min: 0, max: 20 }) }),
    fc.array(fc.record({ waitMs: fc.integer({ min: 0, max: 5000 }), come: fc.integer({ min: 1, max: 30 }) }), { minLength: 1, maxLength: 40 }),
    (rule, arrivals) => {
      const stepMs = rule.periodMs / rule.limit
      let now = 0
      let used: number | null = null
      let line: number | null = null
      let queue: number[] = []
      const starts: number[] = []
      const turn = (count: number) => {
        const turns = new Turns(rule, used === null ? null : used - now, line === null ? null : line - now)
        const due = queue.filter((at) => at <= now)
        queue = queue.filter((at) => at > now)
        for (const [n, stood] of [...due.map(() => true), ...Array.from({ length: count }, () => false)].entries()) {
          const again = turns.next(stood)
          if (again === null) starts.push(now)
          else queue.push(now + again)
          expect(n).toBeGreaterThanOrEqual(0)
        }
        used = now + turns.usedMs
        line = now + turns.lineMs
      }
      for (const { waitMs, come } of arrivals) {
        now += waitMs
        turn(come)
      }
      const total = arrivals.reduce((sum, each) => sum + each.come, 0)
      for (let guard = 0; queue.length > 0 && guard < 100_000; guard++) {
        now = Math.max(now, Math.min(...queue))
        turn(0)
      }
      expect(starts.length).toBe(total)
      for (let n = rule.burst + 1; n < starts.length; n++) expect(starts[n]! - starts[n - rule.burst - 1]!).toBeGreaterThanOrEqual(stepMs * 0.999 - 0.01)
    },
  ), { numRuns: 200 })
})

test('throttle: starts keep their distance over two workers, also behind a backlog', async () => {
  const { ws } = await workspaceWith({ flow: { throttle: { limit: 20, periodMs: 1000, burst: 4 } } })
  const from = calls.length
  await send(ws, 40)
  await until(async () => ((await states(ws))['h'] ?? 0) > 10, 'the later ones are held')
  const { rows } = await one.engine.pool.query<{ why: { kind: string }; due: Date }>(`select why, due from job where workspace_id = $1 and state = 'h' order by due`, [ws])
  expect(rows[0]!.why.kind).toBe('throttle')
  // As after a downtime: all places in line come due at once.
  await one.engine.pool.query(`update job set due = clock_timestamp() where workspace_id = $1 and state = 'h'`, [ws])
  await idle(ws)
  const times = calls.slice(from).map((each) => each.at).sort((a, b) => a - b)
  expect(times.length).toBe(40)
  // 50 ms apart beyond five at once; some milliseconds pass between being counted and calling.
  for (let n = 15; n < times.length; n++) expect(times[n]! - times[n - 15]!).toBeGreaterThan(10 * 50 - 60)
  expect(await statuses(ws)).toEqual(['1:40'])
  await clean()
})

test('a turn of a throttle is not lost when a paused function holds the run on its way', async () => {
  const { ws, id } = await workspaceWith({ flow: { throttle: { limit: 1, periodMs: 1000, burst: 0 } } })
  const from = calls.length
  const order = () => calls.slice(from).filter((each) => each.ws === ws).map((each) => each.n)
  const held = async (by: string) => (await one.engine.pool.query(`select 1 from job where workspace_id = $1 and state = 'h' and (hold_id = $2) = ($3 = 'pause')`, [ws, id, by])).rowCount
  for (let n = 1; n <= 8; n++) {
    await one.engine.ingest(ws, [{ name: 'work/asked', data: { n, user: 'u', team: 't' } }], { source: 'api' })
    await until(async () => order().length + (await held('throttle'))! >= n, 'it has its place')
  }
  await one.engine.holds.pauseFunction(ws, { id, slug: 'work' }, actor)
  const begun = order().length
  await until(async () => (await held('pause'))! >= 2, 'the turns of two have come')
  await one.engine.holds.resumeFunction(ws, { id, slug: 'work' }, actor)
  await idle(ws)
  // Whose turn had come goes before those whose turn had not; of those that come due in one moment either may be first.
  expect(Math.max(order().indexOf(begun + 1), order().indexOf(begun + 2))).toBeLessThan(begun + 4)
  expect(await statuses(ws)).toEqual(['1:8'])
  await clean()
})

test('two limits with keys hold at every instant, and nobody is forgotten', async () => {
  const { ws } = await workspaceWith({ concurrency: { limit: 3, key: 'event.data.user' }, concurrency2: { limit: 2, key: 'event.data.team' } })
  await send(ws, 300)
  await idle(ws)
  expect(await statuses(ws)).toEqual(['1:300'])
  for (const user of ['u0', 'u1', 'u2', 'u3']) expect(highest.get(`${ws} user=${user}`)).toBeLessThanOrEqual(3)
  for (const team of ['t0', 't1', 't2']) expect(highest.get(`${ws} team=${team}`)).toBe(2)
  await until(async () => (await one.engine.pool.query<{ n: number }>('select coalesce(sum(granted), 0)::int n from lane where workspace_id = $1', [ws])).rows[0]!.n === 0, 'all slots are given back')
  await clean()
})

test('a paused function accepts and holds; resumed, everything runs once', async () => {
  const { ws, id } = await workspaceWith({ concurrency: { limit: 5 } }, [call, transform('after', { n: '{{ event.data.n }}' }, ['call'])])
  await send(ws, 200)
  await until(async () => calls.filter((each) => each.ws === ws).length > 20, 'it is under way')
  await one.engine.holds.pauseFunction(ws, { id, slug: 'work' }, actor, { reason: 'the CRM is being moved' })
  await send(ws, 100, 200)
  await until(async () => Object.keys(await states(ws)).join() === 'h', 'everything open is held')
  const done = calls.filter((each) => each.ws === ws).length
  await new Promise((resolve) => setTimeout(resolve, 300))
  expect(calls.filter((each) => each.ws === ws).length).toBe(done)
  await two.engine.holds.resumeFunction(ws, { id, slug: 'work' }, actor)
  await idle(ws)
  expect(await statuses(ws)).toEqual(['1:300'])
  expect(calls.filter((each) => each.ws === ws).map((each) => each.n).sort((a, b) => a - b)).toEqual(Array.from({ length: 300 }, (_, n) => n))
  const { rows } = await one.engine.pool.query<{ action: string; actor: string }>('select action, actor from audit_entry where workspace_id = $1 order by at', [ws])
  expect(rows).toEqual([{ action: 'function.paused', actor: 'Ada' }, { action: 'function.resumed', actor: 'Ada' }])
  await clean()
})

test('pausing may cancel what has begun', async () => {
  const { ws, id } = await workspaceWith({ concurrency: { limit: 2 } })
  answer = () => ({ status: 200, ms: 2000 })
  await send(ws, 10)
  await until(async () => ((await states(ws))['r'] ?? 0) >= 2 && calls.filter((each) => each.ws === ws).length === 2, 'two execute')
  const begun = calls.filter((each) => each.ws === ws).map((each) => each.n)
  await one.engine.holds.pauseFunction(ws, { id, slug: 'work' }, actor, { cancelRunning: true })
  await until(async () => (await statuses(ws)).includes('3:2'), 'they are cancelled')
  answer = () => ({ status: 200, ms: 5 })
  await one.engine.holds.resumeFunction(ws, { id, slug: 'work' }, actor)
  await idle(ws)
  // Whatever had not begun was held, not cancelled.
  expect(await statuses(ws)).toEqual(['1:8', '3:2'])
  expect(calls.filter((each) => each.ws === ws).slice(2).every((each) => !begun.includes(each.n))).toBe(true)
  await clean()
})

test('1,000 runs, paused and resumed at random times from either process: each step happens once', async () => {
  const { ws, id } = await workspaceWith({}, [call, transform('after', { n: '{{ event.data.n }}' }, ['call'])])
  for (let n = 0; n < 10; n++) {
    await send(ws, 100, n * 100)
    await (n % 2 === 0 ? one : two).engine.holds.pauseFunction(ws, { id, slug: 'work' }, actor)
    await new Promise((resolve) => setTimeout(resolve, Math.random() * 40))
    await (n % 3 === 0 ? one : two).engine.holds.resumeFunction(ws, { id, slug: 'work' }, actor)
    await new Promise((resolve) => setTimeout(resolve, Math.random() * 40))
  }
  await idle(ws)
  expect(await statuses(ws)).toEqual(['1:1000'])
  expect(calls.filter((each) => each.ws === ws).map((each) => each.n).sort((a, b) => a - b)).toEqual(Array.from({ length: 1000 }, (_, n) => n))
  await clean()
})

test('a parked service: no attempt is spent, order is kept, and it comes back slowly', async () => {
  const { ws } = await workspaceWith({ retries: 0, concurrency: { limit: 1 } })
  await one.engine.holds.parkService(ws, 'crm.example', actor, { reason: 'maintenance' })
  await two.engine.holds.changed()
  await send(ws, 60)
  await until(async () => (await states(ws))['h'] === 60, 'all are held')
  expect(calls.some((each) => each.ws === ws)).toBe(false)
  const { rows: order } = await one.engine.pool.query<{ n: number }>(`select (e.data->>'n')::int as n from job j join run r on r.workspace_id = j.workspace_id and r.id = j.run_id join event e on e.workspace_id = r.workspace_id and e.id = r.event_id where j.workspace_id = $1 order by j.ord`, [ws])
  await one.engine.holds.resumeService(ws, 'crm.example', actor)
  await idle(ws)
  // Ten, then twenty, then the rest: a second apart, though both processes lift holds. The first ones may be late on a busy machine, so only the whole is timed.
  const times = calls.filter((each) => each.ws === ws).map((each) => each.at)
  expect(Math.max(...times) - Math.min(...times)).toBeGreaterThan(900)
  expect(await statuses(ws)).toEqual(['1:60'])
  expect((await one.engine.pool.query('select 1 from attempt where workspace_id = $1', [ws])).rowCount).toBe(0)
  expect(calls.filter((each) => each.ws === ws).slice(0, 10).map((each) => each.n).sort((a, b) => a - b)).toEqual(order.slice(0, 10).map((each) => each.n).sort((a, b) => a - b))
  await until(async () => (await one.engine.pool.query('select 1 from hold where workspace_id = $1', [ws])).rowCount === 0, 'the hold is gone')
  await clean()
})

test('a service that keeps failing is parked by itself and tried again', async () => {
  const { ws } = await workspaceWith({ retries: 20, backoff: { baseMs: 20, factor: 1, maxMs: 20, jitter: 0 }, concurrency: { limit: 5 } })
  await one.engine.pool.query('update workspace set auto_park = true where id = $1', [ws])
  await one.engine.holds.changed()
  await two.engine.holds.changed()
  answer = () => ({ status: 503, ms: 2 })
  await send(ws, 20)
  await until(async () => (await one.engine.pool.query(`select 1 from hold where workspace_id = $1 and auto`, [ws])).rowCount === 1, 'it is parked')
  await until(async () => !('r' in (await states(ws))), 'nothing executes')
  let tries = 0
  answer = () => ({ status: 200, ms: (tries += 1) === 1 ? 2200 : 2 })
  await one.engine.pool.query(`update hold set until = clock_timestamp() where workspace_id = $1`, [ws])
  const from = calls.length
  await idle(ws)
  // One run tries; nobody else calls while it takes its time.
  const tried = calls.slice(from).filter((each) => each.ws === ws).map((each) => each.at)
  expect(tried[1]! - tried[0]!).toBeGreaterThan(2150)
  expect(await statuses(ws)).toEqual(['1:20'])
  await until(async () => (await one.engine.pool.query('select 1 from hold where workspace_id = $1', [ws])).rowCount === 0, 'the hold is gone')
  await clean()
})

test('finish timeout: a run that takes too long is cancelled, one that has started loses its start timeout', async () => {
  const { ws } = await workspaceWith({ flow: { timeouts: { startMs: 400, finishMs: 600 } } }, [call, step('rest', 'sleep', { mode: 'for', duration: '1h' }, ['call'])])
  await send(ws, 2)
  await until(async () => (await statuses(ws))[0] === '3:2', 'both are given up')
  const { rows } = await one.engine.pool.query<{ error: { message: string } }>('select error from run where workspace_id = $1', [ws])
  expect(rows[0]!.error.message).toContain('took longer')
})

test('finish timeout: a retried run has its whole time anew, and no more than that', async () => {
  const { ws } = await workspaceWith({ flow: { timeouts: { finishMs: 3000 } } }, [call, step('rest', 'sleep', { mode: 'for', duration: '1h' }, ['call'])])
  answer = () => ({ status: 400, ms: 5 })
  await send(ws, 2)
  await until(async () => (await statuses(ws))[0] === '2:2', 'both fail')
  // As if that had been yesterday.
  await one.engine.pool.query(`update run set started_at = started_at - interval '1 day', ended_at = ended_at - interval '1 day' where workspace_id = $1`, [ws])
  answer = () => ({ status: 200, ms: 5 })
  for (const { id } of (await one.engine.pool.query<{ id: string }>('select id::text from run where workspace_id = $1', [ws])).rows) await one.engine.retryRun(ws, id, { from: 'failed' })
  await until(async () => (await statuses(ws))[0] === '3:2', 'both are given up')
  expect((await one.engine.pool.query<{ error: { message: string } }>('select error from run where workspace_id = $1', [ws])).rows[0]!.error.message).toContain('took longer')
})

test('finish timeout: whoever takes a run up after its worker has died leaves its time as it is', async () => {
  for (const timeouts of [{ finishMs: 3_600_000 }, { startMs: 600_000, finishMs: 3_600_000 }]) {
    const { ws } = await workspaceWith({ flow: { timeouts } })
    answer = () => ({ status: 200, ms: 1500 })
    await send(ws, 2)
    const called = async (times: number) => until(async () => calls.filter((each) => each.ws === ws).length === times, `${times} calls`)
    const times = async () => (await one.engine.pool.query<{ deadline: string; started: string | null }>('select j.deadline::text as deadline, r.started_at::text as started from job j join run r on r.workspace_id = j.workspace_id and r.id = j.run_id where j.workspace_id = $1 order by j.run_id', [ws])).rows
    await called(2)
    const before = await times()
    expect(before.map(({ started }) => started)).not.toContain(null)
    await one.engine.pool.query('update worker set lease_until = clock_timestamp()')
    await called(4)
    expect(await times()).toEqual(before)
    await idle(ws)
    expect(await statuses(ws)).toEqual(['1:2'])
  }
  await clean()
})

test('a parked service holds the steps that call it; the other branches go on, also when what they wait for comes', async () => {
  const other = (id: string, n: number, after: string[]) => step(id, 'http', { method: 'GET', url: `https://other.example/?n=${n}` }, after)
  const { ws } = await workspaceWith({}, [
    call, other('first', 101, []), other('second', 102, ['first']), step('go', 'signal', { signal: 'go-{{ event.data.n }}', timeout: '1h' }, ['second']), other('third', 103, ['go']), transform('end', { n: '1' }, ['call', 'third']),
  ])
  await one.engine.holds.parkService(ws, 'crm.example', actor)
  await two.engine.holds.changed()
  await send(ws, 2)
  const called = (n: number) => calls.filter((each) => each.ws === ws && each.n === n).length
  await until(async () => called(102) === 2 && (await states(ws))['h'] === 2, 'the other branch goes on until it waits')
  for (const n of [0, 1]) expect(await one.engine.signal(ws, `go-${n}`, {})).not.toBeNull()
  await until(async () => called(103) === 2 && (await states(ws))['h'] === 2, 'it goes on')
  expect([called(0), called(1), called(101), called(102)]).toEqual([0, 0, 2, 2])
  await one.engine.holds.resumeService(ws, 'crm.example', actor)
  await idle(ws)
  expect(await statuses(ws)).toEqual(['1:2'])
  expect([called(0), called(1), called(101), called(102), called(103)]).toEqual([1, 1, 2, 2, 2])
  expect((await one.engine.pool.query('select 1 from attempt where workspace_id = $1', [ws])).rowCount).toBe(0)
  await until(async () => (await one.engine.pool.query('select 1 from hold where workspace_id = $1', [ws])).rowCount === 0, 'the hold is gone')
  await clean()
})

test('random pauses, parkings and cancels while runs flow: everything ends, nothing is left behind', async () => {
  const { ws, id } = await workspaceWith({ concurrency: { limit: 10 }, concurrency2: { limit: 4, key: 'event.data.team' } })
  await send(ws, 400)
  for (let n = 0; n < 12; n++) {
    const engine = n % 2 === 0 ? one.engine : two.engine
    await engine.holds.pauseFunction(ws, { id, slug: 'work' }, actor)
    await new Promise((resolve) => setTimeout(resolve, Math.random() * 30))
    if (n % 3 === 0) await engine.holds.parkService(ws, 'crm.example', actor)
    await (n % 2 === 0 ? two : one).engine.holds.resumeFunction(ws, { id, slug: 'work' }, actor)
    if (n % 3 === 0) await engine.holds.resumeService(ws, 'crm.example', actor)
    const { rows } = await one.engine.pool.query<{ run: string }>(`select run_id::text as run from job where workspace_id = $1 order by random() limit 2`, [ws])
    for (const { run } of rows) await engine.cancelRun(ws, run)
    await new Promise((resolve) => setTimeout(resolve, Math.random() * 30))
  }
  await idle(ws)
  const { rows } = await one.engine.pool.query<{ n: number }>('select count(*)::int n from run where workspace_id = $1 and status in (1, 3)', [ws])
  expect(rows[0]!.n).toBe(400)
  for (const team of ['t0', 't1', 't2']) expect(highest.get(`${ws} team=${team}`)).toBeLessThanOrEqual(4)
  await until(async () => (await one.engine.pool.query<{ n: number }>('select coalesce(sum(granted), 0)::int n from lane where workspace_id = $1', [ws])).rows[0]!.n === 0, 'all slots are given back')
  await clean()
})
