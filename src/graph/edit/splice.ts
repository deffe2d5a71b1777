/** A step between two others: it takes over their line, and what comes later makes room. */
import { newElementId } from '#base/ids.ts'
import type { JsonObject } from '#base/json.ts'
import type { GraphDocument, OrderEdge, StepNode } from '#graph/document.ts'
import { addStep, firstPort, portsOf, type Added } from '#graph/edit/add-node.ts'
import { fitFrame } from '#graph/edit/fit-frame.ts'
import { frame, roundUp, snap, stepSize } from '#graph/sizes.ts'
import type { StepKind } from '#steps/kind.ts'

/** Behind a step of several ways there is room for the name of the way. */
const namedWayGap = 56

/** The document unchanged, with the edge's id, when the edge does not join two steps of one function. */
export function spliceStep(document: GraphDocument, edgeId: string, kind: StepKind, config?: JsonObject): Added {
  const edge = Object.hasOwn(document.edges, edgeId) ? document.edges[edgeId] : undefined
  const source = edge && document.nodes[edge.source]
  const target = edge && document.nodes[edge.target]
  if (edge?.type !== 'order' || source?.type !== 'step' || target?.type !== 'step') return { document, id: edgeId }
  const gapBefore = portsOf(source).length > 1 ? namedWayGap : frame.gapX
  const inputs = Object.values(document.edges).filter((one) => one.type === 'order' && one.target === target.id).length
  const gapAfter = inputs > 1 ? frame.joinGapX : frame.gapX
  const x = roundUp(source.position.x + stepSize(source.kind).w + gapBefore, snap)
  const y = inputs > 1 ? source.position.y : target.position.y
  const added = addStep(document, { parent: source.parent, kind, position: { x, y }, ...(config === undefined ? {} : { config }) })
  const step = added.document.nodes[added.id] as StepNode
  const room = roundUp(Math.max(0, x + stepSize(kind).w + gapAfter - target.position.x), snap)
  const nodes = { ...added.document.nodes }
  for (const id of room > 0 ? following(document, target.id) : []) {
    const later = nodes[id]
    if (later?.type === 'step') nodes[id] = { ...later, position: { x: later.position.x + room, y: later.position.y } }
  }
  const on: OrderEdge = { id: newElementId('e'), type: 'order', source: step.id, target: target.id, port: firstPort(step) }
  const edges = { ...added.document.edges, [edge.id]: { ...edge, target: step.id }, [on.id]: on }
  return { document: fitFrame({ ...added.document, nodes, edges }, source.parent), id: step.id }
}

/** A step and everything that comes after it in its function. */
export function following(document: GraphDocument, stepId: string): Set<string> {
  const seen = new Set([stepId])
  for (const id of seen) {
    for (const edge of Object.values(document.edges)) if (edge.type === 'order' && edge.source === id) seen.add(edge.target)
  }
  return seen
}
