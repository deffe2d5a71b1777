/** The event that a part of a drawing is tried with: what is at hand of its function's triggers. Pure. */
import { isJsonObject, type JsonObject } from '#base/json.ts'
import type { GraphDocument } from '#graph/document.ts'
import type { SampleEvent } from '../data/data-at-hand.ts'

export interface TriedEvent {
  name: string
  data: JsonObject
  /** Stored event whose payload is longer than what is at hand of it. */
  wholeOf?: string
}

export const tickName = 'fanwise/schedule.ticked'
const calledName = 'fanwise/function.invoked'

/** A real event goes before a written sample, the first line before the second. */
export function sampleFor(document: GraphDocument, frame: string, events: ReadonlyMap<string, SampleEvent>): TriedEvent {
  const sources = Object.values(document.edges).flatMap((edge) => (edge.type === 'subscription' && edge.target === frame ? document.nodes[edge.source] ?? [] : []))
  const drawn = sources.flatMap((node) => (node.type === 'event' ? [node] : [])).sort((a, b) => a.position.y - b.position.y)
  const known = drawn.flatMap((node) => events.get(node.id) ?? [])
  const best = known.find((one) => one.id !== null) ?? known[0]
  if (best !== undefined) return { name: exact(best.name), data: asObject(best.data), ...(best.id !== null && best.cut !== undefined ? { wholeOf: best.id } : {}) }
  const sampled = drawn.find((node) => node.sample !== undefined) ?? drawn[0]
  if (sampled !== undefined) return { name: exact(sampled.event), data: asObject(sampled.sample) }
  return { name: sources.some((node) => node.type === 'schedule') ? tickName : calledName, data: {} }
}

/** A pattern stands for names that begin like it. */
const exact = (name: string): string => (name.endsWith('*') ? `${name.slice(0, -1)}example` : name) || calledName

const asObject = (value: unknown): JsonObject => (isJsonObject(value) ? value : {})
