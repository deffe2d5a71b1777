/**
 * POST /hooks/:hookId turns any JSON, form or text body into an event. The address is a row, so
 * there is nothing to register: an unpublished or unconnected webhook still stores what arrives.
 * HEAD, GET, or POST with the header `x-fanwise-check: 1`, only says that the address is right, and stores nothing.
 */
import { createHash } from 'node:crypto'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { FanwiseError, workspaceGone } from '#base/errors.ts'
import { isJsonObject, type Json, type JsonObject } from '#base/json.ts'
import { publicId } from '#base/ids.ts'
import { parseJsonBody, readBody } from '#server/http/read-body.ts'
import { sendError, sendJson } from '#server/http/respond.ts'
import { getEngine } from '#server/engine.ts'

const webhookBytesMax = 1_048_576

interface WebhookRow {
  workspace_id: string
  name: string
  event_name: string | null
  dedupe_path: string | null
  gone: boolean
}

/** Delivery ids of common senders; a redelivery with the same one starts nothing twice. */
const deliveryHeaders = ['webhook-id', 'x-github-delivery', 'x-shopify-webhook-id', 'linear-delivery', 'i-twilio-idempotency-token', 'idempotency-key']

export async function acceptWebhook(request: IncomingMessage, response: ServerResponse, hookId: string): Promise<void> {
  if (request.headers['x-fanwise-check'] === '1') return checkWebhook(response, hookId)
  try {
    const body = await readBody(request, webhookBytesMax)
    const hook = await findHook(hookId)
    const payload = readPayload(body, request.headers['content-type'] ?? '')
    const delivery = deliveryId(request, payload, hook.dedupe_path)
    const [stored] = await getEngine().ingest(
      hook.workspace_id,
      [{ name: eventNameOf(hook), data: payload, ...(delivery === null ? {} : { id: `hook:${hookId}:${delivery}` }) }],
      { source: 'webhook', sourceRef: hookId },
    )
    sendJson(response, 200, {
      id: publicId('evt', stored!.id),
      duplicate: stored!.duplicate || undefined,
      note: !stored!.duplicate && stored!.runs === 0 ? 'Stored. No published function reacts to it yet.' : undefined,
    })
  } catch (error) {
    sendError(response, error)
  }
}

/** Some senders take an address only when it answers 200 before they have sent anything. */
export async function checkWebhook(response: ServerResponse, hookId: string): Promise<void> {
  try {
    sendJson(response, 200, { ok: true, check: true, event: eventNameOf(await findHook(hookId)) })
  } catch (error) {
    sendError(response, error)
  }
}

async function findHook(hookId: string): Promise<WebhookRow> {
  // No address has it, and Postgres takes no text with it.
  if (hookId.includes('\u0000')) throw noWebhook()
  const { rows } = await getEngine().pool.query<WebhookRow>({
    name: 'webhook-find',
    text: `select s.workspace_id, s.name, s.event_name, s.dedupe_path, w.deleted_at is not null as gone from webhook_source s join workspace w on w.id = s.workspace_id
      where s.id = $1`,
    values: [hookId],
  })
  if (rows[0] === undefined) throw noWebhook()
  if (rows[0].gone) throw workspaceGone()
  return rows[0]
}

const noWebhook = () => new FanwiseError('not_found', 'There is no webhook at this address.', { fix: 'Copy the address from the webhook node in the editor; it answers as soon as the node is there and saved.' })

function readPayload(body: Buffer, contentType: string): JsonObject {
  if (body.length === 0) return {}
  const type = contentType.split(';')[0]!.trim().toLowerCase()
  if (type === 'application/x-www-form-urlencoded') return fromForm(body)
  if (type === 'application/json' || type.endsWith('+json')) return asObject(parseJsonBody(body) as Json)
  const text = body.toString('utf8')
  if (/^\s*[{[]/.test(text)) {
    try {
      return asObject(parseJsonBody(body) as Json)
    } catch {
      return { text }
    }
  }
  return { text }
}

function fromForm(body: Buffer): JsonObject {
  const data = Object.create(null) as JsonObject
  for (const [key, value] of new URLSearchParams(body.toString('utf8'))) {
    const before = data[key]
    if (before === undefined) data[key] = value
    else if (Array.isArray(before)) before.push(value)
    else data[key] = [before, value]
  }
  return { ...data }
}

/** Events carry objects: a bare list or value is put under a name. */
function asObject(value: Json): JsonObject {
  if (isJsonObject(value)) return value
  return Array.isArray(value) ? { items: value } : { value }
}

function deliveryId(request: IncomingMessage, payload: JsonObject, dedupePath: string | null): string | null {
  if (dedupePath !== null && dedupePath !== '') {
    let value: Json | undefined = payload
    for (const part of dedupePath.split('.')) value = isJsonObject(value) && Object.hasOwn(value, part) ? value[part] : undefined
    if (value !== undefined && value !== null) return hash(JSON.stringify(value))
  }
  for (const name of deliveryHeaders) {
    const header = request.headers[name]
    if (typeof header === 'string' && header !== '') return hash(header)
  }
  return null
}

const hash = (text: string) => createHash('sha256').update(text).digest('base64url').slice(0, 32)

/** Until it is drawn to an event, requests become events named after the webhook. */
const eventNameOf = (hook: WebhookRow) => hook.event_name ?? `webhook/${slugOf(hook.name)}`

const slugOf = (name: string) => name.toLowerCase().replace(/[^a-z0-9]+/g, '-').replace(/^-|-$/g, '') || 'received'
