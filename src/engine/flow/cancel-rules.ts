/** The rules by which events end open runs, found by the event's name. */
import { cancelRule, type CancelRule } from '#engine/flow/compile-flow.ts'
import type { FunctionDefinition } from '#graph/definition.ts'

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

/** By the name of the event; versions with the same rule share one entry. */
export function cancelsByEvent(loaded: readonly LoadedCancels[]): Map<string, Cancel[]> {
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
  for (const entry of entries.values()) byEvent.set(entry.rule.event, [...(byEvent.get(entry.rule.event) ?? []), entry])
  return byEvent
}
