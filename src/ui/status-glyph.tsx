/** The only drawing of a state: every one has its own silhouette, so colour is never needed. */
import type { ReactNode } from 'react'
import { statusWord, type UiStatus } from '#ui/status.ts'

const line = { fill: 'none', strokeLinecap: 'round', strokeLinejoin: 'round', strokeWidth: 1.7, stroke: 'var(--fw-surface)' } as const

const pause = (
  <>
    <rect x="0.9" y="0.9" width="12.2" height="12.2" rx="2.5" fill="var(--fw-wait-fill)" />
    <path d="M5.2 4.4v5.2M8.8 4.4v5.2" {...line} />
  </>
)
const octagon = <path d="M4.4 .8h5.2l3.6 3.6v5.2l-3.6 3.6H4.4L.8 9.6V4.4z" fill="var(--fw-fail-fill)" />
const slashed = (
  <>
    <circle cx="7" cy="7" r="5.4" fill="var(--fw-surface)" stroke="var(--fw-idle)" strokeWidth="1.6" />
    <path d="M3.4 10.6L10.6 3.4" stroke="var(--fw-idle)" strokeWidth="1.6" strokeLinecap="round" />
  </>
)

const drawings: Record<UiStatus, ReactNode> = {
  queued: <circle cx="7" cy="7" r="5.4" fill="var(--fw-surface)" stroke="var(--fw-idle)" strokeWidth="1.6" strokeDasharray="2.3 1.95" />,
  running: (
    <>
      <circle cx="7" cy="7" r="5.4" fill="var(--fw-surface)" stroke="var(--fw-event-mid)" strokeWidth="2" />
      <g className="fw-turn">
        <circle cx="7" cy="7" r="5.4" fill="none" stroke="none" />
        <path d="M7 1.6A5.4 5.4 0 0 1 12.4 7" stroke="var(--fw-event)" strokeWidth="2.4" fill="none" strokeLinecap="round" />
      </g>
      <circle cx="7" cy="7" r="1.9" fill="var(--fw-event)" />
    </>
  ),
  retrying: (
    <>
      <path d="M7 .2L13.8 7 7 13.8.2 7z" fill="var(--fw-wait-fill)" />
      <path d="M9.1 5.3A2.7 2.7 0 1 0 9.7 7.3" stroke="var(--fw-surface)" strokeWidth="1.5" fill="none" strokeLinecap="round" />
      <path d="M10.6 3.6L9.9 6.5 7.4 5.2z" fill="var(--fw-surface)" />
    </>
  ),
  waiting: pause,
  collecting: (
    <>
      <rect x="0.9" y="0.9" width="12.2" height="12.2" rx="2.5" fill="var(--fw-wait-fill)" />
      <path d="M4 9.9h6M4 7h6M4 4.1h2.6" {...line} />
    </>
  ),
  sleeping: pause,
  held: (
    <>
      <rect x="1.6" y="1.6" width="10.8" height="10.8" rx="2.2" fill="var(--fw-surface)" stroke="var(--fw-wait-fill)" strokeWidth="1.6" />
      <path d="M5.2 4.6v4.8M8.8 4.6v4.8" stroke="var(--fw-wait-fill)" strokeWidth="1.7" strokeLinecap="round" />
    </>
  ),
  completed: (
    <>
      <circle cx="7" cy="7" r="6.2" fill="var(--fw-done-fill)" />
      <path d="M4.2 7.2l2 2 3.6-4.1" {...line} />
    </>
  ),
  failed: (
    <>
      {octagon}
      <path d="M4.9 4.9l4.2 4.2M9.1 4.9L4.9 9.1" {...line} />
    </>
  ),
  cancelled: slashed,
  skipped: <path d="M2.5 7h9" stroke="var(--fw-idle-fill)" strokeWidth="2" strokeLinecap="round" />,
  warning: (
    <>
      <path d="M7 .9L13.6 12.7H.4z" fill="var(--fw-wait-fill)" stroke="var(--fw-wait-fill)" strokeLinejoin="round" />
      <path d="M7 5v3.4M7 10.6v.1" {...line} />
    </>
  ),
  error: (
    <>
      {octagon}
      <path d="M7 3.9v3.6M7 10v.1" {...line} />
    </>
  ),
}

export interface StatusGlyphProps {
  state: UiStatus
  size?: number
  /** Accessible name; empty when a word stands beside it. */
  label?: string
}

export function StatusGlyph({ state, size = 14, label }: StatusGlyphProps) {
  const name = label ?? statusWord[state]
  return (
    <svg width={size} height={size} viewBox="0 0 14 14" style={{ display: 'block' }} {...(name === '' ? { 'aria-hidden': true } : { role: 'img', 'aria-label': name })}>
      {drawings[state]}
    </svg>
  )
}
