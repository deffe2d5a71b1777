/**
 * Tidying up: steps inside their frames first, then frames and events around them, left to right
 * along what starts what. What stood above something in its column stays above it. Everything
 * lands on the grid, and tidying twice changes nothing more. Takes seconds for a thousand nodes:
 * the editor runs it in a worker.
 */
import ELK, { type ElkExtendedEdge, type ElkNode } from 'elkjs/lib/elk.bundled.js'
import { portsOf } from '#graph/edit/add-node.ts'
import type { GraphDocument, GraphNode, OrderEdge, Position, StepNode } from '#graph/document.ts'
import { fitFrame } from '#graph/edit/fit-frame.ts'
import { functionsOf, stepsOf } from '#graph/edit/names.ts'
import { derivedLinks } from '#graph/links.ts'
import { firstStep, frame, grid, nodeSize, roundTo, roundUp, snap, stepSize } from '#graph/sizes.ts'
import { wayGap } from '#graph/way-names.ts'

interface Box {
  id: string
  x: number
  y: number
  w: number
  h: number
  /** Height at which lines arrive and leave, from the box's top; absent = its middle. */
  lineY?: number
}
type Link = { source: string; target: string; order?: number; gap?: number }

// A pass can change what stands above what in other columns; a few passes settle it.
const passesMax = 8

/** `only`: nothing else moves, and the upper left corner of these stays where it is. */
export async function tidyUp(document: GraphDocument, only?: ReadonlySet<string>): Promise<GraphDocument> {
  const elk = new ELK()
  let current = await tidyFrames(elk, document, only)
  for (let pass = 0; pass < passesMax; pass++) {
    const next = await tidyAround(elk, current, only)
    if (samePlaces(current, next)) return next
    current = next
  }
  return current
}

/** Steps in columns, in every frame at once; again in those that have not settled. */
async function tidyFrames(elk: Elk, document: GraphDocument, only: ReadonlySet<string> | undefined): Promise<GraphDocument> {
  let current = document
  let frames = functionsOf(document).map((node) => node.id).filter((id) => only === undefined || only.has(id) || stepsOf(document, id).some((step) => only.has(step.id)))
  for (let pass = 0; pass < passesMax && frames.length > 0; pass++) {
    const before = current
    const placed = await inColumns(elk, frames.map((id) => insideOf(before, id)))
    const nodes = { ...before.nodes }
    for (const [id, at] of placed) {
      const node = nodes[id]!
      if (node.position.x !== firstStep.x + at.x || node.position.y !== firstStep.y + at.y) nodes[id] = { ...node, position: { x: firstStep.x + at.x, y: firstStep.y + at.y } }
    }
    current = { ...before, nodes }
    for (const id of frames) current = fitFrame(current, id, { tight: true })
    const { nodes: now } = current
    frames = frames.filter((id) => now[id] !== before.nodes[id] || stepsOf(before, id).some((step) => now[step.id] !== step))
  }
  return current
}

function insideOf(document: GraphDocument, frameId: string): Columns {
  const steps = stepsOf(document, frameId)
  const ids = new Set(steps.map((step) => step.id))
  const boxes = steps.map((step): Box => ({ id: step.id, ...step.position, ...stepSize(step.kind) }))
  const links = Object.values(document.edges).flatMap((edge): Link[] =>
    edge.type === 'order' && ids.has(edge.source) && ids.has(edge.target) ? [orderLink(document.nodes[edge.source] as StepNode, edge)] : [])
  // The name of a way stands on its line.
  const gaps = new Map<string, number>()
  for (const { target, gap = 0 } of links) gaps.set(target, Math.max(gap, gaps.get(target) ?? 0))
  const joins = new Set(links.filter((link) => links.some((other) => other !== link && other.target === link.target)).map((link) => link.target))
  return { id: frameId, boxes, links, columnGap: frame.gapX, rowGap: frame.gapY, snap, beforeColumn: (id) => Math.max(joins.has(id) ? frame.joinGapX : frame.gapX, gaps.get(id) ?? 0) - frame.gapX }
}

function orderLink(source: StepNode, { target, port }: OrderEdge): Link {
  return { source: source.id, target, order: portsOf(source).indexOf(port), gap: wayGap(source, port) }
}

const columnGap = 96
const rowGap = 32
const groupGap = 64

/** Frames, events and sources, each with the notes that stand right by it. */
async function tidyAround(elk: Elk, document: GraphDocument, only: ReadonlySet<string> | undefined): Promise<GraphDocument> {
  const all = Object.values(document.nodes).filter((node) => node.type !== 'step' && node.type !== 'note')
  const nodes = all.filter((node) => only === undefined || only.has(node.id))
  // Nothing to arrange; notes may still lie upon each other.
  if (nodes.length === 0 || (only !== undefined && nodes.length === 1)) return withNotes(document, new Map(), only)
  const attached = attachedNotes(document, all)
  const boxes = nodes.map((node) => boxWithNotes(document, node, attached.get(node.id) ?? []))
  const known = new Set(nodes.map((node) => node.id))
  const links = linksAround(document).filter((link) => known.has(link.source) && known.has(link.target))
  const moves = new Map<string, Position>()
  let top = roundTo(Math.min(...boxes.map((box) => box.y)), grid)
  const left = roundTo(Math.min(...boxes.map((box) => box.x)), grid)
  const groups = groupsOf(boxes, links)
  const placed = await inColumns(elk, groups.map((group): Columns => {
    const ids = new Set(group.map((box) => box.id))
    return { id: `group ${group[0]!.id}`, boxes: group, links: links.filter((link) => ids.has(link.source)), columnGap, rowGap, snap: grid, beforeColumn: () => 0 }
  }))
  for (const group of groups) {
    for (const box of group) {
      const move = { x: left + placed.get(box.id)!.x - box.x, y: top + placed.get(box.id)!.y - box.y }
      for (const id of [box.id, ...(attached.get(box.id) ?? [])]) moves.set(id, move)
    }
    top = roundUp(top + Math.max(...group.map((box) => placed.get(box.id)!.y + box.h)) + groupGap, grid)
  }
  return withNotes(document, moves, only)
}

function linksAround(document: GraphDocument): Link[] {
  const links: Link[] = Object.values(document.edges).flatMap((edge) => (edge.type === 'order' ? [] : [{ source: edge.source, target: edge.target }]))
  for (const link of derivedLinks(document)) links.push({ source: (document.nodes[link.stepId] as StepNode).parent, target: link.eventNodeId })
  return links
}

/** A note within this many pixels of something belongs to it and keeps its place beside it. */
const attachedWithin = 40

function attachedNotes(document: GraphDocument, nodes: GraphNode[]): Map<string, string[]> {
  const attached = new Map<string, string[]>()
  const boxes: Box[] = []
  for (const note of Object.values(document.nodes).sort(byPlace)) {
    if (note.type !== 'note') continue
    const friend = nearest(plainBox(note), nodes)
    // One that lies upon another does not keep its place: it gives way like one that stands alone.
    if (friend === null || friend.distance > attachedWithin || friend.distance === 0 || hit(plainBox(note), boxes) !== undefined) continue
    attached.set(friend.node.id, [...(attached.get(friend.node.id) ?? []), note.id])
    boxes.push(plainBox(note))
  }
  return attached
}

function boxWithNotes(document: GraphDocument, node: GraphNode, noteIds: string[]): Box {
  const all = [plainBox(node), ...noteIds.map((id) => plainBox(document.nodes[id]!))]
  const [x, y] = [Math.min(...all.map((box) => box.x)), Math.min(...all.map((box) => box.y))]
  const w = Math.max(...all.map((box) => box.x + box.w)) - x
  const h = Math.max(...all.map((box) => box.y + box.h)) - y
  return { id: node.id, x, y, w, h, lineY: node.position.y - y + lineOf(document, node) }
}

/** Lines meet a frame at the height of its first steps, anything else at its middle. */
function lineOf(document: GraphDocument, node: GraphNode): number {
  if (node.type !== 'function' || node.collapsed === true) return nodeSize(node).h / 2
  const followers = new Set(Object.values(document.edges).flatMap((edge) => (edge.type === 'order' ? [edge.target] : [])))
  const first = stepsOf(document, node.id).filter((step) => !followers.has(step.id))
  return first.length === 0 ? node.size.h / 2 : first.reduce((sum, step) => sum + step.position.y + stepSize(step.kind).h / 2, 0) / first.length
}

function plainBox(node: GraphNode): Box {
  return { id: node.id, ...node.position, ...nodeSize(node) }
}

/** What hangs together, the topmost group first. */
function groupsOf(boxes: Box[], links: Link[]): Box[][] {
  const group = new Map(boxes.map((box) => [box.id, box.id]))
  const find = (id: string): string => (group.get(id) === id ? id : find(group.get(id)!))
  for (const link of links) if (group.has(link.source) && group.has(link.target)) group.set(find(link.source), find(link.target))
  const byRoot = new Map<string, Box[]>()
  for (const box of [...boxes].sort(byHeight)) byRoot.set(find(box.id), [...(byRoot.get(find(box.id)) ?? []), box])
  return [...byRoot.values()]
}

type Elk = InstanceType<typeof ELK>

interface Spacing {
  columnGap: number
  rowGap: number
  snap: number
  /** Extra room on the left of a box. */
  beforeColumn(id: string): number
}

/** What is laid out on its own. */
interface Columns extends Spacing {
  id: string
  boxes: Box[]
  links: Link[]
}

/** Places by box, relative to the (0, 0) of each group. One question to ELK for all of them. */
async function inColumns(elk: Elk, groups: Columns[]): Promise<Map<string, Position>> {
  const filled = groups.filter((group) => group.boxes.length > 0)
  const laid = await elk.layout({ id: 'root', layoutOptions: { 'elk.algorithm': 'fixed' }, children: filled.map(graphOf) })
  const places = new Map<string, Position>()
  filled.forEach((group, index) => {
    for (const [id, at] of placesOf(group, laid.children?.[index]?.children ?? [])) places.set(id, at)
  })
  return places
}

/** ELK is told to keep the order from top to bottom, whatever that costs in crossings. */
function graphOf({ id, boxes, links, ...spacing }: Columns): ElkNode {
  const order = [...boxes].sort(byHeight)
  const rank = new Map(order.map((box, index) => [box.id, index]))
  return {
    id: `in ${id}`,
    layoutOptions: {
      'elk.algorithm': 'layered', 'elk.direction': 'RIGHT', 'elk.separateConnectedComponents': 'false',
      'elk.layered.spacing.nodeNodeBetweenLayers': String(spacing.columnGap), 'elk.spacing.nodeNode': String(spacing.rowGap),
      'elk.layered.considerModelOrder.strategy': 'NODES_AND_EDGES', 'elk.layered.crossingMinimization.forceNodeModelOrder': 'true', 'elk.layered.cycleBreaking.strategy': 'DEPTH_FIRST', 'elk.layered.nodePlacement.strategy': 'BRANDES_KOEPF', 'elk.layered.nodePlacement.bk.fixedAlignment': 'BALANCED',
      'elk.padding': '[top=0,left=0,bottom=0,right=0]', 'elk.randomSeed': '1',
    },
    // The height is that of the slot on the grid, so that rounding places never makes two touch.
    children: order.map((box) => slotOf(box, roundUp(box.w + spacing.beforeColumn(box.id), spacing.snap), roundUp(box.h, spacing.snap))),
    edges: links
      .filter((link) => rank.has(link.source) && rank.has(link.target) && link.source !== link.target)
      .sort((a, b) => rank.get(a.source)! - rank.get(b.source)! || (a.order ?? 0) - (b.order ?? 0) || rank.get(a.target)! - rank.get(b.target)!)
      .map((link, index): ElkExtendedEdge => ({ id: `${id} e${index}`, sources: [`${link.source} out`], targets: [`${link.target} in`] })),
  }
}

function placesOf({ boxes, ...spacing }: Columns, laid: ElkNode[]): Map<string, Position> {
  const places = new Map<string, Position>()
  for (const child of laid) places.set(child.id, { x: roundTo((child.x ?? 0) + spacing.beforeColumn(child.id), spacing.snap), y: roundTo(child.y ?? 0, spacing.snap) })
  pushApart([...boxes].sort(byHeight), places, spacing)
  const minX = Math.min(...[...places.values()].map((at) => at.x))
  const minY = Math.min(...[...places.values()].map((at) => at.y))
  for (const at of places.values()) {
    at.x -= minX
    at.y -= minY
  }
  return places
}

function slotOf(box: Box, width: number, height: number): ElkNode {
  const y = box.lineY ?? box.h / 2
  const port = (side: 'WEST' | 'EAST', name: string, x: number) => ({ id: `${box.id} ${name}`, x, y, width: 0, height: 0, layoutOptions: { 'elk.port.side': side } })
  return { id: box.id, width, height, ports: [port('WEST', 'in', 0), port('EAST', 'out', width)], layoutOptions: { 'elk.portConstraints': 'FIXED_POS' } }
}

/** Rounding to the grid may bring two boxes closer than their gap: the lower one gives way. */
function pushApart(boxes: Box[], places: Map<string, Position>, spacing: Spacing): void {
  const sorted = [...boxes].sort((a, b) => places.get(a.id)!.y - places.get(b.id)!.y || places.get(a.id)!.x - places.get(b.id)!.x)
  sorted.forEach((box, index) => {
    const at = places.get(box.id)!
    for (const other of sorted.slice(0, index)) {
      const there = places.get(other.id)!
      if (at.x < there.x + other.w && there.x < at.x + box.w) at.y = Math.max(at.y, roundUp(there.y + other.h + Math.min(spacing.rowGap, spacing.snap), spacing.snap))
    }
  })
}

/** A note that stands alone follows the nearest thing, and gives way where something is now. */
function withNotes(document: GraphDocument, moves: Map<string, Position>, only: ReadonlySet<string> | undefined): GraphDocument {
  const nodes: Record<string, GraphNode> = { ...document.nodes }
  for (const [id, move] of moves) nodes[id] = { ...nodes[id]!, position: { x: nodes[id]!.position.x + move.x, y: nodes[id]!.position.y + move.y } }
  const taken = [...moves.keys()].map((id) => plainBox(nodes[id]!))
  const anchors = Object.values(document.nodes).filter((node) => node.type !== 'note' && moves.has(node.id))
  for (const note of Object.values(document.nodes).sort(byPlace)) {
    if (note.type !== 'note') continue
    if (moves.has(note.id)) {
      nodes[note.id] = { ...nodes[note.id]!, position: { x: roundTo(nodes[note.id]!.position.x, snap), y: roundTo(nodes[note.id]!.position.y, snap) } }
      continue
    }
    if (only !== undefined && !only.has(note.id)) continue
    const friend = nearest(plainBox(note), anchors)
    const move = friend === null ? { x: 0, y: 0 } : moves.get(friend.node.id)!
    const box: Box = { id: note.id, x: roundTo(note.position.x + move.x, snap), y: roundTo(note.position.y + move.y, snap), ...note.size }
    for (let blocker = hit(box, taken); blocker !== undefined; blocker = hit(box, taken)) box.y = roundUp(blocker.y + blocker.h + grid, snap)
    nodes[note.id] = { ...note, position: { x: box.x, y: box.y } }
    taken.push(box)
  }
  return { ...document, nodes }
}

function nearest(to: Box, nodes: GraphNode[]): { node: GraphNode; distance: number } | null {
  let best: { node: GraphNode; distance: number } | null = null
  for (const node of [...nodes].sort((a, b) => (a.id < b.id ? -1 : 1))) {
    const box = plainBox(node)
    const distance = Math.hypot(Math.max(0, box.x - to.x - to.w, to.x - box.x - box.w), Math.max(0, box.y - to.y - to.h, to.y - box.y - box.h))
    if (best === null || distance < best.distance) best = { node, distance }
  }
  return best
}

function hit(box: Box, others: Box[]): Box | undefined {
  return others.find((other) => box.x < other.x + other.w && other.x < box.x + box.w && box.y < other.y + other.h && other.y < box.y + box.h)
}

function byHeight(a: { id: string; x: number; y: number }, b: { id: string; x: number; y: number }): number {
  return a.y - b.y || a.x - b.x || (a.id < b.id ? -1 : 1)
}

function byPlace(a: GraphNode, b: GraphNode): number {
  return byHeight(plainBox(a), plainBox(b))
}

function samePlaces(a: GraphDocument, b: GraphDocument): boolean {
  return Object.values(b.nodes).every((node) => {
    const before = a.nodes[node.id]
    return before !== undefined && before.position.x === node.position.x && before.position.y === node.position.y
      && nodeSize(before).w === nodeSize(node).w && nodeSize(before).h === nodeSize(node).h
  })
}
