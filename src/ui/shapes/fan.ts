/** Blades of a fan: ring segments around a pivot, with even gaps between them. */
import { at, num, type Point } from './point.ts'

export interface FanShape {
  pivot: Point
  /** Inner and outer radius. */
  inner: number
  outer: number
  /** Half of the opening, radians; the fan opens to the right. */
  half: number
  count: number
  /** Width of a gap, px, the same along its whole length. */
  gap: number
}

/** One closed path for each blade, top to bottom. */
export function fanBlades({ pivot, inner, outer, half, count, gap }: FanShape): string[] {
  const step = (2 * half) / count
  const point = (radius: number, angle: number): Point => ({
    x: pivot.x + radius * Math.cos(angle),
    y: pivot.y + radius * Math.sin(angle),
  })
  const trim = (radius: number): number => Math.min(gap / 2 / radius, step / 2.5)
  return Array.from({ length: count }, (_, i) => {
    const from = -half + i * step
    const to = from + step
    const a = point(inner, from + trim(inner))
    const b = point(outer, from + trim(outer))
    const c = point(outer, to - trim(outer))
    const d = point(inner, to - trim(inner))
    return `M${at(a)}L${at(b)}A${num(outer)} ${num(outer)} 0 0 1 ${at(c)}L${at(d)}A${num(inner)} ${num(inner)} 0 0 0 ${at(a)}Z`
  })
}
