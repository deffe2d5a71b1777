/** What two people put at the same place at the same moment does not lie upon each other. Pure. */
import type { GraphDocument, GraphNode, Position } from '#graph/document.ts'
import { fitFrame } from '#graph/edit/fit-frame.ts'
import { frame, grid, stepSize } from '#graph/sizes.ts'
import type { Change } from '#graph/operations.ts'

/** Ids of the nodes that changes add. */
export function addedBy(changes: readonly Change[]): string[] {
  return changes.flatMap(({ path, value }) => (path[0] === 'nodes' && path.length === 2 && value !== undefined ? [path[1]!] : []))
}

/** Of `mine`, what lies exactly on one of `theirs` moves down and aside, free things with all they hold. Unchanged where nothing does. */
export function standApart(document: GraphDocument, mine: readonly string[], theirs: readonly string[]): GraphDocument {
  const others = new Set(theirs)
  let next = document
  for (const id of mine) {
    const node = next.nodes[id]
    if (node === undefined || others.has(id) || !liesOn(next, node).some((other) => others.has(other))) continue
    let moved = node
    do moved = { ...moved, position: aside(moved) }
    while (liesOn(next, moved).length > 0)
    next = { ...next, nodes: { ...next.nodes, [id]: moved } }
    if (moved.type === 'step') next = fitFrame(next, moved.parent)
  }
  return next
}

function aside(node: GraphNode): Position {
  const { x, y } = node.position
  return node.type === 'step' ? { x, y: y + stepSize(node.kind).h + frame.gapY } : { x: x + 2 * grid, y: y + 2 * grid }
}

/** What else stands at its very place. */
function liesOn(document: GraphDocument, node: GraphNode): string[] {
  return Object.values(document.nodes).flatMap((one) => (one.id !== node.id && one.type === node.type && holder(one) === holder(node)
    && one.position.x === node.position.x && one.position.y === node.position.y ? [one.id] : []))
}

const holder = (node: GraphNode): string | null => (node.type === 'step' ? node.parent : null)
