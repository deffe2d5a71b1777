/** Names of the ways out of a step, which stand on their lines, and the room that these need for them. */
import type { StepNode } from '#graph/document.ts'
import { errorPort, kindPorts } from '#graph/ports.ts'
import { frame, roundUp, snap } from '#graph/sizes.ts'

const shownMost = 12
/** Before the name the line bends; behind it there is the head of its arrow. */
const besideName = 28

/** What a way's name is shortened to on its line, so that it leaves the steps beside it alone. */
export const pillText = (text: string): string => (text.length > shownMost ? `${text.slice(0, shownMost - 1)}…` : text)

/** How wide a name is drawn on its line, in canvas pixels. */
export const pillWidth = (name: string): number => Math.min(name.length, shownMost) * 5.8 + 10

/** From a step to the one behind it, edge to edge, so that the name of the way and its arrow are both seen. */
export function wayGap(source: StepNode, port: string | undefined): number {
  const name = wayName(source, port)
  return name === null ? frame.gapX : roundUp(Math.max(frame.namedGapX, pillWidth(name) + besideName), snap)
}

/** Null for a single way on, which needs no name, not even beside the way of the failure. */
function wayName(step: StepNode, port: string | undefined): string | null {
  if (step.onError === 'branch' && port === errorPort.id) return errorPort.label
  const ports = kindPorts(step)
  return ports.length < 2 ? null : (ports.find((one) => one.id === port) ?? ports[0]!).label
}
