/**
 * What an open run is found by when an event comes that may end it (`job.cancel_keys`): for each of its rules a hash of the value
 * that the event has to bring, so that an event reads the runs that want its values and not all that are open. The runs of a rule
 * that compares nothing of the kind share one key. A key only narrows down: whoever has found a run compares again.
 */
import { memberAt } from '#base/json.ts'
import { namedUuid } from '#engine/derived-ids.ts'
import type { Cancel } from '#engine/flow/cancel-rules.ts'
import type { CancelRule } from '#engine/flow/compile-flow.ts'
import { anyValue, keyAt, wantedBy } from '#engine/wait-match.ts'

interface EventOfRun {
  id: string
  name: string
  data: unknown
  ts: number
  v?: string | null
}

/** Keys of a run that begins with this event. @param cancels the rules of its function, of all versions */
export function cancelKeysOf(cancels: readonly Cancel[], version: number, event: EventOfRun): string[] {
  const { id, name, data, ts, v = null } = event
  const origin = { id, name, data, ts, v }
  const keys = cancels.filter(({ versions }) => versions.includes(version)).map(({ functionId, rule }) => keyOfRun(functionId, rule, origin))
  return [...new Set(keys.filter((key) => key !== null))]
}

/** Keys of the runs that one of these events may end by the rule; none when it can end no run. */
export function cancelKeysFor({ functionId, rule }: Cancel, events: readonly unknown[]): string[] {
  const { match, condition } = rule
  const same = condition?.sameValue ?? null
  if (match !== null) {
    const values = new Set(events.map((event) => textAt(event, match)).filter((value) => value !== undefined))
    return values.size === 0 ? [] : [functionId, ...[...values].map((value) => keyOf(functionId, match, value))]
  }
  // Runs that were open before they had keys have their function's id.
  if (same === null) return [functionId, keyOf(functionId, [], '')]
  const values = new Set(events.map((event) => keyAt(event, JSON.stringify(same.async))).filter((value) => value !== null))
  return [functionId, ...[anyValue.key, ...values].map((value) => keyOf(functionId, same.async, value))]
}

/** Null: no event ends it by this rule, since its own event does not have the value. */
function keyOfRun(functionId: string, { match, condition }: CancelRule, origin: EventOfRun): string | null {
  const same = condition?.sameValue ?? null
  if (match !== null) {
    const value = textAt(origin, match)
    return value === undefined ? null : keyOf(functionId, match, value)
  }
  return same === null ? keyOf(functionId, [], '') : keyOf(functionId, same.async, wantedBy(same, origin).key)
}

const keyOf = (functionId: string, path: readonly string[], value: string): string => namedUuid(`cancel\u0000${functionId}\u0000${JSON.stringify(path)}\u0000${value}`, 0)

/** The text of a string or a number, JSON of anything else; undefined where nothing can be the same. */
export function textAt(event: unknown, path: readonly string[]): string | undefined {
  const value = memberAt(event, path)
  return value === undefined || value === null ? undefined : typeof value === 'string' ? value : JSON.stringify(value)
}
