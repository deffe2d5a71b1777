/** JSON answers of the front door. */
import type { ServerResponse } from 'node:http'
import type { FanwiseError } from '#base/errors.ts'
import { toAnswer } from '#server/http/database-away.ts'

export function sendJson(response: ServerResponse, status: number, body: unknown): void {
  if (response.writableEnded || response.destroyed) return
  const text = JSON.stringify(body)
  response.writeHead(status, {
    'Content-Type': 'application/json; charset=utf-8',
    'Content-Length': Buffer.byteLength(text),
    'Cache-Control': 'no-store',
    'X-Content-Type-Options': 'nosniff',
  })
  response.end(text)
}

/** `{ error: { code, message, field?, fix? } }`, with Retry-After where waiting helps. */
export function sendError(response: ServerResponse, thrown: unknown, onInternal: (error: FanwiseError) => void = () => {}): void {
  const error = toAnswer(thrown)
  if (error.code === 'internal') onInternal(error)
  if (error.code === 'unavailable' || error.code === 'rate_limited') {
    response.setHeader('Retry-After', String(Math.max(1, Math.ceil((error.retryAfterMs ?? 2000) / 1000))))
  }
  sendJson(response, error.httpStatus, { error: error.toShape() })
}
