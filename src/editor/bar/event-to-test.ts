/** What a test of a drawing begins with: where the drawing begins, not what it sends itself on the way. Pure. */
import type { EventNode, GraphDocument } from '#graph/document.ts'
import { emittedEvent, matchesEvent } from '#graph/links.ts'
import { tickName } from '../try/sample-for.ts'

export interface TestBeginning {
  /** Null: a tick of the schedule, or nothing is drawn yet. */
  event: EventNode | null
  name: string
}

export function beginningOf({ nodes }: GraphDocument, selected: ReadonlySet<string>): TestBeginning {
  const all = Object.values(nodes)
  const events = all.flatMap((node) => (node.type === 'event' ? [node] : []))
  const sent = all.flatMap((node) => (node.type === 'step' ? emittedEvent(node) ?? [] : []))
  const chosen = events.find((one) => selected.has(one.id)) ?? events.find((one) => !sent.some((name) => matchesEvent(one.event, name)))
  if (chosen !== undefined) return { event: chosen, name: chosen.event }
  if (all.some((node) => node.type === 'schedule')) return { event: null, name: tickName }
  return { event: events[0] ?? null, name: events[0]?.event ?? '' }
}
