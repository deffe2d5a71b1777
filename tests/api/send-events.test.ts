/** The events API as its senders see it: the unmodified Inngest SDK of both majors, curl, webhooks. */
import { createHash } from 'node:crypto'
import { once } from 'node:events'
import { createServer } from 'node:http'
import { connect, type AddressInfo } from 'node:net'
import { Inngest } from 'inngest'
import { Inngest as InngestV3 } from 'inngestv3'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { newUuid } from '#base/ids.ts'
import { createFrontDoor } from '#door/front-door.ts'
import { createWorkspace, fn, publish, transform } from '#tests/support/factories.ts'
import { endedRuns } from '#tests/support/engine.ts'
import { startTestDoor, type TestDoor } from '#tests/support/door.ts'

let t: TestDoor
let ws: string
const key = 'fw_event_live_test'

beforeAll(async () => {
  t = await startTestDoor()
  ws = await createWorkspace(t.engine.pool)
  await t.engine.pool.query(`insert into api_key (workspace_id, id, kind, name, hash, last4) values ($1, $2, 'event', 'k', $3, 'test')`, [ws, newUuid(), createHash('sha256').update(key).digest()])
  await publish(t.engine.pool, ws, [fn('f', 'user/account.created', [transform('t', { email: '{{ event.data.email }}' })])])
})
afterAll(() => t.stop())

const post = (path: string, body: string, type = 'application/json', headers: Record<string, string> = {}) =>
  fetch(`${t.url}${path}`, { method: 'POST', body, headers: { 'content-type': type, ...headers } })
const stored = async () => (await t.engine.pool.query<{ n: number }>('select count(*)::int n from event')).rows[0]!.n

const clients = [['4', () => new Inngest({ id: 'shop', eventKey: key, baseUrl: t.url, isDev: false })], ['3', () => new InngestV3({ id: 'shop', eventKey: key, baseUrl: t.url, isDev: false })]] as const
for (const [major, makeClient] of clients) {
  test(`inngest.send() of major ${major} works unmodified, single and array`, async () => {
    const inngest = makeClient() as Inngest
    const ended = endedRuns(t.engine, ws, 3)
    const one = await inngest.send({ name: 'user/account.created', data: { email: 'ada@north.io' } })
    const two = await inngest.send([{ name: 'user/account.created', data: { email: 'b@x.io' } }, { id: `own-${major}`, name: 'user/account.created', data: { email: 'c@x.io' }, ts: 1_700_000_000_000 }])
    expect(one.ids).toHaveLength(1)
    expect(two.ids).toHaveLength(2)
    expect(one.ids[0]).toMatch(/^evt_[0-9A-Z]{26}$/)
    await ended
  })
}

test('a request that the SDK repeats stores nothing twice', async () => {
  const before = await stored()
  const send = () => post(`/e/${key}`, JSON.stringify([{ name: 'seed/a', data: {} }, { name: 'seed/b', data: {} }]), 'application/json', { 'x-inngest-event-id-seed': '1795523571181,sXoPcS39IjiIOQ==' })
  const first = await (await send()).json()
  const second = await (await send()).json()
  expect(second).toEqual(first)
  expect(await stored()).toBe(before + 2)
})

test('a byte order mark before the JSON is passed over', async () => {
  expect((await post(`/e/${key}`, '\uFEFF{"name":"marked/sent","data":{}}')).status).toBe(200)
})

test('plain curl: one object, with or without a content type', async () => {
  const answer = await post(`/e/${key}`, '{"name":"user/account.created","data":{"email":"d@x.io"}}', 'application/x-www-form-urlencoded')
  expect(answer.status).toBe(200)
  expect(await answer.json()).toMatchObject({ status: 200, ids: [expect.stringMatching(/^evt_/)] })
})

test.each([
  ['not json', 'not json', 400, 'bad_request', undefined],
  ['no name', '{"data":{}}', 400, 'invalid_event', 'name'],
  ['name of the second', '[{"name":"a/b"},{"name":""}]', 400, 'invalid_event', '[1].name'],
  ['data is a list', '{"name":"a/b","data":[1]}', 400, 'invalid_event', 'data'],
  ['ts is text', '{"name":"a/b","ts":"now"}', 400, 'invalid_event', 'ts'],
  ['reserved name', '{"name":"inngest/function.failed"}', 400, 'invalid_event', 'name'],
  ['a number', '5', 400, 'invalid_event', 'body'],
  ['empty list', '[]', 400, 'invalid_event', undefined],
  ['deep', '{"name":"a/b","data":'.padEnd(3000, '[') , 400, 'bad_request', undefined],
  ['too many', JSON.stringify(Array.from({ length: 5001 }, () => ({ name: 'a/b' }))), 413, 'too_large', undefined],
  ['one too large', JSON.stringify([{ name: 'a/b' }, { name: 'a/c', data: { x: 'x'.repeat(1_100_000) } }]), 413, 'too_large', '[1].data'],
])('%s is refused with nothing stored', async (_what, body, status, code, field) => {
  const before = await stored()
  const answer = await post(`/e/${key}`, body)
  const json = await answer.json()
  expect([answer.status, json.status, json.code, json.field]).toEqual([status, status, code, field])
  expect(json.error).toBeTruthy()
  expect(json.fix).toBeTruthy()
  expect(await stored()).toBe(before)
})

test('an unknown key is 401, an oversize body 413 before it is read, a GET 405', async () => {
  expect((await post('/e/nope', '{"name":"a/b"}')).status).toBe(401)
  expect((await post(`/e/${key}`, 'x'.repeat(17 * 1_048_576))).status).toBe(413)
  expect((await fetch(`${t.url}/e/${key}`)).status).toBe(405)
})

test('a webhook takes JSON, a form or text; a redelivery starts nothing twice; an unconnected one still stores', async () => {
  await t.engine.pool.query(`insert into webhook_source (id, workspace_id, workflow_id, node_id, name, event_name) values ('hook_aaaaaaaa', $1, $1, 'n', 'Shop', 'user/account.created'), ('hook_bbbbbbbb', $1, $1, 'n', 'New shop', null)`, [ws])
  const ended = endedRuns(t.engine, ws, 3)
  const json = await (await post('/hooks/hook_aaaaaaaa', '{"email":"w@x.io"}')).json()
  const form = await (await post('/hooks/hook_aaaaaaaa', 'email=f%40x.io&tag=a&tag=b', 'application/x-www-form-urlencoded')).json()
  const text = await (await post('/hooks/hook_aaaaaaaa', 'hello', 'text/plain')).json()
  await ended
  const data = async (id: string) => (await t.engine.pool.query(`select data from event order by id`)).rows.length > 0 && id
  expect(await data(json.id)).toBe(json.id)
  const rows = (await t.engine.pool.query(`select data from event where source = 'webhook' order by id`)).rows.map((row) => row.data)
  expect(rows).toEqual([{ email: 'w@x.io' }, { email: 'f@x.io', tag: ['a', 'b'] }, { text: 'hello' }])
  expect(form.id).not.toBe(text.id)
  const first = await (await post('/hooks/hook_bbbbbbbb', '{"n":1}', 'application/json', { 'x-github-delivery': 'd-1' })).json()
  const again = await (await post('/hooks/hook_bbbbbbbb', '{"n":1}', 'application/json', { 'x-github-delivery': 'd-1' })).json()
  expect(first.note).toMatch(/No published function/)
  expect(again).toEqual({ id: first.id, duplicate: true })
  expect((await post('/hooks/hook_unknown', '{}')).status).toBe(404)
})

test('absolute-form targets and upgrades are refused', async () => {
  const raw = (text: string) => new Promise<string>((resolve) => {
    const socket = connect(Number(new URL(t.url).port), '127.0.0.1', () => socket.write(text))
    let got = ''
    socket.on('data', (data) => (got += data))
    socket.on('close', () => resolve(got))
  })
  expect(await raw('GET http://169.254.169.254/latest HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n')).toMatch(/^HTTP\/1.1 400/)
  expect(await raw('GET /x HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n')).toBe('')
})

test('a door that closes gives requests under way their answer, and waits for nobody else', async () => {
  const door = createFrontDoor()
  door.openEngine()
  const server = createServer(door.handle)
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const body = JSON.stringify({ name: 'late/sent', data: {} })
  const socket = connect((server.address() as AddressInfo).port, '127.0.0.1')
  const came = once(server, 'request')
  socket.write(`POST /e/${key} HTTP/1.1\r\nHost: localhost\r\nContent-Length: ${body.length}\r\n\r\n${body.slice(0, 9)}`)
  await came
  let done = false
  const finished = door.finish(60_000).then(() => (done = true))
  await new Promise((resolve) => setImmediate(resolve))
  expect(done).toBe(false)
  const ended = once(socket, 'close')
  let answer = ''
  socket.on('data', (chunk) => (answer += String(chunk)))
  socket.write(body.slice(9))
  await Promise.all([finished, ended])
  expect(answer).toMatch(/^HTTP\/1.1 200 .*"ids":\["evt_/s)
  await door.finish(60_000)
  await new Promise((resolve) => server.close(resolve))
})
