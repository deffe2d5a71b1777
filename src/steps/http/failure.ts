/** What a refused request means: try again, or never again. */
import { FanwiseError } from '#base/errors.ts'
import type { JsonObject } from '#base/json.ts'
import type { OutgoingResponse } from '#steps/kind.ts'

const maxRetryAfterMs = 24 * 3_600_000
const excerptLength = 1000

/** The error of an answer that is not 2xx. */
export function failureOf(response: OutgoingResponse, request: JsonObject, nowMs: number = Date.now()): FanwiseError {
  const { status } = response
  const url = new URL(request.url as string)
  const temporary = status >= 500 || status === 408 || status === 425 || status === 429
  const retryAfter = temporary ? retryAfterMs(response.headers['retry-after'], nowMs) : undefined
  return new FanwiseError(temporary ? 'step_outside' : 'step_refused', `${url.host || url.pathname} answered ${status}.`, {
    fix: fixFor(status),
    facts: { status, url: url.href, body: response.body.slice(0, excerptLength), request },
    ...(retryAfter === undefined ? {} : { retryAfterMs: retryAfter }),
  })
}

function fixFor(status: number): string {
  if (status === 401 || status === 403) return 'Check the key or password this step sends.'
  if (status === 404 || status === 410) return 'Check the address and the ids in it.'
  if (status === 429) return 'It is asked less often by itself; lower the function’s concurrency if this stays.'
  if (status >= 500 || status === 408 || status === 425) return 'The other side has trouble. It is tried again while retries are left.'
  if (status >= 300 && status < 400) return 'The address moved and was not followed. Use the new one.'
  return 'Read the answer’s body: it usually says what was wrong with the request.'
}

/** Milliseconds of a Retry-After header: seconds, or a date. */
export function retryAfterMs(header: string | undefined, nowMs: number): number | undefined {
  if (header === undefined) return undefined
  const text = header.trim()
  const ms = /^\d+(\.\d+)?$/.test(text) ? Number(text) * 1000 : Date.parse(text) - nowMs
  return Number.isNaN(ms) ? undefined : Math.min(maxRetryAfterMs, Math.max(0, Math.round(ms)))
}
