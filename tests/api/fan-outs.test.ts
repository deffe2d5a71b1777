/** Fan-outs over the public API and the calls of the pages; answers are held against their published schemas. */
import { afterAll, beforeAll, expect, test, vi } from 'vitest'
import { apiRoutes } from '#server/api/routes.ts'
import { newUuid, publicId } from '#base/ids.ts'
import { fanOutId } from '#engine/derived-ids.ts'
import { fanwise } from '#server/audit/record.ts'
import { createKey } from '#server/keys/keys.ts'
import { db } from '#server/db.ts'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { handleApi } from '#server/api/handle-api.ts'
import { appRouter } from '#server/router.ts'
import { createCaller } from '#server/trpc.ts'
import { addMember } from '#tests/support/drawing.ts'
import type { TestEngine } from '#tests/support/engine.ts'
import { fn, publish, step, transform } from '#tests/support/factories.ts'
import { startTestServer } from '#tests/support/server.ts'
import { until } from '#tests/support/until.ts'

let t: TestEngine
let server: Server
let url: string
let key: string
let ws: string
let user: string
let fail = false

beforeAll(async () => {
  t = await startTestServer({ services: { request: async () => ({ status: fail ? 400 : 200, headers: {}, body: '{}' }) } })
  ws = newUuid()
  user = newUuid()
  await db().workspace.create({ data: { id: ws, slug: 'north', name: 'North' } })
  await addMember(ws, user, 'editor')
  key = (await createKey(ws, 'api', 'Test', fanwise)).text
  server = createServer((request, response) => void handleApi(request, response))
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/api/v1`
})
afterAll(async () => {
  server.closeAllConnections()
  await new Promise((resolve) => server.close(resolve))
  await t.stop()
})

type Loose = ReturnType<typeof JSON.parse>

/** Every answer has the shape its description promises. */
async function call(method: string, path: string, body?: unknown): Promise<{ status: number; body: Loose }> {
  const response = await fetch(url + path, { method, headers: { Authorization: `Bearer ${key}`, ...(body === undefined ? {} : { 'Content-Type': 'application/json' }) }, ...(body === undefined ? {} : { body: JSON.stringify(body) }) })
  const answer = { status: response.status, body: (await response.json()) as Loose }
  const parts = path.split('?')[0]!.split('/')
  const route = apiRoutes.find((one) => one.method === method && one.path.split('/').length === parts.length && one.path.split('/').every((part, index) => part.startsWith(':') || part === parts[index]))!
  const schema = route.answers[answer.status]?.schema
  if (schema !== undefined) expect(schema.safeParse(answer.body).error).toBe(undefined)
  return answer
}

async function start(count: number, config: Record<string, number> = {}): Promise<string> {
  await publish(t.engine.pool, ws, [
    fn('all', 'list/given', [step('each', 'emit-each', { items: '{{ event.data.items }}', event: 'item/sent', data: '{ "n": {{ item }} }', ...config })]),
    fn('item', 'item/sent', [transform('note', { n: '{{ event.data.n }}' }), step('call', 'http', { method: 'GET', url: 'https://x.example' }, ['note'])], { concurrency: { limit: 10 } }),
  ])
  t.engine.routesChanged(ws)
  const [event] = await t.engine.ingest(ws, [{ name: 'list/given', data: { items: Array.from({ length: count }, (_, n) => n) } }], { source: 'api' })
  const { rows } = await t.engine.pool.query<{ id: string }>('select id::text as id from run where workspace_id = $1 and event_id = $2', [ws, event!.id])
  return publicId('fan', fanOutId(rows[0]!.id, 'each'))
}

const state = (id: string, wanted: string) => until(async () => {
  const { status, body } = await call('GET', `/fan-outs/${id}`)
  return status === 200 && body.state === wanted ? body : null
}, `the fan-out is ${wanted}`)

test('from first items over a failure to the end, by API key', async () => {
  fail = true
  const id = await start(60, { canary: 2 })
  const waiting = await until(async () => {
    const { body } = await call('GET', `/fan-outs/${id}`)
    return body.reason !== null && body.reason !== undefined ? body : null
  }, 'it says why it waits')
  expect(waiting).toMatchObject({ state: 'canary', total: 60, sent: 2, failed: 2, function: 'all', reason: 'Of 2 runs of the first 2 items, 2 failed.' })
  const why = await until(async () => {
    const { body } = await call('GET', `/runs/${waiting.runId}/why`)
    return body.kind === 'canary' ? body : null
  }, 'the emitting run rests')
  expect(why).toMatchObject({ sentence: 'Of 2 runs of the first 2 items, 2 failed. The other 58 items wait until somebody decides.', until: null, facts: { step: 'each', sent: 2, items: 60 } })
  expect((await call('GET', `/runs/${waiting.runId}`)).body.steps[0]).toMatchObject({ id: 'each', status: 'waiting', fanOut: id })
  expect((await call('GET', `/fan-outs/${id}/items?offset=1&limit=2`)).body.data.map((item: Loose) => [item.index, item.status])).toEqual([[1, 'failed'], [2, 'not sent']])
  fail = false
  expect((await call('POST', `/fan-outs/${id}/retry-failed`)).body).toEqual({ retried: 2 })
  const end = await state(id, 'settled')
  expect(end).toMatchObject({ done: 60, failed: 0, running: 0, waiting: 0, functions: [{ slug: 'item', limit: 10, drawnLimit: null, canChange: true }] })
  expect(end.audit.map((line: Loose) => [line.actor, line.action])).toEqual([['Fanwise', 'go'], ['the API key Test', 'retry-failed']])
  expect((await call('GET', '/fan-outs')).body.data[0]).toMatchObject({ id, state: 'settled' })
  expect((await call('GET', `/fan-outs/${id}/items?status=completed&outputs=true&limit=1`)).body).toMatchObject({ data: [{ index: 0, function: 'item', output: { status: 200 } }], next: 1 })
})

test('the list asks once for all of its page, and knows each as its own page does', async () => {
  fail = false
  const ids = [await start(3), await start(1), await start(2)]
  for (const id of ids) await state(id, 'settled')
  const asked = vi.spyOn(t.engine.pool, 'query')
  const { data } = (await call('GET', '/fan-outs?limit=3')).body
  expect(asked.mock.calls.filter(([statement]) => (statement as { name?: string }).name === 'fan-out-find')).toHaveLength(1)
  asked.mockRestore()
  expect(data.map((one: Loose) => [one.id, one.total, one.done, one.running + one.waiting])).toEqual([[ids[2], 2, 2, 0], [ids[1], 1, 1, 0], [ids[0], 3, 3, 0]])
})

test('what failed and what is open is found by itself, not by looking at every item', async () => {
  fail = false
  const id = await start(2500)
  await state(id, 'settled')
  // One that failed among many: as the last of them would stand there.
  fail = true
  const few = await start(3)
  await until(async () => ((await call('GET', `/fan-outs/${few}`)).body.failed === 3 ? true : null), 'all three have failed')
  fail = false
  const asked = vi.spyOn(t.engine.pool, 'query')
  const blocks = () => asked.mock.calls.filter(([statement]) => (statement as { name?: string }).name === 'fan-out-runs').length
  for (const status of ['failed', 'queued']) expect((await call('GET', `/fan-outs/${id}/items?status=${status}`)).body).toEqual({ data: [], next: null })
  expect(blocks()).toBe(0)
  const first = (await call('GET', `/fan-outs/${few}/items?status=failed&limit=2`)).body
  const second = (await call('GET', `/fan-outs/${few}/items?status=failed&limit=2&offset=${first.next}`)).body
  expect([first.data.map((one: Loose) => one.index), first.next, second.data.map((one: Loose) => one.index), second.next]).toEqual([[0, 1], 2, [2], null])
  expect(blocks()).toBe(2)
  asked.mockRestore()
})

test('a step in the wrong state, or one nobody knows, is refused with what to do', async () => {
  const id = await start(3)
  await state(id, 'settled')
  const refused = await call('POST', `/fan-outs/${id}/pause`, {})
  expect(refused).toMatchObject({ status: 409, body: { error: { code: 'conflict', message: 'This fan-out has settled, so it cannot be paused.' } } })
  expect((await call('GET', `/fan-outs/${publicId('fan', newUuid())}`)).status).toBe(404)
  expect((await call('GET', '/fan-outs/nonsense')).status).toBe(404)
  expect((await call('PATCH', `/fan-outs/${id}/limit`, { limit: 0 })).status).toBe(400)
})

test('pause, limit, resume and cancel from the pages, in the name of the person', async () => {
  const caller = createCaller(appRouter)({ user: async () => ({ id: user, email: 'e@north.example', name: 'Ada' }) as never })
  const id = await start(2000)
  await until(async () => (await call('GET', `/fan-outs/${id}`)).status === 200, 'it has begun')
  const target = { workspace: 'north', id }
  await caller.fanOuts.pause({ ...target, reason: 'Wait for the bank.' })
  expect(await caller.fanOuts.get(target)).toMatchObject({ state: 'paused', reason: 'Wait for the bank.' })
  expect(await caller.fanOuts.setLimit({ ...target, limit: 3 })).toEqual({ function: 'item', limit: 3 })
  expect((await caller.fanOuts.get(target)).functions).toEqual([expect.objectContaining({ limit: 3, drawnLimit: 10 })])
  await caller.fanOuts.resume(target)
  await caller.fanOuts.cancel(target)
  const end = await state(id, 'settled')
  expect(end.done + end.cancelled).toBe(end.runs)
  expect(end.audit.map((line: Loose) => [line.actor, line.action])).toEqual([['Ada', 'cancel'], ['Ada', 'resume'], ['Ada', 'limit'], ['Ada', 'pause']])
})
