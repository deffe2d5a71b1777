/** Colours of notes: each has a shape of its own beside it, so that nothing hangs on seeing the colour. */
import type { NoteColour } from '#graph/document.ts'

/** In a box of 10 by 10. */
export const noteShapes: Record<NoteColour, string> = {
  yellow: 'M5 0A5 5 0 0 1 5 10A5 5 0 0 1 5 0Z',
  blue: 'M0.5 0.5H9.5V9.5H0.5Z',
  violet: 'M5 0L10 9.5H0Z',
  pink: 'M5 0L10 5L5 10L0 5Z',
  brown: 'M3.5 0H6.5V3.5H10V6.5H6.5V10H3.5V6.5H0V3.5H3.5Z',
}

export function NoteShape({ colour, size = 9 }: { colour: NoteColour; size?: number }) {
  return <svg width={size} height={size} viewBox="0 0 10 10" aria-hidden="true" style={{ flex: 'none' }}><path d={noteShapes[colour]} fill={`var(--fw-note-${colour})`} /></svg>
}
