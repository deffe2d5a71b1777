/** The D of an event: flat left, round right. The bulge is 0.30 of the height. */
import { num, type Point } from './point.ts'

const bulgeShare = 0.3
const corner = 4

/** Radius and centre of the right arc, for what leaves the event at a right angle to it. */
export function eventArc(w: number, h: number): { centre: Point; radius: number; bulge: number } {
  const bulge = Math.min(h * bulgeShare, w / 2)
  const radius = (h * h) / (8 * bulge) + bulge / 2
  return { centre: { x: w - radius, y: h / 2 }, radius, bulge }
}

export function eventPath(w: number, h: number): string {
  const { radius, bulge } = eventArc(w, h)
  const r = Math.min(corner, h / 4)
  const flat = num(w - bulge)
  return `M${num(r)} 0H${flat}A${num(radius)} ${num(radius)} 0 0 1 ${flat} ${num(h)}`
    + `H${num(r)}Q0 ${num(h)} 0 ${num(h - r)}V${num(r)}Q0 0 ${num(r)} 0Z`
}

/** The same D turned: flat top, round bottom. For narrow screens, where ribs run down. */
export function eventPathDown(w: number, h: number): string {
  const bulge = h * bulgeShare
  const radius = (w * w) / (8 * bulge) + bulge / 2
  const flat = num(h - bulge)
  return `M4 0H${num(w - 4)}Q${num(w)} 0 ${num(w)} 4V${flat}A${num(radius)} ${num(radius)} 0 0 1 0 ${flat}V4Q0 0 4 0Z`
}

/** A point of the arc; angle 0 is the rightmost point, growing downwards. */
export function eventArcPoint(w: number, h: number, angle: number): Point {
  const { centre, radius } = eventArc(w, h)
  return { x: centre.x + radius * Math.cos(angle), y: centre.y + radius * Math.sin(angle) }
}

/**
 * Angles at which ribs leave the arc towards `targets`, which are sorted top to bottom and
 * relative to the event's corner. Each looks at its target; neighbours keep a distance, and
 * the ends stay on the arc. In this order ribs do not cross; with neighbours further apart than
 * 0.28, the lower of five ribs to targets far above would set off downwards and cross its neighbour.
 */
export function ribAngles(w: number, h: number, targets: Point[]): number[] {
  const { radius } = eventArc(w, h)
  const most = Math.min(0.8, Math.asin(Math.min(1, (h / 2 - 4) / radius)))
  const count = targets.length
  const apart = Math.min(0.28, (2 * most) / Math.max(1, count - 1))
  const low = (i: number): number => -most + i * apart
  const high = (i: number): number => most - (count - 1 - i) * apart
  const angles: number[] = []
  for (const [i, target] of targets.entries()) {
    const wanted = Math.atan2(target.y - h / 2, Math.max(40, target.x - w))
    const above = i === 0 ? -most : angles[i - 1]! + apart
    angles.push(Math.min(high(i), Math.max(low(i), above, wanted)))
  }
  return angles
}

/** The D at the end of an emit step: `w` wide, as tall as the step. */
export function emitCapPath(w: number, h: number): string {
  const flat = Math.max(1, w - h * bulgeShare)
  const bulge = w - flat
  const radius = (h * h) / (8 * bulge) + bulge / 2
  return `M0 0H${num(flat)}A${num(radius)} ${num(radius)} 0 0 1 ${num(flat)} ${num(h)}H0Z`
}
