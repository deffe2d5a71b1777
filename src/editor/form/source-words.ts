/** Whose data it is, in words. Pure. */
import { formatAgo } from '#ui/time.ts'
import type { Origin, Readable } from '../inspector/readable-data.ts'

/** "evt_…2k1 · 4 min ago", "sample", "pinned", "run_…8ac · 2 h ago" */
export function originWords(origin: Origin, now = Date.now()): string {
  switch (origin.kind) {
    case 'event': return `${shortId(origin.id)} · ${ago(origin.at, now)}`
    case 'run': return `${shortId(origin.runId)} · ${ago(Date.parse(origin.at), now)}`
    case 'sample': return 'sample'
    case 'pinned': return 'pinned'
    case 'computed': return 'worked out here'
    case 'known': return 'not seen yet'
  }
}

const ago = (at: number, now: number): string => {
  const text = formatAgo(at, now)
  return text === 'just now' ? text : `${text} ago`
}

/** Ids are told apart by their end. */
export const shortId = (id: string): string => (id.length > 14 ? `${id.slice(0, id.indexOf('_') + 1)}…${id.slice(-5)}` : id)

/** The event that values of a list are from; empty when there is none. */
export function sourceWords(readable: Readable): string {
  const event = readable.sources.find((one) => one.path === 'event.data')
  if (event === undefined || event.origin.kind === 'known') return ''
  return event.origin.kind === 'sample' ? `the sample of ${event.title}` : `${event.title}, ${originWords(event.origin)}`
}
