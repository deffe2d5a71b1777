/** What moving with the pointer means: a new place, a place between two others, another frame, or a function of its own. Pure. */
import { nodeTitle } from '#canvas/describe.ts'
import { layScene, type Scene } from '#canvas/scene.ts'
import type { FunctionNode, GraphDocument, GraphEdge, OrderEdge, Position, StepNode } from '#graph/document.ts'
import { addFunction } from '#graph/edit/add-node.ts'
import { moveNodes } from '#graph/edit/move.ts'
import { makeRoom, standClear } from '#graph/edit/make-room.ts'
import { keepTogether, setParent } from '#graph/edit/set-parent.ts'
import { moveOntoLine } from '#graph/edit/splice.ts'
import { firstStep, frameSize, stepSize } from '#graph/sizes.ts'
import { looseWords } from './loose-words.ts'
import { freeSpot, lineAt } from './place.ts'

interface Rect {
  x: number
  y: number
  w: number
  h: number
}

const meets = (a: Rect, b: Rect): boolean => a.x < b.x + b.w && a.x + a.w > b.x && a.y < b.y + b.h && a.y + a.h > b.y

/** `positions` as React Flow gives them: a step's is relative to the frame it was in. `snap: false`: they are taken as they are; `taken`: slugs of other drawings. */
export function dropNodes(document: GraphDocument, positions: Record<string, Position>, options: { snap?: boolean; taken?: Iterable<string> } = {}): GraphDocument {
  const onto = dropLine(document, positions)
  if (onto !== null) return makeRoom(document, moveOntoLine(document, onto.line.id, onto.step.id))
  const stay: Record<string, Position> = {}
  const leaving: StepNode[] = []
  for (const [id, position] of Object.entries(positions)) {
    const node = document.nodes[id]
    if (node?.type === 'step' && newFrame(document, node, position) !== node.parent) leaving.push(node)
    else stay[id] = position
  }
  let next = document
  let around: string | null = null
  for (const step of leaving) {
    const position = positions[step.id] as Position
    const absolute = absolutePosition(document, step, position)
    let frame = newFrame(document, step, position)
    if (frame === null && around === null) {
      const added = addFunction(next, { position: { x: absolute.x - firstStep.x, y: absolute.y - firstStep.y }, ...(options.taken ? { taken: options.taken } : {}) })
      next = added.document
      around = added.id
    }
    frame ??= around as string
    const corner = (next.nodes[frame] as { position: Position }).position
    // One that is let go over a step of the other function would hide it.
    next = setParent(next, step.id, frame, freeSpot(next, frame, { x: absolute.x - corner.x, y: absolute.y - corner.y }))
  }
  next = makeRoom(document, keepTogether(document, next, leaving.map((step) => step.id)))
  return moveNodes(around === null ? next : standClear(next, around), stay, options)
}

/** Where a place within a step's function is on the canvas. */
export function absolutePosition(document: GraphDocument, step: StepNode, position: Position): Position {
  const frame = document.nodes[step.parent]
  return frame ? { x: frame.position.x + position.x, y: frame.position.y + position.y } : position
}

/** The frame a dragged step would land in; null for none. Its own frame holds on while they touch. */
export function newFrame(document: GraphDocument, step: StepNode, position: Position): string | null {
  const at = absolutePosition(document, step, position)
  const { w, h } = stepSize(step.kind)
  const middle = { x: at.x + w / 2, y: at.y + h / 2, w: 0.1, h: 0.1 }
  let touching: string | null = null
  let other: string | null = null
  for (const node of Object.values(document.nodes)) {
    if (node.type !== 'function') continue
    const rect = { ...node.position, ...frameSize(node) }
    // Frames may lie over each other: a step that is moved within its own stays there.
    if (node.id === step.parent && meets({ ...at, w, h }, rect)) {
      if (meets(middle, rect)) return node.id
      touching = node.id
    } else if (meets(middle, rect)) other ??= node.id
  }
  return other ?? touching
}

/** The line that a single step is held over, none of its own; null when it would not go between two others. */
export function dropLine(document: GraphDocument, positions: Record<string, Position>, scene: Scene = layScene(document)): { step: StepNode; line: OrderEdge } | null {
  const [[id, position] = [], ...more] = Object.entries(positions)
  const step = id === undefined ? undefined : document.nodes[id]
  if (step?.type !== 'step' || position === undefined || more.length > 0) return null
  const at = absolutePosition(document, step, position)
  const { w, h } = stepSize(step.kind)
  const line = lineAt(document, { x: at.x + w / 2, y: at.y + h / 2 }, { scene, not: step.id })
  return line === null ? null : { step, line }
}

export interface DropTarget {
  /** Where the step is now. */
  at: Position
  /** The function it would join; null for one of its own. */
  frame: FunctionNode | null
  /** The line it would take over. */
  line?: OrderEdge
}

/** Of many steps that are dragged, so many are looked at: this is asked with every frame. */
const lookedAt = 12

/** What letting go here would change beside places; null when nothing would. */
export function dropTarget(document: GraphDocument, positions: Record<string, Position>, scene: Scene = layScene(document)): DropTarget | null {
  const onto = dropLine(document, positions, scene)
  if (onto !== null) {
    const { step, line } = onto
    const frame = document.nodes[(document.nodes[line.source] as StepNode).parent] as FunctionNode
    return { at: absolutePosition(document, step, positions[step.id] as Position), frame, line }
  }
  for (const [id, position] of Object.entries(positions).slice(0, lookedAt)) {
    const node = document.nodes[id]
    if (node?.type !== 'step') continue
    const frame = newFrame(document, node, position)
    if (frame === node.parent) continue
    const target = frame === null ? undefined : document.nodes[frame]
    return { at: absolutePosition(document, node, position), frame: target?.type === 'function' ? target : null }
  }
  return null
}

/** Said while something is held over a function, or over empty canvas. */
export const joinWords = (frame: FunctionNode | null): string => (frame === null ? 'gets a function of its own' : `joins ${frame.slug || 'this function'}: fails and retries with it`)

/** "Move Notify into notify-slack": what the edit that letting go makes is named behind the thing. Empty for a new place alone. */
export function whereWords(document: GraphDocument, positions: Record<string, Position>): string {
  const target = dropTarget(document, positions)
  if (target === null) return ''
  if (target.line !== undefined) return ` ${betweenWords(document, target.line)}`
  return target.frame === null ? ' into a function of its own' : ` into ${target.frame.slug || 'another function'}`
}

/** "between Look up and Notify": where a step goes that takes over a line. */
export const betweenWords = (document: GraphDocument, { source, target }: OrderEdge): string => `between ${[source, target].map((id) => nodeTitle(document.nodes[id] as StepNode)).join(' and ')}`

/** What moving these changed beside places, in sentences; null when nothing did. */
export function dropWords(before: GraphDocument, after: GraphDocument, ids: Iterable<string> = []): string | null {
  const words = [whereNow(before, after), looseWords(before, after, ids)].filter((one) => one !== null).join(' ')
  return words === '' ? null : words
}

function whereNow(before: GraphDocument, after: GraphDocument): string | null {
  const moved = Object.values(after.nodes).filter((node): node is StepNode => {
    const old = before.nodes[node.id]
    return node.type === 'step' && old?.type === 'step' && old.parent !== node.parent
  })
  const [first] = moved
  if (first === undefined) return leftWords(before, after)
  const frame = after.nodes[first.parent]
  const where = frame?.type !== 'function' ? 'another function' : before.nodes[frame.id] === undefined ? `a function of its own, \`${frame.slug}\`` : `\`${frame.slug}\``
  const what = moved.length === 1 ? `"${first.name}" is` : `${moved.length} steps are`
  const ids = new Set(moved.map((step) => step.id))
  const cut = Object.values(before.edges).filter((edge) => edge.type === 'order' && (ids.has(edge.source) || ids.has(edge.target)) && after.edges[edge.id] === undefined).length
  const lines = cut === 0 ? '' : cut === 1 ? ' The line to the function it came from is gone.' : ` The ${cut} lines to the function it came from are gone.`
  return `${what} now part of ${where}: fails and retries with it.${lines}`
}

/** A step that took over a line had several others before or behind it, which could not be joined without it. */
function leftWords(before: GraphDocument, after: GraphDocument): string | null {
  const gone = Object.values(before.edges).filter((edge) => edge.type === 'order' && after.edges[edge.id] === undefined)
  const touches = (edge: GraphEdge, id: string): boolean => edge.source === id || edge.target === id
  const step = gone.flatMap(({ source, target }) => [after.nodes[source], after.nodes[target]]).find((node) => node?.type === 'step' && gone.every((edge) => touches(edge, node.id)))
  if (step?.type !== 'step' || gone.length < 2) return null
  const joined = Object.values(after.edges).some((edge) => before.edges[edge.id] === undefined && !touches(edge, step.id))
  return joined ? null : `The ${gone.length} lines that "${step.name}" had are gone.`
}
