import { IconClock, IconNote, IconWebhook } from '@tabler/icons-react'
import { StepIcon } from '#canvas/step-icon.tsx'
import { eventPath } from '#ui/shapes/event.ts'
import { fanBlades } from '#ui/shapes/fan.ts'
import { isStepKind, type PaletteKind } from '../place.ts'

const blades = fanBlades({ pivot: { x: -1, y: 8 }, inner: 5, outer: 16, half: 0.68, count: 3, gap: 1.4 })

/** The shape of what will be drawn, small. */
export function PaletteGlyph({ kind }: { kind: PaletteKind }) {
  if (kind === 'event') {
    return <svg width="16" height="16" viewBox="0 0 16 16" aria-hidden="true"><path transform="translate(0 3)" d={eventPath(16, 10)} fill="var(--fw-event-fill)" /></svg>
  }
  if (kind === 'function') {
    return (
      <svg width="16" height="16" viewBox="0 0 16 16" fill="none" stroke="currentColor" aria-hidden="true">
        <rect x=".7" y="2.2" width="14.6" height="11.6" rx="3" strokeWidth="1.3" />
        <rect x="3.2" y="4.7" width="9.6" height="6.6" rx="1" />
      </svg>
    )
  }
  if (kind === 'emit') {
    return (
      <svg width="16" height="16" viewBox="0 0 16 16" aria-hidden="true">
        <path d="M8 3.5H2v9h6" fill="none" stroke="currentColor" strokeWidth="1.3" />
        <path d="M8 3h2.5a5 5 0 0 1 0 10H8z" fill="var(--fw-event-fill)" />
      </svg>
    )
  }
  if (kind === 'emit-each') {
    return <svg width="16" height="16" viewBox="0 0 16 16" aria-hidden="true">{blades.map((blade, i) => <path key={i} d={blade} fill="var(--fw-event-fill)" />)}</svg>
  }
  if (isStepKind(kind)) return <StepIcon kind={kind} size={16} />
  const props = { size: 16, stroke: 1.7, 'aria-hidden': true } as const
  return kind === 'webhook' ? <IconWebhook {...props} /> : kind === 'schedule' ? <IconClock {...props} /> : <IconNote {...props} />
}
