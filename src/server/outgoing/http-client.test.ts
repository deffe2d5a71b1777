import http from 'node:http'
import type { AddressInfo } from 'node:net'
import zlib from 'node:zlib'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { FanwiseError } from '#base/errors.ts'
import { createHttpClient } from '#server/outgoing/http-client.ts'
import type { OutgoingRequest } from '#steps/kind.ts'

interface Seen { url: string; host: string; method: string; headers: http.IncomingHttpHeaders; body: string }
let seen: Seen[] = []
let connections = 0
const servers: http.Server[] = []
let portA = 0
let portB = 0

/** Answers by path; the second server is another origin. */
function answer(request: http.IncomingMessage, response: http.ServerResponse, body: string): void {
  const url = request.url ?? ''
  seen.push({ url, host: request.headers.host ?? '', method: request.method ?? '', headers: request.headers, body })
  const redirect = (status: number, location: string) => response.writeHead(status, { location }).end()
  if (url.startsWith('/to-other')) return void redirect(Number(url.slice(10)), `http://other.test:${portB}/end`)
  if (url.startsWith('/same/')) return void redirect(Number(url.slice(6)), '/end')
  if (url.startsWith('/goto?')) return void redirect(302, decodeURIComponent(url.slice(6)))
  if (url === '/loop') return void redirect(302, '/loop')
  if (url === '/slow') return
  if (url === '/drip') return void response.writeHead(200).write('a')
  if (url === '/drop') return void request.socket.destroy()
  if (url === '/big') return void response.end(Buffer.alloc(5 * 1024 * 1024, 97))
  if (url === '/bomb') return void response.writeHead(200, { 'content-encoding': 'gzip' }).end(zlib.gzipSync(Buffer.alloc(50 * 1024 * 1024)))
  if (url === '/gzip') return void response.writeHead(200, { 'content-encoding': 'gzip', 'content-type': 'text/plain' }).end(zlib.gzipSync('packed'))
  if (url === '/latin') return void response.writeHead(200, { 'content-type': 'text/plain; charset=iso-8859-1' }).end(Buffer.from([0xfc]))
  if (url.startsWith('/status/')) return void response.writeHead(Number(url.slice(8)), { 'retry-after': '3', 'set-cookie': ['a=1', 'b=2'] }).end('why')
  response.writeHead(200, { 'content-type': 'application/json' }).end('{"ok":true}')
}

async function serve(): Promise<number> {
  const server = http.createServer((request, response) => {
    let body = ''
    request.on('data', (chunk: Buffer) => (body += chunk.toString()))
    request.on('end', () => answer(request, response, body))
  })
  server.on('connection', () => connections++)
  servers.push(server)
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return (server.address() as AddressInfo).port
}
beforeAll(async () => {
  portA = await serve()
  portB = await serve()
})
afterAll(async () => {
  await Promise.all([open.close(), guarded.close()])
  for (const server of servers) {
    server.closeAllConnections()
    server.close()
  }
})
beforeEach(() => {
  seen = []
  connections = 0
})

let answers: string[][] = []
const resolve = async (hostname: string) => {
  if (hostname === 'nowhere.test') throw Object.assign(new Error('getaddrinfo ENOTFOUND'), { code: 'ENOTFOUND' })
  return (hostname === 'rebind.test' ? (answers.shift() ?? ['127.0.0.1']) : ['127.0.0.1']).map((address) => ({ address, family: 4 }))
}
/** The playground of one: says what it was asked. */
const playground = async (request: { service: string; path: string; headers: Record<string, string>; body?: string }, info: string) =>
  ({ status: 200, headers: {}, body: JSON.stringify({ service: request.service, path: request.path, key: request.headers['idempotency-key'], body: request.body, info }) })
const open = createHttpClient<string>({ allow: ['127.0.0.0/8'], resolve, playground })
const guarded = createHttpClient<string>({ resolve, playground })
const ask = (url: string, more: Partial<OutgoingRequest> = {}, client = open) => client.request({ method: 'GET', url, headers: {}, timeoutMs: 5000, signal: new AbortController().signal, ...more }, 'ws')
async function failure(work: Promise<unknown>): Promise<FanwiseError> {
  const error = await work.then(() => new Error('no error'), (thrown: unknown) => thrown)
  expect(error).toBeInstanceOf(FanwiseError)
  return error as FanwiseError
}

describe('a request', () => {
  test('goes out with its headers and body, and comes back', async () => {
    const response = await ask(`http://a.test:${portA}/x?y=1`, { method: 'POST', headers: { 'X-Key': 'k', 'Content-Type': 'text/plain' }, body: 'hello' })
    expect(response).toMatchObject({ status: 200, body: '{"ok":true}', headers: { 'content-type': 'application/json' } })
    expect(seen[0]).toMatchObject({ url: '/x?y=1', method: 'POST', body: 'hello', host: `a.test:${portA}`, headers: { 'x-key': 'k', 'user-agent': 'Fanwise' } })
  })
  test('any status is an answer, headers are text', async () => expect(await ask(`http://a.test:${portA}/status/503`)).toMatchObject({ status: 503, body: 'why', headers: { 'retry-after': '3', 'set-cookie': 'a=1, b=2' } }))
  test('a login in the address becomes a header', async () => {
    await ask(`http://ada:s%40fe@a.test:${portA}/x`)
    expect(seen[0]?.headers.authorization).toBe(`Basic ${Buffer.from('ada:s@fe').toString('base64')}`)
  })
  test('a login that is not encoded goes as it was written', async () => {
    await ask(`http://ada:100%@a.test:${portA}/x`)
    expect(seen[0]?.headers.authorization).toBe(`Basic ${Buffer.from('ada:100%').toString('base64')}`)
  })
  test.each(['tok\u200ben', '“quoted”', 'a\u0001b'])('what no header can carry is no trouble of the other side, and not said: %j', async (token) => {
    const error = await failure(ask(`http://a.test:${portA}/x`, { headers: { Authorization: `Bearer ${token}` } }))
    expect(error).toMatchObject({ code: 'step_input', retriable: false, field: 'headers', message: 'The header authorization has a character in it that headers cannot carry.' })
    expect(seen).toEqual([])
  })
  test('compressed and other character sets', async () => {
    expect((await ask(`http://a.test:${portA}/gzip`)).body).toBe('packed')
    expect((await ask(`http://a.test:${portA}/latin`)).body).toBe('ü')
  })
  test.each(['Host', 'Content-Length', 'transfer-encoding', 'Connection'])('%s cannot be set', async (name) => expect(await failure(ask(`http://a.test:${portA}/`, { headers: { [name]: '1' } }))).toMatchObject({ code: 'step_input' }))
  test('playground addresses stay inside', async () => {
    const response = await ask('playground://crm/contacts?x=1', { method: 'POST', headers: { 'Idempotency-Key': 'k1' }, body: '{}' }, guarded)
    expect(JSON.parse(response.body)).toEqual({ service: 'crm', path: '/contacts?x=1', key: 'k1', body: '{}', info: 'ws' })
  })
})

describe('what is inside is not reached', () => {
  test.each(['http://127.0.0.1', 'http://localhost', 'http://2130706433', 'http://[::ffff:127.0.0.1]', 'http://[::1]', 'http://0x7f.1', 'http://a.test'])('%s', async (origin) => {
    const error = await failure(ask(`${origin}:${portA}/`, {}, guarded))
    expect(error).toMatchObject({ code: 'step_refused', retriable: false, fix: expect.stringContaining('FANWISE_EGRESS_ALLOW') })
    expect(error.message).toContain("inside this server's network")
    expect([connections, seen]).toEqual([0, []])
  })
  test('the message names the address', async () => expect((await failure(ask(`http://127.0.0.1:${portA}/`, {}, guarded))).message).toBe("127.0.0.1 is inside this server's network. Steps call public addresses only."))
  test('a name with one bad address among good ones', async () => {
    answers = [['93.184.216.34', '10.0.0.1']]
    expect((await failure(ask('http://rebind.test/', {}, guarded))).message).toMatch(/^rebind\.test leads to 10\.0\.0\.1/)
  })
  test('a name that was public a moment ago', async () => {
    answers = [['127.0.0.1']]
    const error = await failure(ask(`http://rebind.test:${portA}/`, {}, guarded))
    expect([error.code, connections]).toEqual(['step_refused', 0])
  })
  test('a redirect to it', async () => {
    // The operator allows one name and port; its redirects are still checked.
    const local = createHttpClient<string>({ allow: [`localhost:${portA}`], resolve })
    const start = (to: string) => ask(`http://localhost:${portA}/goto?${encodeURIComponent(to)}`, {}, local)
    for (const target of [`http://127.0.0.1:${portB}/`, 'http://169.254.169.254/latest/meta-data', `http://[::ffff:7f00:1]:${portB}/`, `http://other.test:${portB}/`]) {
      expect((await failure(start(target))).code).toBe('step_refused')
    }
    for (const target of ['file:///etc/passwd', 'playground://crm/x', 'gopher://x', 'http://']) expect((await failure(start(target))).message).toMatch(/redirects to an address that is not called/)
    expect(seen.every((request) => request.url.startsWith('/goto'))).toBe(true)
    await local.close()
  })
  test.each(['ftp://x.dev/', 'file:///etc/passwd', 'data:,x', 'nonsense'])('%s is no address to call', async (url) => expect((await failure(ask(url))).code).toBe('step_input'))
})

describe('redirects', () => {
  test.each([[301, 'GET', ''], [302, 'GET', ''], [303, 'GET', ''], [307, 'POST', 'b'], [308, 'POST', 'b']])('%i after POST becomes %s', async (status, method, body) => {
    await ask(`http://a.test:${portA}/same/${status}`, { method: 'POST', body: 'b', headers: { Authorization: 'Bearer x' } })
    expect(seen[1]).toMatchObject({ url: '/end', method, body, headers: { authorization: 'Bearer x' } })
  })
  test('credentials stay with their origin', async () => {
    await ask(`http://a.test:${portA}/to-other/307`, { method: 'POST', body: 'b', headers: { Authorization: 'Bearer x', Cookie: 'c=1', 'X-Api-Key': 'k', 'Content-Type': 'text/plain', 'Idempotency-Key': 'i' } })
    const { headers, body } = seen[1]!
    expect([headers.authorization, headers.cookie, headers['x-api-key'], headers['content-type'], headers['idempotency-key'], body]).toEqual([undefined, undefined, undefined, 'text/plain', 'i', 'b'])
  })
  test('at most five', async () => {
    expect((await failure(ask(`http://a.test:${portA}/loop`))).message).toMatch(/redirects more than 5 times/)
    expect(seen.length).toBe(6)
  })
})

describe('limits and trouble', () => {
  test.each(['/big', '/bomb'])('%s: more than 4 MB', async (path) => expect(await failure(ask(`http://a.test:${portA}${path}`))).toMatchObject({ code: 'step_limit' }))
  test.each(['/slow', '/drip'])('%s: time', async (path) => expect(await failure(ask(`http://a.test:${portA}${path}`, { timeoutMs: 150 }))).toMatchObject({ code: 'step_timeout', retriable: true, message: `a.test:${portA} did not answer within 150 ms.` }))
  test('the step’s own signal', async () => {
    const controller = new AbortController()
    const error = failure(ask(`http://a.test:${portA}/slow`, { signal: controller.signal }))
    controller.abort()
    expect(await error).toMatchObject({ code: 'step_outside', message: `The request to a.test:${portA} was given up.` })
  })
  test('a playground that does not answer', async () => {
    const client = createHttpClient<string>({ playground: () => new Promise(() => {}) })
    expect(await failure(ask('playground://crm/x', { timeoutMs: 50 }, client))).toMatchObject({ code: 'step_timeout', message: 'crm did not answer within 50 ms.' })
    await client.close()
  })
  test('nothing listens, no such name, connection cut', async () => {
    const closed = http.createServer()
    await new Promise<void>((done) => closed.listen(0, '127.0.0.1', done))
    const { port } = closed.address() as AddressInfo
    await new Promise((done) => closed.close(done))
    expect(await failure(ask(`http://a.test:${port}/`))).toMatchObject({ code: 'step_outside', retriable: true, message: `a.test:${port} refuses connections.` })
    expect(await failure(ask('http://nowhere.test/'))).toMatchObject({ code: 'step_outside', message: 'nowhere.test was not found.' })
    expect(await failure(ask(`http://a.test:${portA}/drop`))).toMatchObject({ code: 'step_outside', message: `a.test:${portA} closed the connection before it answered.` })
  })
})
