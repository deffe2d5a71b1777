/** Pure: events that waits in front of a step have taken. A wait that looks back must not take the same one again; one in a branch beside may. */
import { memberAt } from '#base/json.ts'
import type { StepDefinition } from '#graph/definition.ts'

/**
 * @param outputs of the steps that have ended
 * @returns public ids
 */
export function takenBefore(steps: readonly StepDefinition[], id: string, outputs: Readonly<Record<string, unknown>>): ReadonlySet<string> {
  const byId = new Map(steps.map((step) => [step.id, step]))
  const seen = new Set<string>()
  const taken = new Set<string>()
  const open = [id]
  for (let at = open.pop(); at !== undefined; at = open.pop()) {
    for (const { step } of byId.get(at)?.after ?? []) {
      if (seen.has(step)) continue
      seen.add(step)
      open.push(step)
      const event = byId.get(step)?.kind === 'wait' ? memberAt(outputs, [step, 'id']) : undefined
      if (typeof event === 'string') taken.add(event)
    }
  }
  return taken
}
