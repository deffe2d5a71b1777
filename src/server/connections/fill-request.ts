/** Puts secrets into a request in place of their marks, each escaped for its place. Pure. */
import { FanwiseError } from '#base/errors.ts'
import { addressMark, secretLabel, type Marks } from '#expressions/marks.ts'
import type { OutgoingRequest } from '#steps/kind.ts'

/** Sent along when a redirect leads to another host; anything else is not. */
const portableHeaders = new Set(['accept', 'accept-language', 'content-type', 'user-agent', 'idempotency-key'])


/** Names of the secrets that a request asks for. */
export function secretsAskedFor(request: OutgoingRequest, marks: Marks): string[] {
  return [...new Set([request.url, request.body ?? '', ...Object.values(request.headers), ...Object.values(request.headers).map(basicText)].flatMap((text) => marks.namesIn(text)))]
}

/** For services inside Fanwise: they get names, not values, so nothing of them is stored. */
export function withLabels(request: OutgoingRequest, marks: Marks): OutgoingRequest {
  return fill(request, marks, secretLabel, filledAddress(request, marks, secretLabel))
}

/** The address with its secrets: the only part that is needed before the others. */
export function filledAddress(request: OutgoingRequest, marks: Marks, valueOf: (name: string) => string): string {
  const url = new URL(request.url)
  if (url.hostname === marks.replace(url.hostname, () => '')) return href(url, marks, valueOf, url.host)
  const whole = addressMark(url.hostname)
  if (whole !== null && marks.in(whole) && marks.replace(whole, () => '') === '') return wholeAddress(url, marks, valueOf, marks.namesIn(whole)[0]!)
  const host = marks.replace(url.host, valueOf)
  if (!/^[a-z0-9.-]+(:\d+)?$/i.test(host)) throw new FanwiseError('step_input', `${marks.namesIn(url.host).map(secretLabel).join(', ')} cannot be part of a host.`, { field: 'url', fix: 'Use a secret that holds letters, digits, dots and dashes there.' })
  return href(url, marks, valueOf, host)
}

function href(url: URL, marks: Marks, valueOf: (name: string) => string, host: string): string {
  const encoded = (text: string) => marks.replace(text, (name) => encodeURIComponent(valueOf(name)))
  const login = url.username === '' && url.password === '' ? '' : `${encoded(url.username)}${url.password === '' ? '' : `:${encoded(url.password)}`}@`
  return `${url.protocol}//${login}${host}${encoded(url.pathname)}${encoded(url.search)}`
}

/** The secret is an address: a path and a query drawn behind it are added to it. */
function wholeAddress(url: URL, marks: Marks, valueOf: (name: string) => string, name: string): string {
  const value = valueOf(name).trim()
  const base = URL.canParse(value) ? new URL(value) : null
  if (base === null || (base.protocol !== 'https:' && base.protocol !== 'http:')) throw new FanwiseError('step_input', `${secretLabel(name)} is not an address.`, { field: 'url', fix: 'Store a whole one, such as https://hooks.example.com/…, or put the secret elsewhere.' })
  const path = marks.replace(url.pathname, (one) => encodeURIComponent(valueOf(one)))
  if (path !== '/') base.pathname = base.pathname.replace(/\/$/, '') + path
  for (const [key, text] of url.searchParams) base.searchParams.append(key, marks.replace(text, valueOf))
  return base.href
}

/** The request as it leaves. A body or header that would follow a redirect to another host keeps it from leading there. */
export function fill(request: OutgoingRequest, marks: Marks, valueOf: (name: string) => string, address: string): OutgoingRequest {
  let stays = request.stayOnOrigin === true
  const headers: Record<string, string> = {}
  for (const [name, text] of Object.entries(request.headers)) {
    const value = fillHeader(text, marks, valueOf)
    if (value !== text) {
      if (/[\0\r\n]/.test(value)) throw new FanwiseError('step_input', `The secret in the header ${name} has a line break in it.`, { field: 'headers', fix: 'Store it again as text of one line.' })
      if (portableHeaders.has(name.toLowerCase())) stays = true
    }
    headers[name] = value
  }
  const escape = { json: (text: string) => JSON.stringify(text).slice(1, -1), form: encodeURIComponent, text: (text: string) => text }[request.credentials?.body ?? 'text']
  const body = request.body === undefined ? undefined : marks.replace(request.body, (name) => escape(valueOf(name)))
  if (body !== request.body) stays = true
  const { credentials: _used, ...rest } = request
  return { ...rest, url: address, headers, ...(body === undefined ? {} : { body }), ...(stays ? { stayOnOrigin: true } : {}) }
}

/** User and password of Basic authentication are encoded together, so a mark in there is under that. */
function fillHeader(text: string, marks: Marks, valueOf: (name: string) => string): string {
  const inside = basicText(text)
  if (inside === '' || !marks.in(inside)) return marks.replace(text, valueOf)
  return `Basic ${Buffer.from(marks.replace(inside, valueOf), 'utf8').toString('base64')}`
}

function basicText(header: string): string {
  const match = /^Basic ([A-Za-z0-9+/=]+)$/.exec(header)
  return match === null ? '' : Buffer.from(match[1]!, 'base64').toString('utf8')
}
