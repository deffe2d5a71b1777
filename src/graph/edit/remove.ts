/** Removing nodes and edges. A chain closes over a removed step; a frame takes its steps with it. */
import { newElementId } from '#base/ids.ts'
import type { GraphDocument, OrderEdge, StepNode } from '#graph/document.ts'
import { linesOn } from '#graph/edit/way-on.ts'

/** Ids of nodes and edges; unknown ones are ignored. */
export function removeElements(document: GraphDocument, ids: Iterable<string>): GraphDocument {
  const gone = new Set([...ids].filter((id) => Object.hasOwn(document.nodes, id) || Object.hasOwn(document.edges, id)))
  if (gone.size === 0) return document
  for (const node of Object.values(document.nodes)) if (node.type === 'step' && gone.has(node.parent)) gone.add(node.id)
  const edges = { ...document.edges }
  for (const id of gone) delete edges[id]
  for (const id of gone) {
    const node = document.nodes[id]
    if (node?.type === 'step' && !gone.has(node.parent)) closeOver(edges, node)
  }
  for (const edge of Object.values(edges)) if (gone.has(edge.source) || gone.has(edge.target)) delete edges[edge.id]
  const nodes = Object.fromEntries(Object.entries(document.nodes).filter(([id]) => !gone.has(id)))
  return { ...document, nodes, edges }
}

/**
 * Joins what came before a step to what came after it, keeping the way out the first one used. Its other ways end: what
 * they led to is left without a line, which `leftLoose` names.
 * Called for each removed step in turn, so a whole removed stretch is closed over.
 */
function closeOver(edges: Record<string, GraphDocument['edges'][string]>, step: StepNode): void {
  const orders = Object.values(edges).filter((edge): edge is OrderEdge => edge.type === 'order')
  const incoming = orders.filter((edge) => edge.target === step.id)
  const outgoing = orders.filter((edge) => edge.source === step.id)
  for (const before of incoming) {
    for (const after of linesOn(step, outgoing)) {
      const known = Object.values(edges).some((edge) =>
        edge.type === 'order' && edge.source === before.source && edge.target === after.target && edge.port === before.port)
      if (known || before.source === after.target) continue
      const id = newElementId('e')
      edges[id] = { id, type: 'order', source: before.source, target: after.target, port: before.port }
    }
  }
  for (const edge of [...incoming, ...outgoing]) delete edges[edge.id]
}
