import Link from 'next/link'
import { LogoMark } from '#ui/logo.tsx'

export default function NotFound() {
  return (
    <main style={{ display: 'grid', placeContent: 'center', gap: 12, minHeight: '100dvh', padding: 24, maxWidth: 480, margin: '0 auto' }}>
      <LogoMark size={32} />
      <h1 style={{ fontSize: 24, lineHeight: '30px', fontWeight: 640, letterSpacing: '-0.028em' }}>There is nothing here</h1>
      <p style={{ color: 'var(--fw-ink-2)' }}>The address is mistyped, what it named is gone, or you are not a member of that workspace.</p>
      <Link href="/">Go to your workspace</Link>
    </main>
  )
}
