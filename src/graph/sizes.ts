/**
 * Sizes of what is drawn, in canvas pixels at 100 %. Edits grow frames by them, the layout
 * keeps things apart by them, and the canvas draws by them, so lines meet what they point at.
 */
import type { FunctionNode, GraphNode } from '#graph/document.ts'
import type { StepKind } from '#steps/kind.ts'

export interface Size {
  w: number
  h: number
}

export const grid = 16
export const snap = 8

export const eventHeight = 62
export const scheduleSize = 48
export const ticketHeight = 44

export const frame = {
  /** Room under the top wall for the name, and above the bottom wall for the counts. */
  header: 36,
  footer: 32,
  /** Between a wall and the steps. */
  left: 24,
  right: 24,
  top: 4,
  bottom: 12,
  /** From one step to the next, edge to edge; a join's bar needs a wider one. */
  gapX: 20,
  joinGapX: 36,
  /** Where ways out have names. */
  namedGapX: 56,
  gapY: 12,
  min: { w: 176, h: 128 } satisfies Size,
} as const

/** Top left corner of a frame's first step, relative to the frame. */
export const firstStep = { x: frame.left, y: frame.header + frame.top }

/** Height of a frame's way in while nothing or one row of steps is in it, from its top. */
export const inletY = firstStep.y + ticketHeight / 2

export function stepSize(kind: StepKind): Size {
  return { w: kind === 'emit' ? 130 : kind === 'emit-each' ? 126 : 124, h: ticketHeight }
}

/** Two lines of mono: the part up to the first slash, then the rest. */
export function eventSize(name: string): Size {
  const slash = name.indexOf('/')
  const split = slash >= 0 && slash < name.length - 1
  const longest = split ? Math.max((name.length - slash - 1) * 7.1, (slash + 1) * 6.7) : name.length * 7.1
  return { w: Math.round(clamp(11 + longest + 26, 116, 260)), h: eventHeight }
}

/** Room for the beginning of a webhook's address. */
export const webhookMin = 124

export const collapsedHeight = 80

/** A frame as it is drawn now: collapsed, it is as wide as its name needs and never wider than it was. */
export function frameSize(node: FunctionNode): Size {
  if (node.collapsed !== true) return node.size
  const beside = 90 + (node.retries > 8 ? 30 : Math.max(0, node.retries) * 6 + 8)
  return { w: Math.min(node.size.w, roundUp(clamp(node.slug.length * 7.1 + beside, frame.min.w, 360), grid)), h: collapsedHeight }
}

export function nodeSize(node: GraphNode): Size {
  switch (node.type) {
    case 'event': return eventSize(node.event)
    case 'webhook': return { w: Math.round(clamp(28 + node.name.length * 6.6, webhookMin, 180)), h: eventHeight }
    case 'schedule': return { w: scheduleSize, h: scheduleSize }
    case 'step': return stepSize(node.kind)
    case 'function': return frameSize(node)
    case 'note': return node.size
  }
}

export function roundUp(value: number, step: number): number {
  return Math.ceil(value / step) * step
}

export function roundTo(value: number, step: number): number {
  return Math.round(value / step) * step
}

function clamp(value: number, low: number, high: number): number {
  return Math.min(high, Math.max(low, value))
}
