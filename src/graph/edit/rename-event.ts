/** An event's name is what steps of the drawing send and wait for, and what ends runs of its functions: they follow it. Pure. */
import type { FunctionNode, GraphDocument, GraphNode } from '#graph/document.ts'
import { updateNode } from '#graph/edit/update-node.ts'
import type { StepKind } from '#steps/kind.ts'

const naming: ReadonlySet<StepKind> = new Set<StepKind>(['emit', 'emit-each', 'wait'])

/** Steps and functions that name this event, each with the name; none while another event has it, too, or for a pattern. */
export function namersOf(document: GraphDocument, id: string): Map<string, string> {
  const node = document.nodes[id]
  if (node?.type !== 'event' || node.event === '' || node.event.includes('*')) return new Map()
  const nodes = Object.values(document.nodes)
  if (nodes.some((one) => one.type === 'event' && one.id !== id && one.event === node.event)) return new Map()
  const renamed = new Map([[node.event, '']])
  return new Map(nodes.flatMap((one) => (followEvent(one, renamed) === one ? [] : [[one.id, node.event] as const])))
}

/**
 * @param namers what follows, each with the name it had before, as far as it still names this event
 * @param known names that mean something else already: a node that takes one of them, or a pattern, is about other events, and nothing follows
 */
export function renameEvent(document: GraphDocument, id: string, event: string, namers: ReadonlyMap<string, string>, known: ReadonlySet<string>): GraphDocument {
  const [was, next] = [document.nodes[id], updateNode(document, id, { event })]
  if (was?.type !== 'event' || next === document) return next
  const isOther = event.includes('*') || known.has(event)
  const nodes = { ...next.nodes }
  for (const [namer, before] of namers) {
    const to = isOther ? before : event
    if (Object.hasOwn(nodes, namer)) nodes[namer] = followEvent(nodes[namer]!, new Map([[was.event, to], [before, to]]))
  }
  return { ...next, nodes }
}

/** The same node when it names none of them. */
function followEvent(node: GraphNode, names: ReadonlyMap<string, string>): GraphNode {
  if (node.type === 'function') return followEnds(node, names)
  if (node.type !== 'step' || !naming.has(node.kind) || typeof node.config.event !== 'string') return node
  const to = names.get(node.config.event.trim())
  return to === undefined || to === node.config.event ? node : { ...node, config: { ...node.config, event: to } }
}

function followEnds(node: FunctionNode, names: ReadonlyMap<string, string>): FunctionNode {
  const { cancelOn = [] } = node
  const isNamed = (name: string): boolean => (names.get(name.trim()) ?? name) !== name
  return cancelOn.some((one) => isNamed(one.event)) ? { ...node, cancelOn: cancelOn.map((one) => (isNamed(one.event) ? { ...one, event: names.get(one.event.trim())! } : one)) } : node
}
