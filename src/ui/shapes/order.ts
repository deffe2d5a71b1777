/** Step edges: right angles with rounded corners. */
import { num, type Point } from './point.ts'

const corner = 5

/** Line from `from` (going right) to `to` (arriving from the left), bending at `bendX`. */
export function orderPath(from: Point, to: Point, bendX = from.x + Math.max(10, (to.x - from.x) / 2)): string {
  const dy = to.y - from.y
  if (to.x < from.x + 16) return detour(from, to)
  if (Math.abs(dy) < 0.5) return `M${num(from.x)} ${num(from.y)}H${num(to.x)}`
  const down = Math.sign(dy)
  const bend = Math.min(Math.max(bendX, from.x + 2), to.x - 2)
  const r = Math.min(corner, Math.abs(dy) / 2, bend - from.x, to.x - bend)
  return `M${num(from.x)} ${num(from.y)}H${num(bend - r)}Q${num(bend)} ${num(from.y)} ${num(bend)} ${num(from.y + r * down)}`
    + `V${num(to.y - r * down)}Q${num(bend)} ${num(to.y)} ${num(bend + r)} ${num(to.y)}H${num(to.x)}`
}

/** When the target is not to the right: out, around between the two, and in from the left. */
function detour(from: Point, to: Point): string {
  const out = from.x + 10
  const back = to.x - 10
  const r = corner
  const apart = Math.abs(to.y - from.y)
  const mid = apart > 40 ? (from.y + to.y) / 2 : Math.max(from.y, to.y) + 34
  const first = Math.sign(mid - from.y) || 1
  const second = Math.sign(to.y - mid) || -1
  return `M${num(from.x)} ${num(from.y)}H${num(out - r)}Q${num(out)} ${num(from.y)} ${num(out)} ${num(from.y + r * first)}`
    + `V${num(mid - r * first)}Q${num(out)} ${num(mid)} ${num(out - r)} ${num(mid)}H${num(back + r)}`
    + `Q${num(back)} ${num(mid)} ${num(back)} ${num(mid + r * second)}V${num(to.y - r * second)}`
    + `Q${num(back)} ${num(to.y)} ${num(back + r)} ${num(to.y)}H${num(to.x)}`
}

/** Open arrowhead whose tip is just before `to`. */
export function arrowPath(to: Point): string {
  const x = to.x - 0.5
  return `M${num(x - 4)} ${num(to.y - 3.5)}L${num(x)} ${num(to.y)}L${num(x - 4)} ${num(to.y + 3.5)}`
}
