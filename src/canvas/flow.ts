/**
 * Scene → React Flow. Pure. Everything has its size and the places of its handles from the
 * scene, so React Flow measures nothing and lines are right in the first frame.
 */
import { Position as Side, type Edge, type Node, type NodeHandle } from '@xyflow/react'
import type { EventNode, FunctionNode, GraphDocument, NoteNode, ScheduleNode, StepNode, WebhookNode } from '#graph/document.ts'
import { stepSize } from '#graph/sizes.ts'
import type { StepKind } from '#steps/kind.ts'
import { connectionsOf, type Connections } from './connections.ts'
import { describeEdge, describeNode } from './describe.ts'
import { fateWords } from './flow-words.ts'
import type { DerivedLink } from '#graph/links.ts'
import { drawLines, type Line } from './lines.ts'
import type { CanvasFacts, NodeMark, Overlay } from './marks.ts'
import { readingOrder } from './reading-order.ts'
import { layScene, portOffset, type Box, type FrameInside, type Scene, type StepBox } from './scene.ts'
import type { UiStatus } from '#ui/status.ts'

interface Shared {
  mark?: NodeMark
  problem?: 'warning' | 'error'
  [key: string]: unknown
}
export interface EventData extends Shared { node: EventNode; w: number; h: number; reactHere: number; elsewhere: { slug: string; workflow: string }[]; senders: { slug: string; workflow: string }[] }
export interface WebhookData extends Shared { node: WebhookNode; w: number; h: number }
export interface ScheduleData extends Shared { node: ScheduleNode }
export interface FunctionData extends Shared {
  node: FunctionNode
  inside: FrameInside
  steps: number
  version?: string
  paused?: boolean
  /** Steps of a collapsed frame, and of every frame that is seen from far away. */
  minis?: MiniStep[]
}
export interface StepData extends Shared { node: StepNode; w: number; h: number; ports: StepBox['ports'] }
export interface NoteData extends Shared { node: NoteNode }

/** A step as its frame draws it. */
export interface MiniStep {
  id: string
  kind: StepKind
  state?: UiStatus | 'warning' | 'error'
  selected?: boolean
  /** Relative to the frame. */
  x: number
  y: number
  w: number
  h: number
}

export type FlowNode =
  | Node<EventData, 'event'> | Node<WebhookData, 'webhook'> | Node<ScheduleData, 'schedule'>
  | Node<FunctionData, 'function'> | Node<StepData, 'step'> | Node<NoteData, 'note'>
export type FlowEdge = Edge<{ line: Line; state?: UiStatus }, Line['kind']>

export interface FlowInput {
  document: GraphDocument
  links: DerivedLink[]
  facts: CanvasFacts
  overlay?: Overlay
  selected: ReadonlySet<string>
  editable: boolean
  /** Seen from far away: frames draw their steps, and lines are not edges of React Flow. */
  flat?: boolean
}

export interface Flow {
  scene: Scene
  nodes: FlowNode[]
  edges: FlowEdge[]
  lines: Line[]
  selected: ReadonlySet<string>
}

const layer = { note: 0, frame: 1, line: 0, inner: 2, node: 3, step: 4 }

/** Objects of the last call, reused while what they show is unchanged. */
export type FlowCache = Map<string, { key: unknown[]; node?: FlowNode; edge?: FlowEdge }>

interface Surroundings {
  scene: Scene
  input: FlowInput
  connections: Connections
}

export function toFlow(input: FlowInput, cache: FlowCache = new Map()): Flow {
  const scene = layScene(input.document)
  const lines = drawLines(input.document, scene, input.links)
  const around: Surroundings = { scene, input, connections: connectionsOf(input.document, input.links) }
  const nodes: FlowNode[] = []
  for (const box of scene.boxes.values()) {
    if (input.flat && box.node.type === 'step') continue
    nodes.push(cachedNode(box, around, cache))
  }
  const edges = input.flat ? noEdges : lines.map((line) => cachedEdge(line, input, cache))
  const drawn = new Set(lines.map((line) => edgeEntry(line.id)))
  for (const id of cache.keys()) if (!scene.boxes.has(id) && !drawn.has(id)) cache.delete(id)
  // Tab and screen readers take them as they come; React Flow wants parents before their children.
  const order = readingOrder(input.document, input.links)
  nodes.sort((a, b) => order.get(a.id)! - order.get(b.id)!)
  return { scene, nodes, edges, lines, selected: input.selected }
}

/** The same drawing with something else selected: costs what changes, not what is drawn. */
export function reselect(flow: Flow, input: FlowInput): Flow {
  const changed = new Set<string>()
  for (const id of flow.selected) if (!input.selected.has(id)) changed.add(id)
  for (const id of input.selected) if (!flow.selected.has(id)) changed.add(id)
  if (changed.size === 0) return flow.selected === input.selected ? flow : { ...flow, selected: input.selected }
  // Frames that draw their steps themselves show which of them are selected.
  const frames = new Set([...changed].flatMap((id) => {
    const node = input.document.nodes[id]
    return node?.type === 'step' && (input.flat || !flow.scene.boxes.has(id)) ? [node.parent] : []
  }))
  const nodes = flow.nodes.map((node): FlowNode => {
    const turned = changed.has(node.id) ? { ...node, selected: input.selected.has(node.id) } : node
    if (turned.type !== 'function' || !frames.has(node.id)) return turned
    const minis = minisOf(flow.scene.boxes.get(node.id)!, { scene: flow.scene, input })
    return { ...turned, data: { ...turned.data, ...(minis ? { minis } : {}) } }
  })
  const edges = flow.edges.some((edge) => changed.has(edge.id))
    ? flow.edges.map((edge) => (changed.has(edge.id) ? { ...edge, selected: input.selected.has(edge.id) } : edge))
    : flow.edges
  return { ...flow, nodes, edges, selected: input.selected }
}

/** The same array every time, so that React Flow sees nothing new. */
const noEdges: FlowEdge[] = []

const sameKey = (a: unknown[], b: unknown[]): boolean => a.length === b.length && a.every((part, i) => part === b[i])

/** Nodes and edges share one cache; an edge's id may be that of a node. */
const edgeEntry = (id: string): string => `edge ${id}`

function cachedNode(box: Box, around: Surroundings, cache: FlowCache): FlowNode {
  const minis = minisOf(box, around)
  const key = cacheKey(box, around, minis)
  const last = cache.get(box.id)
  if (last?.node && sameKey(last.key, key)) return last.node
  const node = flowNode(box, around, minis)
  cache.set(box.id, { key, node })
  return node
}

function cachedEdge(line: Line, input: FlowInput, cache: FlowCache): FlowEdge {
  const edge = flowEdge(line, input)
  const key = [
    line.kind, line.paths.join(), line.arrow, line.label?.text, line.label?.x, line.label?.y, line.source, line.target, line.port, line.isError,
    line.edge, edge.data!.state, edge.selected, input.editable, edge.ariaLabel,
  ]
  const last = cache.get(edgeEntry(line.id))
  if (last?.edge && sameKey(last.key, key)) return last.edge
  cache.set(edgeEntry(line.id), { key, edge })
  return edge
}

function cacheKey(box: Box, { scene, input, connections }: Surroundings, minis: MiniStep[] | undefined): unknown[] {
  const { node } = box
  const inside = scene.inside.get(box.id)
  return [
    node, input.selected.has(box.id), input.editable, input.overlay?.[box.id], input.facts.problems[box.id], input.facts.problemCounts?.[box.id],
    node.type === 'event' ? input.facts.reactElsewhere[box.id] : undefined, node.type === 'event' ? input.facts.sentElsewhere?.[box.id] : undefined,
    node.type === 'function' ? input.facts.versions[node.slug] : '', node.type === 'function' && input.facts.paused?.has(node.slug) === true,
    inside === undefined ? '' : JSON.stringify(inside), minis === undefined ? '' : JSON.stringify(minis), scene.steps.get(box.id)?.length,
    connections.of(box.id).key,
  ]
}

/** Small squares in a row for a collapsed frame; flat boxes in their places seen from far away. */
function minisOf(box: Box, { scene, input }: Omit<Surroundings, 'connections'>): MiniStep[] | undefined {
  if (box.node.type !== 'function') return undefined
  const sign = (id: string): Pick<MiniStep, 'state' | 'selected'> => {
    const state = input.overlay?.[id]?.state ?? input.facts.problems[id]
    return { ...(state ? { state } : {}), ...(input.selected.has(id) ? { selected: true } : {}) }
  }
  const folded = scene.folded.get(box.id)
  if (folded) return folded.map(({ id, kind }, i) => ({ id, kind, x: i, y: 0, w: 1, h: 1, ...sign(id) }))
  if (!input.flat) return undefined
  return (scene.steps.get(box.id) ?? []).map(({ id, node }) => ({ id, kind: node.kind, ...node.position, ...stepSize(node.kind), ...sign(id) }))
}

function flowNode(box: Box, { scene, input, connections }: Surroundings, minis: MiniStep[] | undefined): FlowNode {
  const { node, id, w, h } = box
  const mark = input.overlay?.[id]
  const problem = input.facts.problems[id]
  const marks = { ...(mark ? { mark } : {}), ...(problem ? { problem } : {}) }
  const steps = (scene.steps.get(id)?.length ?? 0) + (scene.folded.get(id)?.length ?? 0)
  const elsewhere = input.facts.reactElsewhere[id] ?? []
  const senders = input.facts.sentElsewhere?.[id] ?? []
  const around = connections.of(id)
  const paused = node.type === 'function' && input.facts.paused?.has(node.slug) === true
  const common = {
    id, width: w, height: h, measured: { width: w, height: h }, position: node.position,
    selected: input.selected.has(id), draggable: input.editable, connectable: input.editable,
    // Drawings that are only looked at have no focus, and React Flow then gives the label no role.
    ariaRole: 'group' as const,
    ariaLabel: describeNode(node, { mark, problem, problems: input.facts.problemCounts?.[id], steps, around, elsewhere: elsewhere.length, senders: senders.length, paused }),
    handles: handles(box, scene),
    domAttributes: { 'data-testid': `node-${node.type}`, 'data-id': id, ...(node.type === 'function' ? { 'aria-description': fateWords(node, around.sends) } : {}) } as Record<string, string>,
  }
  switch (node.type) {
    case 'event': return { ...common, type: 'event', zIndex: layer.node, data: { ...marks, node, w, h, reactHere: around.reactHere, elsewhere, senders } }
    case 'webhook': return { ...common, type: 'webhook', zIndex: layer.node, data: { ...marks, node, w, h } }
    case 'schedule': return { ...common, type: 'schedule', zIndex: layer.node, data: { ...marks, node } }
    case 'note': return { ...common, type: 'note', zIndex: layer.note, data: { ...marks, node } }
    case 'function': {
      const version = input.facts.versions[node.slug]
      return {
        ...common, type: 'function', zIndex: layer.frame,
        data: { ...marks, node, inside: scene.inside.get(id)!, steps, ...(version ? { version } : {}), ...(paused ? { paused } : {}), ...(minis ? { minis } : {}) },
      }
    }
    case 'step': return {
      ...common, type: 'step', zIndex: layer.step, parentId: node.parent,
      data: { ...marks, node, w, h, ports: (box as StepBox).ports },
    }
  }
}

const grip = 14

function handles(box: Box, scene: Scene): NodeHandle[] {
  const at = (type: 'source' | 'target', id: string, x: number, y: number): NodeHandle => ({
    type, id, x: x - grip / 2, y: y - grip / 2, width: grip, height: grip,
    position: type === 'source' ? Side.Right : Side.Left,
  })
  const { node, w, h } = box
  switch (node.type) {
    case 'event': return [at('target', 'in', 0, h / 2), at('source', 'out', w, h / 2)]
    case 'webhook':
    case 'schedule': return [at('source', 'out', w, h / 2)]
    case 'function': {
      const inlet = at('target', 'in', 0, scene.inside.get(box.id)!.hingeY)
      // What the steps of a collapsed frame send leaves from the frame.
      return node.collapsed === true ? [inlet, at('source', 'out', w, h / 2)] : [inlet]
    }
    case 'step': {
      const { ports } = box as StepBox
      return [at('target', 'in', 0, h / 2), ...ports.map((port, i) => at('source', port.id, w, portOffset(h, i, ports.length)))]
    }
    case 'note': return []
  }
}

/** A line is under way, done or failed as what it leads to, once what it comes from is done. */
export function lineState(line: Line, overlay: Overlay | undefined): UiStatus | undefined {
  const target = overlay?.[line.target]
  const source = overlay?.[line.source]
  const own = overlay?.[line.id]?.state
  if (own !== undefined) return own
  return source && target && source.state === 'completed' ? target.state : undefined
}

function flowEdge(line: Line, input: FlowInput): FlowEdge {
  const state = lineState(line, input.overlay)
  const stored = line.edge !== undefined
  return {
    id: line.id, type: line.kind, source: line.source, target: line.target,
    sourceHandle: line.port ?? 'out', targetHandle: 'in',
    data: { line, ...(state ? { state } : {}) },
    selected: input.selected.has(line.id), selectable: stored, focusable: stored && input.editable,
    deletable: stored && input.editable,
    zIndex: line.kind === 'order' || line.kind === 'derived' ? layer.inner : layer.line,
    ariaLabel: describeEdge(line, input.document),
  }
}

/** A moved node as React Flow shows it under the pointer: its place, and what its frame draws inside. */
export function movedNode(node: FlowNode, scene: Scene): FlowNode {
  const box = scene.boxes.get(node.id)
  if (box === undefined) return node
  if (node.type !== 'function') return { ...node, position: box.node.position }
  const inside = scene.inside.get(node.id)!
  const same = JSON.stringify(inside) === JSON.stringify(node.data.inside)
  return { ...node, position: box.node.position, ...(same ? {} : { data: { ...node.data, inside }, handles: handles(box, scene) }) }
}
