/** The public API, call by call, over HTTP with a real engine; answers are held against their published schemas. */
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { z } from 'zod'
import { seedExamples } from '#examples/seed.ts'
import { newUuid } from '#base/ids.ts'
import { handlePlayground } from '#playground/handle.ts'
import { handleApi } from '#server/api/handle-api.ts'
import { apiRoutes } from '#server/api/routes.ts'
import { apiError } from '#server/api/schemas.ts'
import { db } from '#server/db.ts'
import { fanwise } from '#server/audit/record.ts'
import { createKey } from '#server/keys/keys.ts'
import { endedRuns, type TestEngine } from '#tests/support/engine.ts'
import { startTestServer } from '#tests/support/server.ts'

let t: TestEngine
let server: Server
let url: string
let apiKey: string
let eventKey: string
let ws: string

beforeAll(async () => {
  t = await startTestServer({
    services: {
      async request(workspaceId, request, { idempotencyKey }) {
        const { hostname, pathname, search } = new URL(request.url.replace('playground:', 'http:'))
        return handlePlayground(t.engine.pool, workspaceId, hostname, { ...request, path: pathname + search, idempotencyKey })
      },
    },
  })
  ws = newUuid()
  const user = newUuid()
  await db().workspace.create({ data: { id: ws, slug: 'north', name: 'North' } })
  await db().user.create({ data: { id: user, email: 'mara@north.io' } })
  apiKey = (await createKey(ws, 'api', 'Test', fanwise)).text
  eventKey = (await createKey(ws, 'event', 'Test', fanwise)).text
  await seedExamples(ws, user)
  server = createServer((request, response) => void handleApi(request, response))
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
})
afterAll(async () => {
  server.closeAllConnections()
  await new Promise((resolve) => server.close(resolve))
  await t.stop()
})

/** Any JSON answer; its shape is proven by the published schema. */
type Loose = ReturnType<typeof JSON.parse>

interface Answer {
  status: number
  body: Loose
  headers: Headers
}

async function call(method: string, path: string, body?: unknown, key: string | null = apiKey): Promise<Answer> {
  const response = await fetch(`${url}/api/v1${path}`, {
    method,
    headers: { ...(key === null ? {} : { Authorization: `Bearer ${key}` }), ...(body === undefined ? {} : { 'Content-Type': 'application/json' }) },
    ...(body === undefined ? {} : { body: typeof body === 'string' ? body : JSON.stringify(body) }),
  })
  const answer = { status: response.status, body: (await response.json()) as unknown, headers: response.headers }
  check(method, path.split('?')[0]!, answer)
  return answer
}

/** Every answer has the shape that the description promises, with nothing missing. */
function check(method: string, path: string, answer: Answer): void {
  if (answer.status >= 400) return void apiError.parse(answer.body)
  const route = apiRoutes.find((one) => one.method === method && new RegExp(`^${one.path.replace(/:[a-z]+/g, '[^/]+')}$`).test(path))
  const schema: z.ZodType | undefined = route?.answers[answer.status]?.schema
  expect(schema === undefined ? `${method} ${path} ${answer.status} is not described` : schema.safeParse(answer.body).error).toBeUndefined()
}

const send = async (name: string, data: unknown, runs: number) => {
  const ended = endedRuns(t.engine, ws, runs)
  const { body } = await call('POST', '/events', { name, data })
  await ended
  return (body as { ids: string[] }).ids[0]!
}
const signup = { userId: 'usr_1', email: 'ada@north.io', name: 'Ada', plan: 'free', signedUpAt: '2026-11-25T09:00:00Z' }

describe('access', () => {
  test('no key, an unknown key and an event key are refused, each with its reason', async () => {
    expect(await call('GET', '/runs', undefined, null)).toMatchObject({ status: 401, body: { error: { code: 'unauthorized' } } })
    expect((await call('GET', '/runs', undefined, null)).headers.get('www-authenticate')).toBe('Bearer')
    expect(await call('GET', '/runs', undefined, 'fw_api_live_nope')).toMatchObject({ status: 401 })
    expect(await call('GET', '/runs', undefined, eventKey)).toMatchObject({ status: 403, body: { error: { code: 'forbidden', message: expect.stringContaining('event key') as string } } })
  })
  test('unknown paths, wrong methods and bad bodies say so', async () => {
    expect(await call('GET', '/nothing')).toMatchObject({ status: 404 })
    const wrong = await call('PUT', '/workflows')
    expect([wrong.status, wrong.headers.get('allow')]).toEqual([405, 'GET, POST'])
    expect(await call('POST', '/workflows', '{"name":')).toMatchObject({ status: 400, body: { error: { code: 'bad_request' } } })
    expect(await call('POST', '/workflows', { graph: {} })).toMatchObject({ status: 400, body: { error: { field: 'name' } } })
    expect(await call('GET', '/runs?limit=0')).toMatchObject({ status: 400, body: { error: { field: 'limit' } } })
    expect(await call('GET', '/runs?cursor=zzz')).toMatchObject({ status: 400, body: { error: { field: 'cursor' } } })
  })
})

test('workflows are listed, exported, imported over themselves and published again without new versions', async () => {
  const list = await call('GET', '/workflows')
  expect((list.body as { data: { slug: string }[] }).data.map((one) => one.slug).sort()).toEqual(['order-cascade', 'parallel-or-fan-out', 'signup-pipeline', 'weekly-digest'])
  const { body: exported } = await call('GET', '/workflows/signup-pipeline')
  const again = await call('POST', '/workflows', { ...(exported as object), publish: true })
  expect(again).toMatchObject({ status: 200, body: { created: false, diagnostics: [] } })
  expect(again.body.published.functions.every((one: { changed: boolean }) => !one.changed)).toBe(true)
  exported.graph.nodes['f_add-to-crm'].retries = 9
  expect(await call('POST', '/workflows', exported)).toMatchObject({ status: 200, body: { published: null } })
  expect((await call('POST', '/workflows/signup-pipeline/publish')).body.functions.filter((one: { changed: boolean }) => one.changed)).toEqual([{ slug: 'add-to-crm', version: 2, changed: true }])
  expect(await call('POST', '/workflows/signup-pipeline/publish', { revision: 0 })).toMatchObject({ status: 409 })
  expect(await call('GET', '/workflows/none')).toMatchObject({ status: 404 })
})

test('a graph with a mistake comes back with node and field, and nothing is created', async () => {
  const { body } = await call('GET', '/workflows/weekly-digest')
  const graph = JSON.parse(JSON.stringify(body.graph).replaceAll('weekly-digest', 'monthly').replaceAll('{{ steps.digest.subject }}', '{{ steps.digset.subject }}')) as unknown
  const refused = await call('POST', '/workflows', { name: 'Copy', slug: 'copy', graph, publish: true })
  expect(refused).toMatchObject({ status: 422, body: { error: { code: 'invalid_graph', field: expect.stringMatching(/^graph\.nodes\..+\.config\.body$/) as string } } })
  expect(refused.body.error.facts.diagnostics).toContainEqual(expect.objectContaining({ severity: 'error', field: 'config.body', code: 'step-unknown' }))
  expect((await call('GET', '/workflows/copy')).status).toBe(404)
  expect(await call('POST', '/workflows', { name: 'Copy', slug: 'copy', graph })).toMatchObject({ status: 201, body: { created: true, published: null, diagnostics: [{ code: 'step-unknown' }] } })
})

test('functions are listed with triggers, versions and limits', async () => {
  const { body } = await call('GET', '/functions')
  expect(body.data).toHaveLength(15)
  expect(body.data.find((one: { slug: string }) => one.slug === 'send-weekly-digest')).toMatchObject({ version: 1, triggers: [{ type: 'event', event: 'digest/weekly.send' }], retries: 4, concurrency: { limit: 50 }, workflow: { slug: 'weekly-digest' } })
})

test('an event starts its functions; event, runs, steps and what the services received can be read', async () => {
  const id = await send('user/account.created', signup, 5)
  const { body: event } = await call('GET', `/events/${id}`)
  expect(event).toMatchObject({ name: 'user/account.created', data: signup, source: 'api' })
  expect(event.runs.map((run: { function: string; status: string }) => `${run.function} ${run.status}`).sort()).toEqual(['add-to-crm', 'audit-log', 'create-billing-trial', 'notify-slack', 'send-welcome-email'].map((slug) => `${slug} completed`))
  const { body: page } = await call('GET', `/runs?event=${id}&limit=2`)
  expect(page.data).toHaveLength(2)
  const { body: rest } = await call('GET', `/runs?event=${id}&limit=10&cursor=${page.nextCursor}`)
  expect([rest.data.length, rest.nextCursor]).toEqual([3, null])
  const { body: trials } = await call('GET', `/runs?function=create-billing-trial&status=completed`)
  const { body: run } = await call('GET', `/runs/${trials.data[0].id}`)
  expect(run.steps.map((one: { id: string; status: string }) => [one.id, one.status])).toEqual([['create_customer', 'completed'], ['start_trial', 'completed']])
  expect(run.steps[1].output.body.customer).toBe(run.steps[0].output.body.id)
  const { body: received } = await call('GET', '/playground/crm/received')
  expect((await call('GET', '/playground/crm/received?cursor=zzz')).body.error).toMatchObject({ code: 'bad_request', field: 'cursor' })
  expect(received.data[0]).toMatchObject({ method: 'POST', path: '/contacts', answered: 201, body: { email: 'ada@north.io' } })
})

test('a service told to fail makes only its function fail; the others complete', async () => {
  expect(await call('PUT', '/playground/slack', { mode: 'fail', status: 400 })).toMatchObject({ status: 200, body: { mode: 'fail', status: 400 } })
  const id = await send('user/account.created', signup, 5)
  const { body: failed } = await call('GET', `/runs?event=${id}&status=failed`)
  expect(failed.data).toMatchObject([{ function: 'notify-slack', error: { code: 'step_refused', message: 'slack answered 400.' } }])
  expect((await call('GET', `/runs?event=${id}&status=completed`)).body.data).toHaveLength(4)
  await call('PUT', '/playground/slack', { mode: 'ok' })
  expect(await call('PUT', '/playground/nobody', { mode: 'ok' })).toMatchObject({ status: 404, body: { error: { field: 'service' } } })
  expect(await call('PUT', '/playground/slack', { mode: 'angry' })).toMatchObject({ status: 400, body: { error: { field: 'mode' } } })
})

test('the order cascade confirms once the order is processed, and four functions react', async () => {
  await send('order/placed', { orderId: 'o1', customerId: 'c1', customerEmail: 'j@x.y', items: [{ sku: 'A' }], totalCents: 12_000, currency: 'EUR' }, 5)
  const { body } = await call('GET', '/runs?event=order/confirmed')
  expect(body.data.map((run: { function: string; status: string }) => `${run.function} ${run.status}`).sort()).toEqual(['notify-warehouse', 'send-order-confirmation-email', 'send-order-sms', 'update-loyalty-points'].map((slug) => `${slug} completed`))
  const { body: event } = await call('GET', `/events/${body.data[0].event.id}`)
  expect(event).toMatchObject({ source: 'emit', data: { orderId: 'o1', customerId: 'c1', customerEmail: 'j@x.y', items: [{ sku: 'A' }], totalCents: 12_000, chargeId: expect.stringMatching(/^ch_/) as string, estimatedDelivery: expect.stringMatching(/^\d{4}-\d\d-\d\d$/) as string } })
})

test('the digest fans out to one run per user; items sets how many there are', async () => {
  await call('PUT', '/playground/users', { mode: 'ok', items: 25 })
  const ended = endedRuns(t.engine, ws, 26)
  expect(await call('POST', '/functions/weekly-digest-orchestrator/invoke', { data: {} })).toMatchObject({ status: 202, body: { runId: expect.stringMatching(/^run_/) as string } })
  expect(new Set((await ended).values())).toEqual(new Set(['completed']))
  expect((await call('GET', '/runs?function=send-weekly-digest&limit=200')).body.data).toHaveLength(25)
})

test('both ways of the same work complete', async () => {
  const id = await send('account/opened', { userId: 'u', email: 'a@b.c', name: 'Ada' }, 3)
  expect((await call('GET', `/runs?event=${id}`)).body.data.map((run: { status: string }) => run.status)).toEqual(['completed', 'completed', 'completed'])
})

test('invoke runs one function alone, and says what it cannot take', async () => {
  const ended = endedRuns(t.engine, ws, 1)
  const { body } = await call('POST', '/functions/add-to-crm/invoke', { data: signup })
  expect([...(await ended)]).toHaveLength(1)
  expect((await call('GET', `/runs/${body.runId}`)).body).toMatchObject({ function: 'add-to-crm', status: 'completed' })
  expect(await call('POST', '/functions/nobody/invoke', { data: {} })).toMatchObject({ status: 404 })
  expect(await call('POST', '/functions/add-to-crm/invoke', { email: 'x' })).toMatchObject({ status: 400, body: { error: { message: expect.stringContaining('data') as string } } })
})

test('events: an array is all or nothing, and a bad one is named', async () => {
  const { body } = await call('POST', '/events', [{ name: 'x/one' }, { name: 'x/two', data: { a: 1 } }])
  expect(body.ids).toHaveLength(2)
  expect(await call('POST', '/events', [{ name: 'x/three', id: 'once' }, { name: '' }])).toMatchObject({ status: 400, body: { error: { code: 'invalid_event', field: '[1].name' } } })
  const { rows } = await t.engine.pool.query(`select count(*)::int as n from event where name = 'x/three'`)
  expect(rows[0].n).toBe(0)
  expect(await call('GET', '/events/evt_nope')).toMatchObject({ status: 404 })
})

test('the description is OpenAPI 3.1, needs no key, and every reference in it leads somewhere', async () => {
  const { status, body } = await (async () => {
    const response = await fetch(`${url}/api/v1/openapi.json`)
    return { status: response.status, body: (await response.json()) as Loose }
  })()
  expect([status, body.openapi]).toEqual([200, '3.1.0'])
  const operations = Object.entries(body.paths as Record<string, object>).flatMap(([path, methods]) => Object.keys(methods).map((method) => `${method.toUpperCase()} ${path}`))
  expect(operations.sort()).toEqual([
    'DELETE /connections/{name}', 'DELETE /invitations/{id}', 'DELETE /members/{id}', 'DELETE /schedules/{key}', 'DELETE /secrets/{name}', 'DELETE /settings/{name}', 'DELETE /workflows/{slug}',
    'GET /audit', 'GET /connections', 'GET /events', 'GET /events/{id}', 'GET /fan-outs', 'GET /fan-outs/{id}', 'GET /fan-outs/{id}/items', 'GET /functions', 'GET /holds', 'GET /invitations', 'GET /members', 'GET /playground/{service}/received',
    'GET /runs', 'GET /runs/{id}', 'GET /runs/{id}/events', 'GET /runs/{id}/steps/{step}/console', 'GET /runs/{id}/why', 'GET /schedules', 'GET /schedules/{key}', 'GET /secrets', 'GET /services/breaker', 'GET /settings', 'GET /workflows', 'GET /workflows/{slug}', 'GET /workspace',
    'PATCH /fan-outs/{id}/limit', 'PATCH /members/{id}', 'PATCH /workspace',
    'POST /connections', 'POST /connections/{name}/test', 'POST /events', 'POST /fan-outs/{id}/cancel', 'POST /fan-outs/{id}/go', 'POST /fan-outs/{id}/pause', 'POST /fan-outs/{id}/resume',
    'POST /fan-outs/{id}/retry-failed', 'POST /functions/{slug}/invoke', 'POST /functions/{slug}/pause', 'POST /functions/{slug}/resume', 'POST /invitations', 'POST /runs/cancel', 'POST /runs/retry',
    'POST /runs/{id}/cancel', 'POST /runs/{id}/retry', 'POST /runs/{id}/steps/{step}/decision', 'POST /schedules', 'POST /services/park', 'POST /services/resume', 'POST /signals', 'POST /workflows',
    'POST /workflows/{slug}/publish',
    'PUT /connections/{name}', 'PUT /playground/{service}', 'PUT /schedules/{key}', 'PUT /secrets/{name}', 'PUT /services/breaker', 'PUT /settings/{name}',
  ])
  const cancel = body.paths['/runs/cancel'].post.requestBody
  expect(cancel).toMatchObject({ required: true, content: { 'application/json': { schema: { type: 'object', additionalProperties: false, properties: { since: { type: 'string', format: 'date-time' }, limit: { maximum: 1000 } } } } } })
  expect(body.components.schemas.Step).toMatchObject({ properties: { handled: { type: 'boolean' }, each: { anyOf: expect.arrayContaining([{ type: 'null' }]) as unknown } } })
  for (const [path, methods] of Object.entries(body.paths as Record<string, Record<string, Loose>>)) {
    for (const operation of Object.values(methods)) expect([path, (operation.parameters ?? []).filter((one: Loose) => one.in === 'path').map((one: Loose) => `{${one.name}}`)]).toEqual([path, path.match(/\{\w+\}/g) ?? []])
  }
  const references = [...JSON.stringify(body).matchAll(/"\$ref":"([^"]+)"/g)].map((match) => match[1]!)
  expect(references.length).toBeGreaterThan(20)
  for (const reference of references) {
    const target = reference.split('/').slice(1).reduce((value: Loose, key) => value?.[key], body)
    expect([reference, typeof target]).toEqual([reference, 'object'])
  }
})
