import type { Json } from '#base/json.ts'
import type { FunctionDefinition } from '#graph/definition.ts'

/** What a run gives to whoever asks: the output of its last step; of several, by key. */
export function outputOfRun(definition: Pick<FunctionDefinition, 'steps'> | null, outputs: ReadonlyMap<string, Json>): Json {
  if (definition === null) return null
  const parents = new Set(definition.steps.flatMap((step) => step.after.map((edge) => edge.step)))
  const leaves = definition.steps.filter((step) => !parents.has(step.id) && outputs.has(step.id))
  if (leaves.length === 1) return outputs.get(leaves[0]!.id)!
  return Object.fromEntries(leaves.map((step) => [step.id, outputs.get(step.id)!]))
}
