/** A step between two others: it takes over their line, and what comes later makes room. */
import { newElementId } from '#base/ids.ts'
import type { JsonObject } from '#base/json.ts'
import type { GraphDocument, OrderEdge, Position, StepNode } from '#graph/document.ts'
import { addStep, firstPort, type Added } from '#graph/edit/add-node.ts'
import { fitFrame } from '#graph/edit/fit-frame.ts'
import { setParent } from '#graph/edit/set-parent.ts'
import { linesOn } from '#graph/edit/way-on.ts'
import { frame, roundUp, snap, stepSize } from '#graph/sizes.ts'
import { wayGap } from '#graph/way-names.ts'
import type { StepKind } from '#steps/kind.ts'

/** The document unchanged, with the edge's id, when the edge does not join two steps of one function. */
export function spliceStep(document: GraphDocument, edgeId: string, kind: StepKind, config?: JsonObject): Added {
  const place = placeOn(document, edgeId, kind)
  if (place === null) return { document, id: edgeId }
  const added = addStep(document, { parent: place.source.parent, kind, position: place.at, ...(config === undefined ? {} : { config }) })
  return { document: takeLine(added.document, place, added.id, (id) => (place.later.has(id) ? place.room : 0)), id: added.id }
}

/**
 * A step that is there already goes between two others, of its own function or of another one. It leaves its chain:
 * what came before it is joined to what came after it by its way on where it had exactly one of each; its other lines go. Unchanged
 * when the line is one of its own.
 */
export function moveOntoLine(document: GraphDocument, edgeId: string, stepId: string): GraphDocument {
  const step = Object.hasOwn(document.nodes, stepId) ? document.nodes[stepId] : undefined
  const line = Object.hasOwn(document.edges, edgeId) ? document.edges[edgeId] : undefined
  if (step?.type !== 'step' || line === undefined || line.source === stepId || line.target === stepId) return document
  const out = takeOut(document, step)
  const place = placeOn(out, edgeId, step.kind)
  if (place === null) return document
  const { parent } = place.source
  const within = step.parent === parent
  const moved = within ? { ...out, nodes: { ...out.nodes, [stepId]: { ...step, position: place.at } } } : setParent(out, stepId, parent, place.at)
  // What stood behind it in this chain has the room that it leaves.
  const behind = within && following(document, place.target.id).has(stepId) ? following(document, stepId) : new Set<string>()
  const left = Math.max(0, place.room - stepSize(step.kind).w - frame.gapX)
  return takeLine(moved, place, stepId, (id) => (place.later.has(id) ? (behind.has(id) ? left : place.room) : 0))
}

interface Place {
  edge: OrderEdge
  source: StepNode
  target: StepNode
  /** Where the step stands, in its frame. */
  at: Position
  /** What comes later, and how far it moves on. */
  later: Set<string>
  room: number
}

function placeOn(document: GraphDocument, edgeId: string, kind: StepKind): Place | null {
  const edge = Object.hasOwn(document.edges, edgeId) ? document.edges[edgeId] : undefined
  const source = edge && document.nodes[edge.source]
  const target = edge && document.nodes[edge.target]
  if (edge?.type !== 'order' || source?.type !== 'step' || target?.type !== 'step') return null
  const inputs = Object.values(document.edges).filter((one) => one.type === 'order' && one.target === target.id).length
  const gapAfter = inputs > 1 ? frame.joinGapX : frame.gapX
  const x = roundUp(source.position.x + stepSize(source.kind).w + wayGap(source, edge.port), snap)
  const y = inputs > 1 ? source.position.y : target.position.y
  const room = roundUp(Math.max(0, x + stepSize(kind).w + gapAfter - target.position.x), snap)
  return { edge, source, target, at: { x, y }, later: following(document, target.id), room }
}

function takeLine(document: GraphDocument, { edge, source, target }: Place, stepId: string, by: (id: string) => number): GraphDocument {
  const nodes = { ...document.nodes }
  for (const later of Object.values(nodes)) if (later.type === 'step' && by(later.id) > 0) nodes[later.id] = { ...later, position: { x: later.position.x + by(later.id), y: later.position.y } }
  const on: OrderEdge = { id: newElementId('e'), type: 'order', source: stepId, target: target.id, port: firstPort(nodes[stepId] as StepNode) }
  return fitFrame({ ...document, nodes, edges: { ...document.edges, [edge.id]: { ...edge, target: stepId }, [on.id]: on } }, source.parent)
}

/** Without its lines; one that was between two others on its way on leaves them joined. */
function takeOut(document: GraphDocument, step: StepNode): GraphDocument {
  const stepId = step.id
  const orders = Object.values(document.edges).filter((edge): edge is OrderEdge => edge.type === 'order')
  const [before, ...moreBefore] = orders.filter((edge) => edge.target === stepId)
  const [after, ...moreAfter] = linesOn(step, orders.filter((edge) => edge.source === stepId))
  const edges = Object.fromEntries(Object.entries(document.edges).filter(([, edge]) => edge.type !== 'order' || (edge.source !== stepId && edge.target !== stepId)))
  const known = orders.some((edge) => edge.source === before?.source && edge.port === before.port && edge.target === after?.target)
  if (before !== undefined && after !== undefined && moreBefore.length + moreAfter.length === 0 && !known) {
    const id = newElementId('e')
    edges[id] = { id, type: 'order', source: before.source, target: after.target, port: before.port }
  }
  return { ...document, edges }
}

/** A step and everything that comes after it in its function. */
export function following(document: GraphDocument, stepId: string): Set<string> {
  const seen = new Set([stepId])
  for (const id of seen) {
    for (const edge of Object.values(document.edges)) if (edge.type === 'order' && edge.source === id) seen.add(edge.target)
  }
  return seen
}
