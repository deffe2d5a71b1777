/** What is known about a drawing beside the drawing itself. */
import type { UiStatus } from '#ui/status.ts'

/** A run's or a live function's state on one node. */
export interface NodeMark {
  state: UiStatus
  /** Short facts: "attempt 2, 12 s", "620 ms". Replaces the second line of a ticket. */
  note?: string
  /** Retries used, for the bars of a function. */
  used?: number
  /** Counts for a frame's footer. */
  counts?: { state: UiStatus; count: number }[]
}

/** By node id; a line has its own mark by its id. */
export type Overlay = Record<string, NodeMark>

export interface CanvasFacts {
  /** Worst finding on each node. */
  problems: Record<string, 'warning' | 'error'>
  /** How many findings each node has. */
  problemCounts?: Record<string, number>
  /** Text beside a function's bars: "v3", "v3, edited", "new". By function slug. */
  versions: Record<string, string>
  /** Slugs of published functions that are paused now. */
  paused?: ReadonlySet<string>
  /** Functions of other workflows that react, by event node id. */
  reactElsewhere: Record<string, { slug: string; workflow: string }[]>
  /** Functions of other workflows that send it, by event node id. */
  sentElsewhere?: Record<string, { slug: string; workflow: string }[]>
}

export const noFacts: CanvasFacts = { problems: {}, versions: {}, reactElsewhere: {} }

/** "/" parts a name in two lines: `user/` and `account.created`. */
export function splitEventName(name: string): { namespace: string; rest: string } {
  const slash = name.indexOf('/')
  return slash < 0 || slash === name.length - 1
    ? { namespace: '', rest: name }
    : { namespace: name.slice(0, slash + 1), rest: name.slice(slash + 1) }
}
