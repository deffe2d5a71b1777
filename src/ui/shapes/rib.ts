/** Ribbons and curves between things. */
import { at, num, type Point } from './point.ts'

/**
 * A rib: a ribbon that leaves `from` along `angle`, arrives level at `to` and widens from w1 to w2.
 * Closed path, to be filled.
 */
export function ribPath(from: Point, angle: number, to: Point, w1: number, w2: number): string {
  const dx = to.x - from.x
  const dy = to.y - from.y
  const reach = Math.max(12, Math.abs(dx) * 0.55, dx < 0 ? Math.abs(dy) * 0.4 : 0)
  const leave = Math.max(10, Math.min(reach, Math.hypot(dx, dy) * 0.4))
  const along = { x: Math.cos(angle), y: Math.sin(angle) }
  const side = { x: -along.y * (w1 / 2), y: along.x * (w1 / 2) }
  const upper = { x: from.x - side.x, y: from.y - side.y }
  const lower = { x: from.x + side.x, y: from.y + side.y }
  const control = (start: Point): Point => ({ x: start.x + along.x * leave, y: start.y + along.y * leave })
  const end = num(to.x)
  const top = num(to.y - w2 / 2)
  const bottom = num(to.y + w2 / 2)
  const arrive = num(to.x - reach)
  return `M${at(upper)}C${at(control(upper))} ${arrive} ${top} ${end} ${top}V${bottom}`
    + `C${arrive} ${bottom} ${at(control(lower))} ${at(lower)}Z`
}

/** The middle line of the same rib: for hit areas, the travelling band and labels. */
export function ribSpine(from: Point, angle: number, to: Point): string {
  const dx = to.x - from.x
  const dy = to.y - from.y
  const reach = Math.max(12, Math.abs(dx) * 0.55, dx < 0 ? Math.abs(dy) * 0.4 : 0)
  const leave = Math.max(10, Math.min(reach, Math.hypot(dx, dy) * 0.4))
  return `M${at(from)}C${num(from.x + Math.cos(angle) * leave)} ${num(from.y + Math.sin(angle) * leave)} ${num(to.x - reach)} ${num(to.y)} ${at(to)}`
}

/** Width of a rib's end on the map: grows with the rate, at most 26. */
export function ribEndWidth(perSecond: number): number {
  return Math.min(26, 4 + 7 * Math.log10(1 + Math.max(0, perSecond) / 1000))
}

/** An even curve that leaves and arrives level. */
export function curvePath(from: Point, to: Point): string {
  const forward = Math.abs(to.x - from.x) / 2
  const bend = to.x >= from.x ? forward : Math.max(40, forward, Math.abs(to.y - from.y) * 0.4)
  return `M${at(from)}C${num(from.x + bend)} ${num(from.y)} ${num(to.x - bend)} ${num(to.y)} ${at(to)}`
}
