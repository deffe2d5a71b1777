'use client'
import { formatAgo, formatMoment } from '#ui/time.ts'
import { useNow } from '#ui/use-now.ts'

/** How long ago, kept current; the exact moment on hover. */
export function RelativeTime({ at }: { at: number }) {
  const now = useNow(5000)
  if (now === 0) return <span className="num">&nbsp;</span>
  return <time className="num" dateTime={new Date(at).toISOString()} title={formatMoment(at)}>{formatAgo(at, now)}</time>
}
