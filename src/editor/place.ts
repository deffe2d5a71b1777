/** Adding from the palette: what a drop at a point, or a click with a selection, makes. Pure. */
import type { EventNode, GraphDocument, OrderEdge, Position, ScheduleNode, StepNode } from '#graph/document.ts'
import { addEvent, addFunction, addNote, addSchedule, addStep, addWebhook, lastStep, leadsAstray, type Added } from '#graph/edit/add-node.ts'
import { connect } from '#graph/edit/connect.ts'
import { makeRoom, standClear } from '#graph/edit/make-room.ts'
import { stepsOf } from '#graph/edit/names.ts'
import { spliceStep } from '#graph/edit/splice.ts'
import { stepPorts } from '#graph/ports.ts'
import { eventHeight, firstStep, frame, grid, inletY, roundTo, snap, stepSize, webhookMin } from '#graph/sizes.ts'
import { wayGap } from '#graph/way-names.ts'
import { boxAt, inletPoint, layScene, outletPoint, sceneBounds, type Scene } from '#canvas/scene.ts'
import { stepDefinition } from '#steps/definitions.ts'
import { stepKinds, type StepKind } from '#steps/kind.ts'

export type PaletteKind = 'event' | 'webhook' | 'schedule' | 'function' | 'note' | StepKind

export const isStepKind = (kind: string): kind is StepKind => (stepKinds as readonly string[]).includes(kind)

export function paletteLabel(kind: PaletteKind): string {
  if (isStepKind(kind)) return stepDefinition(kind).label
  return { event: 'Event', webhook: 'Webhook', schedule: 'Schedule', function: 'Function', note: 'Note' }[kind]
}

export interface PlaceOptions {
  timezone: string
  /** Slugs of the workspace's other workflows. */
  taken?: Iterable<string>
}

/** With what a grown function would cover moved on. */
export const withRoom = (before: GraphDocument, added: Added): Added => ({ ...added, document: makeRoom(before, added.document) })

const snapped = (point: Position): Position => ({ x: roundTo(point.x, snap), y: roundTo(point.y, snap) })

/** The event or schedule under a point that a function, or a step in one, would react to when it is dropped there. */
export function dropSource(scene: Scene, kind: PaletteKind, point: Position): EventNode | ScheduleNode | null {
  if (kind !== 'function' && !isStepKind(kind)) return null
  const node = boxAt(scene, point)?.node
  return node?.type === 'event' || node?.type === 'schedule' ? node : null
}

/** Dropped with the pointer at `point` (canvas coordinates). What stands free covers nothing; a note may lie under things. */
export function placeAt(document: GraphDocument, kind: PaletteKind, point: Position, options: PlaceOptions): Added {
  const scene = layScene(document)
  const source = dropSource(scene, kind, point)
  if (source !== null) return addReaction(document, kind as 'function' | StepKind, source.id, options)
  if (isStepKind(kind)) return withRoom(document, placeStep(document, scene, kind, point, options))
  const added = placeFree(document, kind, point, options)
  return kind === 'note' ? added : { ...added, document: standClear(added.document, added.id) }
}

function placeFree(document: GraphDocument, kind: Exclude<PaletteKind, StepKind>, point: Position, options: PlaceOptions): Added {
  const corner = (w: number, h: number): Position => snapped({ x: point.x - w / 2, y: point.y - h / 2 })
  switch (kind) {
    case 'event': return addEvent(document, { position: corner(140, eventHeight) })
    case 'webhook': return addWebhook(document, { position: corner(webhookMin, eventHeight) })
    case 'schedule': return addSchedule(document, { position: corner(48, 48), timezone: options.timezone })
    case 'note': return addNote(document, { position: corner(224, 64), text: 'Note' })
    case 'function': return addFunction(document, { position: corner(frame.min.w, frame.min.h), ...(options.taken ? { taken: options.taken } : {}) })
  }
}

/** How far beside a line still is on it, and how far over the steps it joins: gaps are narrow. In canvas pixels. */
const besideLine = 14
const overStep = 20

/** The line between two steps that a point is on; none of `not`, a step that is dragged itself. */
export function lineAt(document: GraphDocument, point: Position, { scene = layScene(document), not }: { scene?: Scene; not?: string } = {}): OrderEdge | null {
  const under = boxAt(scene, point)
  if (under === null) return null
  for (const edge of Object.values(document.edges)) {
    if (edge.type !== 'order' || edge.source === not || edge.target === not || scene.boxes.get(edge.source)?.node.type !== 'step') continue
    const source = document.nodes[edge.source]
    const [from, to] = [outletPoint(scene, edge.source, edge.port), inletPoint(scene, edge.target)]
    if (source?.type !== 'step' || from === null || to === null || ![source.parent, edge.source, edge.target].includes(under.id)) continue
    // Where it arrives: lines leave side by side, and each has its own height there.
    if (point.x > from.x - overStep && point.x < to.x + overStep && Math.abs(point.y - to.y) <= besideLine) return edge
  }
  return null
}

/** A step dropped on a frame joins it, on a line goes between the two; on empty canvas it gets a function around it. */
function placeStep(document: GraphDocument, scene: Scene, kind: StepKind, point: Position, options: PlaceOptions): Added {
  const line = lineAt(document, point, { scene })
  if (line !== null) return spliceStep(document, line.id, kind)
  const under = boxAt(scene, point)
  const parent = under?.node.type === 'step' ? under.node.parent : under?.node.type === 'function' ? under.id : null
  const size = stepSize(kind)
  if (parent === null) {
    const around = addFunction(document, {
      position: snapped({ x: point.x - size.w / 2 - firstStep.x, y: point.y - size.h / 2 - firstStep.y }),
      ...(options.taken ? { taken: options.taken } : {}),
    })
    const added = addStep(around.document, { parent: around.id, kind })
    return { ...added, document: standClear(added.document, around.id) }
  }
  const box = scene.boxes.get(parent)!
  const last = lastStep(document, parent)
  if (last === undefined) return addStep(document, { parent, kind })
  const place = snapped({ x: point.x - size.w / 2 - box.x, y: point.y - size.h / 2 - box.y })
  const clear = place.x >= last.position.x + stepSize(last.kind).w
  if (clear && Math.abs(place.y - last.position.y) < 48) return addStep(document, { parent, kind, after: 'last' })
  if (clear) return addStep(document, { parent, kind, position: place, after: 'last' })
  const before = leftNeighbour(document, parent, place)
  return addStep(document, { parent, kind, position: freeSpot(document, parent, place), ...(before ? { after: before.id } : {}) })
}

/** The nearest step that ends left of a place. */
function leftNeighbour(document: GraphDocument, parent: string, place: Position): StepNode | undefined {
  return stepsOf(document, parent)
    .filter((step) => step.position.x + stepSize(step.kind).w <= place.x)
    .sort((a, b) => distance(a, place) - distance(b, place))[0]
}

const distance = (step: StepNode, place: Position): number =>
  Math.abs(place.x - step.position.x - stepSize(step.kind).w) + Math.abs(place.y - step.position.y)

/** The place itself, or below whatever stands there. */
export function freeSpot(document: GraphDocument, parent: string, place: Position): Position {
  const steps = stepsOf(document, parent)
  let { y } = place
  const taken = (): boolean => steps.some((step) =>
    Math.abs(step.position.x - place.x) < 130 && Math.abs(step.position.y - y) < stepSize(step.kind).h + 8)
  while (taken()) y += 8
  return { x: place.x, y }
}

/** Clicked in the palette: goes where the selection says, else to a free place near `middle`. */
export function placeBySelection(
  document: GraphDocument, kind: PaletteKind, selected: ReadonlySet<string>, middle: Position, options: PlaceOptions,
): Added {
  const node = [...selected].map((id) => document.nodes[id]).find((one) => one !== undefined)
  if (isStepKind(kind) && node?.type === 'step') return withRoom(document, addAfter(document, kind, node.id))
  if (isStepKind(kind) && node?.type === 'function') return withRoom(document, addStep(document, { parent: node.id, kind, after: 'last' }))
  if (kind === 'function' && (node?.type === 'event' || node?.type === 'schedule')) return hangFunction(document, node.id, options)
  return placeAt(document, kind, freePoint(document, kind, middle), options)
}

/** A step that follows another; behind a branch there is room for the way's name, and each way has its row. */
export function addAfter(document: GraphDocument, kind: StepKind, stepId: string, port?: string): Added {
  const step = document.nodes[stepId]
  if (step?.type !== 'step') return { document, id: stepId }
  const order = { parent: step.parent, kind, after: stepId, ...(port === undefined ? {} : { port }) }
  const ports = stepPorts(step)
  if (ports.length < 2) return addStep(document, order)
  const row = Math.max(0, ports.findIndex((one) => one.id === port))
  const wanted = { x: roundTo(step.position.x + stepSize(step.kind).w + wayGap(step, port ?? ports[row]?.id), snap), y: step.position.y + row * rowPitch }
  let position = freeSpot(document, step.parent, wanted)
  while (leadsAstray(document, step.parent, position)) position = freeSpot(document, step.parent, { x: wanted.x, y: position.y + rowPitch })
  return addStep(document, { ...order, position })
}

const rowPitch = 56

/** A new function on an event or schedule, at the place or below the ones it has, where it covers nothing. */
export function hangFunction(document: GraphDocument, sourceId: string, options: PlaceOptions, at?: Position): Added {
  const scene = layScene(document)
  const source = scene.boxes.get(sourceId)!
  const siblings = Object.values(document.edges)
    .filter((edge) => edge.type === 'subscription' && edge.source === sourceId)
    .flatMap((edge) => scene.boxes.get(edge.target) ?? [])
  const lowest = siblings.sort((a, b) => b.y + b.h - a.y - a.h)[0]
  const straight = source.y + source.h / 2 - inletY
  const wanted = at ?? (lowest ? { x: lowest.x, y: lowest.y + lowest.h + 24 } : { x: source.x + source.w + 96, y: straight })
  // A line that is nearly straight is straight, which the grid alone would not make it.
  const position = { x: roundTo(wanted.x, snap), y: Math.abs(wanted.y - straight) < grid ? straight : roundTo(wanted.y, snap) }
  const added = addFunction(document, { position, ...(options.taken ? { taken: options.taken } : {}) })
  const joined = connect(added.document, { source: sourceId, target: added.id })
  return { id: added.id, document: standClear('document' in joined ? joined.document : added.document, added.id) }
}

/** A function on an event or schedule, or a step in such a function. */
export function addReaction(document: GraphDocument, kind: 'function' | StepKind, sourceId: string, options: PlaceOptions): Added {
  const hung = hangFunction(document, sourceId, options)
  if (kind === 'function') return hung
  const added = addStep(hung.document, { parent: hung.id, kind })
  return { id: added.id, document: standClear(added.document, hung.id) }
}

/** A function that reacts to what a step sends: beside the step's own, on the event, which is drawn where it is not. */
export function hangReaction(document: GraphDocument, step: StepNode, event: string, options: PlaceOptions): Added {
  const drawn = Object.values(document.nodes).find((node) => node.type === 'event' && node.event === event)
  if (drawn !== undefined) return hangFunction(document, drawn.id, options)
  const scene = layScene(document)
  const from = scene.boxes.get(step.parent)
  if (from === undefined) return { document, id: step.id }
  const beside = { x: from.x + from.w + 96, y: from.y + firstStep.y + stepSize(step.kind).h / 2 - eventHeight / 2 }
  const sent = addEvent(document, { position: freeCorner(scene, beside, { w: 160, h: eventHeight + 16 }), event })
  return hangFunction(sent.document, sent.id, options)
}

/** Near the middle of the view, moved down until it covers nothing. */
function freePoint(document: GraphDocument, kind: PaletteKind, middle: Position): Position {
  const scene = layScene(document)
  const bounds = sceneBounds(scene)
  if (bounds === null) return middle
  const [w, h] = kind === 'function' || isStepKind(kind) ? [frame.min.w, frame.min.h] : [150, 80]
  const corner = freeCorner(scene, { x: middle.x - w / 2, y: middle.y - h / 2 }, { w, h }, 60)
  return { x: middle.x, y: corner.y + h / 2 }
}

/** The place itself, or below whatever something of that size would cover there. */
function freeCorner(scene: Scene, { x, y }: Position, { w, h }: { w: number; h: number }, tries = Infinity): Position {
  const boxes = [...scene.boxes.values()]
  const covered = (top: number): boolean => boxes.some((box) => box.x < x + w + 16 && box.x + box.w > x - 16 && box.y < top + h + 16 && box.y + box.h > top - 16)
  let top = y
  for (let i = 0; i < tries && covered(top); i++) top += 32
  return { x, y: top }
}
