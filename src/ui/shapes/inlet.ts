/** Webhook and API key: a rectangle with a half-round inlet bitten out of its left side. */
import { num } from './point.ts'

export const inletRadius = 9

export function inletPath(w: number, h: number, line = 1.8): string {
  const o = line / 2
  const r = 4
  const bite = Math.min(inletRadius, h / 3)
  const mid = h / 2
  const right = num(w - o)
  const bottom = num(h - o)
  return `M${num(r)} ${num(o)}H${num(w - r)}Q${right} ${num(o)} ${right} ${num(r)}V${num(h - r)}`
    + `Q${right} ${bottom} ${num(w - r)} ${bottom}H${num(r)}Q${num(o)} ${bottom} ${num(o)} ${num(h - r)}`
    + `V${num(mid + bite)}A${num(bite)} ${num(bite)} 0 0 0 ${num(o)} ${num(mid - bite)}V${num(r)}Q${num(o)} ${num(o)} ${num(r)} ${num(o)}Z`
}
