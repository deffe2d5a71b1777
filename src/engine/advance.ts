/**
 * Pure: which steps of a run may start, given what has ended.
 *
 * An edge is live when its parent is done and left by the edge's port, dead when the parent left
 * by another port or was skipped, and open until then. A step is ready when none of its edges is
 * open and at least one is live (a join waits for all its live parents, never for the first); it
 * is skipped when all are dead. A failed step keeps its edges open: nothing after it starts.
 */
import type { StepDefinition } from '#graph/definition.ts'

/** `port` of a done step; null for a failed one. */
export type Ended = ReadonlyMap<string, { port: string | null }>

export interface Advance {
  /** Not ended, not skipped, all parents settled. Includes steps that are already under way. */
  ready: StepDefinition[]
  skipped: Set<string>
  /** Nothing is ready and nothing can become ready. */
  complete: boolean
}

/**
 * @param steps in topological order, as the compiler gives them
 * @param next a step that is just ending, for looking one step ahead
 */
export function advance(steps: readonly StepDefinition[], ended: Ended, next?: { step: string; port: string | null }): Advance {
  const endOf = (step: string) => (next !== undefined && next.step === step ? next : ended.get(step))
  const skipped = new Set<string>()
  const ready: StepDefinition[] = []
  let open = 0
  for (const step of steps) {
    const own = endOf(step.id)
    if (own !== undefined) {
      if (own.port === null) open += 1
      continue
    }
    let live = step.after.length === 0
    let waits = false
    for (const edge of step.after) {
      const parent = endOf(edge.step)
      if (skipped.has(edge.step)) continue
      if (parent === undefined || parent.port === null) waits = true
      else if (parent.port === edge.port) live = true
    }
    if (!live && !waits) {
      skipped.add(step.id)
      continue
    }
    open += 1
    if (!waits) ready.push(step)
  }
  return { ready, skipped, complete: open === 0 }
}
