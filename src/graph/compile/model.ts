/**
 * The document as the checks read it: nodes by kind, the steps and order edges of each frame,
 * everything sorted by what a document says, never by insertion order, so that compiling is
 * deterministic.
 */
import type {
  EventNode, FeedEdge, FunctionNode, GraphDocument, OrderEdge, ScheduleNode, StepNode, SubscriptionEdge, WebhookNode,
} from '#graph/document.ts'
import type { Catalog } from '#graph/compile/catalog.ts'
import type { Diagnostic } from '#graph/compile/diagnostics.ts'

export interface FrameModel {
  node: FunctionNode
  /** Sorted by position, then id. */
  steps: StepNode[]
  /** Order edges whose two ends are steps of this frame. */
  orders: OrderEdge[]
  incoming: Map<string, OrderEdge[]>
  outgoing: Map<string, OrderEdge[]>
  subscriptions: { edge: SubscriptionEdge; source: EventNode | ScheduleNode }[]
}

export interface Model {
  document: GraphDocument
  catalog: Catalog
  frames: FrameModel[]
  events: EventNode[]
  schedules: ScheduleNode[]
  webhooks: WebhookNode[]
  feeds: FeedEdge[]
  /** Order edges that leave their frame, or join what is not a step. */
  stray: OrderEdge[]
}

/** Where checks put their findings. */
export interface Findings {
  error(at: At, code: string, message: string, fix: string): void
  warning(at: At, code: string, message: string, fix: string): void
}

export interface At {
  nodeId: string
  function?: string
  field?: string
  position?: number
}

export function collectFindings(): Findings & { list: Diagnostic[] } {
  const list: Diagnostic[] = []
  const add = (severity: Diagnostic['severity']) => (at: At, code: string, message: string, fix: string) => {
    const one: Diagnostic = { severity, code, nodeId: at.nodeId, message, fix }
    if (at.function !== undefined) one.function = at.function
    if (at.field !== undefined) one.field = at.field
    if (at.position !== undefined) one.position = at.position
    list.push(one)
  }
  return { list, error: add('error'), warning: add('warning') }
}

export function readModel(document: GraphDocument, catalog: Catalog): Model {
  const model: Model = { document, catalog, frames: [], events: [], schedules: [], webhooks: [], feeds: [], stray: [] }
  const frames = new Map<string, FrameModel>()
  for (const node of Object.values(document.nodes).sort(byPlace)) {
    if (node.type === 'function') frames.set(node.id, { node, steps: [], orders: [], incoming: new Map(), outgoing: new Map(), subscriptions: [] })
    else if (node.type === 'event') model.events.push(node)
    else if (node.type === 'schedule') model.schedules.push(node)
    else if (node.type === 'webhook') model.webhooks.push(node)
  }
  for (const node of Object.values(document.nodes).sort(byPlace)) if (node.type === 'step') frames.get(node.parent)?.steps.push(node)
  model.frames = [...frames.values()]
  for (const edge of Object.values(document.edges).sort(byId)) placeEdge(model, frames, edge)
  return model
}

function placeEdge(model: Model, frames: Map<string, FrameModel>, edge: GraphDocument['edges'][string]): void {
  const source = own(model.document.nodes, edge.source)
  const target = own(model.document.nodes, edge.target)
  if (edge.type === 'feed') {
    if (source?.type === 'webhook' && target?.type === 'event') model.feeds.push(edge)
    return
  }
  if (edge.type === 'subscription') {
    const frame = frames.get(edge.target)
    if (frame !== undefined && (source?.type === 'event' || source?.type === 'schedule')) frame.subscriptions.push({ edge, source })
    return
  }
  const frame = source?.type === 'step' && target?.type === 'step' && source.parent === target.parent ? frames.get(source.parent) : undefined
  if (frame === undefined) {
    if (source !== undefined && target !== undefined) model.stray.push(edge)
    return
  }
  frame.orders.push(edge)
  frame.incoming.set(edge.target, [...(frame.incoming.get(edge.target) ?? []), edge])
  frame.outgoing.set(edge.source, [...(frame.outgoing.get(edge.source) ?? []), edge])
}

export function own<T>(map: Record<string, T>, id: string): T | undefined {
  return Object.hasOwn(map, id) ? map[id] : undefined
}

/** Reading order: left to right, then top to bottom, then id. */
export function byPlace(a: { id: string; position: { x: number; y: number } }, b: typeof a): number {
  return a.position.x - b.position.x || a.position.y - b.position.y || byId(a, b)
}

export function byId(a: { id: string }, b: { id: string }): number {
  return a.id < b.id ? -1 : a.id > b.id ? 1 : 0
}

/** Where a finding about a frame points. */
export function atFrame(frame: FrameModel, field?: string): At {
  return { nodeId: frame.node.id, function: frame.node.slug, field }
}

export function atStep(frame: FrameModel, step: StepNode, field?: string): At {
  return { nodeId: step.id, function: frame.node.slug, field }
}
