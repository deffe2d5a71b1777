/**
 * A document as geometry: where every box stands and how every line runs. Pure and complete,
 * so the editor, the run page and the thumbnails draw the same picture, and no line waits
 * for the browser to measure anything.
 */
import type { EventNode, FunctionNode, GraphDocument, GraphNode, Position, StepNode } from '#graph/document.ts'
import type { Port } from '#steps/kind.ts'
import { stepPorts } from '#graph/ports.ts'
import { nodeSize, stepSize } from '#graph/sizes.ts'

export interface Box {
  id: string
  /** Absolute corner; a step's stored position is relative to its frame. */
  x: number
  y: number
  w: number
  h: number
  node: GraphNode
}

export interface StepBox extends Box {
  node: StepNode
  ports: Port[]
}

/** What a frame shows inside besides its steps. Coordinates are relative to the frame. */
export interface FrameInside {
  hingeY: number
  /** First steps of the frame: a line runs from the wall to each. */
  entries: Position[]
  /** Joins: a bar in front of every step with two or more inputs. */
  bars: { stepId: string; x: number; top: number; bottom: number; to: Position }[]
}

export interface Scene {
  /** Everything that is drawn; a step of a collapsed frame has no box. */
  boxes: Map<string, Box>
  /** Steps of each frame that is open. */
  steps: Map<string, StepBox[]>
  /** Steps of each collapsed frame, in their order from left to right. */
  folded: Map<string, StepNode[]>
  inside: Map<string, FrameInside>
  /** What comes right before each step. */
  sources: ReadonlyMap<string, string[]>
}

const barAhead = 24

export function layScene(document: GraphDocument): Scene {
  const boxes = new Map<string, Box>()
  const steps = new Map<string, StepBox[]>()
  const folded = new Map<string, StepNode[]>()
  for (const node of Object.values(document.nodes)) {
    if (node.type === 'step') continue
    const { w, h } = nodeSize(node)
    boxes.set(node.id, { id: node.id, ...node.position, w, h, node })
    if (node.type !== 'function') continue
    steps.set(node.id, [])
    if (node.collapsed === true) folded.set(node.id, [])
  }
  for (const node of Object.values(document.nodes)) {
    if (node.type !== 'step') continue
    const frame = boxes.get(node.parent)
    if (frame === undefined) continue
    const away = folded.get(node.parent)
    if (away !== undefined) {
      away.push(node)
      continue
    }
    const box = stepBox(frame, node)
    boxes.set(node.id, box)
    steps.get(node.parent)?.push(box)
  }
  for (const list of folded.values()) list.sort((a, b) => a.position.x - b.position.x || a.position.y - b.position.y)
  const inside = new Map<string, FrameInside>()
  const sources = orderSources(document)
  for (const [id, members] of steps) {
    inside.set(id, frameInside(sources, boxes.get(id) as Box, members))
  }
  return { boxes, steps, folded, inside, sources }
}

function stepBox(frame: Box, node: StepNode): StepBox {
  const { w, h } = stepSize(node.kind)
  return { id: node.id, x: frame.x + node.position.x, y: frame.y + node.position.y, w, h, node, ports: stepPorts(node) }
}

/** The scene with some nodes elsewhere, as under the pointer. Costs what moves, not what is drawn. */
export function moveScene(scene: Scene, positions: Readonly<Record<string, Position>>): Scene {
  const boxes = new Map(scene.boxes)
  const steps = new Map(scene.steps)
  const inside = new Map(scene.inside)
  const frames = new Set<string>()
  for (const [id, position] of Object.entries(positions)) {
    const box = boxes.get(id)
    if (box === undefined) continue
    const node = { ...box.node, position }
    if (node.type === 'step') {
      boxes.set(id, { ...box, node })
      frames.add(node.parent)
    } else {
      boxes.set(id, { ...box, ...position, node })
      if (node.type === 'function') frames.add(id)
    }
  }
  for (const id of frames) {
    const frame = boxes.get(id)
    if (frame === undefined) continue
    const members = (steps.get(id) ?? []).map((step) => stepBox(frame, boxes.get(step.id)!.node as StepNode))
    for (const step of members) boxes.set(step.id, step)
    steps.set(id, members)
    inside.set(id, frameInside(scene.sources, frame, members))
  }
  return { ...scene, boxes, steps, inside }
}

/** What stands for a node in the drawing: itself, or its frame when that is collapsed. */
export function shownAs(scene: Scene, document: GraphDocument, id: string): string {
  const node = document.nodes[id]
  return node?.type === 'step' && !scene.boxes.has(id) ? node.parent : id
}

/** What comes right before each step; read once for all frames. */
function orderSources(document: GraphDocument): Map<string, string[]> {
  const sources = new Map<string, string[]>()
  for (const edge of Object.values(document.edges)) {
    if (edge.type !== 'order') continue
    const known = sources.get(edge.target)
    if (known) known.push(edge.source)
    else sources.set(edge.target, [edge.source])
  }
  return sources
}

function frameInside(sources: ReadonlyMap<string, string[]>, frame: Box, members: StepBox[]): FrameInside {
  if (frame.node.type === 'function' && frame.node.collapsed === true) return { hingeY: frame.h / 2, entries: [], bars: [] }
  const inputs = new Map<string, StepBox[]>()
  const byId = new Map(members.map((step) => [step.id, step]))
  for (const { id } of members) {
    const before = (sources.get(id) ?? []).flatMap((source) => byId.get(source) ?? [])
    if (before.length > 0) inputs.set(id, before)
  }
  const first = members.filter((step) => !inputs.has(step.id))
  const middle = (step: StepBox): Position => ({ x: step.x - frame.x, y: step.y - frame.y + step.h / 2 })
  const entries = first.map(middle)
  const lowest = frame.h - 20
  const mean = entries.length === 0 ? frame.h / 2 : entries.reduce((sum, p) => sum + p.y, 0) / entries.length
  const bars = members.flatMap((step) => {
    const from = inputs.get(step.id) ?? []
    if (from.length < 2) return []
    const to = middle(step)
    const ys = [...from.map((source) => middle(source).y), to.y]
    return [{ stepId: step.id, x: to.x - barAhead, top: Math.min(...ys) - 18, bottom: Math.max(...ys) + 18, to }]
  })
  return { hingeY: Math.min(lowest, Math.max(20, mean)), entries, bars }
}

/** Where things arrive. */
export function inletPoint(scene: Scene, id: string): Position | null {
  const box = scene.boxes.get(id)
  if (box === undefined) return null
  if (box.node.type === 'function') {
    return { x: box.x, y: box.y + (scene.inside.get(id)?.hingeY ?? box.h / 2) }
  }
  return { x: box.x, y: box.y + box.h / 2 }
}

/** Where things leave; a step has one place for each way out. */
export function outletPoint(scene: Scene, id: string, port?: string): Position | null {
  const box = scene.boxes.get(id)
  if (box === undefined) return null
  if (box.node.type !== 'step') return { x: box.x + box.w, y: box.y + box.h / 2 }
  const ports = (box as StepBox).ports
  const index = Math.max(0, ports.findIndex((candidate) => candidate.id === port))
  return { x: box.x + box.w, y: box.y + portOffset(box.h, index, ports.length) }
}

export function portOffset(h: number, index: number, count: number): number {
  return count <= 1 ? h / 2 : (h * (index + 1)) / (count + 1)
}

/** What is meant where several lie over each other: a step before its frame, and a note, which is written about the others, last. */
const ranks: Record<GraphNode['type'], number> = { step: 3, event: 2, webhook: 2, schedule: 2, function: 1, note: 0 }

/** The topmost box under a point. `notes: false`: of what can be joined to something. */
export function boxAt(scene: Scene, point: Position, { notes = true }: { notes?: boolean } = {}): Box | null {
  let found: Box | null = null
  for (const box of scene.boxes.values()) {
    const over = point.x >= box.x && point.x <= box.x + box.w && point.y >= box.y && point.y <= box.y + box.h
    if (!over || (!notes && box.node.type === 'note')) continue
    if (found === null || box.node.type === 'step' || ranks[box.node.type] > ranks[found.node.type]) found = box
  }
  return found
}

/** Bounds of everything, or null for an empty document. */
export function sceneBounds(scene: Scene): Bounds | null {
  return boundsOf(scene.boxes.values())
}

export interface Bounds {
  x: number
  y: number
  w: number
  h: number
}

export function boundsOf(boxes: Iterable<Bounds>): Bounds | null {
  let [left, top, right, bottom] = [Infinity, Infinity, -Infinity, -Infinity]
  for (const box of boxes) {
    left = Math.min(left, box.x)
    top = Math.min(top, box.y)
    right = Math.max(right, box.x + box.w)
    bottom = Math.max(bottom, box.y + box.h)
  }
  return left === Infinity ? null : { x: left, y: top, w: right - left, h: bottom - top }
}

export const isEvent = (box: Box): box is Box & { node: EventNode } => box.node.type === 'event'
export const isFunction = (box: Box): box is Box & { node: FunctionNode } => box.node.type === 'function'
