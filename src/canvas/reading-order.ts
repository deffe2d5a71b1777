/** In which order a drawing is heard, and walked through with Tab. */
import type { GraphDocument, GraphNode } from '#graph/document.ts'
import type { DerivedLink } from '#graph/links.ts'

/**
 * The place of each node: what starts something before what it starts, each function followed by its steps,
 * what has one beginning from top to bottom; notes last.
 */
export function readingOrder(document: GraphDocument, links: readonly DerivedLink[]): Map<string, number> {
  const next = new Map<string, string[]>()
  for (const { source, target } of Object.values(document.edges)) gather(next, source, target)
  for (const { stepId, eventNodeId } of links) {
    const step = document.nodes[stepId]
    if (step?.type === 'step') gather(next, step.parent, eventNodeId)
  }
  const steps = new Map<string, GraphNode[]>()
  const free: GraphNode[] = []
  const notes: GraphNode[] = []
  for (const node of Object.values(document.nodes)) {
    if (node.type === 'step') gather(steps, node.parent, node)
    else (node.type === 'note' ? notes : free).push(node)
  }
  const ids = [...follow(free, next), ...follow(notes, next)].flatMap((id) => [id, ...follow(steps.get(id) ?? [], next)])
  return new Map(ids.map((id, i) => [id, i]))
}

function gather<T>(lists: Map<string, T[]>, key: string, value: T): void {
  const list = lists.get(key)
  if (list === undefined) lists.set(key, [value])
  else list.push(value)
}

/** Along the lines among these nodes. What goes round in a circle begins with its topmost event, else at its top. */
function follow(nodes: GraphNode[], next: ReadonlyMap<string, string[]>): string[] {
  if (nodes.length < 2) return nodes.map((node) => node.id)
  const fromTop = nodes.toSorted((a, b) => a.position.y - b.position.y || a.position.x - b.position.x).map((node) => node.id)
  const rank = new Map(fromTop.map((id, i) => [id, i]))
  const after = (id: string): string[] => (next.get(id) ?? []).filter((one) => rank.has(one))
  const started = new Set(fromTop.flatMap(after))
  const order = new Set<string>()
  const events = nodes.filter((node) => node.type === 'event').map((node) => node.id)
  const beginnings = [...fromTop.filter((id) => !started.has(id)), ...events.toSorted((a, b) => rank.get(a)! - rank.get(b)!), ...fromTop]
  for (const first of beginnings) {
    const left = [first]
    for (let id = left.pop(); id !== undefined; id = left.pop()) {
      if (order.has(id)) continue
      order.add(id)
      left.push(...after(id).toSorted((a, b) => rank.get(b)! - rank.get(a)!))
    }
  }
  return [...order]
}
