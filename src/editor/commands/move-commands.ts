/** Walking over the drawing, and moving things by key. */
import type { Position } from '#graph/document.ts'
import { moveNodes } from '#graph/edit/move.ts'
import { canvasApi } from '../canvas-api.ts'
import type { EditorContextValue } from '../context.ts'
import { announce } from './announce.ts'
import { focusedId, focusNode } from './focus.ts'
import { selectionName } from './selection-name.ts'
import { neighbour, type Direction } from './walk.ts'

const nowhere: Record<Direction, string> = { left: 'Nothing comes before.', right: 'Nothing comes after.', up: 'Nothing above.', down: 'Nothing below.' }

/** `extend`: what was selected stays selected. */
export function walk({ editor }: EditorContextValue, direction: Direction, extend = false): void {
  const { document, selected } = editor.store.getState()
  const from = [...selected].at(-1) ?? focusedId()
  const edge = from === null ? undefined : document.edges[from]
  const to = edge ? (direction === 'left' ? edge.source : edge.target) : neighbour(document, from, direction)
  if (to === null) return announce(nowhere[direction])
  editor.select(extend ? [...[...selected].filter((id) => id !== to), to] : [to])
  canvasApi()?.keepInView(to)
  focusNode(to)
}

const moves: Record<Direction, Position> = { left: { x: -1, y: 0 }, right: { x: 1, y: 0 }, up: { x: 0, y: -1 }, down: { x: 0, y: 1 } }

/** Moves what is selected by `distance` pixels; repeated presses are one undo entry. */
export function nudge({ editor }: EditorContextValue, direction: Direction, distance: number): void {
  const { document, selected } = editor.store.getState()
  const positions: Record<string, Position> = {}
  for (const id of selected) {
    const node = document.nodes[id]
    if (node === undefined || (node.type === 'step' && selected.has(node.parent))) continue
    positions[id] = { x: node.position.x + moves[direction].x * distance, y: node.position.y + moves[direction].y * distance }
  }
  const ids = Object.keys(positions)
  if (ids.length > 0) editor.edit(`Move ${selectionName(document, ids)}`, (before) => moveNodes(before, positions), { group: `nudge ${ids.join()}` })
}
