import { FanwiseError } from '#base/errors.ts'
import type { CompiledTemplate } from '#expressions/resolve.ts'
import { cachedTemplate, pruneScope, withField } from '#expressions/resolve.ts'
import type { ConditionConfig } from '#steps/condition/definition.ts'
import type { StepContext, StepOutcome, StepRun } from '#steps/kind.ts'

/** Cases are looked at one after another, so a later one may rely on an earlier one being false. */
export const runCondition: StepRun<ConditionConfig> = (context) => {
  const { cases, mode } = context.rawConfig
  for (let index = 0; index < (mode === 'if' ? 1 : cases.length); index++) {
    const template = templateOf(cases, index)
    if (template.needsSandbox) return withSandbox(context, index)
    if (isTrue(index, () => template.render(context.scope as object as Record<string, unknown>))) return taken(context.rawConfig, index)
  }
  return taken(context.rawConfig, -1)
}

async function withSandbox(context: StepContext<ConditionConfig>, from: number): Promise<StepOutcome> {
  const { cases, mode } = context.rawConfig
  const scope = context.scope as object as Record<string, unknown>
  for (let index = from; index < (mode === 'if' ? 1 : cases.length); index++) {
    const template = templateOf(cases, index)
    let value: unknown
    try {
      template.check(scope)
      const values = template.needsSandbox ? await context.services.evaluate(template.expressions, pruneScope(scope, template.references)) : []
      value = template.renderWith(scope, values)
    } catch (thrown) {
      throw withField(thrown, `cases.${index}.when`)
    }
    if (value) return taken(context.rawConfig, index)
  }
  return taken(context.rawConfig, -1)
}

function templateOf(cases: ConditionConfig['cases'], index: number): CompiledTemplate {
  const entry = cases[index]
  if (entry === undefined) throw new FanwiseError('step_input', 'The condition has no case.', { field: 'cases', fix: 'Say when the way is taken.' })
  try {
    return cachedTemplate(entry.when, 'expression')
  } catch (thrown) {
    throw withField(thrown, `cases.${index}.when`)
  }
}

function isTrue(index: number, read: () => unknown): boolean {
  try {
    return Boolean(read())
  } catch (thrown) {
    throw withField(thrown, `cases.${index}.when`)
  }
}

function taken(config: ConditionConfig, index: number): StepOutcome {
  if (config.mode === 'if') {
    const port = index >= 0 ? 'true' : 'false'
    return { type: 'done', output: { branch: port }, port }
  }
  const entry = config.cases[index]
  return entry === undefined ? { type: 'done', output: { branch: 'else' }, port: 'else' } : { type: 'done', output: { branch: entry.label || entry.id }, port: entry.id }
}
