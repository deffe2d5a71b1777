/** The outline of a step that sends: its body, and how its end opens. One for the canvas and for pictures. */
import { emitCapPath } from '#ui/shapes/event.ts'
import { fanBlades } from '#ui/shapes/fan.ts'

export interface SendingShape {
  body: string
  /** What is in the colour of events, and how far right it begins: one cap, or the blades of a fan. */
  ends: string[]
  endsX: number
}

const capWidth = 20

/** Width of a ticket's icon, with the hairline beside it. */
export const stubWidth = 25

export function sendingShape(kind: 'emit' | 'emit-each', w: number, h: number): SendingShape {
  if (kind === 'emit') return { body: bodyPath(w - capWidth, h), ends: [emitCapPath(capWidth, h)], endsX: w - capWidth }
  return { body: bodyPath(w - 27, h), ends: fanBlades({ pivot: { x: w - 40, y: h / 2 }, inner: 15, outer: 40, half: 0.76, count: 5, gap: 2 }), endsX: 0 }
}

/** Where words on a ticket end. */
export function wordsEnd(kind: string, w: number): number {
  return w - (kind === 'emit' ? capWidth : kind === 'emit-each' ? 28 : 0) - 4
}

function bodyPath(flat: number, h: number): string {
  return `M${flat} .5H4Q.5 .5 .5 4V${h - 4}Q.5 ${h - 0.5} 4 ${h - 0.5}H${flat}Z`
}
