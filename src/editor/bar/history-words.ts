/** A kept state in words: why it was kept, what is in it, what restoring it would change. */
import { jsonEqual } from '#base/json.ts'
import type { GraphDocument } from '#graph/document.ts'

const reasons: Record<string, string> = {
  'autosave': 'Autosave', 'test': 'Tested', 'before paste': 'Before a paste', 'before layout': 'Before a tidy-up', 'before restore': 'Before a restore',
  'before discard': 'Before the draft was discarded', 'before import': 'Before an import',
}

export function reasonText(reason: string): string {
  const published = /^publish v(\d+)$/.exec(reason)
  return published === null ? (reasons[reason] ?? 'Kept') : `Published as v${published[1]}`
}

export function countsText({ events, functions, steps }: { events: number; functions: number; steps: number }): string {
  return [many(functions, 'function'), many(steps, 'step'), many(events, 'event')].join(', ')
}

/** What the drawing would gain, lose and change. */
export function restoreText(now: GraphDocument, kept: GraphDocument): string {
  const counts = { back: 0, gone: 0, changed: 0 }
  for (const part of ['nodes', 'edges'] as const) {
    for (const [id, value] of Object.entries<unknown>(kept[part])) {
      const current: unknown = now[part][id]
      if (current === undefined) counts.back++
      else if (!jsonEqual(current, value)) counts.changed++
    }
    counts.gone += Object.keys(now[part]).filter((id) => kept[part][id] === undefined).length
  }
  const parts = [
    counts.back > 0 ? `brings back ${many(counts.back, 'thing')}` : '',
    counts.gone > 0 ? `removes ${counts.gone === 1 ? '1 thing' : `${counts.gone} things`}` : '',
    counts.changed > 0 ? `changes ${counts.changed === 1 ? '1 thing' : `${counts.changed} things`}` : '',
  ].filter(Boolean)
  if (parts.length === 0) return 'The same as what you see now.'
  const last = parts.pop()!
  return `Restoring ${parts.length === 0 ? last : `${parts.join(', ')} and ${last}`}.`
}

function many(n: number, noun: string): string {
  return `${n} ${noun}${n === 1 ? '' : 's'}`
}
