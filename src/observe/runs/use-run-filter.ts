'use client'
/** The filter of the runs list lives in the address, so a view can be shared and survives a reload. */
import { usePathname, useRouter, useSearchParams } from 'next/navigation'
import type { UiStatus } from '#ui/status.ts'

export interface RunView {
  id: string
  name: string
  about: string
  glyph: UiStatus | null
}

export const views: RunView[] = [
  { id: 'needs-person', name: 'Needs a person', about: 'Failed or being retried', glyph: 'failed' },
  { id: 'running', name: 'Running now', about: 'A worker is on them', glyph: 'running' },
  { id: 'waiting', name: 'Waiting', about: 'Queued, sleeping, or waiting for something', glyph: 'queued' },
  { id: 'everything', name: 'Everything', about: 'Newest first', glyph: null },
]

export const sinceChoices = [
  { value: '1h', label: '1 h', ms: 3_600_000 },
  { value: '24h', label: '24 h', ms: 86_400_000 },
  { value: '7d', label: '7 d', ms: 7 * 86_400_000 },
]

export const statusChoices = ['completed', 'failed', 'cancelled', 'queued', 'running', 'sleeping', 'waiting'] as const
type StatusChoice = (typeof statusChoices)[number]

export interface ServerFilter {
  status?: StatusChoice
  needsPerson?: boolean
  resting?: boolean
  function?: string
  event?: string
  /** Created in the last so many ms. */
  within?: number
}

export function useRunFilter() {
  const params = useSearchParams()
  const router = useRouter()
  const pathname = usePathname()
  const get = (name: string) => params.get(name) ?? undefined
  const narrowing = ['status', 'function', 'event', 'since'].filter((name) => params.has(name))
  const view = get('view') ?? (narrowing.length > 0 ? 'everything' : 'needs-person')
  return {
    view,
    key: params.toString(),
    status: statusChoices.find((one) => one === get('status')),
    function: get('function'),
    event: get('event'),
    since: get('since'),
    isNarrow: narrowing.length > 0,
    set(name: 'status' | 'function' | 'event' | 'since', value: string | null) {
      const next = new URLSearchParams(params)
      if (value === null || value === '') next.delete(name)
      else next.set(name, value)
      if (!next.has('view')) next.set('view', view)
      router.replace(`${pathname}?${next.toString()}`, { scroll: false })
    },
    forServer(): ServerFilter {
      const since = sinceChoices.find((choice) => choice.value === get('since'))
      const status = statusChoices.find((one) => one === get('status'))
      return {
        ...(status === undefined ? viewFilter(view) : { status }),
        ...(get('function') === undefined ? {} : { function: get('function') }),
        ...(get('event') === undefined ? {} : { event: get('event') }),
        ...(since === undefined ? {} : { within: since.ms }),
      }
    },
  }
}

function viewFilter(view: string): ServerFilter {
  if (view === 'needs-person') return { needsPerson: true }
  if (view === 'running') return { status: 'running' }
  if (view === 'waiting') return { resting: true }
  return {}
}
