'use client'
import { StatusGlyph } from '#ui/status-glyph.tsx'
import type { UiStatus } from '#ui/status.ts'
import { useLive, type LiveState } from '#ui/live.tsx'

const shown: Record<LiveState, { glyph: UiStatus; word: string; about: string }> = {
  live: { glyph: 'running', word: 'Live', about: 'This page follows what happens.' },
  connecting: { glyph: 'queued', word: 'Connecting', about: 'Asking the server for changes.' },
  held: { glyph: 'sleeping', word: 'Held', about: 'This page stands still until you let it go on.' },
  lost: { glyph: 'warning', word: 'Not live', about: 'The connection was lost and is tried again.' },
}

export function LiveBadge() {
  const { state } = useLive()
  const { glyph, word, about } = shown[state]
  return (
    <span title={about} style={{ display: 'inline-flex', alignItems: 'center', gap: 6, fontSize: 12.5, color: 'var(--fw-ink-2)' }}>
      <StatusGlyph state={glyph} size={12} label="" />
      {word}
    </span>
  )
}
