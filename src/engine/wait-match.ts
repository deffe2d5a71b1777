/**
 * What a wait can be found by: when its condition demands that a path of the arriving event has the same value as
 * a path of the run's own event, that path and a hash of the value. An event then reads the waits that want its
 * values, and not every one of its name.
 */
import { memberAt } from '#base/json.ts'
import type { SameValue } from '#expressions/cel.ts'
import { namedUuid } from '#engine/derived-ids.ts'
import { withPublicId } from '#engine/flow/compile-flow.ts'

export interface Wanted {
  /** Keys below the arriving event, as JSON text; '' = it can not be told beforehand. */
  path: string
  key: string
}

/** Any event of its name has to be tried. */
export const anyValue: Wanted = { path: '', key: '00000000-0000-0000-0000-000000000000' }

/** An entry of an index has its bounds. */
const pathBytesMax = 500

/** @param origin the event of the run that waits */
export function wantedBy(same: SameValue | null, origin: unknown): Wanted {
  if (same === null) return anyValue
  const path = JSON.stringify(same.async)
  // Lists and objects are equal in other ways than their text.
  const value = valueAt(origin, same.event)
  if (Buffer.byteLength(path) > pathBytesMax || (typeof value === 'object' && value !== null)) return anyValue
  return { path, key: keyOf(value) }
}

/** The key by which waits of this path want the event; null when none can. */
export function keyAt(event: unknown, path: string): string | null {
  if (path === anyValue.path) return anyValue.key
  const value = valueAt(event, JSON.parse(path) as string[])
  return value === undefined || (typeof value === 'object' && value !== null) ? null : keyOf(value)
}

/** Of a value that is not there, too: whoever compares with it finds nothing. */
const keyOf = (value: unknown): string => namedUuid(`wanted\u0000${JSON.stringify(value)}`, 0)

const valueAt = (event: unknown, keys: readonly string[]): unknown => memberAt(keys[0] === 'id' ? withPublicId(event) : event, keys)
