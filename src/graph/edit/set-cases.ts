/** The cases of a condition. One that goes takes its line with it, so that one undo brings both back. */
import type { Json } from '#base/json.ts'
import { isJsonObject } from '#base/json.ts'
import type { GraphDocument } from '#graph/document.ts'
import { updateNode } from '#graph/edit/update-node.ts'

/** @param field of the step's config that holds them */
export function setCases(document: GraphDocument, stepId: string, field: string, cases: Json | undefined): GraphDocument {
  const next = updateNode(document, stepId, { config: { [field]: cases } })
  const [was, is] = [document.nodes[stepId], next.nodes[stepId]]
  if (next === document || was?.type !== 'step' || is?.type !== 'step') return next
  const kept = new Set(idsOf(is.config[field]))
  const gone = new Set(idsOf(was.config[field]).filter((id) => !kept.has(id)))
  if (gone.size === 0) return next
  return { ...next, edges: Object.fromEntries(Object.entries(next.edges).filter(([, edge]) => !(edge.type === 'order' && edge.source === stepId && gone.has(edge.port)))) }
}

const idsOf = (cases: Json | undefined): string[] => (Array.isArray(cases) ? cases.flatMap((one) => (isJsonObject(one) && typeof one.id === 'string' ? [one.id] : [])) : [])
