/** Second line of a ticket. An unfinished config never breaks the drawing. */
import type { StepNode } from '#graph/document.ts'
import { stepDefinition } from '#steps/definitions.ts'

export function stepDetail(node: StepNode): string {
  return node.each === undefined ? kindDetail(node) : `× each, ${kindDetail(node)}`
}

function kindDetail(node: StepNode): string {
  const definition = stepDefinition(node.kind)
  try {
    return definition.describe(node.config) || definition.label
  } catch {
    return definition.label
  }
}
