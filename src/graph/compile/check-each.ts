/** Steps that repeat for each item of a list, and what happens when a step has failed for good. */
import type { StepKind } from '#steps/kind.ts'
import { FanwiseError } from '#base/errors.ts'
import { atStep, type Findings, type FrameModel } from '#graph/compile/model.ts'
import { readsOf, type Read } from '#graph/compile/reads.ts'
import type { StepNode } from '#graph/document.ts'

export const eachConcurrencyMax = 100
/** Names that each repetition can read, beside event, steps, run and env. */
export const eachScope = ['item', 'index'] as const

const repeatable: ReadonlySet<StepKind> = new Set<StepKind>(['http', 'mail', 'transform', 'code', 'invoke'])
/** Kinds that do their work once for each item when asked to. */
export const canRepeat = (kind: StepKind): boolean => repeatable.has(kind)
/** Kinds whose failure may be something other than the run's: all that can fail by what they do. */
export const canHandleError = (kind: StepKind): boolean => kind !== 'sleep'

/** Names in scope of a step's config because it repeats. */
export const repeatScope = (step: StepNode): readonly string[] => (step.each === undefined ? [] : eachScope)

/** Answers what the list's template reads, for the checks of references. */
export function checkEach(frame: FrameModel, step: StepNode, findings: Findings): { field: string; read: Read }[] {
  const { each } = step
  if (each === undefined) return []
  if (!canRepeat(step.kind)) findings.error(atStep(frame, step, 'each'), 'each-kind', 'A step of this kind cannot be repeated for each item of a list.', 'Remove the repetition. To start work per item, use an Emit per item step.')
  if (!(Number.isInteger(each.concurrency) && each.concurrency >= 1 && each.concurrency <= eachConcurrencyMax)) {
    findings.error(atStep(frame, step, 'each.concurrency'), 'each-concurrency-range', `${each.concurrency} items at once are not possible.`, `Choose a whole number from 1 to ${eachConcurrencyMax}.`)
  }
  const at = atStep(frame, step, 'each.items')
  const text = each.items.trim()
  if (text === '') findings.error(at, 'each-items-missing', 'The list is empty.', 'Say which list to go through, such as {{ event.data.items }}.')
  else if (!/^\{\{[^]*\}\}$/.test(text)) findings.error(at, 'each-items-template', 'The list is not an expression.', 'Write one {{ }} that gives it, such as {{ event.data.items }}.')
  else return readsOfList(frame, step, each.items, findings)
  return []
}

function readsOfList(frame: FrameModel, step: StepNode, text: string, findings: Findings): { field: string; read: Read }[] {
  const at = atStep(frame, step, 'each.items')
  try {
    const reads = readsOf(text, 'template')
    for (const name of new Set(reads.unknown)) findings.error(at, 'name-unknown', `\`${name}\` is not something the list can read.`, `Read event, steps, run or env, as in event.data.${name}.`)
    return reads.references.map((read) => ({ field: 'each.items', read }))
  } catch (error) {
    if (!(error instanceof FanwiseError)) throw error
    const position = typeof error.facts?.position === 'number' ? error.facts.position : undefined
    findings.error({ ...at, position }, 'template-syntax', error.message, error.fix ?? 'Correct the text at that place.')
    return []
  }
}
