/** The ways out of a condition. A case that goes takes its line with it, so that one undo brings both back. */
import type { Json } from '#base/json.ts'
import { isJsonObject } from '#base/json.ts'
import type { GraphDocument, StepNode } from '#graph/document.ts'
import { updateNode } from '#graph/edit/update-node.ts'
import { kindPorts } from '#graph/ports.ts'
import { stepDefinition } from '#steps/definitions.ts'

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

/** One field of a step's config, with what goes along with it. */
export function setField(document: GraphDocument, stepId: string, field: string, value: Json | undefined): GraphDocument {
  const was = document.nodes[stepId]
  if (was?.type !== 'step') return document
  const next = updateNode(document, stepId, { config: { ...stepDefinition(was.kind).along?.(was.config, field, value), [field]: value } })
  const is = next.nodes[stepId]
  return is?.type === 'step' ? keepLines(next, was, is) : next
}

/**
 * Where all ways out are others than before, as those of "if and else" and of a switch, a line by the first one leaves by
 * the first one now, and one by the last by the last; what was between is no more, and its lines go.
 */
function keepLines(document: GraphDocument, was: StepNode, is: StepNode): GraphDocument {
  const [before, after] = [kindPorts(was), kindPorts(is)].map((ports) => ports.map((port) => port.id)) as [string[], string[]]
  if (before.length < 2 || after.length < 2 || before.some((id) => after.includes(id))) return document
  const ports = new Map([[before[0], after[0]], [before.at(-1), after.at(-1)]])
  const edges = Object.entries(document.edges).flatMap(([id, edge]) => {
    if (edge.type !== 'order' || edge.source !== was.id || !before.includes(edge.port)) return [[id, edge] as const]
    const port = ports.get(edge.port)
    return port === undefined ? [] : [[id, { ...edge, port }] as const]
  })
  return { ...document, edges: Object.fromEntries(edges) }
}

const idsOf = (cases: Json | undefined): string[] => (Array.isArray(cases) ? cases.flatMap((one) => (isJsonObject(one) && typeof one.id === 'string' ? [one.id] : [])) : [])
