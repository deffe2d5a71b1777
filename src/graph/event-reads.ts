/** Which fields of its event a function reads, and which of them it cannot do without. Pure. */
import type { FunctionDefinition } from '#graph/definition.ts'
import { celReads, readsOf, type Read } from '#graph/compile/reads.ts'
import { expressionFields } from '#expressions/fields.ts'
import { stepDefinition } from '#steps/definitions.ts'

export interface EventRead {
  /** Below the event's data: ["customer", "email"]. */
  path: string[]
  /** It fails without it; others cope. */
  required: boolean
}

/** Fields of `event.data`, each once, in the order they are read. Texts that cannot be read count for nothing. */
export function eventReads({ triggers, steps, concurrency, concurrency2, flow }: FunctionDefinition): EventRead[] {
  const found = new Map<string, EventRead>()
  const note = (reads: readonly Read[]): void => {
    for (const { root, path, optional } of reads) {
      if (root !== 'event' || path[0] !== 'data' || path.length < 2) continue
      // A list's items are the list's own matter.
      const index = path.findIndex((key) => /^\d+$/.test(key))
      const below = path.slice(1, index < 0 ? undefined : index)
      if (below.length === 0) continue
      const key = JSON.stringify(below)
      const known = found.get(key)
      if (known === undefined) found.set(key, { path: below, required: !optional })
      else if (!optional) known.required = true
    }
  }
  const keys = [concurrency?.key, concurrency2?.key, flow?.throttle?.key, flow?.rateLimit?.key, flow?.debounce?.key, flow?.batch?.key, flow?.batch?.if, flow?.singleton?.key, flow?.idempotency, flow?.priority]
  for (const text of [...triggers.map((one) => (one.type === 'event' ? one.if : undefined)), ...keys]) if (text !== undefined) note(attempt(() => celReads(text, ['event'])))
  for (const { kind, config, each } of steps) {
    if (each !== undefined) note(attempt(() => readsOf(each.items, 'template').references))
    const extra = each === undefined ? [] : ['item', 'index']
    for (const field of expressionFields(stepDefinition(kind).config, config)) note(attempt(() => readsOf(field.text, field.kind, [...(field.scope ?? []), ...extra]).references))
  }
  return [...found.values()]
}

function attempt(read: () => readonly Read[]): readonly Read[] {
  try {
    return read()
  } catch {
    return []
  }
}
