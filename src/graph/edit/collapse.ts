/** Drawing functions small, or at full size again. Nothing else moves, and nothing that runs changes. */
import type { GraphDocument } from '#graph/document.ts'

/** Ids that are not functions are left alone; the same document when nothing changes. */
export function setCollapsed(document: GraphDocument, ids: Iterable<string>, collapsed: boolean): GraphDocument {
  const nodes = { ...document.nodes }
  let changed = false
  for (const id of ids) {
    const node = Object.hasOwn(nodes, id) ? nodes[id] : undefined
    if (node?.type !== 'function' || (node.collapsed === true) === collapsed) continue
    const { collapsed: _, ...open } = node
    nodes[id] = collapsed ? { ...open, collapsed: true } : open
    changed = true
  }
  return changed ? { ...document, nodes } : document
}

/** The functions that a selection means: frames, and those of selected steps. */
export function functionsMeant(document: GraphDocument, ids: Iterable<string>): string[] {
  const frames = new Set<string>()
  for (const id of ids) {
    const node = document.nodes[id]
    if (node?.type === 'function') frames.add(id)
    else if (node?.type === 'step') frames.add(node.parent)
  }
  return [...frames]
}
