/** A schedule's clock: twelve ticks and two hands. */
import { at, type Point } from './point.ts'

/** The point at `radius` in the direction of a clock's hour (0–12, fractions allowed). */
function towards(size: number, hour: number, radius: number): Point {
  const angle = (hour / 12) * 2 * Math.PI - Math.PI / 2
  return { x: size / 2 + radius * Math.cos(angle), y: size / 2 + radius * Math.sin(angle) }
}

export function clockTicks(size: number): string {
  const outer = size * 0.427
  return Array.from({ length: 12 }, (_, hour) => {
    const length = hour % 3 === 0 ? size * 0.104 : size * 0.0625
    return `M${at(towards(size, hour, outer))}L${at(towards(size, hour, outer - length))}`
  }).join('')
}

/** Minute hand, then hour hand, as one line through the middle. */
export function clockHands(size: number, hour: number, minute: number): string {
  const middle = { x: size / 2, y: size / 2 }
  const tip = towards(size, minute / 5, size * 0.3)
  const short = towards(size, (hour % 12) + minute / 60, size * 0.22)
  return `M${at(tip)}L${at(middle)}L${at(short)}`
}
