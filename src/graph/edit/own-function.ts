/** Giving steps of a function one of their own: the same events start it, and it fails, retries and versions alone. Pure. */
import { newElementId } from '#base/ids.ts'
import type { FunctionNode, GraphDocument, OrderEdge, Position, StepNode, SubscriptionEdge } from '#graph/document.ts'
import { addFunction } from '#graph/edit/add-node.ts'
import { fitFrame } from '#graph/edit/fit-frame.ts'
import { stepsOf } from '#graph/edit/names.ts'
import { removeElements } from '#graph/edit/remove.ts'
import { rewriteKeys } from '#graph/edit/update-node.ts'
import type { Json } from '#base/json.ts'
import { firstStep, nodeSize } from '#graph/sizes.ts'

export interface OwnFunction {
  document: GraphDocument
  /** The new function. */
  id: string
  slug: string
  /** Steps on either side that read what is now on the other. */
  readsAcross: number
}

const gap = 24

export function ownFunction(document: GraphDocument, ids: Iterable<string>, taken: Iterable<string> = []): OwnFunction | { refused: string } {
  const steps = [...ids].flatMap((id) => {
    const node = Object.hasOwn(document.nodes, id) ? document.nodes[id]! : undefined
    return node?.type === 'step' ? [node] : []
  })
  const [first] = steps
  if (first === undefined) return { refused: 'Select the steps that are to have a function of their own.' }
  if (steps.some((step) => step.parent !== first.parent)) return { refused: 'These steps are in different functions. Select steps of one.' }
  const from = document.nodes[first.parent] as FunctionNode
  if (steps.length === stepsOf(document, from.id).length) return { refused: `These are all steps of \`${from.slug}\`: they have a function of their own already.` }
  const moving = new Set(steps.map((step) => step.id))
  const inside = Object.values(document.edges).filter((edge): edge is OrderEdge => edge.type === 'order' && moving.has(edge.source) && moving.has(edge.target))
  const named = [...steps].sort((a, b) => a.position.x - b.position.x || a.position.y - b.position.y)[0]!
  // What came before and after them in the old function is joined.
  const without = removeElements(document, moving)
  const added = addFunction(without, {
    position: freeBelow(document, from), slug: named.name, retries: from.retries, taken,
  })
  const corner = { x: Math.min(...steps.map((step) => step.position.x)) - firstStep.x, y: Math.min(...steps.map((step) => step.position.y)) - firstStep.y }
  const nodes = { ...added.document.nodes }
  nodes[added.id] = { ...(nodes[added.id] as FunctionNode), ...rulesOf(from) }
  for (const step of steps) nodes[step.id] = { ...step, parent: added.id, position: { x: step.position.x - corner.x, y: step.position.y - corner.y } }
  const edges = { ...added.document.edges }
  for (const edge of inside) edges[edge.id] = edge
  for (const edge of Object.values(document.edges)) {
    if (edge.type !== 'subscription' || edge.target !== from.id) continue
    const copy: SubscriptionEdge = { ...edge, id: newElementId('e'), target: added.id }
    edges[copy.id] = copy
  }
  const next = fitFrame({ ...added.document, nodes, edges }, added.id)
  return { document: next, id: added.id, slug: (next.nodes[added.id] as FunctionNode).slug, readsAcross: countReadsAcross(steps, stepsOf(without, from.id)) }
}

/**
 * What says when a run starts and how it is tried. Without it the new function would start where the old one is kept from
 * starting, and one whose runs take a batch reads `events`. Each of the two counts for itself.
 */
function rulesOf(from: FunctionNode): Partial<FunctionNode> {
  const { id: _id, type: _type, position: _position, size: _size, slug: _slug, name: _name, collapsed: _collapsed, ...rules } = from
  return rules
}

/** Below its old function, further down where something stands. */
function freeBelow(document: GraphDocument, from: FunctionNode): Position {
  const others = Object.values(document.nodes).filter((node) => node.type !== 'step' && node.id !== from.id).map((node) => ({ ...node.position, ...nodeSize(node) }))
  const place = { x: from.position.x, y: from.position.y + from.size.h + gap }
  for (let tries = 0; tries < 200; tries++) {
    const hit = others.find((box) => box.x < place.x + from.size.w && box.x + box.w > place.x && box.y < place.y + from.size.h && box.y + box.h > place.y)
    if (hit === undefined) break
    place.y = hit.y + hit.h + gap
  }
  return place
}

function countReadsAcross(moved: StepNode[], stayed: StepNode[]): number {
  const reads = (steps: StepNode[], keys: Set<string>): number => steps.filter((step) => {
    const renames = new Map([...keys].map((key) => [key, `${key}_`]))
    const text: Json = { config: step.config, items: step.each?.items ?? '' }
    return rewriteKeys(text, renames) !== text
  }).length
  return reads(moved, new Set(stayed.map((step) => step.key))) + reads(stayed, new Set(moved.map((step) => step.key)))
}
