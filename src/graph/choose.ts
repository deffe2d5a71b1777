/**
 * Publishing some functions and not others: the published drawing, in which each chosen function
 * is as the draft has it — its frame, its steps and their order, and what starts it — or is gone
 * when the draft no longer has it. A function that was not chosen behaves as it did before, also
 * where it hangs on an event or schedule whose node the draft has changed: the chosen ones then
 * get a node of their own.
 */
import { jsonEqual } from '#base/json.ts'
import type { FunctionNode, GraphDocument, GraphEdge, GraphNode } from '#graph/document.ts'

export function chooseFunctions(published: GraphDocument, draft: GraphDocument, slugs: Iterable<string>): GraphDocument {
  const chosen = withRenamed(published, draft, new Set(slugs))
  const result: GraphDocument = { version: published.version, nodes: { ...published.nodes }, edges: { ...published.edges } }
  for (const frame of frames(published)) if (chosen.has(frame.slug)) removeFrame(result, frame.id)
  for (const frame of frames(draft)) if (chosen.has(frame.slug)) takeFrame(result, draft, frame)
  dropUnused(result, draft)
  return result
}

/** A frame that got another slug is one change of two names: neither can be published without the other. */
export function withRenamed(published: GraphDocument, draft: GraphDocument, chosen: ReadonlySet<string>): Set<string> {
  const all = new Set(chosen)
  for (let before = -1; before !== all.size;) {
    before = all.size
    for (const frame of frames(draft)) {
      const old = published.nodes[frame.id]
      if (old?.type !== 'function' || old.slug === frame.slug) continue
      if (all.has(frame.slug)) all.add(old.slug)
      else if (all.has(old.slug)) all.add(frame.slug)
    }
  }
  return all
}

function frames(document: GraphDocument): FunctionNode[] {
  return Object.values(document.nodes).flatMap((node) => (node.type === 'function' ? [node] : []))
}

function removeFrame(result: GraphDocument, id: string): void {
  for (const node of Object.values(result.nodes)) if (node.id === id || (node.type === 'step' && node.parent === id)) delete result.nodes[node.id]
  dropLooseEdges(result)
}

function takeFrame(result: GraphDocument, draft: GraphDocument, frame: FunctionNode): void {
  const ids = new Map<string, string>()
  const id = place(result, frame, frame)
  ids.set(frame.id, id)
  for (const node of Object.values(draft.nodes)) {
    if (node.type === 'step' && node.parent === frame.id) ids.set(node.id, place(result, node, { ...node, parent: id }))
  }
  for (const edge of Object.values(draft.edges)) {
    if (edge.type === 'subscription' && edge.target === frame.id) {
      const source = draft.nodes[edge.source]
      if (source !== undefined) join(result, { ...edge, source: takeSource(result, draft, source), target: id })
    } else if (edge.type === 'order' && ids.has(edge.source) && ids.has(edge.target)) {
      join(result, { ...edge, source: ids.get(edge.source)!, target: ids.get(edge.target)! })
    }
  }
}

/** Under its own id where that is free; a step that moved here from a function that stays may still need it there. */
function place(result: GraphDocument, { id }: GraphNode, node: GraphNode): string {
  const free = result.nodes[id] === undefined ? id : freeId(result.nodes, id)
  result.nodes[free] = { ...node, id: free }
  return free
}

function takeSource(result: GraphDocument, draft: GraphDocument, source: GraphNode): string {
  const twin = Object.values(result.nodes).find((node) => (node.id === source.id || node.id.startsWith(`${source.id}~`)) && startsAlike(node, source))
  const id = twin?.id ?? (isUsed(result, source.id) ? freeId(result.nodes, source.id) : source.id)
  result.nodes[id] = { ...source, id }
  for (const edge of Object.values(draft.edges)) {
    const hook = edge.type === 'feed' && edge.target === source.id ? draft.nodes[edge.source] : undefined
    if (hook === undefined) continue
    result.nodes[hook.id] = hook
    // A webhook feeds one event: from now on the one that the draft says.
    for (const other of Object.values(result.edges)) if (other.type === 'feed' && other.source === hook.id && other.target !== id) delete result.edges[other.id]
    join(result, { ...edge, target: id } as GraphEdge)
  }
  return id
}

/** True when both start a function at the same moments; samples and places do not matter. */
function startsAlike(a: GraphNode, b: GraphNode): boolean {
  if (a.type === 'event' && b.type === 'event') return a.event === b.event
  return a.type === 'schedule' && b.type === 'schedule' && a.cron === b.cron && a.timezone === b.timezone && a.missed === b.missed
}

function isUsed(result: GraphDocument, id: string): boolean {
  return result.nodes[id] !== undefined && Object.values(result.edges).some((edge) => edge.type === 'subscription' && edge.source === id)
}

function join(result: GraphDocument, edge: GraphEdge): void {
  const same = Object.values(result.edges).find((one) => jsonEqual({ ...one, id: '' }, { ...edge, id: '' }))
  if (same !== undefined) return
  const id = result.edges[edge.id] === undefined ? edge.id : freeId(result.edges, edge.id)
  result.edges[id] = { ...edge, id }
}

function freeId(taken: Record<string, unknown>, id: string): string {
  const stem = id.slice(0, 56)
  for (let n = 2; ; n++) if (taken[`${stem}~${n}`] === undefined) return `${stem}~${n}`
}

/** What starts nothing any more and is gone from the draft, and lines that lost an end. */
function dropUnused(result: GraphDocument, draft: GraphDocument): void {
  const drop = (isGone: (node: GraphNode) => boolean): void => {
    for (const node of Object.values(result.nodes)) if (draft.nodes[node.id] === undefined && isGone(node)) delete result.nodes[node.id]
    dropLooseEdges(result)
  }
  drop((node) => (node.type === 'event' || node.type === 'schedule') && !isUsed(result, node.id))
  // One that feeds what a function hangs on that was not chosen goes on doing so.
  drop((node) => node.type === 'webhook' && !Object.values(result.edges).some((edge) => edge.type === 'feed' && edge.source === node.id && isUsed(result, edge.target)))
}

function dropLooseEdges(result: GraphDocument): void {
  for (const edge of Object.values(result.edges)) {
    if (result.nodes[edge.source] === undefined || result.nodes[edge.target] === undefined) delete result.edges[edge.id]
  }
}
