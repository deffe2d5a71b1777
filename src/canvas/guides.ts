/**
 * What lines up while something is dragged: edges and middles of boxes of the same level, and equal
 * gaps between neighbours. Pure.
 */
import type { Position } from '#graph/document.ts'
import type { Scene } from './scene.ts'

export interface Rect {
  x: number
  y: number
  w: number
  h: number
}

/** A line to draw: along `axis` at `at`, from `from` to `to`. A gap is one of two equal distances. */
export interface Guide {
  kind: 'align' | 'gap'
  axis: 'x' | 'y'
  at: number
  from: number
  to: number
}

export interface Aligned {
  dx: number
  dy: number
  guides: Guide[]
}

type Axis = 'x' | 'y'
const sizeOf = { x: 'w', y: 'h' } as const
const other = { x: 'y', y: 'x' } as const

/** Never further than this looks a box for others, in canvas pixels. */
const nearby = 1600

/** The shift that makes `moving` line up with one of `others`, at most `within` away on each axis. */
export function align(moving: Rect, others: readonly Rect[], within: number): Aligned {
  const near = others.filter((box) => Math.abs(box.x - moving.x) < nearby && Math.abs(box.y - moving.y) < nearby)
  const dx = shift('x', moving, near, within)
  const dy = shift('y', moving, near, within)
  const placed = { ...moving, x: moving.x + (dx ?? 0), y: moving.y + (dy ?? 0) }
  return {
    dx: dx ?? 0, dy: dy ?? 0,
    guides: [...(dx === null ? [] : guidesOf('x', placed, near)), ...(dy === null ? [] : guidesOf('y', placed, near))],
  }
}

/** Start, middle, end. */
const marks = (axis: Axis, box: Rect): [number, number, number] => [box[axis], box[axis] + box[sizeOf[axis]] / 2, box[axis] + box[sizeOf[axis]]]

function shift(axis: Axis, moving: Rect, others: readonly Rect[], within: number): number | null {
  const mine = marks(axis, moving)
  let best: { by: number; distance: number } | null = null
  const consider = (by: number, distance: number): void => {
    if (Math.abs(by) > within) return
    // Among equal shifts the nearest box decides; a smaller shift wins anyway.
    if (best === null || Math.abs(by) < Math.abs(best.by) - 0.01 || (Math.abs(by) < Math.abs(best.by) + 0.01 && distance < best.distance)) best = { by, distance }
  }
  for (const box of others) {
    const theirs = marks(axis, box)
    const distance = Math.abs(box[other[axis]] - moving[other[axis]])
    for (const [i, j] of pairs) consider(theirs[j] - mine[i], distance)
  }
  for (const at of evenPlaces(axis, moving, others)) consider(at - moving[axis], 0)
  return best === null ? null : (best as { by: number }).by
}

/** Edges meet edges, middles meet middles. */
const pairs: [0 | 1 | 2, 0 | 1 | 2][] = [[0, 0], [1, 1], [2, 2], [0, 2], [2, 0]]

interface Neighbours {
  before: Rect[]
  after: Rect[]
}

/** Boxes in the same row (for x) or column (for y), the nearest first. */
function rowOf(axis: Axis, moving: Rect, others: readonly Rect[]): Neighbours {
  const [o, size, oSize] = [other[axis], sizeOf[axis], sizeOf[other[axis]]]
  const row = others.filter((box) => box[o] < moving[o] + moving[oSize] && moving[o] < box[o] + box[oSize])
  const middle = moving[axis] + moving[size] / 2
  return {
    before: row.filter((box) => box[axis] + box[size] / 2 < middle).sort((a, b) => b[axis] + b[size] - a[axis] - a[size]),
    after: row.filter((box) => box[axis] + box[size] / 2 >= middle).sort((a, b) => a[axis] - b[axis]),
  }
}

/** Places with the same gap on both sides, or the gap that its neighbours have. */
function evenPlaces(axis: Axis, moving: Rect, others: readonly Rect[]): number[] {
  const size = sizeOf[axis]
  const { before: [a, a2], after: [b, b2] } = rowOf(axis, moving, others)
  const places: number[] = []
  const end = (box: Rect): number => box[axis] + box[size]
  if (a && b) places.push((end(a) + b[axis] - moving[size]) / 2)
  if (a && a2 && a[axis] > end(a2)) places.push(end(a) + a[axis] - end(a2))
  if (b && b2 && b2[axis] > end(b)) places.push(b[axis] - (b2[axis] - end(b)) - moving[size])
  return places
}

const same = (a: number, b: number): boolean => Math.abs(a - b) < 0.5

function guidesOf(axis: Axis, placed: Rect, others: readonly Rect[]): Guide[] {
  const [o, oSize] = [other[axis], sizeOf[other[axis]]]
  const guides = new Map<number, Guide>()
  const mine = marks(axis, placed)
  for (const box of others) {
    const theirs = marks(axis, box)
    for (const [i, j] of pairs) {
      if (!same(theirs[j], mine[i])) continue
      const at = Math.round(mine[i] * 2) / 2
      const known = guides.get(at)
      const from = Math.min(placed[o], box[o], known?.from ?? Infinity)
      const to = Math.max(placed[o] + placed[oSize], box[o] + box[oSize], known?.to ?? -Infinity)
      guides.set(at, { kind: 'align', axis, at, from, to })
    }
  }
  return [...guides.values(), ...gapsOf(axis, placed, others)]
}

/** The two equal gaps, drawn where they are. */
function gapsOf(axis: Axis, placed: Rect, others: readonly Rect[]): Guide[] {
  const [o, size, oSize] = [other[axis], sizeOf[axis], sizeOf[other[axis]]]
  const { before: [a, a2], after: [b, b2] } = rowOf(axis, placed, others)
  const end = (box: Rect): number => box[axis] + box[size]
  const at = placed[o] + placed[oSize] / 2
  const gap = (from: number, to: number): Guide => ({ kind: 'gap', axis, at, from, to })
  const left = a ? placed[axis] - end(a) : null
  const right = b ? b[axis] - end(placed) : null
  if (a && b && left! > 0 && same(left!, right!)) return [gap(end(a), placed[axis]), gap(end(placed), b[axis])]
  if (a && a2 && left! > 0 && same(left!, a[axis] - end(a2))) return [gap(end(a2), a[axis]), gap(end(a), placed[axis])]
  if (b && b2 && right! > 0 && same(right!, b2[axis] - end(b))) return [gap(end(placed), b[axis]), gap(end(b), b2[axis])]
  return []
}

/**
 * Boxes that dragged things may line up with: those of their level. Null when they are of several
 * levels, or nothing is known of them.
 */
export function guideBoxes(scene: Scene, dragged: readonly string[]): { moving: Rect; others: Rect[]; offset: Position } | null {
  const moving = dragged.flatMap((id) => scene.boxes.get(id) ?? [])
  const [first] = moving
  if (first === undefined || moving.length !== dragged.length) return null
  const level = levelOf(first.node)
  if (moving.some((box) => levelOf(box.node) !== level)) return null
  const away = new Set(dragged)
  const others = [...scene.boxes.values()].filter((box) => !away.has(box.id) && levelOf(box.node) === level && box.node.type !== 'note')
  const x = Math.min(...moving.map((box) => box.x))
  const y = Math.min(...moving.map((box) => box.y))
  const rect = { x, y, w: Math.max(...moving.map((box) => box.x + box.w)) - x, h: Math.max(...moving.map((box) => box.y + box.h)) - y }
  return { moving: rect, others, offset: { x: first.x - x, y: first.y - y } }
}

const levelOf = (node: { type: string; parent?: string }): string => (node.type === 'step' ? (node.parent ?? '') : '')
