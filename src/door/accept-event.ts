/** POST /e/:eventKey: the events API, for the unmodified Inngest SDK, curl and browsers. */
import type { IncomingMessage, ServerResponse } from 'node:http'
import { FanwiseError } from '#base/errors.ts'
import { publicId } from '#base/ids.ts'
import { bodyBytesMax, eventBytesMax, readEvents } from '#server/http/event-shape.ts'
import { ownerOfKey } from '#server/http/keys.ts'
import { parseJsonBody, readBody } from '#server/http/read-body.ts'
import { sendJson } from '#server/http/respond.ts'
import { toAnswer } from '#server/http/database-away.ts'
import { uuidsFromSeed } from '#door/send-seed.ts'
import { getEngine } from '#server/engine.ts'

/** Answers `{ ids, status: 200 }` after COMMIT, or `{ ids: [], status, error, code, field?, fix? }` with nothing stored. */
export async function acceptEvent(request: IncomingMessage, response: ServerResponse, key: string): Promise<void> {
  response.setHeader('Access-Control-Allow-Origin', '*')
  response.setHeader('X-Inngest-Server-Kind', 'cloud')
  try {
    const body = await readBody(request, bodyBytesMax)
    const found = ownerOfKey(key)
    const owner = found instanceof Promise ? await found : found
    if (owner === null) {
      throw new FanwiseError('unauthorized', 'This event key is not known.', { fix: 'Copy the event key from Settings in your workspace; it is the last part of the address.' })
    }
    const events = readEvents(parseJsonBody(body))
    if (body.length > eventBytesMax) checkSizes(events)
    const uuids = uuidsFromSeed(request.headers['x-inngest-event-id-seed'], events.length)
    if (uuids !== null) events.forEach((event, index) => (event.uuid = uuids[index]!))
    const stored = await getEngine().ingest(owner.workspaceId, events, { source: 'api' })
    sendJson(response, 200, { ids: stored.map((event) => publicId('evt', event.id)), status: 200 })
  } catch (thrown) {
    const error = toAnswer(thrown)
    if (error.code === 'unavailable') response.setHeader('Retry-After', '2')
    const shape = error.toShape()
    sendJson(response, error.httpStatus, { ids: [], status: error.httpStatus, error: shape.message, code: shape.code, field: shape.field, fix: shape.fix })
  }
}

export function allowEventSenders(response: ServerResponse): void {
  response.writeHead(204, {
    'Access-Control-Allow-Origin': '*',
    'Access-Control-Allow-Methods': 'POST, OPTIONS',
    'Access-Control-Allow-Headers': 'content-type, x-inngest-sdk, x-inngest-env, x-inngest-event-id-seed, x-inngest-sdk-handled',
    'Access-Control-Max-Age': '86400',
  })
  response.end()
}

function checkSizes(events: { data: unknown }[]): void {
  events.forEach((event, index) => {
    const bytes = Buffer.byteLength(JSON.stringify(event))
    if (bytes > eventBytesMax) {
      throw new FanwiseError('too_large', `Event [${index}] has ${Math.ceil(bytes / 1024)} KB; 1 MB is the most.`, { field: `[${index}].data`, fix: 'Store the bulk elsewhere and send its address.' })
    }
  })
}
