/** Moving nodes. Steps move inside their frame's coordinates; the frame grows with them. */
import type { GraphDocument, Position } from '#graph/document.ts'
import { fitFrame } from '#graph/edit/fit-frame.ts'
import { roundTo, snap } from '#graph/sizes.ts'

/** New positions by node id (a step's is relative to its frame). Unknown ids are ignored. */
export function moveNodes(document: GraphDocument, positions: Record<string, Position>, options: { snap?: boolean } = {}): GraphDocument {
  const nodes = { ...document.nodes }
  const frames = new Set<string>()
  let changed = false
  for (const [id, wanted] of Object.entries(positions)) {
    const node = Object.hasOwn(nodes, id) ? nodes[id] : undefined
    if (node === undefined) continue
    const position = options.snap === false ? wanted : { x: roundTo(wanted.x, snap), y: roundTo(wanted.y, snap) }
    if (position.x === node.position.x && position.y === node.position.y) continue
    nodes[id] = { ...node, position }
    changed = true
    if (node.type === 'step') frames.add(node.parent)
  }
  if (!changed) return document
  let next: GraphDocument = { ...document, nodes }
  for (const frameId of frames) next = fitFrame(next, frameId)
  return next
}

/** A person's own size for a frame or note; a frame stays large enough for its steps. */
export function resizeNode(document: GraphDocument, id: string, size: { w: number; h: number }): GraphDocument {
  const node = document.nodes[id]
  if (node?.type !== 'function' && node?.type !== 'note') return document
  const least = node.type === 'note' ? { w: 96, h: 32 } : { w: 176, h: 128 }
  const rounded = { w: Math.max(least.w, roundTo(size.w, snap)), h: Math.max(least.h, roundTo(size.h, snap)) }
  return fitFrame({ ...document, nodes: { ...document.nodes, [id]: { ...node, size: rounded } } }, id)
}
