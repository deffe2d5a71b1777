/** Putting several things in order at once: edges, distances, sizes. Pure. */
import type { GraphDocument, GraphNode, Position } from '#graph/document.ts'
import { moveNodes, resizeNode } from '#graph/edit/move.ts'
import { nodeSize, snap } from '#graph/sizes.ts'

export type Side = 'left' | 'centre' | 'right' | 'top' | 'middle' | 'bottom'
export type Axis = 'across' | 'down'

/**
 * Of what is selected, the things of one level: what stands free on the canvas, or else steps of
 * one function. Steps of different functions answer nothing: aligning their functions aligns them.
 */
export function arrangeable(document: GraphDocument, ids: Iterable<string>): GraphNode[] {
  const nodes = [...ids].flatMap((id) => (Object.hasOwn(document.nodes, id) ? document.nodes[id]! : []))
  const free = nodes.filter((node) => node.type !== 'step')
  if (free.length > 0) return free
  const frames = new Set(nodes.map((node) => (node.type === 'step' ? node.parent : '')))
  return frames.size === 1 ? nodes : []
}

const across = (side: Side): boolean => side === 'left' || side === 'centre' || side === 'right'

/** Unchanged with fewer than two things. */
export function align(document: GraphDocument, ids: Iterable<string>, side: Side): GraphDocument {
  const nodes = arrangeable(document, ids)
  if (nodes.length < 2) return document
  const x = across(side)
  const spans = nodes.map((node) => spanOf(node, x))
  const from = Math.min(...spans.map((span) => span.from))
  const to = Math.max(...spans.map((span) => span.to))
  const place = ({ length }: Span): number => {
    if (side === 'left' || side === 'top') return from
    return side === 'right' || side === 'bottom' ? to - length : Math.round((from + to - length) / 2)
  }
  return moved(document, spans.map((span) => [span.node, place(span)]), x)
}

/** Equal gaps; the first and the last stay, unless they are too close for the rest. Unchanged with fewer than three things. */
export function distribute(document: GraphDocument, ids: Iterable<string>, axis: Axis): GraphDocument {
  const x = axis === 'across'
  const spans = arrangeable(document, ids).map((node) => spanOf(node, x)).sort((a, b) => a.from - b.from || a.to - b.to)
  const [first] = spans
  const last = spans.at(-1)
  if (spans.length < 3 || first === undefined || last === undefined) return document
  const taken = spans.reduce((sum, span) => sum + span.length, 0)
  const gap = Math.max(snap, (last.to - first.from - taken) / (spans.length - 1))
  let at = first.from
  return moved(document, spans.map((span) => {
    const place = Math.round(at)
    at += span.length + gap
    return [span.node, place]
  }), x)
}

/** Functions and notes get the size of the largest of their kind. */
export function sameSize(document: GraphDocument, ids: Iterable<string>): GraphDocument {
  const nodes = arrangeable(document, ids)
  let next = document
  for (const type of ['function', 'note'] as const) {
    const alike = nodes.flatMap((node) => (node.type === type ? [node] : []))
    const size = { w: Math.max(...alike.map((node) => node.size.w)), h: Math.max(...alike.map((node) => node.size.h)) }
    if (alike.length > 1) for (const node of alike) next = resizeNode(next, node.id, size)
  }
  return next
}

interface Span {
  node: GraphNode
  from: number
  to: number
  length: number
}

function spanOf(node: GraphNode, x: boolean): Span {
  const { w, h } = nodeSize(node)
  const [from, length] = x ? [node.position.x, w] : [node.position.y, h]
  return { node, from, to: from + length, length }
}

/** Middles of different sizes do not fall on the grid: they are kept to the pixel. */
function moved(document: GraphDocument, places: [GraphNode, number][], x: boolean): GraphDocument {
  const positions: Record<string, Position> = {}
  for (const [node, place] of places) positions[node.id] = x ? { x: place, y: node.position.y } : { x: node.position.x, y: place }
  return moveNodes(document, positions, { snap: false })
}
