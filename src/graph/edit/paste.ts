/** Copying a part of a drawing and putting it back, here or in another workflow. */
import { newElementId } from '#base/ids.ts'
import type { FunctionNode, GraphDocument, GraphEdge, GraphNode, Position, StepNode } from '#graph/document.ts'
import { newHookId } from '#graph/edit/add-node.ts'
import { setCollapsed } from '#graph/edit/collapse.ts'
import { fitFrame } from '#graph/edit/fit-frame.ts'
import { followSlugs } from '#graph/edit/follow-slugs.ts'
import { freeName, keysOf, slugsOf, stepKeyMax } from '#graph/edit/names.ts'
import { rewriteReads } from '#graph/edit/update-node.ts'

export interface Clipping {
  nodes: GraphNode[]
  edges: GraphEdge[]
}

/** The selected nodes, the steps of selected frames, and the edges whose both ends are in it. */
export function clip(document: GraphDocument, ids: Iterable<string>): Clipping {
  const taken = new Set(ids)
  for (const node of Object.values(document.nodes)) if (node.type === 'step' && taken.has(node.parent)) taken.add(node.id)
  return {
    nodes: Object.values(document.nodes).filter((node) => taken.has(node.id)),
    edges: Object.values(document.edges).filter((edge) => taken.has(edge.source) && taken.has(edge.target)),
  }
}

export interface Pasted {
  document: GraphDocument
  /** New ids, frames and free nodes first. */
  ids: string[]
}

export interface PasteOptions {
  offset?: Position
  /** Frame for steps whose own frame is not part of the clipping; without it they stay in theirs, if that is here. */
  into?: string
  /** Slugs in use by the workspace's other workflows. */
  taken?: Iterable<string>
}

/** Ids, slugs, keys and webhook addresses are made new; what steps read of each other still holds, and so does which function calls which. */
export function paste(document: GraphDocument, clipping: Clipping, options: PasteOptions = {}): Pasted {
  const offset = options.offset ?? { x: 32, y: 32 }
  const ids = new Map(clipping.nodes.map((node) => [node.id, newElementId('n')]))
  const slugs = new Set([...slugsOf(document), ...(options.taken ?? [])])
  let next: GraphDocument = { ...document, nodes: { ...document.nodes }, edges: { ...document.edges } }
  const frames = new Set<string>()
  const placed: string[] = []
  const renamed = new Map<string, string>()
  for (const node of clipping.nodes) {
    if (node.type === 'step') continue
    const copy = structuredClone(node)
    copy.id = ids.get(node.id)!
    copy.position = { x: node.position.x + offset.x, y: node.position.y + offset.y }
    if (copy.type === 'function') {
      slugs.add((copy.slug = freeName(copy.slug, slugs, '-')))
      if (!renamed.has((node as FunctionNode).slug)) renamed.set((node as FunctionNode).slug, copy.slug)
    }
    if (copy.type === 'webhook') copy.hookId = newHookId()
    next.nodes[copy.id] = copy
    placed.push(copy.id)
  }
  // By the frame they come from: two that were copied may both have a step of one key.
  const renames = new Map<string, Map<string, string>>()
  const home = new Map<string, string>()
  for (const node of clipping.nodes) {
    if (node.type !== 'step') continue
    const parent = ids.get(node.parent) ?? options.into ?? node.parent
    if (next.nodes[parent]?.type !== 'function') continue
    const key = freeName(node.key, keysOf(next, parent), '_', stepKeyMax)
    if (key !== node.key) renames.set(node.parent, (renames.get(node.parent) ?? new Map<string, string>()).set(node.key, key))
    const position = ids.has(node.parent) ? node.position : { x: node.position.x + offset.x, y: node.position.y + offset.y }
    const copy: StepNode = { ...structuredClone(node), id: ids.get(node.id)!, parent, key, position }
    next.nodes[copy.id] = copy
    placed.push(copy.id)
    home.set(copy.id, node.parent)
    if (!ids.has(node.parent)) frames.add(parent)
  }
  renameReads(next, home, renames)
  for (const id of placed) next.nodes[id] = followSlugs(next.nodes[id]!, renamed)
  for (const edge of clipping.edges) {
    const source = ids.get(edge.source)!
    const target = ids.get(edge.target)!
    if (next.nodes[source] === undefined || next.nodes[target] === undefined) continue
    const id = newElementId('e')
    next.edges[id] = { ...edge, id, source, target }
  }
  // What was just added is seen: a collapsed frame opens.
  next = setCollapsed(next, frames, false)
  for (const frameId of frames) next = fitFrame(next, frameId)
  return { document: next, ids: placed }
}

/** Pasted steps that read each other follow the new keys. */
function renameReads(document: GraphDocument, home: ReadonlyMap<string, string>, renames: ReadonlyMap<string, ReadonlyMap<string, string>>): void {
  for (const [id, frame] of home) {
    const node = document.nodes[id]
    const changed = renames.get(frame)
    if (node?.type === 'step' && changed !== undefined) document.nodes[id] = rewriteReads(node, changed)
  }
}
