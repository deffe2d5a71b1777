/**
 * The lines of a scene: ribs, feeds, derived links and step order, as SVG paths.
 * Ribs are made for all functions of an event at once, because the place of each on the
 * arc depends on its neighbours.
 */
import type { GraphDocument, GraphEdge, Position } from '#graph/document.ts'
import type { DerivedLink } from '#graph/links.ts'
import { eventArcPoint, ribAngles } from '#ui/shapes/event.ts'
import { arrowPath, orderPath } from '#ui/shapes/order.ts'
import { curvePath, ribPath, ribSpine } from '#ui/shapes/rib.ts'
import { errorPort } from '#graph/ports.ts'
import { inletPoint, outletPoint, shownAs, type Scene, type StepBox } from './scene.ts'

export type LineKind = 'rib' | 'feed' | 'derived' | 'order'

export interface Line {
  id: string
  kind: LineKind
  source: string
  target: string
  /** Ribs are filled, everything else is stroked. Derived links of an emit per item have three. */
  paths: string[]
  /** Middle line: hit area and what moves along it. */
  spine: string
  arrow?: string
  label?: { text: string; x: number; y: number }
  port?: string
  /** Where a step can be put between the two. */
  insert?: Position
  /** Taken only after a failure. */
  isError?: boolean
  /** The stored edge; derived links have none. */
  edge?: GraphEdge
}

/** `edges`: draw these only. All ribs of an event belong together. */
export function drawLines(document: GraphDocument, scene: Scene, links: DerivedLink[] = [], edges: Iterable<GraphEdge> = Object.values(document.edges)): Line[] {
  const lines: Line[] = []
  const fromEvents = new Map<string, GraphEdge[]>()
  for (const edge of edges) {
    if (!scene.boxes.has(edge.source) || !scene.boxes.has(edge.target)) continue
    if (edge.type === 'order') lines.push(orderLine(scene, edge))
    else if (edge.type === 'feed' || document.nodes[edge.source]?.type !== 'event') lines.push(feedLine(scene, edge))
    else push(fromEvents, edge.source, edge)
  }
  for (const [eventId, edges] of fromEvents) lines.push(...ribs(scene, eventId, edges))
  const fromFrames = new Set<string>()
  for (const link of links) {
    const source = shownAs(scene, document, link.stepId)
    // Several emits of a collapsed frame to one event are one line.
    const once = `${source} ${link.eventNodeId}`
    if (source !== link.stepId && fromFrames.has(once)) continue
    fromFrames.add(once)
    const line = derivedLine(scene, link, source)
    if (line !== null) lines.push(line)
  }
  return lines
}

function push<T>(lists: Map<string, T[]>, key: string, value: T): void {
  const list = lists.get(key)
  if (list) list.push(value)
  else lists.set(key, [value])
}

function ribs(scene: Scene, eventId: string, edges: GraphEdge[]): Line[] {
  const box = scene.boxes.get(eventId)!
  const ends = edges
    .map((edge) => ({ edge, to: inletPoint(scene, edge.target)! }))
    .sort((a, b) => a.to.y - b.to.y || a.edge.id.localeCompare(b.edge.id))
  const angles = ribAngles(box.w, box.h, ends.map(({ to }) => ({ x: to.x - box.x, y: to.y - box.y })))
  return ends.map(({ edge, to }, i) => {
    const angle = angles[i]!
    const start = eventArcPoint(box.w, box.h, angle)
    const from = { x: box.x + start.x - 1, y: box.y + start.y }
    const end = { x: to.x + 1, y: to.y }
    const condition = edge.type === 'subscription' ? edge.if : undefined
    return {
      id: edge.id, kind: 'rib' as const, source: edge.source, target: edge.target, edge,
      paths: [ribPath(from, angle, end, 3, 11)],
      spine: ribSpine(from, angle, end),
      ...(condition ? { label: { text: 'if', x: to.x - 26, y: to.y } } : {}),
    }
  })
}

function feedLine(scene: Scene, edge: GraphEdge): Line {
  const path = curvePath(outletPoint(scene, edge.source)!, inletPoint(scene, edge.target)!)
  return { id: edge.id, kind: 'feed', source: edge.source, target: edge.target, edge, paths: [path], spine: path }
}

/** From the step, or from its frame when that is collapsed. */
function derivedLine(scene: Scene, link: DerivedLink, source: string): Line | null {
  const from = outletPoint(scene, source)
  const to = inletPoint(scene, link.eventNodeId)
  if (from === null || to === null) return null
  const spread = (gap: number, end: number): string =>
    curvePath({ x: from.x, y: from.y + gap }, { x: to.x, y: to.y + end })
  return {
    id: `derived:${link.stepId}:${link.eventNodeId}`, kind: 'derived', source, target: link.eventNodeId,
    paths: link.perItem ? [spread(-13, -8), spread(0, 0), spread(13, 8)] : [spread(0, 0)],
    spine: spread(0, 0),
  }
}

function orderLine(scene: Scene, edge: GraphEdge & { type: 'order' }): Line {
  const source = scene.boxes.get(edge.source) as StepBox
  const target = scene.boxes.get(edge.target) as StepBox
  const from = outletPoint(scene, edge.source, edge.port)!
  const to = inletPoint(scene, edge.target)!
  const frame = scene.boxes.get(target.node.parent)
  const bar = frame && scene.inside.get(frame.id)?.bars.find((candidate) => candidate.stepId === edge.target)
  // An input meets a join's bar at its own height, so lines into a join stay straight.
  const end: Position = bar && frame ? { x: frame.x + bar.x, y: from.y } : to
  const bend = from.x + Math.max(8, Math.min(12, (end.x - from.x) / 2))
  const path = orderPath(from, end, bend)
  const port = source.ports.find((candidate) => candidate.id === edge.port)
  const isError = port?.id === errorPort.id
  // A single way on needs no name beside the way of the failure.
  const named = port !== undefined && (isError || source.ports.filter((one) => one.id !== errorPort.id).length > 1)
  return {
    id: edge.id, kind: 'order', source: edge.source, target: edge.target, edge,
    // A way out that is no longer there is drawn from the first; the compiler names it.
    port: port?.id ?? source.ports[0]?.id ?? 'out',
    paths: [path], spine: path,
    insert: { x: bar ? end.x - 8 : (bend + end.x - 4) / 2, y: named ? end.y + 15 : end.y },
    ...(isError ? { isError } : {}),
    ...(bar ? {} : { arrow: arrowPath(to) }),
    ...(named ? { label: { text: port.label, x: named && Math.abs(end.y - from.y) < 1 ? (from.x + end.x - 4) / 2 : Math.max(bend, (bend + end.x - 6) / 2), y: end.y } } : {}),
  }
}
