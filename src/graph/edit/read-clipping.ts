/** Text from a clipboard as a part of a drawing. Anybody can write a clipboard: only what fits is taken. */
import { isJsonObject } from '#base/json.ts'
import { graphEdge, graphNode, type GraphEdge, type GraphNode } from '#graph/document.ts'
import type { Clipping } from '#graph/edit/paste.ts'
import { readForeignFile } from '#graph/read-foreign-file.ts'
import { isBottomless, isStorable } from '#graph/storable.ts'

export const clippingKind = 'fanwise/drawing'
export const charactersMax = 4_000_000
export const nodesMax = 5000
const farthest = 1_000_000

export type ReadClipping = { clipping: Clipping; leftOut: number } | { refused: string }

export function writeClipping(clipping: Clipping): string {
  return JSON.stringify({ kind: clippingKind, ...clipping })
}

export function readClipping(text: string): ReadClipping {
  if (text.trim() === '') return { refused: 'The clipboard is empty. Copy a part of a drawing first.' }
  if (text.length > charactersMax) return { refused: 'The clipboard holds more than a drawing can take. Copy a smaller part.' }
  const value = parsed(text)
  if (!isJsonObject(value) || value.kind !== clippingKind || !Array.isArray(value.nodes)) {
    const foreign = readForeignFile(value)
    if (foreign !== null) return { refused: `${foreign.refused} Import it from a file to see what does the work of each part here.` }
    return { refused: 'The clipboard holds no part of a drawing. Copy events, functions or steps on a canvas first.' }
  }
  if (value.nodes.length > nodesMax) return { refused: `That is more than ${nodesMax.toLocaleString('en')} things. Copy a smaller part.` }
  const nodes = new Map<string, GraphNode>()
  for (const one of value.nodes) {
    if (isBottomless(one)) continue
    const node = graphNode.safeParse(one)
    if (node.success && isStorable(node.data) && isUsable(node.data)) nodes.set(node.data.id, node.data)
  }
  const listed: unknown[] = Array.isArray(value.edges) ? value.edges : []
  const edges = listed.flatMap((one): GraphEdge[] => {
    if (isBottomless(one)) return []
    const edge = graphEdge.safeParse(one)
    return edge.success && isStorable(edge.data) && joins(edge.data, nodes) ? [edge.data] : []
  })
  if (nodes.size === 0) return { refused: 'Nothing on the clipboard fits into a drawing.' }
  return { clipping: { nodes: [...nodes.values()], edges }, leftOut: value.nodes.length - nodes.size + listed.length - edges.length }
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return null
  }
}

/** Not so far away that a canvas loses it, and under no name that every object has. */
export function isUsable(node: GraphNode): boolean {
  const { x, y } = node.position
  if (node.id in Object.prototype || Math.abs(x) > farthest || Math.abs(y) > farthest) return false
  return !('size' in node) || (node.size.w <= farthest && node.size.h <= farthest)
}

/** Each kind of line joins only its own kinds of ends; `connect` keeps to the same when a person draws one. */
export function joins(edge: GraphEdge, nodes: ReadonlyMap<string, GraphNode>): boolean {
  const source = nodes.get(edge.source)
  const target = nodes.get(edge.target)
  if (source === undefined || target === undefined || source.id === target.id) return false
  switch (edge.type) {
    case 'subscription': return (source.type === 'event' || source.type === 'schedule') && target.type === 'function'
    case 'feed': return source.type === 'webhook' && target.type === 'event'
    case 'order': return source.type === 'step' && target.type === 'step' && source.parent === target.parent
  }
}
