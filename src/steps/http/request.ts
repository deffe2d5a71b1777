/** A step's config as a request: address, headers, body, and how it is shown afterwards. */
import type { Json, JsonObject } from '#base/json.ts'
import { FanwiseError } from '#base/errors.ts'
import { strayInHeader } from '#base/header-text.ts'
import { asAddress } from '#expressions/marks.ts'
import { parsed } from '#steps/http/answer.ts'
import { belowBase, isPath } from '#steps/http/base-path.ts'
import type { HttpConfig } from '#steps/http/definition.ts'
import { asText } from '#steps/value.ts'

/** True when the address is a path below the base address of the step's connection. */
export const needsBase = (config: HttpConfig): boolean => isPath(asText(config.url))

/** @param base that of the connection; null = it has none, or there is no connection */
export function addressOf(config: HttpConfig, base: string | null): string {
  const url = needsBase(config) ? joined(config, base) : wholeAddress(asAddress(asText(config.url).trim()))
  for (const { name, value } of config.query) url.searchParams.append(name, asText(value))
  return url.href
}

function joined(config: HttpConfig, base: string | null): URL {
  const path = asText(config.url).trim()
  if (base !== null) return belowBase(base, path)
  const connection = connectionOf(config)
  throw new FanwiseError('step_input', connection === null ? `“${path.slice(0, 200)}” is a path, not an address.` : `The connection ${connection} has no base address that “${path.slice(0, 200)}” could be below.`, {
    field: 'url', fix: connection === null ? 'Give a whole address, or sign in with a connection that has a base address.' : 'Give the connection one in Settings, or write a whole address in the step.',
  })
}

function wholeAddress(text: string): URL {
  let url: URL
  try {
    url = new URL(text)
  } catch {
    throw new FanwiseError('step_input', `"${text.slice(0, 200)}" is not an address.`, { field: 'url', fix: 'Give a whole one, such as https://api.example.com/contacts.' })
  }
  if (!['http:', 'https:', 'playground:'].includes(url.protocol)) {
    throw new FanwiseError('step_input', `Addresses with ${url.protocol}// cannot be called.`, { field: 'url', fix: 'Use https://, http:// or playground://.' })
  }
  return url
}

const headerName = /^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/

export function headersOf(config: HttpConfig): Record<string, string> {
  const headers: Record<string, string> = {}
  const set = (name: string, value: string, at: { name: string; value: string }): void => {
    if (!headerName.test(name)) throw new FanwiseError('step_input', `"${name}" is not the name of a header.`, { field: at.name, fix: 'Use letters, digits and dashes, such as X-Api-Key.' })
    if (/[\0\r\n]/.test(value)) throw new FanwiseError('step_input', `The header ${name} has a line break in it.`, { field: at.value, fix: 'Give text of one line.' })
    const stray = strayInHeader(value)
    if (stray !== undefined) throw new FanwiseError('step_input', `The header ${name} has a character in it that headers cannot carry${/\p{Cc}/u.test(stray) ? '' : `: ${stray}`}.`, { field: at.value, fix: 'Write it without, encode it with encodeURIComponent, or send it in the body.' })
    const known = Object.keys(headers).find((key) => key.toLowerCase() === name.toLowerCase())
    headers[known ?? name] = value
  }
  config.headers.forEach(({ name, value }, index) => set(name, asText(value).trim(), { name: `headers.${index}.name`, value: `headers.${index}.value` }))
  if (config.auth === 'bearer') set('Authorization', `Bearer ${given(config.token, 'token', 'The token')}`, { name: 'token', value: 'token' })
  if (config.auth === 'basic') set('Authorization', `Basic ${base64(`${asText(config.user)}:${asText(config.password)}`)}`, { name: 'user', value: 'user' })
  if (config.auth === 'header') set((config.authName ?? '').trim(), given(config.authValue, 'authValue', 'The header’s value'), { name: 'authName', value: 'authValue' })
  return headers
}

/** The connection it signs in with. */
export function connectionOf(config: HttpConfig): string | null {
  return config.auth === 'connection' ? (config.connection ?? '').trim() : null
}

/** An empty key would be sent as if it were one, and refused by a message that does not say so. */
function given(value: string | undefined, field: string, what: string): string {
  const text = asText(value).trim()
  if (text === '') throw new FanwiseError('step_input', `${what} is empty.`, { field, fix: 'Check the setting it is read from.' })
  return text
}

function base64(text: string): string {
  return btoa(String.fromCharCode(...new TextEncoder().encode(text)))
}

export function hasHeader(headers: Record<string, string>, name: string): boolean {
  return Object.keys(headers).some((key) => key.toLowerCase() === name)
}

export function bodyOf(config: HttpConfig, headers: Record<string, string>): string | undefined {
  if (config.method === 'HEAD' || (config.method === 'GET' && config.bodyType !== 'none' && isEmpty(config))) return undefined
  const typed = (type: string, body: string) => {
    if (!hasHeader(headers, 'content-type')) headers['Content-Type'] = type
    return body
  }
  switch (config.bodyType) {
    case 'none': return undefined
    case 'json': return typed('application/json', JSON.stringify((config.body as Json) === '' ? {} : config.body))
    case 'form': return typed('application/x-www-form-urlencoded', new URLSearchParams(config.form.map(({ name, value }) => [name, asText(value)])).toString())
    case 'text': return typed('text/plain; charset=utf-8', asText(config.text))
  }
}

/** A GET with an untouched body field sends none. */
function isEmpty(config: HttpConfig): boolean {
  const body = config.body as Json
  if (config.bodyType === 'json') return body === '' || (typeof body === 'object' && body !== null && Object.keys(body).length === 0)
  return config.bodyType === 'form' ? config.form.length === 0 : asText(config.text) === ''
}

/** Names under which requests carry what gives access. */
const secretHeaders = /^(authorization|proxy-authorization|cookie|x-api-key|api-key|x-auth-token)$/i

/** The request as sent, with what gives access masked. */
export function recorded(config: HttpConfig, url: string, headers: Record<string, string>, body: string | undefined): JsonObject {
  const shown = new URL(url)
  if (shown.username !== '' || shown.password !== '') {
    shown.username = ''
    shown.password = ''
  }
  const own = config.auth === 'header' ? (config.authName ?? '').trim().toLowerCase() : ''
  const masked = Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, secretHeaders.test(name) || name.toLowerCase() === own ? '••••••' : value]))
  const connection = connectionOf(config)
  return { method: config.method, url: shown.href, ...(connection === null ? {} : { connection }), headers: masked, ...(body === undefined ? {} : { body: parsed(body, headers['Content-Type'] ?? '') }) }
}
