/** A function that grew by what was added to it does not cover what stands beside it: that moves on. */
import type { FunctionNode, GraphDocument, GraphNode, Position } from '#graph/document.ts'
import { frameSize, nodeSize, roundUp, snap } from '#graph/sizes.ts'

interface Rect extends Position {
  w: number
  h: number
}

/** Nearer than this to the grown frame counts as covered. */
const nearest = 16

const rectOf = (node: GraphNode): Rect => ({ ...node.position, ...nodeSize(node) })
/** With what counts as covered around it. */
const around = ({ x, y, w, h }: Rect): Rect => ({ x: x - nearest, y: y - nearest, w: w + 2 * nearest, h: h + 2 * nearest })
const meet = (a: Rect, b: Rect): boolean => a.x < b.x + b.w && a.x + a.w > b.x && a.y < b.y + b.h && a.y + a.h > b.y

/** Everything right of a frame that grew to the right moves by as much, and what is below one that grew down; nothing moves that would not be covered. */
export function makeRoom(before: GraphDocument, after: GraphDocument): GraphDocument {
  let document = after
  for (const node of Object.values(after.nodes)) {
    const old = before.nodes[node.id]
    if (node.type === 'function' && old?.type === 'function' && old.position.x === node.position.x && old.position.y === node.position.y) document = besideOf(document, old, node)
  }
  return document
}

function besideOf(document: GraphDocument, old: FunctionNode, grown: FunctionNode): GraphDocument {
  const from: Rect = { ...old.position, ...frameSize(old) }
  const to: Rect = { ...grown.position, ...frameSize(grown) }
  const [right, down] = [to.w - from.w, to.h - from.h]
  const wider = right <= 0 ? document : shift(document, grown.id, { ...to, h: from.h }, from, { x: right, y: 0 }, (rect) => rect.x >= from.x + from.w)
  return down <= 0 ? wider : shift(wider, grown.id, to, from, { x: 0, y: down }, (rect) => rect.y >= from.y + from.h && rect.x + rect.w > from.x)
}

function shift(document: GraphDocument, frame: string, to: Rect, from: Rect, by: Position, follows: (rect: Rect) => boolean): GraphDocument {
  const others = Object.values(document.nodes).filter((node) => node.type !== 'step' && node.id !== frame)
  const near = around(to)
  const covered = others.some((node) => {
    const rect = rectOf(node)
    return follows(rect) && meet(rect, near) && !meet(rect, from)
  })
  if (!covered) return document
  const moved = others.filter((node) => follows(rectOf(node))).map((node) => [node.id, { ...node, position: { x: node.position.x + by.x, y: node.position.y + by.y } }] as const)
  return { ...document, nodes: { ...document.nodes, ...Object.fromEntries(moved) } }
}

/** What stands free and was just put there, such as a new function, is moved, by as little as it takes, until it covers nothing. */
export function standClear(document: GraphDocument, id: string): GraphDocument {
  const made = document.nodes[id]
  if (made === undefined || made.type === 'step') return document
  const others = Object.values(document.nodes).filter((node) => node.type !== 'step' && node.type !== 'note' && node.id !== id).map(rectOf)
  let rect = rectOf(made)
  for (let tries = 0; tries < others.length; tries++) {
    const near = around(rect)
    const covered = others.find((other) => meet(other, near))
    if (covered === undefined) break
    rect = asideOf(rect, covered)
  }
  return { ...document, nodes: { ...document.nodes, [id]: { ...made, position: { x: rect.x, y: rect.y } } } }
}

/** How far down copies of some things go, so that they cover nothing: on the canvas, or among the steps of one function. */
export function clearOffset(document: GraphDocument, copied: readonly GraphNode[], parent?: string): Position {
  const others = Object.values(document.nodes).filter((node) => (node.type === 'step' ? node.parent : undefined) === parent).map(rectOf)
  const rects = copied.map(rectOf)
  const [x, y] = [Math.min(...rects.map((one) => one.x)), Math.min(...rects.map((one) => one.y))]
  const block: Rect = { x, y, w: Math.max(...rects.map((one) => one.x + one.w)) - x, h: Math.max(...rects.map((one) => one.y + one.h)) - y }
  let down = 0
  for (let covered = true; covered;) {
    const near = around({ ...block, y: block.y + down })
    const lowest = Math.max(...others.filter((other) => meet(other, near)).map((other) => other.y + other.h))
    covered = Number.isFinite(lowest)
    if (covered) down = roundUp(lowest + nearest - block.y, snap)
  }
  return { x: 0, y: down }
}

function asideOf(rect: Rect, from: Rect): Rect {
  const ways: Position[] = [
    { x: 0, y: from.y + from.h + nearest - rect.y }, { x: 0, y: from.y - nearest - rect.h - rect.y },
    { x: from.x + from.w + nearest - rect.x, y: 0 }, { x: from.x - nearest - rect.w - rect.x, y: 0 },
  ]
  const shortest = ways.reduce((a, b) => (Math.abs(b.x + b.y) < Math.abs(a.x + a.y) ? b : a))
  return { ...rect, x: rect.x + shortest.x, y: rect.y + shortest.y }
}
