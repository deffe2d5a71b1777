/** What the compiler knows of the workspace beyond the document. Plain JSON; the server fills it from published versions. */
import type { Json } from '#base/json.ts'
import type { ElsewhereFunction } from '#graph/links.ts'

export interface Catalog {
  /** Published functions of the workspace's other workflows. */
  functionsElsewhere: ElsewhereFunction[]
  /** Data of the last real events, at most 20, by the name or pattern of an event node. */
  samples?: Record<string, Json[]>
  /** What steps may name; absent = not known here, so nothing is said about it. */
  values?: KnownValues
}

export interface KnownValues {
  /** `callsPerMinute`: what the service allows. */
  connections: { name: string; hosts: string[]; baseUrl?: string; callsPerMinute?: number; earlier?: string[] }[]
  /** `earlier`: names it had before, which steps may go on using. */
  secrets: { name: string; hosts: string[]; earlier?: string[] }[]
  /** Names of `env`. */
  settings: string[]
}

/** By its name, or by one it had before. */
export function namedAmong<T extends { name: string; earlier?: string[] }>(known: readonly T[], name: string): T | undefined {
  return known.find((one) => one.name === name) ?? known.find((one) => one.earlier?.includes(name) === true)
}

export const emptyCatalog: Catalog = { functionsElsewhere: [] }
