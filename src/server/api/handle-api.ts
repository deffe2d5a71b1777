/**
 * The public API's way in: key, route, input, answer. Handlers are plain functions; this is the
 * only place that knows HTTP.
 */
import type { IncomingMessage, ServerResponse } from 'node:http'
import type { z } from 'zod'
import { FanwiseError } from '#base/errors.ts'
import { openApi } from '#server/api/openapi.ts'
import { actorOfKey } from '#server/audit/record.ts'
import type { ApiRoute } from '#server/api/route.ts'
import { findRoute } from '#server/api/routes.ts'
import { env } from '#server/env.ts'
import { ownerOfKey, type KeyOwner } from '#server/http/keys.ts'
import { parseJsonBody, readBody } from '#server/http/read-body.ts'
import { sendError, sendJson } from '#server/http/respond.ts'

const base = '/api/v1'
const bodyBytesMaxDefault = 6 * 1_048_576

export async function handleApi(request: IncomingMessage, response: ServerResponse): Promise<void> {
  try {
    const url = new URL(request.url ?? '/', 'http://localhost')
    const path = url.pathname.slice(base.length)
    if (path === '/openapi.json' && request.method === 'GET') return sendJson(response, 200, openApi(addressOf(request)))
    const key = await authorise(request)
    const found = findRoute(request.method ?? 'GET', path)
    if ('allow' in found) return refuseRoute(response, path, found.allow)
    const body = found.route.body === undefined ? undefined : await readInput(request, found.route)
    const answer = await found.route.handle({
      method: request.method ?? 'GET', path: found.path, headers: request.headers, workspaceId: key.workspaceId, actor: actorOfKey(key), body,
      query: found.route.query === undefined ? {} : check(found.route.query, Object.fromEntries(url.searchParams), ''),
    })
    sendJson(response, answer.status, answer.body)
  } catch (error) {
    if (error instanceof FanwiseError && error.code === 'unauthorized') response.setHeader('WWW-Authenticate', 'Bearer')
    sendError(response, reachable(error), (internal) => console.error(internal.cause ?? internal))
  }
}

async function authorise(request: IncomingMessage): Promise<KeyOwner> {
  const match = /^Bearer\s+(\S+)$/i.exec(request.headers.authorization ?? '')
  if (match === null) throw new FanwiseError('unauthorized', 'The request carries no API key.', { fix: 'Send the header `Authorization: Bearer <API key>`. Keys are in the workspace’s Settings.' })
  const owner = await ownerOfKey(match[1]!)
  if (owner === null) throw new FanwiseError('unauthorized', 'This API key is not known.', { fix: 'Create one in the workspace’s Settings.' })
  if (owner.kind !== 'api') throw new FanwiseError('forbidden', 'This is an event key. It may only send events to /e/<key>.', { fix: 'Use an API key (fw_api_…).' })
  return owner
}

function refuseRoute(response: ServerResponse, path: string, allow: string[]): void {
  if (allow.length === 0) throw new FanwiseError('not_found', `There is no ${base}${path}.`, { fix: `All calls are listed in ${base}/openapi.json.` })
  response.setHeader('Allow', allow.join(', '))
  sendJson(response, 405, { error: { code: 'bad_request', message: `${base}${path} takes ${allow.join(' or ')} only.`, fix: `Send a ${allow[0]} request.` } })
}

async function readInput(request: IncomingMessage, route: ApiRoute): Promise<unknown> {
  const bytes = await readBody(request, route.bodyBytesMax ?? bodyBytesMaxDefault)
  const schema = route.body!
  if (bytes.length === 0 && schema.safeParse(undefined).success) return undefined
  const value = parseJsonBody(bytes)
  // Events have a reader of their own: one that names the event and the field at the speed of the hot path.
  return route.operationId === 'sendEvents' ? value : check(schema, value, '')
}

/** The first mistake, with its path and words of the schema. */
function check(schema: z.ZodType, value: unknown, prefix: string): unknown {
  const parsed = schema.safeParse(value)
  if (parsed.success) return parsed.data
  const issue = parsed.error.issues[0]!
  const field = [prefix, ...issue.path.map(String)].filter(Boolean).join('.')
  const message = issue.message.endsWith('.') ? issue.message : `${issue.message}.`
  throw new FanwiseError('bad_request', field === '' ? message : `\`${field}\`: ${message}`, { ...(field === '' ? {} : { field }), fix: `${base}/openapi.json describes what this call takes.` })
}

/** A database that cannot be reached is a 503, and text it cannot keep (U+0000) a mistake of the sender: no faults of ours. */
function reachable(error: unknown): unknown {
  const { code, original } = databaseCodes(error)
  if (/^(22021|22P05)$/.test(original)) {
    return new FanwiseError('bad_request', 'The request holds a null character (U+0000) where it cannot be kept.', { fix: 'Leave it out. Only the `data` of events may hold it.', cause: error })
  }
  if (!/^(ECONNREFUSED|ECONNRESET|ETIMEDOUT|57P0[123]|53300|P1001|P1002|P1017|P2024)$/.test(code)) return error
  return new FanwiseError('unavailable', 'The database cannot be reached at the moment.', { fix: 'Send the request again in a few seconds.', cause: error })
}

/** The driver's code, and behind Prisma's own the one that Postgres gave. */
function databaseCodes(error: unknown): { code: string; original: string } {
  if (typeof error !== 'object' || error === null) return { code: '', original: '' }
  const { code, meta } = error as { code?: unknown; meta?: { driverAdapterError?: { cause?: { originalCode?: unknown } } } }
  return { code: String(code ?? ''), original: String(meta?.driverAdapterError?.cause?.originalCode ?? code ?? '') }
}

function addressOf(request: IncomingMessage): string {
  return env().FANWISE_URL ?? `http://${request.headers.host ?? 'localhost'}`
}
