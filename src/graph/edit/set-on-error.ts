/** What a step's failure sets off. A branch that goes takes its line with it, so that one undo brings both back. */
import type { GraphDocument, StepNode } from '#graph/document.ts'
import { updateNode } from '#graph/edit/update-node.ts'

export type OnError = NonNullable<StepNode['onError']>

/** Ids of the lines that leave a step by its `error` way out. */
export function errorLines(document: GraphDocument, stepId: string): string[] {
  return Object.values(document.edges).filter((edge) => edge.type === 'order' && edge.source === stepId && edge.port === 'error').map((edge) => edge.id)
}

export function setOnError(document: GraphDocument, stepId: string, onError: OnError): GraphDocument {
  const next = updateNode(document, stepId, { onError: onError === 'fail' ? undefined : onError })
  if (next === document || onError === 'branch') return next
  const gone = new Set(errorLines(document, stepId))
  return gone.size === 0 ? next : { ...next, edges: Object.fromEntries(Object.entries(next.edges).filter(([id]) => !gone.has(id))) }
}
