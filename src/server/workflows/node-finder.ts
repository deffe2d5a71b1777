/** From what a run names (a function's slug, a step's key, the node ids of its day) to the nodes of a drawing as it is now. */
import type { GraphDocument } from '#graph/document.ts'

export interface NodeFinder {
  frame(slug: string, nodeId: string | null): string | null
  step(slug: string, key: string, nodeId: string | null): string | null
}

export function nodeFinder({ nodes }: GraphDocument): NodeFinder {
  const frames = new Map<string, string>()
  const steps = new Map<string, string>()
  for (const node of Object.values(nodes)) if (node.type === 'function') frames.set(node.slug, node.id)
  for (const node of Object.values(nodes)) {
    const frame = node.type === 'step' ? nodes[node.parent] : undefined
    if (node.type === 'step' && frame?.type === 'function') steps.set(`${frame.slug} ${node.key}`, node.id)
  }
  // A node that was renamed is still itself; one that was drawn anew under the same name takes over.
  return {
    frame: (slug, nodeId) => (nodeId !== null && nodes[nodeId]?.type === 'function' ? nodeId : (frames.get(slug) ?? null)),
    step: (slug, key, nodeId) => (nodeId !== null && nodes[nodeId]?.type === 'step' ? nodeId : (steps.get(`${slug} ${key}`) ?? null)),
  }
}
