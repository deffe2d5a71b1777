/** What may be joined to what. A refusal says what to do instead. */
import { newElementId } from '#base/ids.ts'
import type { GraphDocument, GraphEdge, GraphNode, StepNode } from '#graph/document.ts'
import { firstPort, portsOf } from '#graph/edit/add-node.ts'

export type Connected = { document: GraphDocument; edgeId?: string } | { refused: string }

export interface Connection {
  source: string
  target: string
  /** Way out of a step; absent = its first. */
  port?: string
  id?: string
}

/**
 * Event or schedule → function: subscription. Webhook → event: feed. Step → step of the same
 * frame: order. A subscription dropped on a step lands on the step's frame. An emit step dropped
 * on an event takes that event's name: their link is derived, so there is no edge.
 */
export function connect(document: GraphDocument, connection: Connection): Connected {
  const source = document.nodes[connection.source]
  const target = document.nodes[connection.target]
  if (source === undefined || target === undefined) return { refused: 'One of the two is no longer here.' }
  if (source.id === target.id) return { refused: 'Nothing can come before itself. Connect it to something else.' }
  switch (source.type) {
    case 'event':
    case 'schedule': return subscribe(document, connection, source, target)
    case 'webhook': return feed(document, connection, target)
    case 'step': return target.type === 'step' ? order(document, connection, source, target) : fromStep(document, source, target)
    case 'function': return { refused: fromFunction(target) }
    case 'note': return { refused: 'A note is only text. Connect events, functions and steps.' }
  }
}

function subscribe(document: GraphDocument, connection: Connection, source: GraphNode, target: GraphNode): Connected {
  if (target.type === 'step') return subscribe(document, connection, source, document.nodes[target.parent]!)
  const what = source.type === 'event' ? 'An event' : 'A schedule'
  if (target.type !== 'function') return { refused: `${what} starts functions. Drop the line on a function's frame.` }
  const known = Object.values(document.edges).some((edge) => edge.type === 'subscription' && edge.source === source.id && edge.target === target.id)
  if (known) return { refused: `\`${target.slug}\` already reacts to this ${source.type}.` }
  return add(document, { id: connection.id ?? newElementId('e'), type: 'subscription', source: source.id, target: target.id })
}

function feed(document: GraphDocument, connection: Connection, target: GraphNode): Connected {
  if (target.type !== 'event') return { refused: 'A webhook turns requests into an event. Connect it to an event, and the event to functions.' }
  const feeds = Object.values(document.edges).filter((edge) => edge.type === 'feed' && edge.source === connection.source)
  if (feeds.some((edge) => edge.target === target.id)) return { refused: 'This webhook already feeds this event.' }
  if (feeds.length > 0) return { refused: 'A webhook feeds one event. Remove its other line first, or add another webhook.' }
  return add(document, { id: connection.id ?? newElementId('e'), type: 'feed', source: connection.source, target: target.id })
}

function order(document: GraphDocument, connection: Connection, source: StepNode, target: StepNode): Connected {
  if (source.parent !== target.parent) {
    return { refused: 'These steps are in different functions, which run apart. Emit an event here and let the other function react to it.' }
  }
  const ports = portsOf(source)
  const port = connection.port ?? firstPort(source)
  if (!ports.includes(port)) return { refused: `"${source.name}" has no way out named ${port}. It has ${ports.join(', ')}.` }
  const orders = Object.values(document.edges).filter((edge) => edge.type === 'order')
  if (orders.some((edge) => edge.source === source.id && edge.target === target.id && edge.port === port)) {
    return { refused: 'These two are already connected.' }
  }
  if (reaches(document, target.id, source.id)) {
    return { refused: `"${target.name}" already comes before "${source.name}"; a circle would never end. To repeat work, emit an event.` }
  }
  return add(document, { id: connection.id ?? newElementId('e'), type: 'order', source: source.id, target: target.id, port })
}

function fromStep(document: GraphDocument, source: StepNode, target: GraphNode): Connected {
  const emits = source.kind === 'emit' || source.kind === 'emit-each'
  if (target.type === 'event') {
    if (!emits) return { refused: 'Only emit steps send events. Add an Emit step after this one.' }
    if (target.event === '' || target.event.includes('*')) return { refused: 'Give the event an exact name first; the emit step then takes it over.' }
    const node: StepNode = { ...source, config: { ...source.config, event: target.event } }
    return { document: { ...document, nodes: { ...document.nodes, [node.id]: node } } }
  }
  if (target.type === 'function') {
    if (target.id === source.parent) return { refused: 'The step is already inside this function.' }
    return { refused: emits
      ? 'Functions react to events. Connect this step to an event, and the event to the function.'
      : 'Functions run apart. Add an Emit step here and let the function react to its event, or use Invoke function to wait for its result.' }
  }
  return { refused: `A step leads to steps of its own function, not to a ${target.type}.` }
}

function fromFunction(target: GraphNode): string {
  if (target.type === 'event') return 'A function sends events with an Emit step. Add one to it.'
  return 'Lines start at events, schedules, webhooks and steps. To follow a function with something, add an Emit step to it.'
}

/** True when following order edges from one step arrives at the other. */
export function reaches(document: GraphDocument, from: string, to: string): boolean {
  const next = new Map<string, string[]>()
  for (const edge of Object.values(document.edges)) {
    if (edge.type === 'order') next.set(edge.source, [...(next.get(edge.source) ?? []), edge.target])
  }
  const seen = new Set<string>([from])
  const open = [from]
  for (let id = open.pop(); id !== undefined; id = open.pop()) {
    if (id === to) return true
    for (const target of next.get(id) ?? []) {
      if (seen.has(target)) continue
      seen.add(target)
      open.push(target)
    }
  }
  return false
}

function add(document: GraphDocument, edge: GraphEdge): Connected {
  return { document: { ...document, edges: { ...document.edges, [edge.id]: edge } }, edgeId: edge.id }
}
