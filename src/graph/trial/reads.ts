/** Which steps' outputs a step reads, from its definition. */
import { expressionFields } from '#expressions/fields.ts'
import { readsOf } from '#graph/compile/reads.ts'
import type { StepDefinition } from '#graph/definition.ts'
import { stepDefinition } from '#steps/definitions.ts'

/** `all` when it reads `steps` as a whole, or what it reads cannot be told. */
export function stepsReadBy(step: StepDefinition): Set<string> | 'all' {
  const keys = new Set<string>()
  try {
    const scope = step.each === undefined ? [] : ['item', 'index']
    const texts = expressionFields(stepDefinition(step.kind).config, step.config).map((field) => readsOf(field.text, field.kind, [...(field.scope ?? []), ...scope]))
    if (step.each !== undefined) texts.push(readsOf(step.each.items, 'template'))
    for (const { root, path } of texts.flatMap((one) => one.references)) {
      if (root !== 'steps') continue
      if (path[0] === undefined) return 'all'
      keys.add(path[0])
    }
  } catch {
    return 'all'
  }
  if (step.kind === 'gather') keys.add(String(step.config['of'] ?? '').trim())
  return keys
}
