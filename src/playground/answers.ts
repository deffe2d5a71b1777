/**
 * What the services answer when they are well. Ids come from the idempotency key, so a repeated
 * request gets the answer of the first, as a careful real service would give.
 */
import { createHash, randomUUID } from 'node:crypto'
import { isJsonObject, type Json, type JsonObject } from '#base/json.ts'
import { generatedUsers } from '#playground/users.ts'
import { defaultItems, type PlaygroundServiceName, type PlaygroundSettings } from '#playground/services.ts'

export interface PlaygroundCall {
  method: string
  /** Path with its query: `/contacts?limit=10`. */
  path: string
  body: Json
  idempotencyKey: string | null
}

export interface Answer {
  status: number
  body: Json
}

type Answerer = (call: PlaygroundCall, input: JsonObject, makeId: (prefix: string) => string) => Answer | null

const services: Record<Exclude<PlaygroundServiceName, 'users'>, Answerer> = {
  mail: (call, input, id) => (call.method === 'POST' ? { status: 202, body: { id: id('msg'), status: 'queued', to: input.to ?? null } } : null),

  crm: (call, input, id) => {
    if (call.method === 'POST' && resource(call) === 'contacts') {
      return { status: 201, body: { id: id('con'), email: input.email ?? null, name: input.name ?? null, stage: 'new', owner: 'Ines Duarte' } }
    }
    return null
  },

  billing: (call, input, id): Answer | null => {
    if (call.method !== 'POST') return null
    switch (resource(call)) {
      case 'customers': return { status: 201, body: { id: id('cus'), email: input.email ?? null, name: input.name ?? null, currency: 'EUR' } }
      case 'trials': return { status: 201, body: { id: id('trl'), customer: input.customer ?? null, plan: input.plan ?? 'team', days: 14, status: 'trialing' } }
      case 'subscriptions': return { status: 201, body: { id: id('sub'), customer: input.customer ?? null, plan: input.plan ?? 'team', status: 'trialing', trialDays: 14 } }
      case 'charges': return { status: 201, body: { id: id('ch'), amount: input.amount ?? null, currency: input.currency ?? 'EUR', status: 'succeeded' } }
      case 'refunds': return { status: 201, body: { id: id('re'), charge: input.charge ?? null, status: 'succeeded' } }
      default: return null
    }
  },

  slack: (call, input, id) =>
    call.method === 'POST' ? { status: 200, body: { ok: true, id: id('slk'), channel: input.channel ?? '#general', text: input.text ?? null } } : null,

  warehouse: (call, input, id): Answer | null => {
    const [, sku] = pathParts(call)
    if (call.method === 'GET' && resource(call) === 'stock' && sku !== undefined) return { status: 200, body: { sku, left: leftOf(sku) } }
    if (call.method !== 'POST') return null
    switch (resource(call)) {
      case 'reservations': return { status: 201, body: { id: id('rsv'), status: 'reserved', items: input.items ?? [], from: 'Hamburg' } }
      case 'fulfilments':
      case 'fulfillments':
      case 'shipments': return { status: 201, body: { id: id('shp'), status: 'packed', carrier: 'Postwind', trackingNumber: id('PW').slice(3).toUpperCase() } }
      case 'orders': return { status: 201, body: { id: id('ord'), status: 'open' } }
      default: return null
    }
  },
}

/** The same count for an item each time, below 20. */
const leftOf = (sku: string): number => [...sku].reduce((sum, sign) => sum + sign.codePointAt(0)!, 0) % 20

/** The service's answer in mode `ok`. */
export function answer(service: PlaygroundServiceName, call: PlaygroundCall, settings: PlaygroundSettings): Answer {
  const seed = call.idempotencyKey ?? randomUUID()
  const makeId = (prefix: string) => `${prefix}_${createHash('sha256').update(`${service} ${prefix} ${seed}`).digest('hex').slice(0, 12)}`
  if (service === 'users') return listUsers(call, settings, makeId)
  const input = isJsonObject(call.body) ? call.body : {}
  return services[service](call, input, makeId) ?? anything(call, input, makeId)
}

/** Paths nobody thought of still answer sensibly, so a drawing never meets a dead end. */
function anything(call: PlaygroundCall, input: JsonObject, makeId: (prefix: string) => string): Answer {
  if (call.method === 'DELETE') return { status: 200, body: { deleted: true } }
  const id = pathParts(call)[1] ?? makeId(resource(call).slice(0, 3) || 'obj')
  if (call.method === 'GET') return { status: 200, body: { id } }
  return { status: call.method === 'POST' ? 201 : 200, body: { ...input, id } }
}

function listUsers(call: PlaygroundCall, settings: PlaygroundSettings, makeId: (prefix: string) => string): Answer {
  if (call.method !== 'GET') return anything(call, isJsonObject(call.body) ? call.body : {}, makeId)
  const total = settings.items ?? defaultItems
  const query = new URLSearchParams(call.path.split('?')[1] ?? '')
  const cursor = /^after_u(\d+)$/.exec(query.get('cursor') ?? '')
  const offset = wholeNumber(cursor?.[1] ?? query.get('offset'), 0, total)
  const limit = wholeNumber(query.get('limit'), total, total)
  const end = Math.min(total, offset + limit)
  // A page says how the next one is asked for; whoever counts offsets need not look.
  const next: JsonObject = limit > 0 && end < total ? { next_cursor: `after_u${end}` } : {}
  return { status: 200, body: { users: generatedUsers(offset, end), total, ...next } }
}

function wholeNumber(text: string | null, otherwise: number, max: number): number {
  const number = text === null ? Number.NaN : Number(text)
  return Number.isInteger(number) && number >= 0 ? Math.min(number, max) : otherwise
}

function pathParts(call: PlaygroundCall): string[] {
  return (call.path.split('?')[0] ?? '').split('/').filter(Boolean)
}

function resource(call: PlaygroundCall): string {
  return pathParts(call)[0] ?? ''
}
