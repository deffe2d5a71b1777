/**
 * What a sender may send as an event: the shape that the Inngest SDK sends, too. Hand-written,
 * since it runs once per event on the hottest route; every refusal names the field.
 */
import { FanwiseError } from '#base/errors.ts'
import { isJsonObject, type JsonObject } from '#base/json.ts'
import type { IncomingEvent } from '#engine/api.ts'

export const eventsMax = 5000
export const eventBytesMax = 1_048_576
export const bodyBytesMax = 16 * 1_048_576
const nameMax = 256
const tsMin = Date.UTC(1980, 0, 1)
const tsMax = Date.UTC(2100, 0, 1)

/** One event or an array of them. Throws invalid_event naming event and field, too_large, bad_request. */
export function readEvents(body: unknown): IncomingEvent[] {
  const list = Array.isArray(body) ? body : [body]
  if (list.length === 0) throw new FanwiseError('invalid_event', 'The list of events is empty.', { fix: 'Send at least one event.' })
  if (list.length > eventsMax) {
    throw new FanwiseError('too_large', `${list.length} events in one request; ${eventsMax} is the most.`, { fix: `Send them in requests of at most ${eventsMax}.` })
  }
  const single = !Array.isArray(body)
  return list.map((value, index) => readEvent(value, single ? '' : `[${index}].`))
}

function readEvent(value: unknown, at: string): IncomingEvent {
  if (!isJsonObject(value)) {
    throw new FanwiseError('invalid_event', `${at === '' ? 'The body' : `Event ${at.slice(0, -1)}`} is not an object.`, {
      field: at.slice(0, -1) || 'body',
      fix: 'An event looks like {"name":"user/account.created","data":{}}.',
    })
  }
  const { name, data, id, ts, v } = value
  checkName(name, at)
  if (data !== undefined && data !== null && !isJsonObject(data)) {
    refuse(at, 'data', '`data` must be an object.', 'Wrap the value, e.g. {"data":{"value":1}}.')
  }
  if (id !== undefined && id !== null && (typeof id !== 'string' || id.length > 256)) refuse(at, 'id', '`id` must be text of at most 256 characters.', 'Send a string, or leave it out.')
  if (ts !== undefined && ts !== null && (typeof ts !== 'number' || !(ts >= tsMin && ts <= tsMax))) refuse(at, 'ts', '`ts` must be milliseconds since 1970, between 1980 and 2100.', 'Send Date.now(), or leave it out.')
  if (v !== undefined && v !== null && typeof v !== 'string') refuse(at, 'v', '`v` must be text.', 'Send a string such as "2", or leave it out.')
  const event: IncomingEvent = { name: name as string, data: (data ?? {}) as JsonObject }
  if (typeof id === 'string' && id !== '') event.id = id
  if (typeof ts === 'number') event.ts = Math.trunc(ts)
  if (typeof v === 'string') event.v = v
  return event
}

function checkName(name: unknown, at: string): void {
  if (typeof name !== 'string' || name.trim() === '') refuse(at, 'name', '`name` is missing.', 'Give the event a name such as "user/account.created".')
  const text = name as string
  if (text.length > nameMax) refuse(at, 'name', `\`name\` is longer than ${nameMax} characters.`, 'Use a shorter name and put the details in `data`.')
  if (/[\u0000-\u001f\u007f*]/.test(text)) refuse(at, 'name', '`name` contains a control character or an asterisk.', 'Use letters, digits, `/`, `.`, `-` and `_`.')
  if (/^(inngest|fanwise)\//i.test(text)) refuse(at, 'name', `Names that start with "${text.slice(0, text.indexOf('/') + 1)}" are reserved.`, 'Choose another prefix.')
}

function refuse(at: string, field: string, message: string, fix: string): never {
  const path = `${at}${field}`
  throw new FanwiseError('invalid_event', at === '' ? message : `Event ${at.slice(0, -1)}: ${message}`, { field: path, fix })
}
