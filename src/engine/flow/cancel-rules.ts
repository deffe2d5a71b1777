/** The rules by which events end open runs, found by the event's name. */
import { cancelRule, type CancelRule } from '#engine/flow/compile-flow.ts'
import type { FunctionDefinition } from '#graph/definition.ts'
import { isUnder } from '#base/event-pattern.ts'

/** A rule with the versions of the function that have it. */
export interface Cancel {
  functionId: string
  versions: number[]
  rule: CancelRule
}

export interface LoadedCancels {
  id: string
  version: number
  definition: Pick<FunctionDefinition, 'flow'>
}

/** By the name of the event; those of a pattern such as `order/*` by what stands before its star. And by the function whose runs they end. */
export interface Cancels {
  exact: Map<string, Cancel[]>
  patterns: { before: string; cancels: Cancel[] }[]
  byFunction: Map<string, Cancel[]>
}

/** Those that an event of this name may set off. */
export function cancelsOf({ exact, patterns }: Cancels, name: string): readonly Cancel[] {
  const own = exact.get(name) ?? none
  if (patterns.length === 0) return own
  const more = patterns.filter(({ before }) => isUnder(before, name))
  return more.length === 0 ? own : [...own, ...more.flatMap(({ cancels }) => cancels)]
}

const none: readonly Cancel[] = []

/** Versions with the same rule share one entry. */
export function cancelsByEvent(loaded: readonly LoadedCancels[]): Cancels {
  const entries = new Map<string, Cancel>()
  for (const { id, version, definition } of loaded) {
    for (const rule of definition.flow?.cancelOn ?? []) {
      const key = `${id} ${JSON.stringify([rule.event, rule.match, rule.if, rule.timeoutMs])}`
      const entry = entries.get(key)
      if (entry === undefined) entries.set(key, { functionId: id, versions: [version], rule: cancelRule(rule) })
      else entry.versions.push(version)
    }
  }
  const byEvent = new Map<string, Cancel[]>()
  const byFunction = new Map<string, Cancel[]>()
  for (const entry of entries.values()) {
    byEvent.set(entry.rule.event, [...(byEvent.get(entry.rule.event) ?? []), entry])
    byFunction.set(entry.functionId, [...(byFunction.get(entry.functionId) ?? []), entry])
  }
  const patterns = [...byEvent].filter(([name]) => name.endsWith('*'))
  for (const [name] of patterns) byEvent.delete(name)
  return { exact: byEvent, patterns: patterns.map(([name, cancels]) => ({ before: name.slice(0, -1), cancels })), byFunction }
}
