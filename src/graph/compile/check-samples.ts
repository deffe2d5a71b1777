/**
 * Is what a step reads of the event always there? Real events answer best; where none has arrived
 * yet, the sample of the drawing does.
 */
import type { Json } from '#base/json.ts'
import type { Catalog } from '#graph/compile/catalog.ts'
import { own, type At, type Findings, type FrameModel } from '#graph/compile/model.ts'
import type { EventNode } from '#graph/document.ts'

export interface KnownEvents {
  /** Events that really arrived, by the trigger's name. */
  arrived: { event: string; data: Json[] }[]
  /** Triggers without arrivals, by their sample; empty when one has neither, as it may carry anything. */
  drawn: EventNode[]
}

export function knownEvents(frame: FrameModel, catalog: Catalog): KnownEvents {
  const known: KnownEvents = { arrived: [], drawn: [] }
  let unknown = false
  for (const { source } of frame.subscriptions) {
    const data = source.type === 'event' ? own(catalog.samples ?? {}, source.event) : undefined
    if (source.type === 'event' && data !== undefined && data.length > 0) known.arrived.push({ event: source.event, data })
    else if (source.type === 'event' && source.sample !== undefined) known.drawn.push(source)
    else unknown = true
  }
  if (unknown) known.drawn = []
  return known
}

/** Warns when `event.data.<path>` is not in every known event. One finding a read: the first trigger that lacks it. */
export function checkPresence(at: At, path: string[], { arrived, drawn }: KnownEvents, findings: Findings): void {
  const name = `\`event.data.${path.join('.')}\``
  for (const { event, data } of arrived) {
    const without = data.filter((one) => !hasPath(one, path)).length
    if (without === 0) continue
    const which = arrived.length + drawn.length > 1 ? ` of \`${event}\`` : ''
    const last = data.length === 1 ? `the last event${which}` : `${without} of the last ${data.length} events${which}`
    return findings.warning(at, 'samples-missing', `${name} is missing in ${last}.`, 'Give it a fallback (`?? …`) or check for it first.')
  }
  const without = drawn.find((event) => !hasPath(event.sample!, path))
  if (without === undefined) return
  findings.warning(at, 'sample-missing', `${name} is missing in the sample that the drawing has for \`${without.event}\`.`, 'Correct the path, keep a real event as the sample, or give it a fallback (`?? …`).')
}

function hasPath(value: Json, path: string[]): boolean {
  let current: Json | undefined = value
  for (const key of path) {
    if (typeof current !== 'object' || current === null || !Object.hasOwn(current, key)) return false
    current = (current as Record<string, Json>)[key]
  }
  return true
}
