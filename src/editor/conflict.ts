/** Tells when somebody removed what an unsaved edit of this person touched. */
import type { GraphDocument, GraphEdge, GraphNode } from '#graph/document.ts'
import type { Change, Operation } from '#graph/operations.ts'

export interface Conflict {
  /** Who removed it, when known. */
  by: string | null
  /** What the person was doing: the label of the edit. */
  edit: string
  /** What is gone, as it looked with the edit. */
  nodes: GraphNode[]
  edges: GraphEdge[]
}

interface Remote {
  author: string
  changes: Change[]
}

/** `before` and `after` are what the screen showed around the merge; `mine` were unsaved then. */
export function findConflict(
  before: GraphDocument, after: GraphDocument, mine: Operation[], others: Remote[],
): Conflict | null {
  const gone = Object.values(before.nodes).filter((node) => after.nodes[node.id] === undefined)
  if (gone.length === 0) return null
  const ids = new Set(gone.map((node) => node.id))
  const touching = mine.find((operation) => operation.changes.some((change) => touches(change, ids)))
  if (touching === undefined) return null
  const remover = others.find((other) =>
    other.changes.some(({ path, value }) => path.length === 2 && value === undefined && ids.has(path[1] as string)))
  const edges = Object.values(before.edges).filter((edge) =>
    after.edges[edge.id] === undefined && (ids.has(edge.source) || ids.has(edge.target)))
  return { by: remover?.author ?? null, edit: touching.label, nodes: gone, edges }
}

function touches({ path, value }: Change, ids: Set<string>): boolean {
  if (path[0] === 'nodes') {
    // Removing what somebody else removed too is no conflict.
    if (ids.has(path[1] as string)) return !(path.length === 2 && value === undefined)
    const parent = (value as { parent?: unknown } | null | undefined)?.parent
    return typeof parent === 'string' && ids.has(parent)
  }
  const edge = value as { source?: unknown; target?: unknown } | null | undefined
  return [edge?.source, edge?.target].some((end) => typeof end === 'string' && ids.has(end))
}

/** Changes that put it back, frames first. */
export function putBack(conflict: Conflict): Change[] {
  const rank = (node: GraphNode): number => (node.type === 'step' ? 1 : 0)
  const nodes = [...conflict.nodes].sort((a, b) => rank(a) - rank(b))
  return [
    ...nodes.map((node): Change => ({ path: ['nodes', node.id], value: node as unknown as Change['value'] })),
    ...conflict.edges.map((edge): Change => ({ path: ['edges', edge.id], value: edge as unknown as Change['value'] })),
  ]
}
