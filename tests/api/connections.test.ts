/** Connections, secrets and settings over both APIs: who may, what is refused and why, and that no answer ever holds a secret. */
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { newUuid } from '#base/ids.ts'
import { allowedIn } from '#graph/price.ts'
import { findRoute } from '#server/api/routes.ts'
import { apiError } from '#server/api/schemas.ts'
import { setConnections } from '#server/connections/context.ts'
import { db } from '#server/db.ts'
import { readEnv } from '#server/env.ts'
import { fanwise } from '#server/audit/record.ts'
import { createKey } from '#server/keys/keys.ts'
import { createServices, type Services } from '#server/services.ts'
import { appRouter } from '#server/router.ts'
import { createCaller } from '#server/trpc.ts'
import { startTestDoor, type TestDoor } from '#tests/support/door.ts'
import { drawFunctions } from '#tests/support/drawing.ts'
import { until } from '#tests/support/until.ts'

type Loose = ReturnType<typeof JSON.parse>
const people = { owner: newUuid(), editor: newUuid(), viewer: newUuid() }
const callers = createCaller(appRouter)
const as = (who: keyof typeof people) => callers({ user: async () => ({ id: people[who], email: `${who}@north.io`, name: who }) as never })
const at = { workspace: 'north' }
let t: TestDoor
let services: Services
let service: Server
let url: string
let key: string
const answers: string[] = []
const secrets = ['crm-token-a1b2c3d4', 'stripe-key-99887766', 'another-token-5544']

beforeAll(async () => {
  process.env.NEXTAUTH_SECRET = 'test'
  service = createServer((request, response) => response.writeHead(request.url === '/secret' ? 403 : 200).end(JSON.stringify({ you: request.headers.authorization })))
  await new Promise<void>((resolve) => service.listen(0, '127.0.0.1', resolve))
  const host = `127.0.0.1:${(service.address() as AddressInfo).port}`
  url = `http://${host}`
  services = createServices(readEnv({ NODE_ENV: 'test', FANWISE_EGRESS_ALLOW: host }), 'http://localhost:3000')
  t = await startTestDoor({ services: services.engine })
  services.attach(t.engine)
  setConnections(services.connections)
  const ws = newUuid()
  await db().workspace.create({ data: { id: ws, slug: 'north', name: 'North' } })
  for (const [name, id] of Object.entries(people)) {
    await db().user.create({ data: { id, email: `${name}@north.io`, name } })
    await db().membership.create({ data: { workspaceId: ws, userId: id, role: name } })
  }
  key = (await createKey(ws, 'api', 'Test', fanwise)).text
})
afterAll(async () => {
  setConnections(undefined)
  await t.stop()
  await services.close()
  service.closeAllConnections()
  await new Promise((resolve) => service.close(resolve))
})

async function rest(method: string, path: string, body?: unknown): Promise<{ status: number; body: Loose }> {
  const response = await fetch(`${t.url}/api/v1${path}`, { method, headers: { Authorization: `Bearer ${key}`, ...(body === undefined ? {} : { 'Content-Type': 'application/json' }) }, ...(body === undefined ? {} : { body: JSON.stringify(body) }) })
  const text = await response.text()
  answers.push(text)
  const answer = { status: response.status, body: JSON.parse(text) as Loose }
  if (answer.status >= 400) {
    apiError.parse(answer.body)
    return answer
  }
  const found = findRoute(method, path.split('?')[0]!)
  if ('allow' in found) throw new Error(`${method} ${path} is not in the table`)
  expect(found.route.answers[answer.status]?.schema.safeParse(answer.body).error).toBeUndefined()
  return answer
}

const graph = (config: Record<string, unknown>, slug = 'call') => drawFunctions([{ slug, event: `go/${slug}`, kind: 'http', config: { method: 'GET', url: `${url}/x`, query: [], headers: [], bodyType: 'none', body: '', form: [], text: '', timeout: '30s', failOn: 'non-2xx', ...config } as never }])

describe('who may', () => {
  test('owners and admins change them, editors and viewers see names', async () => {
    const made = { ...at, name: 'CRM', kind: 'bearer' as const, config: { baseUrl: url, hosts: [] }, secret: secrets[0]! }
    for (const who of ['editor', 'viewer'] as const) {
      await expect(as(who).connections.create(made)).rejects.toMatchObject({ code: 'FORBIDDEN' })
      await expect(as(who).connections.setSecret({ ...at, name: 'KEY', value: 'long enough', hosts: [] })).rejects.toMatchObject({ code: 'FORBIDDEN' })
    }
    const { id } = await as('owner').connections.create(made)
    expect(await as('viewer').connections.list(at)).toEqual([expect.objectContaining({ id, name: 'CRM', last4: 'c3d4', hosts: [new URL(url).host], uses: [], changedBy: 'owner' })])
    await expect(as('editor').connections.test({ ...at, id, path: '' })).rejects.toMatchObject({ code: 'FORBIDDEN' })
    expect(await as('editor').connections.known(at)).toEqual({ connections: [{ name: 'CRM', hosts: [new URL(url).host], baseUrl: url }], secrets: [], settings: [] })
    answers.push(JSON.stringify(await as('viewer').connections.list(at)))
  })
  test('a name is taken whatever its case', async () => {
    await expect(as('owner').connections.create({ ...at, name: 'crm', kind: 'bearer', config: { baseUrl: url, hosts: [] }, secret: 'something' })).rejects.toMatchObject({ message: 'There is a connection crm already.' })
  })
})

describe('REST', () => {
  test('a connection is made, tested, changed, used and deleted', async () => {
    const body = { name: 'Shop API', kind: 'bearer', config: { baseUrl: `${url}/v2` }, secret: secrets[2] }
    expect(await rest('POST', '/connections', body)).toMatchObject({ status: 201 })
    expect(await rest('POST', '/connections', body)).toMatchObject({ status: 409 })
    expect((await rest('POST', '/connections/Shop%20API/test', { path: '/me' })).body).toMatchObject({ ok: true, status: 200, url: `${url}/v2/me`, body: '{"you":"Bearer ‹connection Shop API›"}' })
    expect((await rest('POST', '/connections/Shop%20API/test', { path: `${url}/secret` })).body).toMatchObject({ ok: false, status: 403, message: expect.stringContaining('does not let this connection in') as string })
    expect((await rest('POST', '/connections/Shop%20API/test', { path: 'https://evil.example/x' })).body).toMatchObject({ ok: false, status: null, message: expect.stringContaining('is not sent to evil.example') as string })
    expect(await rest('PUT', '/connections/Shop%20API', { kind: 'bearer', config: { baseUrl: 'https://evil.example' } })).toMatchObject({ status: 400, body: { error: { field: 'secret', message: 'The stored token would be sent to evil.example.' } } })
    expect(await rest('PUT', '/connections/Shop%20API', { kind: 'header', config: { baseUrl: url, parameter: 'X-Key', before: 'Token ' }, secret: secrets[2] })).toMatchObject({ status: 200 })
    const imported = await rest('POST', '/workflows', { name: 'Uses it', slug: 'uses-it', publish: true, graph: graph({ auth: 'connection', connection: 'Shop API' }) })
    expect(imported).toMatchObject({ status: expect.any(Number) as number, body: { published: { version: 1 } } })
    const listed = (await rest('GET', '/connections')).body.data.find((one: Loose) => one.name === 'Shop API')
    expect(listed).toMatchObject({ kind: 'header', last4: '5544', uses: [{ workflow: { slug: 'uses-it' }, function: 'call', published: true }] })
    expect(await rest('DELETE', '/connections/Shop%20API')).toMatchObject({ status: 200 })
    expect(await rest('DELETE', '/connections/Shop%20API')).toMatchObject({ status: 404 })
  })
  test.each<[unknown, string]>([
    [{ kind: 'bearer', config: {} }, 'config.baseUrl'], [{ kind: 'basic', config: { baseUrl: 'https://x.dev' } }, 'config.user'], [{ kind: 'header', config: { baseUrl: 'https://x.dev', parameter: 'Host' } }, 'config.parameter'],
    [{ kind: 'query', config: { baseUrl: 'https://x.dev' } }, 'config.parameter'], [{ kind: 'oauth2', config: { baseUrl: 'https://x.dev' } }, 'config.tokenUrl'], [{ kind: 'bearer', config: { baseUrl: 'ftp://x' } }, 'config.baseUrl'],
    [{ kind: 'bearer', config: { hosts: ['not a host'] } }, 'config.hosts.0'],
  ])('%j names its field', async (body, field) => {
    expect(await rest('POST', '/connections', { name: 'X', secret: 'long enough', ...(body as object) })).toMatchObject({ status: 400, body: { error: { field } } })
  })
  test('secrets and settings are made, narrowed, listed without values, and deleted', async () => {
    expect(await rest('PUT', '/secrets/STRIPE_KEY', { value: secrets[1] })).toMatchObject({ status: 200 })
    expect(await rest('PUT', '/secrets/STRIPE_KEY', { hosts: ['api.stripe.com'] })).toMatchObject({ status: 200 })
    expect(await rest('PUT', '/secrets/STRIPE_KEY', { hosts: [] })).toMatchObject({ status: 400, body: { error: { field: 'value' } } })
    expect(await rest('PUT', '/secrets/NEW')).toMatchObject({ status: 400 })
    expect(await rest('PUT', '/secrets/not-a-name', { value: 'long enough' })).toMatchObject({ status: 400 })
    expect(await rest('PUT', '/secrets/SHORT', { value: 'abc' })).toMatchObject({ status: 400 })
    expect((await rest('GET', '/secrets')).body.data).toEqual([expect.objectContaining({ name: 'STRIPE_KEY', hosts: ['api.stripe.com'], last4: '7766', uses: [] })])
    expect(await rest('PUT', '/settings/REGION', { value: 'eu' })).toMatchObject({ status: 200 })
    expect(await rest('PUT', '/settings/FANWISE_URL', { value: 'x' })).toMatchObject({ status: 400 })
    expect((await rest('GET', '/settings')).body.data).toEqual([expect.objectContaining({ name: 'REGION', value: 'eu' })])
    expect(await rest('DELETE', '/settings/REGION')).toMatchObject({ status: 200 })
    expect(await rest('DELETE', '/secrets/STRIPE_KEY')).toMatchObject({ status: 200 })
    expect(await rest('DELETE', '/secrets/STRIPE_KEY')).toMatchObject({ status: 404 })
  })
  test('the description of the API has them', async () => {
    const response = await fetch(`${t.url}/api/v1/openapi.json`)
    expect(response.status).toBe(200)
    expect(Object.keys(((await response.json()) as Loose).paths)).toEqual(expect.arrayContaining(['/connections', '/secrets/{name}', '/settings/{name}']))
  })
})

/** Sends `go/below` and answers the run of its function once it has ended. */
async function runOnce(): Promise<Loose> {
  const { body: { ids: [event] } } = await rest('POST', '/events', { name: 'go/below', data: { id: '7 b' } })
  const id = await until(async () => (await rest('GET', `/runs?event=${event}`)).body.data.find((one: Loose) => ['completed', 'failed'].includes(one.status))?.id as string | undefined, 'the run has ended')
  return (await rest('GET', `/runs/${id}`)).body
}
const importCalls = (config: Record<string, unknown>) => rest('POST', '/workflows', { name: 'Calls', slug: 'calls', publish: true, graph: graph(config, 'below') })

describe('a connection with a base address', () => {
  test('lets a step draw a path, which is joined to it in the call, the trace, the price and where it is parked', async () => {
    await rest('POST', '/connections', { name: 'Base', kind: 'bearer', config: { baseUrl: `${url}/v2`, callsPerMinute: 90 }, secret: secrets[2] })
    expect((await importCalls({ auth: 'connection', connection: 'Base', url: '/contacts/{{ event.data.id }}?deep=1', query: [{ name: 'limit', value: '5' }] })).body.published).toMatchObject({ version: 1 })
    expect((await runOnce()).steps[0]).toMatchObject({ status: 'completed', input: { url: `${url}/v2/contacts/7%20b?deep=1&limit=5`, connection: 'Base' }, output: { body: { you: 'Bearer ‹connection Base›' } } })
    const facts = await as('owner').functions.price({ ...at, workflow: 'elsewhere', function: '', step: '', event: 'go/below', drawn: [] })
    expect(facts.elsewhere.map((one) => one.hosts)).toEqual([{ [new URL(url).host]: 1 }])
    // What the editor holds the calls against.
    expect(allowedIn((await as('owner').workflows.get({ ...at, slug: 'calls' })).catalog.values)(new URL(url).host)).toBe(90)
    await rest('POST', '/services/park', { service: url })
    const { body: { ids: [event] } } = await rest('POST', '/events', { name: 'go/below', data: { id: 1 } })
    const held = await until(async () => (await rest('GET', `/runs?event=${event}&status=held`)).body.data[0]?.id as string | undefined, 'the run waits for the host')
    expect((await rest('GET', `/runs/${held}/why`)).body.sentence).toContain(new URL(url).host)
    await rest('POST', '/services/resume', { service: url })
  })
  test.each([['//evil.example/x', 'config.url'], ['/\\\\evil.example', 'config.url']])('%s is not published', async (address) => {
    const refused = await importCalls({ auth: 'connection', connection: 'Base', url: address })
    expect(refused).toMatchObject({ status: 422, body: { error: { message: expect.stringContaining('like the address of another host') as string } } })
  })
  test('what only the data makes lead elsewhere is refused when it runs', async () => {
    await importCalls({ auth: 'connection', connection: 'Base', url: '{{ "/../" + event.data.id }}' })
    expect(await runOnce()).toMatchObject({ status: 'failed', error: { message: expect.stringContaining('leads out of the base address') as string } })
    await importCalls({ auth: 'connection', connection: 'Base', url: '{{ "//evil.example/" + event.data.id }}' })
    expect(await runOnce()).toMatchObject({ status: 'failed', error: { message: expect.stringContaining('like the address of another host') as string } })
  })
  test('a path without one is a finding, with what to do', async () => {
    await rest('POST', '/connections', { name: 'No base', kind: 'bearer', config: { hosts: ['api.example.com'] }, secret: secrets[2] })
    expect(await importCalls({ auth: 'none', url: '/contacts' })).toMatchObject({ status: 422, body: { error: { message: 'A path needs a connection with a base address.' } } })
    expect(await importCalls({ auth: 'connection', connection: 'No base', url: '/contacts' })).toMatchObject({ status: 422, body: { error: { message: expect.stringContaining('No base has no base address') as string } } })
  })
})

describe('another name', () => {
  test('of a connection: steps, runs and calls that use the old one go on working', async () => {
    await importCalls({ auth: 'connection', connection: 'Base', url: '/contacts' })
    expect(await rest('PUT', '/connections/Base', { name: 'Shop', kind: 'bearer', config: { baseUrl: `${url}/v2` } })).toMatchObject({ status: 200 })
    expect(await runOnce()).toMatchObject({ status: 'completed', steps: [{ input: { url: `${url}/v2/contacts`, connection: 'Base' } }] })
    // What is drawn with the old name can still be published, and with the new one, too.
    for (const connection of ['Base', 'Shop']) expect((await importCalls({ auth: 'connection', connection, url: `/again/${connection}` })).status).toBe(200)
    const [shop] = (await rest('GET', '/connections')).body.data.filter((one: Loose) => one.name === 'Shop')
    expect(shop).toMatchObject({ earlierNames: ['Base'], uses: [{ workflow: { slug: 'calls' } }] })
    expect((await rest('POST', '/connections/Base/test', { path: '/me' })).body).toMatchObject({ ok: true, url: `${url}/v2/me` })
    expect((await as('owner').audit.list({ ...at, filter: { action: 'connection.rename' } })).data[0]).toMatchObject({ target: 'Shop', detail: { before: 'Base' }, actor: { kind: 'key', name: 'Test' } })
  })
  test('the old one leads nowhere else until it is forgotten', async () => {
    const other = { name: 'base', kind: 'bearer', config: { baseUrl: url }, secret: secrets[2] }
    expect(await rest('POST', '/connections', other)).toMatchObject({ status: 409, body: { error: { field: 'name', message: 'base is an earlier name of the connection Shop, and steps may still use it.' } } })
    expect(await rest('PUT', '/connections/Shop', { name: 'CRM', kind: 'bearer', config: { baseUrl: `${url}/v2` } })).toMatchObject({ status: 409, body: { error: { field: 'name' } } })
    // Back to what it was called.
    expect(await rest('PUT', '/connections/Shop', { name: 'Base', kind: 'bearer', config: { baseUrl: `${url}/v2` } })).toMatchObject({ status: 200 })
    expect(await rest('PUT', '/connections/Base', { kind: 'bearer', config: { baseUrl: `${url}/v2` }, forget: ['Shop'] })).toMatchObject({ status: 200 })
    expect(await rest('PUT', '/connections/Shop', { kind: 'bearer', config: { baseUrl: `${url}/v2` } })).toMatchObject({ status: 404 })
    expect(await rest('POST', '/connections', { ...other, name: 'Shop' })).toMatchObject({ status: 201 })
    expect(await rest('DELETE', '/connections/Shop')).toMatchObject({ status: 200 })
  })
  test('a parked one is let go first', async () => {
    await rest('POST', '/services/park', { service: 'connection:Base' })
    expect(await rest('PUT', '/connections/Base', { name: 'Later', kind: 'bearer', config: { baseUrl: `${url}/v2` } })).toMatchObject({ status: 409, body: { error: { field: 'name', message: expect.stringContaining('Base is parked') as string } } })
    await rest('POST', '/services/resume', { service: 'connection:Base' })
  })
  test('of a secret: its value moves along, and expressions that use the old name go on working', async () => {
    await rest('PUT', '/secrets/OLD_KEY', { value: secrets[1], hosts: [new URL(url).host] })
    await importCalls({ url: `${url}/x`, auth: 'bearer', token: '{{ secrets.OLD_KEY }}' })
    expect(await rest('PUT', '/secrets/OLD_KEY', { name: 'NEW_KEY' })).toMatchObject({ status: 200 })
    expect((await rest('GET', '/secrets')).body.data).toEqual([expect.objectContaining({ name: 'NEW_KEY', earlierNames: ['OLD_KEY'], hosts: [new URL(url).host], last4: '7766', uses: [expect.objectContaining({ function: 'below' })] })])
    expect(await runOnce()).toMatchObject({ status: 'completed', steps: [{ output: { body: { you: 'Bearer ‹secret OLD_KEY›' } } }] })
    expect((await importCalls({ url: `${url}/y`, auth: 'bearer', token: '{{ secrets.NEW_KEY }}' })).body.published).not.toBeNull()
    expect(await runOnce()).toMatchObject({ status: 'completed', steps: [{ output: { body: { you: 'Bearer ‹secret NEW_KEY›' } } }] })
    // Another value under the old name is one for the same secret.
    expect(await rest('PUT', '/secrets/OTHER', { name: 'X', value: 'long enough' })).toMatchObject({ status: 404 })
    expect(await rest('PUT', '/secrets/OTHER', { value: 'long enough' })).toMatchObject({ status: 200 })
    expect(await rest('PUT', '/secrets/OTHER', { name: 'OLD_KEY' })).toMatchObject({ status: 409, body: { error: { field: 'name' } } })
    expect(await rest('DELETE', '/secrets/OLD_KEY')).toMatchObject({ status: 200 })
    expect((await rest('GET', '/secrets')).body.data.map((one: Loose) => one.name)).toEqual(['OTHER'])
    await rest('DELETE', '/secrets/OTHER')
  })
})

test('a stored secret is not sent without encryption before it is entered again, however that was asked for', async () => {
  await rest('POST', '/connections', { name: 'Plain', kind: 'bearer', config: { hosts: ['api.example.com'] }, secret: secrets[0] })
  const refused = { status: 400, body: { error: { field: 'secret', message: 'The stored token would be sent to an address without encryption.' } } }
  expect(await rest('PUT', '/connections/Plain', { kind: 'bearer', config: { baseUrl: 'http://api.example.com' } })).toMatchObject(refused)
  expect(await rest('PUT', '/connections/Plain', { kind: 'bearer', config: { baseUrl: 'HTTPS://api.example.com' } })).toMatchObject({ status: 200 })
  expect(await rest('PUT', '/connections/Plain', { kind: 'bearer', config: { baseUrl: 'HTTP://api.example.com' } })).toMatchObject(refused)
  expect(await rest('DELETE', '/connections/Plain')).toMatchObject({ status: 200 })
})

test('a connection may be called what every object has', async () => {
  await rest('POST', '/connections', { name: 'constructor', kind: 'bearer', config: { baseUrl: url }, secret: secrets[0] })
  const uses = async () => (await rest('GET', '/connections')).body.data.find((one: Loose) => one.name === 'constructor').uses
  expect(await uses()).toEqual([])
  await rest('POST', '/workflows', { name: 'Odd name', slug: 'odd-name', graph: graph({ auth: 'connection', connection: 'constructor' }, 'odd') })
  expect(await uses()).toMatchObject([{ function: 'odd' }])
  expect(await rest('DELETE', '/connections/constructor')).toMatchObject({ status: 200 })
})

test('a drawing that names what is not there is imported with a finding that says what to do, and not published', async () => {
  const missing = await rest('POST', '/workflows', { name: 'Elsewhere', graph: graph({ auth: 'connection', connection: 'Nope', headers: [{ name: 'x', value: '{{ secrets.NOPE }}' }] }) })
  expect(missing.body.diagnostics).toEqual(expect.arrayContaining([
    expect.objectContaining({ code: 'connection-unknown', message: 'There is no connection Nope in this workspace.', fix: expect.stringContaining('CRM') as string }), expect.objectContaining({ code: 'secret-unknown' }),
  ]))
  const refused = await rest('POST', '/workflows', { name: 'Elsewhere', publish: true, graph: graph({ auth: 'connection', connection: 'Nope' }) })
  expect(refused).toMatchObject({ status: 422, body: { error: { code: 'invalid_graph' } } })
  expect(JSON.stringify(refused.body)).toContain('There is no connection Nope')
})

test('no answer has held a secret', () => {
  expect(answers.length).toBeGreaterThan(20)
  for (const secret of secrets) for (const answer of answers) expect(answer).not.toContain(secret)
})
