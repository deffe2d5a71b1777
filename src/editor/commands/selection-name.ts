/** What is selected, in the words of an undo entry: "charge", "4 steps", "2 lines", "5 things". */
import { nodeTitle } from '#canvas/describe.ts'
import type { GraphDocument, GraphNode } from '#graph/document.ts'

const plural: Record<GraphNode['type'], string> = {
  event: 'events', webhook: 'webhooks', schedule: 'schedules', function: 'functions', step: 'steps', note: 'notes',
}

export function selectionName(document: GraphDocument, ids: Iterable<string>): string {
  const all = [...ids]
  const nodes = all.flatMap((id) => document.nodes[id] ?? [])
  const [first] = nodes
  if (all.length === 1) return first === undefined ? 'line' : nodeTitle(first)
  if (nodes.length === 0) return `${all.length} lines`
  const alike = nodes.length === all.length && nodes.every((node) => node.type === first!.type)
  return `${all.length} ${alike ? plural[first!.type] : 'things'}`
}
