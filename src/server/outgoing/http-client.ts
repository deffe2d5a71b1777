/**
 * The one client for requests that leave. Every address is checked before a connection to it is
 * made; redirects are followed here, each checked anew; bodies are capped while they are read.
 */
import { Agent } from 'undici'
import { decodedOrAsIs } from '#base/decoded.ts'
import { formatDuration } from '#base/duration.ts'
import { FanwiseError } from '#base/errors.ts'
import { strayInHeader } from '#base/header-text.ts'
import { createAddressGuard } from '#server/outgoing/addresses.ts'
import type { Resolve } from '#server/outgoing/connect.ts'
import { guardedConnector } from '#server/outgoing/connect.ts'
import { exchange } from '#server/outgoing/exchange.ts'
import { networkProblem } from '#server/outgoing/network-problem.ts'
import type { OutgoingRequest, OutgoingResponse } from '#steps/kind.ts'

export interface PlaygroundRequest {
  /** `crm` of `playground://crm/contacts?x=1`. */
  service: string
  method: string
  /** `/contacts?x=1` */
  path: string
  headers: Record<string, string>
  body?: string
  signal: AbortSignal
}

export interface HttpClientOptions<Info> {
  /** Exceptions of the operator: CIDR ranges or host:port. */
  allow?: readonly string[]
  /** Answers `playground://` addresses. */
  playground?(request: PlaygroundRequest, info: Info): Promise<OutgoingResponse>
  /** For tests: how names become addresses. */
  resolve?: Resolve
}

export interface HttpClient<Info> {
  request(request: OutgoingRequest, info: Info): Promise<OutgoingResponse>
  close(): Promise<void>
}

export const maxResponseBytes = 4 * 1024 * 1024
const maxRedirects = 5
const redirectStatuses: ReadonlySet<number> = new Set([301, 302, 303, 307, 308])
/** All that goes along to another origin; whatever else was set may be a credential. */
const portableHeaders: ReadonlySet<string> = new Set(['accept', 'accept-language', 'content-type', 'user-agent', 'idempotency-key'])
/** Set by the connection itself; a step that sets them could confuse the other side. */
const connectionHeaders: ReadonlySet<string> = new Set(['host', 'connection', 'content-length', 'transfer-encoding', 'upgrade', 'keep-alive', 'te', 'trailer', 'expect', 'proxy-authorization', 'proxy-connection'])

/** The guarded client. */
export function createHttpClient<Info = void>(options: HttpClientOptions<Info> = {}): HttpClient<Info> {
  const guard = createAddressGuard(options.allow)
  const agent = new Agent({
    connect: guardedConnector(guard, options.resolve), connections: 64, keepAliveTimeout: 10_000, headersTimeout: 0, bodyTimeout: 0, maxHeaderSize: 64 * 1024,
  })
  return {
    close: () => agent.destroy(),
    async request(request, info) {
      const limit = new Limit(request)
      const url = addressOf(request.url)
      try {
        if (url.protocol === 'playground:') return await limit.race(playground(options, url, request, limit.signal, info))
        return await follow(agent, url, request, limit.signal)
      } catch (thrown) {
        throw limit.explain(thrown, url)
      } finally {
        limit.end()
      }
    },
  }
}

/** The request's own time limit joined with the step's signal. */
class Limit {
  private readonly controller = new AbortController()
  private readonly timer: NodeJS.Timeout
  private readonly request: OutgoingRequest
  private readonly onAbort = () => this.controller.abort(this.request.signal.reason)
  private timedOut = false

  constructor(request: OutgoingRequest) {
    this.request = request
    this.timer = setTimeout(() => {
      this.timedOut = true
      this.controller.abort()
    }, request.timeoutMs)
    if (request.signal.aborted) this.onAbort()
    else request.signal.addEventListener('abort', this.onAbort, { once: true })
  }

  get signal(): AbortSignal {
    return this.controller.signal
  }

  /** For answers that do not heed the signal themselves. */
  race<T>(work: Promise<T>): Promise<T> {
    return new Promise((resolve, reject) => {
      this.signal.addEventListener('abort', () => reject(this.signal.reason as Error), { once: true })
      if (this.signal.aborted) reject(this.signal.reason as Error)
      work.then(resolve, reject)
    })
  }

  explain(thrown: unknown, url: URL): FanwiseError {
    if (thrown instanceof FanwiseError) return thrown
    const host = url.host
    if (this.timedOut) {
      return new FanwiseError('step_timeout', `${host} did not answer within ${formatDuration(this.request.timeoutMs)}.`, { fix: 'Raise “Give up after” if it is slow by nature. It is tried again while retries are left.', facts: { url: shown(url) }, cause: thrown })
    }
    if (this.request.signal.aborted) return new FanwiseError('step_outside', `The request to ${host} was given up.`, { facts: { url: shown(url) }, cause: thrown })
    return networkProblem(thrown, host, shown(url))
  }

  end(): void {
    clearTimeout(this.timer)
    this.request.signal.removeEventListener('abort', this.onAbort)
  }
}

function shown(url: URL): string {
  const copy = new URL(url)
  copy.username = ''
  copy.password = ''
  return copy.href
}

function addressOf(text: string): URL {
  let url: URL
  try {
    url = new URL(text)
  } catch {
    throw new FanwiseError('step_input', `"${text.slice(0, 200)}" is not an address.`, { field: 'url', fix: 'Give a whole one, such as https://api.example.com/contacts.' })
  }
  if (url.protocol !== 'http:' && url.protocol !== 'https:' && url.protocol !== 'playground:') {
    throw new FanwiseError('step_input', `Addresses with ${url.protocol} cannot be called.`, { field: 'url', fix: 'Use https://, http:// or playground://.' })
  }
  return url
}

async function playground<Info>(options: HttpClientOptions<Info>, url: URL, request: OutgoingRequest, signal: AbortSignal, info: Info): Promise<OutgoingResponse> {
  if (options.playground === undefined) throw new FanwiseError('step_refused', 'There is no playground here.', { field: 'url', fix: 'Use a real address.' })
  const { body } = request
  return options.playground({
    service: url.host, method: request.method, path: `${url.pathname || '/'}${url.search}`, headers: lowered(request.headers), signal, ...(body === undefined ? {} : { body }),
  }, info)
}

function lowered(headers: Record<string, string>): Record<string, string> {
  return Object.fromEntries(Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value]))
}

async function follow(agent: Agent, first: URL, request: OutgoingRequest, signal: AbortSignal): Promise<OutgoingResponse> {
  let url = first
  let method = request.method
  let body = request.body
  let headers = requestHeaders(request.headers)
  for (let hops = 0; ; hops++) {
    const response = await once(agent, url, method, headers, body, signal)
    const location = response.headers.location
    if (!redirectStatuses.has(response.status) || location === undefined) return response
    if (hops === maxRedirects) throw new FanwiseError('step_refused', `${first.host} redirects more than ${maxRedirects} times.`, { fix: 'Use the address it leads to in the end.', facts: { url: shown(first), last: shown(url) } })
    const next = nextAddress(location, url)
    if (request.stayOnOrigin === true && next.origin !== url.origin) {
      throw new FanwiseError('step_refused', `${url.host} redirects to ${next.host}, and a secret of this request would be sent there, too.`, { fix: 'Use the address it leads to, if the secret belongs there.', facts: { url: shown(first) } })
    }
    if (response.status === 303 || ((response.status === 301 || response.status === 302) && method === 'POST')) {
      method = method === 'HEAD' ? 'HEAD' : 'GET'
      body = undefined
      delete headers['content-type']
    }
    if (next.origin !== url.origin) headers = Object.fromEntries(Object.entries(headers).filter(([name]) => portableHeaders.has(name)))
    url = next
  }
}

function nextAddress(location: string, from: URL): URL {
  const next = URL.canParse(location, from) ? new URL(location, from) : null
  if (next === null || (next.protocol !== 'http:' && next.protocol !== 'https:')) {
    throw new FanwiseError('step_refused', `${from.host} redirects to an address that is not called: ${location.slice(0, 200)}.`, { fix: 'Use the address it should lead to.', facts: { url: shown(from) } })
  }
  return next
}

function requestHeaders(given: Record<string, string>): Record<string, string> {
  const headers = lowered(given)
  const bad = Object.keys(headers).find((name) => connectionHeaders.has(name))
  if (bad !== undefined) throw new FanwiseError('step_input', `The header ${bad} is set by the connection itself.`, { field: 'headers', fix: 'Remove it from the step.' })
  // Also one of a connection or a secret, copied with a character that nobody sees.
  const stray = Object.keys(headers).find((name) => strayInHeader(headers[name]!) !== undefined)
  if (stray !== undefined) throw new FanwiseError('step_input', `The header ${stray} has a character in it that headers cannot carry.`, { field: 'headers', fix: 'Look for typographic quotes and invisible characters in it, also in the secret or connection that it comes from.' })
  return { 'user-agent': 'Fanwise', accept: '*/*', ...headers }
}

async function once(agent: Agent, url: URL, method: string, headers: Record<string, string>, body: string | undefined, signal: AbortSignal): Promise<OutgoingResponse> {
  const login = url.username === '' && url.password === '' ? null : `Basic ${Buffer.from(`${decodedOrAsIs(url.username)}:${decodedOrAsIs(url.password)}`).toString('base64')}`
  const tooLarge = () => new FanwiseError('step_limit', `${url.host} answered with more than 4 MB.`, { fix: 'Ask for less at a time, such as one page.', facts: { url: shown(url) } })
  const answer = await exchange(agent, { url, method, headers: login === null ? headers : { authorization: login, ...headers }, body, bytesMax: maxResponseBytes, tooLarge }, signal)
  return { status: answer.status, headers: answer.headers, body: decode(answer.body, answer.headers['content-type'] ?? '') }
}

const utf8 = new TextDecoder()

function decode(bytes: Buffer, contentType: string): string {
  const charset = /charset=["']?([\w-]+)/i.exec(contentType)?.[1]
  if (charset === undefined || charset.toLowerCase() === 'utf-8') return utf8.decode(bytes)
  try {
    return new TextDecoder(charset).decode(bytes)
  } catch {
    return utf8.decode(bytes)
  }
}
