/** A field of a drawing, evaluated with the data its writer has at hand: texts, checks and sandbox as in a run. */
import { FanwiseError } from '#base/errors.ts'
import type { Json } from '#base/json.ts'
import { missingInSample } from '#expressions/problem.ts'
import { compileTemplate, type TemplateKind } from '#expressions/template.ts'
import { trySandbox } from '#server/try-sandbox.ts'

export interface Attempt {
  text: string
  kind: TemplateKind
  scope: Record<string, Json>
  escape?: 'html' | 'url' | undefined
  /** `item` and `index` can be read. */
  item: boolean
}

/** Its value, or why there is none in words that fit behind an arrow. @param workspace whose turn in the sandbox it takes */
export async function tryExpression({ text, kind, scope, escape, item }: Attempt, workspace?: string): Promise<{ value: Json } | { none: string }> {
  try {
    const template = compileTemplate(text, kind, { scope: item ? ['item', 'index'] : [], escape })
    if (!template.needsSandbox) return { value: template.render(scope) }
    template.check(scope)
    return { value: template.renderWith(scope, await trySandbox()(template.expressions, scope, workspace)) }
  } catch (thrown) {
    if (!(thrown instanceof FanwiseError)) throw thrown
    return { none: thrown.code === 'step_missing_value' ? missingInSample(thrown) : thrown.message.replace(/\.$/, '') }
  }
}
