/** Checks of resolved values that several kinds share. */
import { FanwiseError } from '#base/errors.ts'
import type { Json, JsonObject } from '#base/json.ts'
import { isJsonObject } from '#base/json.ts'
import { kindOf } from '#expressions/problem.ts'

/** Text of a resolved value for a header, address or subject. Null is empty text. */
export function asText(value: Json | undefined): string {
  if (value === null || value === undefined) return ''
  if (typeof value === 'string') return value
  return typeof value === 'object' ? JSON.stringify(value) : String(value)
}

/** Event data is always an object. An untouched field gives an empty one. */
export function asEventData(value: Json | undefined, field: string, whose = 'Event data'): JsonObject {
  if (value === undefined || value === '') return {}
  if (isJsonObject(value)) return value
  throw new FanwiseError('step_input', `${whose} must be an object, but this is ${kindOf(value)}.`, {
    field, fix: 'Wrap it, such as { "value": {{ … }} }.',
  })
}

/** The sender's id of an event, or undefined when the field is empty. */
export function asEventId(value: Json | undefined): string | undefined {
  const text = asText(value).trim()
  if (text.length > 256) throw new FanwiseError('step_input', `The event's id has ${text.length} characters; it may have 256.`, { field: 'id', fix: 'Use a shorter value that is unique for this event.' })
  return text === '' ? undefined : text
}
