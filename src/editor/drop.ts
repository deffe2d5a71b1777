/** What moving with the pointer means: a new place, another frame, or a function of its own. Pure. */
import type { GraphDocument, Position, StepNode } from '#graph/document.ts'
import { addFunction } from '#graph/edit/add-node.ts'
import { moveNodes } from '#graph/edit/move.ts'
import { setParent } from '#graph/edit/set-parent.ts'
import { firstStep, stepSize } from '#graph/sizes.ts'

interface Rect {
  x: number
  y: number
  w: number
  h: number
}

const meets = (a: Rect, b: Rect): boolean => a.x < b.x + b.w && a.x + a.w > b.x && a.y < b.y + b.h && a.y + a.h > b.y

/** `positions` as React Flow gives them: a step's is relative to the frame it was in. */
export function dropNodes(document: GraphDocument, positions: Record<string, Position>): GraphDocument {
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
      const added = addFunction(next, { position: { x: absolute.x - firstStep.x, y: absolute.y - firstStep.y } })
      next = added.document
      around = added.id
    }
    frame ??= around as string
    const corner = (next.nodes[frame] as { position: Position }).position
    next = setParent(next, step.id, frame, { x: absolute.x - corner.x, y: absolute.y - corner.y })
  }
  return moveNodes(next, stay)
}

function absolutePosition(document: GraphDocument, step: StepNode, position: Position): Position {
  const frame = document.nodes[step.parent]
  return frame ? { x: frame.position.x + position.x, y: frame.position.y + position.y } : position
}

/** The frame a dragged step would land in; null for none. Its own frame holds on while they touch. */
export function newFrame(document: GraphDocument, step: StepNode, position: Position): string | null {
  const at = absolutePosition(document, step, position)
  const { w, h } = stepSize(step.kind)
  const middle = { x: at.x + w / 2, y: at.y + h / 2, w: 0.1, h: 0.1 }
  let touching: string | null = null
  for (const node of Object.values(document.nodes)) {
    if (node.type !== 'function') continue
    const rect = { ...node.position, ...node.size }
    if (meets(middle, rect)) return node.id
    if (node.id === step.parent && meets({ ...at, w, h }, rect)) touching = node.id
  }
  return touching
}
