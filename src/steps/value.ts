/** Checks of resolved values that several kinds share. */
import { formatDuration, parseDuration } from '#base/duration.ts'
import { FanwiseError } from '#base/errors.ts'
import type { Json, JsonObject } from '#base/json.ts'
import { isJsonObject } from '#base/json.ts'
import { kindOf } from '#expressions/problem.ts'
import { dateFix, dateMs } from '#steps/date.ts'
import type { EmitItem } from '#steps/kind.ts'

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

/** A value as an error names it: the start of a text, else its kind. */
export const inWords = (value: Json): string => (typeof value === 'string' ? `"${value.slice(0, 60)}"` : kindOf(value))

/** A year: no event starts its runs later than this. */
const startsWithinMs = 366 * 86_400_000

/** When the runs of an event start: a date, or a time from now such as "2h". Undefined = at once. */
export function asStart(value: Json | undefined): EmitItem['starts'] {
  if (value === undefined || value === null || (typeof value === 'string' && value.trim() === '')) return undefined
  const inMs = typeof value === 'string' ? parseDuration(value.trim()) : null
  const atMs = inMs === null ? dateMs(value) : null
  if (inMs === null && atMs === null) {
    throw new FanwiseError('step_input', `The start of its runs is ${inWords(value)}, which is neither a date nor a time from now.`, { field: 'starts', fix: `Give a time such as 30m or 2d, or a date. ${dateFix}` })
  }
  if ((inMs ?? atMs! - Date.now()) > startsWithinMs) throw new FanwiseError('step_input', `The start of its runs lies more than ${formatDuration(startsWithinMs)} ahead.`, { field: 'starts', fix: 'Give a time within a year.' })
  return inMs === null ? { atMs: atMs! } : { inMs }
}
