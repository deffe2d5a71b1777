/**
 * Connections, secrets and settings: what is sent is right, goes only where it belongs, and is found nowhere
 * afterwards but encrypted. Runs execute in worker processes of their own.
 */
import { createServer, type IncomingMessage } from 'node:http'
import type { AddressInfo } from 'node:net'
import pg from 'pg'
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { newUuid } from '#base/ids.ts'
import type { JsonObject } from '#base/json.ts'
import { Cipher } from '#server/connections/cipher.ts'
import { setConnections } from '#server/connections/context.ts'
import { changeConnection, createConnection, deleteConnection, listConnections, type ConnectionChange } from '#server/connections/store.ts'
import { deleteSecret, setSecret, setSetting } from '#server/connections/values.ts'
import { renewKeys } from '#server/connections/vault.ts'
import { closeDb } from '#server/db.ts'
import { setEngine } from '#server/engine.ts'
import { readEnv } from '#server/env.ts'
import { createServices, type Services } from '#server/services.ts'
import { createTestDatabase, type TestDatabase } from '#tests/support/database.ts'
import { startTestEngine, type TestEngine } from '#tests/support/engine.ts'
import { createWorkspace, fn, publish, step, transform } from '#tests/support/factories.ts'
import { until } from '#tests/support/until.ts'
import { startWorkerProcess, type WorkerProcess } from '#tests/support/worker-process.ts'

interface Seen {
  method: string
  url: string
  headers: IncomingMessage['headers']
  body: string
}

/** Answers what it was sent, as echoing services do. Its tokens count up. */
async function startEcho() {
  const seen: Seen[] = []
  const echo = { seen, tokens: 0, refused: new Set<string>(), host: '', url: '', redirect: null as string | null, close: async () => {} }
  const server = createServer((request, response) => {
    let body = ''
    request.on('data', (part: Buffer) => (body += part.toString()))
    request.on('end', () => {
      const entry: Seen = { method: request.method ?? '', url: request.url ?? '', headers: request.headers, body }
      seen.push(entry)
      response.setHeader('content-type', 'application/json')
      if (entry.url === '/token') return response.end(JSON.stringify({ access_token: `granted-token-number-${++echo.tokens}`, expires_in: 3600 }))
      if (echo.redirect !== null) return response.writeHead(307, { location: echo.redirect }).end()
      if (echo.refused.has(request.headers.authorization ?? '')) response.statusCode = 401
      if (entry.url.includes('fail')) response.statusCode = 500
      response.setHeader('x-echo', `${request.headers.authorization ?? ''} ${request.headers['x-key'] ?? ''}`)
      response.end(JSON.stringify(entry))
    })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  echo.host = `127.0.0.1:${(server.address() as AddressInfo).port}`
  echo.url = `http://${echo.host}`
  echo.close = () => new Promise((resolve) => {
    server.close(() => resolve())
    server.closeAllConnections()
  })
  return echo
}

type Echo = Awaited<ReturnType<typeof startEcho>>
const ada = { id: newUuid(), name: 'Ada' }
let database: TestDatabase
let pool: pg.Pool
let web: TestEngine
let services: Services
let service: Echo
let other: Echo
const workers: WorkerProcess[] = []

beforeAll(async () => {
  database = await createTestDatabase()
  process.env.DATABASE_URL = database.url
  process.env.NEXTAUTH_SECRET = 'test'
  service = await startEcho()
  other = await startEcho()
  const allowed = `${service.host},${other.host}`
  services = createServices(readEnv({ NODE_ENV: 'test', FANWISE_EGRESS_ALLOW: allowed }), 'http://localhost:3000')
  web = await startTestEngine({ role: 'web', database, services: services.engine })
  services.attach(web.engine)
  pool = web.engine.pool
  setEngine(web.engine)
  setConnections(services.connections)
  for (let i = 0; i < 2; i++) workers.push(await startWorkerProcess(database.url, { FANWISE_EGRESS_ALLOW: allowed, NEXTAUTH_SECRET: 'test', LOG_LEVEL: 'trace' }))
})
afterAll(async () => {
  for (const worker of workers) await worker.stop()
  setConnections(undefined)
  setEngine(undefined)
  await closeDb()
  await web.stop()
  await services.close()
  await service.close()
  await other.close()
  await database.drop()
})
beforeEach(() => {
  for (const echo of [service, other]) Object.assign(echo, { redirect: null }).seen.length = 0
})

const http = (id: string, config: JsonObject) => step(id, 'http', { method: 'POST', url: `${service.url}/${id}`, ...config }, [], { retries: 0 })
const connect = (ws: string, name: string, change: Partial<ConnectionChange> & Pick<ConnectionChange, 'kind' | 'secret'>) =>
  createConnection(ws, { name, kind: change.kind, secret: change.secret, config: { baseUrl: service.url, hosts: [], ...change.config } }, ada)

interface Ended {
  status: number
  error: { step: string; code: string; message: string; fix?: string; facts?: Record<string, unknown> } | null
  steps: Record<string, { output: JsonObject | null; input: JsonObject | null }>
}

/** Runs one function of these steps for one event, on the worker processes. */
async function run(ws: string, steps: ReturnType<typeof http>[], data: JsonObject = {}): Promise<Ended> {
  const name = `go/${newUuid().slice(-12)}`
  await publish(pool, ws, [fn(name.replace('/', '-'), name, steps)])
  web.engine.routesChanged(ws)
  return again(ws, name, data)
}

async function again(ws: string, name: string, data: JsonObject = {}): Promise<Ended> {
  const [event] = await web.engine.ingest(ws, [{ name, data }], { source: 'api' })
  const { rows: [ended] } = await until(async () => {
    const found = await pool.query<{ id: string; status: number; error: Ended['error'] }>('select id::text, status, error from run where workspace_id = $1 and event_id = $2 and status <> 0', [ws, event!.id])
    return found.rowCount === 1 ? found : null
  }, 'the run has ended', 30_000)
  const { rows } = await pool.query<{ step: string; output: JsonObject | null; input: JsonObject | null }>('select step, output, input from step where workspace_id = $1 and run_id = $2', [ws, ended!.id])
  return { status: ended!.status, error: ended!.error, steps: Object.fromEntries(rows.map((row) => [row.step, row])) }
}

/** Every row of every table, as text. */
async function everythingStored(): Promise<string> {
  const { rows } = await pool.query<{ name: string }>(`select table_name as name from information_schema.tables where table_schema = 'public'`)
  const texts = await Promise.all(rows.map(async ({ name }) => (await pool.query<{ text: string | null }>(`select string_agg(t::text, E'\\n') as text from "${name}" t`)).rows[0]!.text ?? ''))
  // bytea shows as hex: the plain text must not be there either.
  return texts.join('\n')
}

test('secrets used in every way arrive, and are stored nowhere but encrypted, logged nowhere, recorded by name', async () => {
  const ws = await createWorkspace(pool)
  const secrets = { HOST: '127.0.0.1', KEY: 'sk-live-0123456789-äöü', AMP: 'a&b=c "quoted" %7B\\', HOOK: `${service.url}/hooks/T0001/B0002/very-secret-path?k=9` }
  for (const [name, value] of Object.entries(secrets)) await setSecret(ws, { name, value, hosts: [] }, ada)
  const kept = { bearer: 'bearer-token-abcdef-123456', basic: 'basic-passw0rd', header: 'header-key-998877', query: 'query key/&=+77', oauth2: 'client-secret-424242' }
  await connect(ws, 'Bearer', { kind: 'bearer', secret: kept.bearer })
  await connect(ws, 'Basic', { kind: 'basic', secret: kept.basic, config: { hosts: [], baseUrl: service.url, user: 'ada@north.io' } })
  await connect(ws, 'Header', { kind: 'header', secret: kept.header, config: { hosts: [], baseUrl: service.url, parameter: 'X-Key', before: 'Token ' } })
  await connect(ws, 'Query', { kind: 'query', secret: kept.query, config: { hosts: [], baseUrl: service.url, parameter: 'api_key' } })
  await connect(ws, 'OAuth', { kind: 'oauth2', secret: kept.oauth2, config: { hosts: [], baseUrl: service.url, tokenUrl: `${service.url}/token`, clientId: 'me', scope: 'read write' } })
  const ended = await run(ws, [
    http('in_header', { headers: [{ name: 'x-key', value: 'v1 {{ secrets.AMP }}' }] }),
    http('in_path', { url: `${service.url}/in_path/{{ secrets.AMP }}?q={{ secrets.AMP }}`, query: [{ name: 'r', value: '{{ secrets.KEY }}' }] }),
    http('in_json', { bodyType: 'json', body: '{ "whole": {{ secrets.KEY }}, "part": "<{{ secrets.AMP }}>", "sandbox": {{ "a-" + secrets.KEY + "-b" }} }' }),
    http('in_form', { bodyType: 'form', form: [{ name: 'token', value: '{{ secrets.AMP }}' }] }),
    http('in_host', { url: `http://{{ secrets.HOST }}:${service.host.split(':')[1]}/in_host` }),
    http('in_text', { bodyType: 'text', text: 'token={{ secrets.AMP }}' }),
    http('in_basic', { auth: 'basic', user: 'u', password: '{{ secrets.KEY }}' }),
    http('in_bearer', { auth: 'bearer', token: '{{ secrets.AMP }}' }),
    http('whole', { url: '{{ secrets.HOOK }}', query: [{ name: 'a', value: '1' }], bodyType: 'json', body: '{ "text": "hi" }' }),
    ...['Bearer', 'Basic', 'Header', 'Query', 'OAuth'].map((name) => http(name.toLowerCase(), { auth: 'connection', connection: name })),
    http('failing', { url: `${service.url}/fail?token={{ secrets.KEY }}`, headers: [{ name: 'x-key', value: '{{ secrets.KEY }}' }], failOn: 'never', auth: 'connection', connection: 'Bearer' }),
    step('inside', 'http', { method: 'POST', url: 'playground://crm/contacts', bodyType: 'json', body: '{ "email": "a@b.c", "token": "{{ secrets.KEY }}" }', headers: [{ name: 'authorization', value: 'Bearer {{ secrets.KEY }}' }] }),
  ], { looks: '‹secret KEY›', plain: 'a-plain-text' })
  expect(ended).toMatchObject({ status: 1, error: null })

  const sent = (id: string) => service.seen.find(({ url, headers }) => url.startsWith(`/${id}`) || String(headers['idempotency-key']).endsWith(`.${id}`))!
  expect(sent('in_header').headers['x-key']).toBe(`v1 ${secrets.AMP}`)
  const path = new URL(sent('in_path').url, service.url)
  expect([decodeURIComponent(path.pathname), path.searchParams.get('q')]).toEqual([`/in_path/${secrets.AMP}`, secrets.AMP])
  expect(path.searchParams.get('r')).toBe(secrets.KEY)
  expect(JSON.parse(sent('in_json').body)).toEqual({ whole: secrets.KEY, part: `<${secrets.AMP}>`, sandbox: `a-${secrets.KEY}-b` })
  expect(new URLSearchParams(sent('in_form').body).get('token')).toBe(secrets.AMP)
  expect(sent('in_text').body).toBe(`token=${secrets.AMP}`)
  expect(Buffer.from(sent('in_basic').headers.authorization!.slice(6), 'base64').toString()).toBe(`u:${secrets.KEY}`)
  expect(sent('in_bearer').headers.authorization).toBe(`Bearer ${secrets.AMP}`)
  expect(sent('whole')).toMatchObject({ url: '/hooks/T0001/B0002/very-secret-path?k=9&a=1', body: '{"text":"hi"}' })
  expect(sent('bearer').headers.authorization).toBe(`Bearer ${kept.bearer}`)
  expect(Buffer.from(sent('basic').headers.authorization!.slice(6), 'base64').toString()).toBe(`ada@north.io:${kept.basic}`)
  expect(sent('header').headers['x-key']).toBe(`Token ${kept.header}`)
  expect(new URL(sent('query').url, service.url).searchParams.get('api_key')).toBe(kept.query)
  expect(sent('oauth').headers.authorization).toBe('Bearer granted-token-number-1')
  const [asked] = service.seen.filter(({ url }) => url === '/token')
  expect(Object.fromEntries(new URLSearchParams(asked!.body))).toEqual({ grant_type: 'client_credentials', scope: 'read write' })
  expect(Buffer.from(asked!.headers.authorization!.slice(6), 'base64').toString()).toBe(`me:${kept.oauth2}`)

  // What is kept says which secret it was.
  expect(ended.steps['in_json']!.input).toMatchObject({ body: { whole: '‹secret KEY›', part: '<‹secret AMP›>', sandbox: 'a-‹secret KEY›-b' } })
  expect(ended.steps['in_header']!.output).toMatchObject({ body: { headers: { 'x-key': 'v1 ‹secret AMP›' } }, headers: { 'x-echo': expect.stringContaining('‹secret AMP›') as string } })
  expect(ended.steps['whole']!.input).toMatchObject({ url: '‹secret HOOK›/?a=1' })
  expect(ended.steps['bearer']!).toMatchObject({ input: { connection: 'Bearer' }, output: { body: { headers: { authorization: 'Bearer ‹connection Bearer›' } } } })
  expect(JSON.stringify(ended.steps['oauth'])).toContain('‹connection OAuth›')
  const { rows: [inside] } = await pool.query<{ body: JsonObject }>('select body from playground_request where workspace_id = $1', [ws])
  expect(inside!.body).toEqual({ email: 'a@b.c', token: '‹secret KEY›' })

  const places = { stored: await everythingStored(), ...Object.fromEntries(workers.map((worker, n) => [`log ${n}`, worker.log()])), listed: JSON.stringify(await listConnections(ws)) }
  // Rows as text show what is plain: a name, and data of the event.
  for (const shown of ['‹secret KEY›', '‹connection Bearer›', 'a-plain-text']) expect(places.stored).toContain(shown)
  // Quotes and backslashes look different in there, so a part without them is looked for, too.
  // The loopback address is in many places for other reasons.
  const { HOST, ...others } = secrets
  expect(sent('in_host').headers.host).toBe(`${HOST}:${service.host.split(':')[1]}`)
  expect(ended.steps['in_host']!.input).toMatchObject({ url: expect.stringContaining('‹secret HOST›') as string })
  for (const text of [...Object.values(others), ...Object.values(kept), 'a&b=c', 'very-secret-path', 'granted-token-number']) {
    for (const form of [text, encodeURIComponent(text), JSON.stringify(text).slice(1, -1), Buffer.from(text).toString('base64').slice(0, -3), Buffer.from(text).toString('hex')]) {
      for (const [place, all] of Object.entries(places)) expect(all.includes(form), `${form} of ${text} in ${place}`).toBe(false)
    }
  }
  expect(places.stored).not.toMatch(/fwsec[0-9a-f]{8}/)
})

test('a connection goes to its hosts only, a secret to those it names, and no redirect takes them elsewhere', async () => {
  const ws = await createWorkspace(pool)
  await connect(ws, 'CRM', { kind: 'bearer', secret: 'crm-token-123456' })
  await setSecret(ws, { name: 'KEY', value: 'only-for-the-service', hosts: [service.host] }, ada)
  const wrong = await run(ws, [http('call', { url: `${other.url}/x`, auth: 'connection', connection: 'CRM' })])
  expect(wrong).toMatchObject({ status: 2, error: { code: 'step_refused', message: `The connection CRM is not sent to ${other.host}. It belongs to ${service.host}.`, facts: { connection: 'CRM', host: other.host } } })
  expect(await run(ws, [http('call', { url: `${other.url}/x`, bodyType: 'text', text: '{{ secrets.KEY }}' })])).toMatchObject({ status: 2, error: { code: 'step_refused', message: expect.stringContaining('The secret KEY is not sent to') as string } })
  expect(other.seen).toEqual([])

  service.redirect = `${other.url}/taken`
  const body = await run(ws, [http('call', { bodyType: 'text', text: '{{ secrets.KEY }}' })])
  expect(body).toMatchObject({ status: 2, error: { message: expect.stringContaining(`redirects to ${other.host}`) as string } })
  expect(other.seen).toEqual([])
  expect(await run(ws, [http('call', { auth: 'connection', connection: 'CRM' })])).toMatchObject({ status: 1 })
  expect(other.seen[0]!.headers.authorization).toBeUndefined()
})

test('what does not exist, and what an event pretends, is not filled in', async () => {
  const ws = await createWorkspace(pool)
  await setSecret(ws, { name: 'KEY', value: 'a-real-secret-value', hosts: [] }, ada)
  expect(await run(ws, [http('call', { bodyType: 'text', text: '{{ secrets.NOPE }}' })])).toMatchObject({ status: 2, error: { code: 'step_input', message: 'There is no secret NOPE in this workspace.', fix: expect.stringContaining('KEY') as string } })
  expect(await run(ws, [http('call', { auth: 'connection', connection: 'Nope' })])).toMatchObject({ status: 2, error: { code: 'step_input', message: 'There is no connection Nope in this workspace.' } })
  expect(await run(ws, [transform('keep', { key: '{{ secrets.KEY }}' })])).toMatchObject({ status: 2, error: { code: 'step_missing_value' } })
  await run(ws, [http('call', { bodyType: 'text', text: '{{ secrets.KEY }} {{ event.data.text }}' })], { text: '‹secret KEY› {{ secrets.KEY }}' })
  expect(service.seen.at(-1)!.body).toBe('a-real-secret-value ‹secret KEY› {{ secrets.KEY }}')
})

test('a token is fetched once for many runs, and once more when it is refused', async () => {
  const ws = await createWorkspace(pool)
  const before = service.tokens
  await connect(ws, 'OAuth', { kind: 'oauth2', secret: 'client-secret-55', config: { hosts: [], baseUrl: service.url, tokenUrl: `${service.url}/token`, clientId: 'me', clientAuth: 'body' } })
  await publish(pool, ws, [fn('many', 'go/many', [http('call', { auth: 'connection', connection: 'OAuth' })])])
  const ends = await Promise.all(Array.from({ length: 20 }, () => again(ws, 'go/many')))
  expect(ends.every((ended) => ended.status === 1)).toBe(true)
  // Each process has its own.
  expect(service.tokens - before).toBeLessThanOrEqual(workers.length)
  expect(new URLSearchParams(service.seen.find(({ url }) => url === '/token')!.body).get('client_secret')).toBe('client-secret-55')
  const given = service.tokens
  for (let n = 1; n <= given; n++) service.refused.add(`Bearer granted-token-number-${n}`)
  expect(await again(ws, 'go/many')).toMatchObject({ status: 1 })
  expect(service.tokens).toBe(given + 1)
  for (let n = given + 1; n <= given + 3; n++) service.refused.add(`Bearer granted-token-number-${n}`)
  expect(await again(ws, 'go/many')).toMatchObject({ status: 2, error: { code: 'step_refused', facts: { status: 401 } } })
  // One more, or two when this worker had none yet.
  expect([given + 2, given + 3]).toContain(service.tokens)
  service.refused.clear()
})

test('changes reach the workers within ten seconds, a deleted connection ends its steps, a narrower use needs no secret and a wider one does', async () => {
  const ws = await createWorkspace(pool)
  const { id } = await connect(ws, 'CRM', { kind: 'bearer', secret: 'the-first-token' })
  await setSetting(ws, { name: 'REGION', value: 'eu' }, ada)
  await publish(pool, ws, [fn('call', 'go/call', [http('call', { auth: 'connection', connection: 'CRM', bodyType: 'text', text: '{{ env.REGION }} {{ env.FANWISE_URL }}' })])])
  await again(ws, 'go/call')
  expect(service.seen.at(-1)).toMatchObject({ headers: { authorization: 'Bearer the-first-token' }, body: expect.stringMatching(/^eu http:/) as string })
  const config = { baseUrl: service.url, hosts: [] }
  await changeConnection(ws, id, { kind: 'bearer', config, secret: 'the-second-token' }, ada)
  await setSetting(ws, { name: 'REGION', value: 'us' }, ada)
  const changedAt = performance.now()
  await until(async () => {
    await again(ws, 'go/call')
    const last = service.seen.at(-1)!
    return last.headers.authorization === 'Bearer the-second-token' && last.body.startsWith('us') ? true : null
  }, 'the change has arrived', 10_000)
  expect(performance.now() - changedAt).toBeLessThan(10_000)
  await expect(changeConnection(ws, id, { kind: 'bearer', config: { ...config, hosts: [other.host] } }, ada)).rejects.toMatchObject({ field: 'secret', message: expect.stringContaining(other.host) as string })
  await expect(changeConnection(ws, id, { kind: 'query', config: { ...config, parameter: 'k' } }, ada)).rejects.toMatchObject({ field: 'secret' })
  // What changes nothing leaves no entry.
  await changeConnection(ws, id, { kind: 'bearer', config }, ada)
  await deleteConnection(ws, id, ada)
  await until(async () => ((await again(ws, 'go/call')).status === 2 ? true : null), 'it is gone', 10_000)
  await setSecret(ws, { name: 'K', value: 'a-value-of-k', hosts: ['api.x.dev'] }, ada)
  await expect(setSecret(ws, { name: 'K', hosts: [] }, ada)).rejects.toMatchObject({ field: 'value' })
  await deleteSecret(ws, 'K', ada)
  const { rows } = await pool.query<{ action: string }>('select action from audit_entry where workspace_id = $1 order by id', [ws])
  expect(rows.map((row) => row.action)).toEqual(['connection.create', 'setting.create', 'connection.change', 'setting.change', 'connection.delete', 'secret.create', 'secret.delete'])
})

test('a parked connection holds its steps without an attempt, whatever host they call', async () => {
  const ws = await createWorkspace(pool)
  await connect(ws, 'CRM', { kind: 'bearer', secret: 'crm-token-123456' })
  await web.engine.holds.parkService(ws, 'connection:CRM', ada)
  await publish(pool, ws, [fn('call', 'go/call', [http('call', { auth: 'connection', connection: 'CRM' })]), fn('free', 'go/call', [http('free', {})])])
  await web.engine.ingest(ws, [{ name: 'go/call', data: {} }], { source: 'api' })
  await until(async () => ((await pool.query(`select 1 from job where workspace_id = $1 and state = 'h'`, [ws])).rowCount === 1 ? true : null), 'it is held')
  await until(async () => (service.seen.length === 1 ? true : null), 'the other one went')
  await web.engine.holds.resumeService(ws, 'connection:CRM', ada)
  await until(async () => ((await pool.query('select 1 from run where workspace_id = $1 and status = 1', [ws])).rowCount === 2 ? true : null), 'both are done', 20_000)
  expect((await pool.query('select 1 from attempt where workspace_id = $1', [ws])).rowCount).toBe(0)
})

test('a connection that is refused again and again is parked by itself, its host is not; changed, its runs go on', async () => {
  const ws = await createWorkspace(pool)
  await pool.query('update workspace set auto_park = true where id = $1', [ws])
  await web.engine.holds.changed()
  const id = (await connect(ws, 'CRM', { kind: 'bearer', secret: 'an-outdated-token-1' })).id
  service.refused.add('Bearer an-outdated-token-1')
  const state = async (state: string) => (await pool.query('select 1 from job where workspace_id = $1 and state = $2', [ws, state])).rowCount
  await publish(pool, ws, [fn('call', 'go/call', [http('call', { auth: 'connection', connection: 'CRM' })], { concurrency: { limit: 1 } }), fn('free', 'go/free', [http('free', {})])])
  await web.engine.ingest(ws, [...Array(30)].map(() => ({ name: 'go/call', data: {} })), { source: 'api' })
  const held = await until(async () => (await state('q')) === 0 && (await state('r')) === 0 && (await state('h')), 'the others are held', 20_000)
  expect(held).toBeGreaterThan(0)
  expect((await pool.query('select target, auto, until from hold where workspace_id = $1', [ws])).rows).toEqual([{ target: 'connection:CRM', auto: true, until: null }])
  await web.engine.ingest(ws, [{ name: 'go/free', data: {} }], { source: 'api' })
  await until(async () => (await pool.query('select 1 from run where workspace_id = $1 and status = 1', [ws])).rowCount === 1, 'the host answers those who sign in otherwise')
  await changeConnection(ws, id, { kind: 'bearer', config: { baseUrl: service.url, hosts: [] }, secret: 'a-token-of-today-1' }, ada)
  await until(async () => (await pool.query('select 1 from run where workspace_id = $1 and status = 1', [ws])).rowCount === 1 + (held as number), 'they go on', 20_000)
  expect((await pool.query('select 1 from attempt join run on run.workspace_id = attempt.workspace_id and run.id = attempt.run_id where run.workspace_id = $1 and run.status = 1', [ws])).rowCount).toBe(0)
})

test('after a change of FANWISE_SECRET everything is encrypted anew, and a process without the new one says so', async () => {
  const ws = await createWorkspace(pool)
  await connect(ws, 'CRM', { kind: 'bearer', secret: 'crm-token-123456' })
  await setSecret(ws, { name: 'KEY', value: 'a-secret-of-before', hosts: [] }, ada)
  const { cipher } = services.connections
  const next = new Cipher('the next one', ['test'])
  expect(await renewKeys(pool, next)).toBeGreaterThan(1)
  expect(await renewKeys(pool, next)).toBe(0)
  const { rows: [row] } = await pool.query<{ cipher: Buffer; key_id: string }>(`select cipher, key_id from secret where workspace_id = $1 and name = 'KEY'`, [ws])
  expect(new Cipher('the next one').open({ cipher: row!.cipher, keyId: row!.key_id }, { workspaceId: ws, kind: 'secret', id: 'KEY' }, 'KEY')).toBe('a-secret-of-before')
  expect(row!.key_id).not.toBe(cipher.keyId)
  expect(await run(ws, [http('call', { bodyType: 'text', text: '{{ secrets.KEY }}' })])).toMatchObject({ status: 2, error: { code: 'step_refused', message: 'The secret KEY was stored with another FANWISE_SECRET than this process has.' } })
  expect(await run(ws, [http('call', { auth: 'connection', connection: 'CRM' })])).toMatchObject({ status: 2, error: { message: 'The connection CRM was stored with another FANWISE_SECRET than this process has.' } })
})

test('a connection that cannot be read because Postgres is away is read when it is back: no attempt is spent', async () => {
  const ws = await createWorkspace(pool)
  await connect(ws, 'Late', { kind: 'bearer', secret: 'late-token-0123456789' })
  const locker = new pg.Client({ connectionString: database.url })
  await locker.connect()
  await locker.query('begin')
  await locker.query('lock table connection in access exclusive mode')
  const ending = run(ws, [http('late', { auth: 'connection', connection: 'Late' })])
  const reading = `select pid from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock' and query ~ 'from connection where'`
  await until(async () => ((await pool.query(reading)).rowCount ?? 0) > 0, 'a worker waits for the connection')
  await pool.query(`select pg_terminate_backend(pid) from (${reading}) w`)
  await locker.query('rollback')
  await locker.end()
  expect(await ending).toMatchObject({ status: 1, error: null })
  expect((await pool.query('select 1 from attempt where workspace_id = $1', [ws])).rowCount).toBe(0)
  expect(service.seen.map((seen) => seen.headers.authorization)).toEqual(['Bearer late-token-0123456789'])
})
