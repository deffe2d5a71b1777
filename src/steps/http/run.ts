import type { Json, JsonObject } from '#base/json.ts'
import { FanwiseError } from '#base/errors.ts'
import { durationOr } from '#steps/field.ts'
import type { HttpConfig } from '#steps/http/definition.ts'
import { failureOf } from '#steps/http/failure.ts'
import type { OutgoingResponse, StepRun } from '#steps/kind.ts'
import { asText } from '#steps/value.ts'

export const runHttp: StepRun<HttpConfig> = async ({ config, idempotencyKey, services, signal }) => {
  const method = config.method
  const url = addressOf(config)
  const headers = headersOf(config)
  const body = bodyOf(config, headers)
  if (!hasHeader(headers, 'idempotency-key')) headers['Idempotency-Key'] = idempotencyKey
  const input = recorded(method, url, headers, body)
  const response = await services.request({
    method, url, headers, timeoutMs: durationOr(config.timeout, 30_000), signal, ...(body === undefined ? {} : { body }),
  })
  if (config.failOn !== 'never' && (response.status < 200 || response.status > 299)) throw failureOf(response, input)
  return { type: 'done', output: { status: response.status, headers: response.headers, body: bodyValue(response) }, input }
}

function addressOf(config: HttpConfig): string {
  const text = asText(config.url).trim()
  let url: URL
  try {
    url = new URL(text)
  } catch {
    throw new FanwiseError('step_input', `"${text.slice(0, 200)}" is not an address.`, { field: 'url', fix: 'Give a whole one, such as https://api.example.com/contacts.' })
  }
  if (!['http:', 'https:', 'playground:'].includes(url.protocol)) {
    throw new FanwiseError('step_input', `Addresses with ${url.protocol}// cannot be called.`, { field: 'url', fix: 'Use https://, http:// or playground://.' })
  }
  for (const { name, value } of config.query) url.searchParams.append(name, asText(value))
  return url.href
}

const headerName = /^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/

function headersOf(config: HttpConfig): Record<string, string> {
  const headers: Record<string, string> = {}
  config.headers.forEach(({ name, value }, index) => {
    const text = asText(value).trim()
    if (!headerName.test(name)) throw new FanwiseError('step_input', `"${name}" is not the name of a header.`, { field: `headers.${index}.name`, fix: 'Use letters, digits and dashes, such as X-Api-Key.' })
    if (/[\0\r\n]/.test(text)) throw new FanwiseError('step_input', `The header ${name} has a line break in it.`, { field: `headers.${index}.value`, fix: 'Give text of one line.' })
    const known = Object.keys(headers).find((key) => key.toLowerCase() === name.toLowerCase())
    headers[known ?? name] = text
  })
  return headers
}

function hasHeader(headers: Record<string, string>, name: string): boolean {
  return Object.keys(headers).some((key) => key.toLowerCase() === name)
}

function bodyOf(config: HttpConfig, headers: Record<string, string>): string | undefined {
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

const secretHeaders = /^(authorization|proxy-authorization|cookie|x-api-key|api-key|x-auth-token)$/i

/** The request as sent, with what gives access masked. */
function recorded(method: string, url: string, headers: Record<string, string>, body: string | undefined): JsonObject {
  const shown = new URL(url)
  if (shown.username !== '' || shown.password !== '') {
    shown.username = ''
    shown.password = ''
  }
  const masked = Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, secretHeaders.test(name) ? '••••••' : value]))
  return { method, url: shown.href, headers: masked, ...(body === undefined ? {} : { body: parsed(body, headers['Content-Type'] ?? '') }) }
}

function parsed(text: string, contentType: string): Json {
  const looksJson = /[/+]json\b/i.test(contentType) || (contentType === '' && /^\s*[[{]/.test(text))
  if (!looksJson) return text
  try {
    return JSON.parse(text) as Json
  } catch {
    return text
  }
}

function bodyValue(response: OutgoingResponse): Json {
  return parsed(response.body, response.headers['content-type'] ?? '')
}
