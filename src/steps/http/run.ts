import { FanwiseError } from '#base/errors.ts'
import { isJsonObject, type JsonObject } from '#base/json.ts'
import { bodyValue } from '#steps/http/answer.ts'
import type { HttpConfig } from '#steps/http/definition.ts'
import { failureOf } from '#steps/http/failure.ts'
import { itemsOf, nextAddress, sameAgain } from '#steps/http/pages.ts'
import { addressOf, bodyOf, connectionOf, hasHeader, headersOf, needsBase, recorded } from '#steps/http/request.ts'
import { isPaged, pagesMax } from '#steps/http/definition.ts'
import { durationOr } from '#steps/field.ts'
import type { OutgoingRequest, OutgoingResponse, StepRun, StepServices } from '#steps/kind.ts'

export const runHttp: StepRun<HttpConfig> = async ({ config, idempotencyKey, services, signal }) => {
  const method = config.method
  const credentials = credentialsOf(config)
  const url = addressOf(config, needsBase(config) ? await baseOf(config, services) : null)
  const headers = headersOf(config)
  const body = bodyOf(config, headers)
  const ownKey = hasHeader(headers, 'idempotency-key')
  if (!ownKey) headers['Idempotency-Key'] = idempotencyKey
  const input = recorded(config, url, headers, body)
  const ask = async (address: string, page = 1): Promise<OutgoingResponse> => {
    // Another page is another request: a service that keeps to the key would answer the first again.
    const own = page === 1 || ownKey ? headers : { ...headers, 'Idempotency-Key': `${idempotencyKey}.page-${page}` }
    const response = await services.request({
      method, url: address, headers: own, timeoutMs: durationOr(config.timeout, 30_000), signal, ...(body === undefined ? {} : { body }), ...(credentials === undefined ? {} : { credentials }),
    })
    if (config.failOn !== 'never' && (response.status < 200 || response.status > 299)) throw failureOf(response, input)
    return response
  }
  if (isPaged(config.pages)) return { type: 'done', output: await readPages(config, url, ask), input }
  const response = await ask(url)
  return { type: 'done', output: { status: response.status, headers: response.headers, body: bodyValue(response, config.response) }, input }
}

/** Of the connection it signs in with. */
async function baseOf(config: HttpConfig, services: StepServices): Promise<string | null> {
  const connection = connectionOf(config)
  return connection === null ? null : ((await services.baseAddress?.(connection)) ?? null)
}

/** Nothing for the usual request, which then leaves as it is. */
function credentialsOf(config: HttpConfig): OutgoingRequest['credentials'] {
  const connection = connectionOf(config)
  if (connection === '') throw new FanwiseError('step_input', 'No connection is chosen.', { field: 'connection', fix: 'Choose one, or sign in another way.' })
  const body = config.bodyType === 'none' ? undefined : config.bodyType
  if (connection === null && body === undefined) return undefined
  return { ...(connection === null ? {} : { connection }), ...(body === undefined ? {} : { body }) }
}

/** Page after page into one list. `more` says that the most pages were read and there is another. */
async function readPages(config: HttpConfig, url: string, ask: (address: string, page: number) => Promise<OutgoingResponse>): Promise<JsonObject> {
  const most = config.maxPages ?? pagesMax
  const items: JsonObject[string][] = []
  const visited = new Set<string>()
  let address = nextAddress(config, url, null, { pages: 0, items: 0 })
  let response: OutgoingResponse | null = null
  while (address !== null && !visited.has(address) && visited.size < most) {
    visited.add(address)
    const before: OutgoingResponse | null = response
    response = await ask(address, visited.size)
    if (response.status < 200 || response.status > 299) return { status: response.status, headers: response.headers, items, pages: visited.size, more: true }
    const body = bodyValue(response, config.response)
    const found = itemsOf(config, body, visited.size)
    if (before !== null && before.body === response.body && found.some(isJsonObject)) {
      if (visited.size === 2) throw sameAgain(config)
      // Behind the last page some services give that one again.
      return { status: response.status, headers: response.headers, items, pages: visited.size, more: false }
    }
    for (const item of found) items.push(item)
    const ended = found.length === 0 && (config.pages === 'count' || config.pages === 'skip')
    address = ended ? null : nextAddress(config, address, { body, headers: response.headers }, { pages: visited.size, items: items.length })
  }
  return { status: response?.status ?? 0, headers: response?.headers ?? {}, items, pages: visited.size, more: address !== null && !visited.has(address) }
}
