/**
 * The playground: services steps can call without anything leaving the process. A request is
 * stored before it is answered, so "what it received" is the truth even when a worker dies.
 */
import type pg from 'pg'
import { setTimeout as delay } from 'node:timers/promises'
import type { Json } from '#base/json.ts'
import { answer, type Answer, type PlaygroundCall } from '#playground/answers.ts'
import { createPerSecond } from '#playground/per-second.ts'
import { defaultDelayMs, defaultFailStatus, defaultPerSecond, isPlaygroundService, playgroundServices, type PlaygroundServiceName, type PlaygroundSettings } from '#playground/services.ts'
import { playgroundStore } from '#playground/store.ts'

export interface PlaygroundRequest {
  method: string
  path: string
  headers: Record<string, string>
  body?: string
  idempotencyKey?: string
  signal?: AbortSignal
}

export interface PlaygroundResponse {
  status: number
  headers: Record<string, string>
  body: string
}

const perSecond = createPerSecond()

export async function handlePlayground(pool: pg.Pool, workspaceId: string, service: string, request: PlaygroundRequest): Promise<PlaygroundResponse> {
  if (!isPlaygroundService(service)) {
    return respond({ status: 404, body: { error: `There is no service "${service}". The playground has ${playgroundServices.join(', ')}.` } })
  }
  const store = playgroundStore(pool)
  const settings = await store.settings({ workspaceId, service })
  const call: PlaygroundCall = {
    method: request.method.toUpperCase(),
    path: request.path.startsWith('/') ? request.path : `/${request.path}`,
    body: readBody(request.body),
    idempotencyKey: request.idempotencyKey ?? request.headers['idempotency-key'] ?? request.headers['Idempotency-Key'] ?? null,
  }
  const { answered, headers } = decide(workspaceId, service, call, settings)
  await store.record({ workspaceId, service, ...call, answered: answered.status })
  const wait = settings.mode === 'slow' ? (settings.delayMs ?? defaultDelayMs) : (settings.delayMs ?? 0)
  if (wait > 0) await delay(wait, undefined, request.signal === undefined ? undefined : { signal: request.signal })
  return respond(answered, headers)
}

function decide(workspaceId: string, service: PlaygroundServiceName, call: PlaygroundCall, settings: PlaygroundSettings): { answered: Answer; headers?: Record<string, string> } {
  if (settings.mode === 'fail') {
    const status = settings.status ?? defaultFailStatus
    return { answered: { status, body: { error: `The ${service} playground is told to fail with ${status}.` } } }
  }
  if (settings.mode === 'limit') {
    const most = service === 'users' ? defaultPerSecond : (settings.items ?? defaultPerSecond)
    if (!perSecond(`${workspaceId} ${service}`, most)) {
      return { answered: { status: 429, body: { error: `More than ${most} requests in a second.` } }, headers: { 'retry-after': '1' } }
    }
  }
  return { answered: answer(service, call, settings) }
}

function readBody(text: string | undefined): Json {
  if (text === undefined || text === '') return null
  try {
    return JSON.parse(text) as Json
  } catch {
    return text
  }
}

function respond({ status, body }: Answer, headers: Record<string, string> = {}): PlaygroundResponse {
  return { status, headers: { 'content-type': 'application/json', ...headers }, body: JSON.stringify(body) }
}
