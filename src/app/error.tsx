'use client'
import { Button } from '@mantine/core'

export default function ErrorPage({ reset }: { error: Error; reset: () => void }) {
  return (
    <main style={{ display: 'grid', placeContent: 'center', gap: 12, minHeight: '100dvh', padding: 24 }}>
      <h1 style={{ fontSize: 24, lineHeight: '30px', fontWeight: 640, letterSpacing: '-0.028em' }}>This page could not load</h1>
      <p style={{ color: 'var(--fw-ink-2)' }}>Your runs go on. Try again; if it happens again, the server log says more.</p>
      <div><Button variant="filled" onClick={reset}>Try again</Button></div>
    </main>
  )
}
