'use client'
import { formatAgo, formatMoment } from '#ui/time.ts'
import { useNow } from '#ui/use-now.ts'

/** How long ago, kept current; the exact moment on hover. `ago` adds the word, for sentences. */
export function RelativeTime({ at, ago = false }: { at: number; ago?: boolean }) {
  const now = useNow(5000)
  if (now === 0) return <span className="num">&nbsp;</span>
  const text = formatAgo(at, now)
  return <time className="num" dateTime={new Date(at).toISOString()} title={formatMoment(at)}>{ago && text !== 'just now' ? `${text} ago` : text}</time>
}
