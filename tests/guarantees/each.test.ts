/** A step that runs once for each item of a list: order, bounds, failures, called functions, and workers that die in the middle. */
import { afterAll, beforeAll, expect, test } from 'vitest'
import { createTestDatabase, type TestDatabase } from '#tests/support/database.ts'
import { createWorkspace, fn, publish, step, transform } from '#tests/support/factories.ts'
import { startTestEngine, type TestEngine } from '#tests/support/engine.ts'
import { startReceiver } from '#tests/support/receiver.ts'
import { until } from '#tests/support/until.ts'
import { startWorkerProcess } from '#tests/support/worker-process.ts'

let database: TestDatabase
let t: TestEngine
let other: TestEngine
let atOnce = 0
let most = 0
const tries = new Map<string, number>()

beforeAll(async () => {
  database = await createTestDatabase()
  const services = {
    request: async (_ws: string, request: { url: string }) => {
      atOnce += 1
      most = Math.max(most, atOnce)
      await new Promise((resolve) => setImmediate(resolve))
      atOnce -= 1
      const n = (tries.get(request.url) ?? 0) + 1
      tries.set(request.url, n)
      if (request.url.includes('/flaky') && n === 1) return { status: 503, headers: {}, body: '' }
      if (request.url.includes('/no')) return { status: 404, headers: {}, body: '' }
      return { status: 200, headers: {}, body: JSON.stringify({ url: request.url }) }
    },
  }
  t = await startTestEngine({ database, services })
  other = await startTestEngine({ database, services })
})
afterAll(async () => {
  await t.stop()
  await other.stop()
  await database.drop()
})

const each = (extra = {}) => ({ each: { items: '{{ event.data.items }}', concurrency: 3, ...extra } })
const ended = (ws: string, count = 1) => until(async () => {
  const { rows } = await t.engine.pool.query<{ status: number }>('select status from run where workspace_id = $1', [ws])
  return rows.length >= count && rows.every((row) => row.status !== 0) ? rows.map((row) => row.status) : null
}, 'the runs end')
const stepOf = async (ws: string, id: string) => (await t.engine.pool.query('select * from step where workspace_id = $1 and step = $2', [ws, id])).rows[0]
const send = (ws: string, name: string, data: object) => t.engine.ingest(ws, [{ name, data: data as never }], { source: 'api' })
const http = (id: string, url: string, extra: object) => step(id, 'http', { method: 'GET', url }, [], extra)

test('outputs come in the order of the items, at most so many at once, with item and index in scope', async () => {
  const ws = await createWorkspace(t.engine.pool)
  most = 0
  await publish(t.engine.pool, ws, [fn('all', 'all/go', [http('call', 'https://x.example/{{ item.id }}/{{ index }}', each()), transform('end', { n: '{{ steps.call.length }}', last: '{{ steps.call[7].body.url }}' }, ['call'])])])
  await send(ws, 'all/go', { items: Array.from({ length: 8 }, (_, i) => ({ id: `c${i}` })) })
  expect(await ended(ws)).toEqual([1])
  expect((await stepOf(ws, 'call')).output.map((one: { body: { url: string } }) => one.body.url)).toEqual(Array.from({ length: 8 }, (_, i) => `https://x.example/c${i}/${i}`))
  expect((await stepOf(ws, 'end')).output).toEqual({ n: 8, last: 'https://x.example/c7/7' })
  expect(most).toBe(3)
  expect((await stepOf(ws, 'call#5')).input).toMatchObject({ index: 5, of: 8, input: { method: 'GET' } })
})

test('transform and code see the item; an empty list gives an empty list', async () => {
  const ws = await createWorkspace(t.engine.pool)
  await publish(t.engine.pool, ws, [fn('kinds', 'kinds/go', [
    step('map', 'transform', { fields: [{ name: 'v', value: '{{ item * 2 + index }}' }] }, [], each()),
    step('js', 'code', { code: 'return { v: item.v + index }' }, ['map'], { each: { items: '{{ steps.map.filter((one) => one.v > 2) }}', concurrency: 2 } }),
    step('none', 'code', { code: 'return 1' }, ['js'], { each: { items: '{{ [] }}', concurrency: 2 } }),
  ])])
  await send(ws, 'kinds/go', { items: [1, 2, 3] })
  expect(await ended(ws)).toEqual([1])
  expect((await stepOf(ws, 'map')).output).toEqual([{ v: 2 }, { v: 5 }, { v: 8 }])
  expect((await stepOf(ws, 'js')).output).toEqual([{ v: 5 }, { v: 9 }])
  expect((await stepOf(ws, 'none')).output).toEqual([])
})

test('each item has retries of its own; a failed one fails the step, and a retry runs only that one', async () => {
  const ws = await createWorkspace(t.engine.pool)
  await publish(t.engine.pool, ws, [fn('some', 'some/go', [http('call', 'https://x.example/{{ item }}', { ...each(), retries: 1 })], { backoff: { baseMs: 1, factor: 1, maxMs: 1, jitter: 0 } })])
  await send(ws, 'some/go', { items: ['a', 'flaky1', 'no1', 'b', 'c', 'd', 'e', 'f'] })
  expect(await ended(ws)).toEqual([2])
  const failed = await stepOf(ws, 'call')
  expect(failed).toMatchObject({ status: 2, port: null, error: { code: 'step_refused', message: 'Item 3 of 8: x.example answered 404.' } })
  expect(await stepOf(ws, 'call#7')).toBeUndefined()
  const run = (await t.engine.pool.query('select id::text from run where workspace_id = $1', [ws])).rows[0].id as string
  const before = tries.get('https://x.example/a')
  await t.engine.retryRun(ws, run, { from: 'failed' })
  expect(await ended(ws)).toEqual([2])
  expect(tries.get('https://x.example/a')).toBe(before)
  expect(tries.get('https://x.example/no1')).toBe(2)
})

test('the item that fails last fails the step as any other does: it is recorded, and the step goes its own way', async () => {
  const ws = await createWorkspace(t.engine.pool)
  await publish(t.engine.pool, ws, [
    fn('last', 'last/go', [http('call', 'https://x.example/{{ item }}', each({ concurrency: 1 }))]),
    fn('handled', 'last/go', [http('ask', 'https://x.example/{{ item }}', { ...each(), onError: 'branch' }), transform('mend', { code: '{{ steps.ask.error.code }}' }, [{ step: 'ask', port: 'error' }])]),
  ])
  await send(ws, 'last/go', { items: ['a', 'no'] })
  expect((await ended(ws, 2)).sort()).toEqual([1, 2])
  expect(await stepOf(ws, 'call')).toMatchObject({ status: 2, port: null, error: { code: 'step_refused', message: 'Item 2 of 2: x.example answered 404.' } })
  expect(await stepOf(ws, 'call#1')).toMatchObject({ status: 2, error: { code: 'step_refused' } })
  expect((await stepOf(ws, 'mend')).output).toEqual({ code: 'step_refused' })
})

test('a failed item may be a value of the list', async () => {
  const ws = await createWorkspace(t.engine.pool)
  await publish(t.engine.pool, ws, [fn('soft', 'soft/go', [http('call', 'https://x.example/{{ item }}', each({ onError: 'continue' })), transform('end', { bad: '{{ steps.call[1].error.code }}' }, ['call'])])])
  await send(ws, 'soft/go', { items: ['a', 'no2', 'b', 'c'] })
  expect(await ended(ws)).toEqual([1])
  expect((await stepOf(ws, 'end')).output).toEqual({ bad: 'step_refused' })
  expect((await stepOf(ws, 'call')).output).toHaveLength(4)
})

test('a called function per item, at most so many waiting at once', async () => {
  const ws = await createWorkspace(t.engine.pool)
  await publish(t.engine.pool, ws, [
    fn('caller', 'call/go', [step('ask', 'invoke', { function: 'callee', data: '{ "n": {{ item }} }', timeout: '1m' }, [], each({ concurrency: 2, onError: 'continue' }))]),
    fn('callee', null, [step('calc', 'code', { code: 'if (event.data.n === 3) throw new Error("three"); return { square: event.data.n ** 2 }' })]),
  ])
  await send(ws, 'call/go', { items: [1, 2, 3, 4, 5] })
  await ended(ws, 6)
  expect((await stepOf(ws, 'ask')).output).toEqual([{ square: 1 }, { square: 4 }, { error: expect.objectContaining({ code: 'step_refused' }) }, { square: 16 }, { square: 25 }])
})

test('too many items, or no list at all, is said clearly', async () => {
  const ws = await createWorkspace(t.engine.pool)
  await publish(t.engine.pool, ws, [fn('many', 'many/go', [http('call', 'https://x.example/', each())])])
  await send(ws, 'many/go', { items: Array.from({ length: 1001 }, (_, i) => i) })
  expect(await ended(ws)).toEqual([2])
  expect((await stepOf(ws, 'call')).error).toMatchObject({ code: 'step_limit', message: 'The list has 1,001 items; a step goes through 1,000 at most.' })
  await send(ws, 'many/go', { items: 'text' })
  await ended(ws, 2)
  const { rows } = await t.engine.pool.query(`select error from step where workspace_id = $1 and error->>'code' = 'step_input'`, [ws])
  expect(rows[0].error.message).toBe('The items must be a list, but this is a string.')
  expect(Object.values(await t.engine.checkInvariants()).every((count) => count === 0)).toBe(true)
})

test('a worker dies in the middle: finished items never run again, none is left out', async () => {
  const own = await createTestDatabase()
  let count = 0
  let killed: (() => void) | undefined
  const half = new Promise<void>((resolve) => { killed = resolve })
  const receiver = await startReceiver(async (_request, response) => {
    count += 1
    if (count === 20) killed!()
    await new Promise((resolve) => setTimeout(resolve, 5))
    response.end('{}')
  })
  const web = await startTestEngine({ database: own, role: 'web' })
  const ws = await createWorkspace(web.engine.pool)
  await publish(web.engine.pool, ws, [fn('long', 'long/go', [http('call', `${receiver.url}/{{ item }}`, each({ concurrency: 4 }))])])
  const env = { FANWISE_EGRESS_ALLOW: `127.0.0.1:${receiver.port}` }
  const first = await startWorkerProcess(own.url, env)
  await web.engine.ingest(ws, [{ name: 'long/go', data: { items: Array.from({ length: 40 }, (_, i) => i) } }], { source: 'api' })
  await half
  await first.kill()
  const finished = (await web.engine.pool.query<{ step: string }>(`select step from step where workspace_id = $1`, [ws])).rows.map((row) => Number(row.step.split('#')[1]))
  expect(finished.length).toBeGreaterThan(5)
  expect(finished.length).toBeLessThan(40)
  const seen = receiver.received.length
  const second = await startWorkerProcess(own.url, env)
  await until(async () => (await web.engine.pool.query('select 1 from run where status = 1')).rowCount, 'the run completes')
  const again = receiver.received.slice(seen).map((one) => Number(one.path.slice(1)))
  expect(again.filter((n) => finished.includes(n))).toEqual([])
  expect(new Set([...finished, ...again])).toEqual(new Set(Array.from({ length: 40 }, (_, i) => i)))
  const rows = await web.engine.pool.query(`select output from step where workspace_id = $1 and step = 'call'`, [ws])
  expect(rows.rows[0].output).toHaveLength(40)
  await second.stop()
  await web.stop()
  await receiver.close()
  await own.drop()
})
