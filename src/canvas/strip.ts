/** A collapsed frame shows a bar for each step: where the bars stand, for the canvas, thumbnails and pictures. Pure. */
import type { StepKind } from '#steps/kind.ts'

/** From the frame's corner. */
export const stripCorner = { x: 13, y: 33 }
export const stripPitch = 15
/** What fits on the narrowest frame. */
export const stripMost = 9

/** The bars that fit, and how many steps have none. */
export function stripOf<S>(steps: readonly S[]): { shown: readonly S[]; rest: number } {
  const shown = steps.length > stripMost ? steps.slice(0, stripMost - 1) : steps
  return { shown, rest: steps.length - shown.length }
}

export const sends = ({ kind }: { kind: StepKind }): boolean => kind === 'emit' || kind === 'emit-each'
