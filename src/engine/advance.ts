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

/** `steps` in topological order, as the compiler gives them. */
export function advance(steps: readonly StepDefinition[], ended: Ended): Advance {
  const skipped = new Set<string>()
  const ready: StepDefinition[] = []
  let open = 0
  for (const step of steps) {
    const own = ended.get(step.id)
    if (own !== undefined) {
      if (own.port === null) open += 1
      continue
    }
    const edges = step.after.map((edge) => edgeState(edge, ended, skipped))
    if (edges.length > 0 && edges.every((state) => state === 'dead')) {
      skipped.add(step.id)
      continue
    }
    open += 1
    if (!edges.includes('open')) ready.push(step)
  }
  return { ready, skipped, complete: open === 0 }
}

function edgeState(edge: { step: string; port: string }, ended: Ended, skipped: ReadonlySet<string>): 'live' | 'dead' | 'open' {
  if (skipped.has(edge.step)) return 'dead'
  const parent = ended.get(edge.step)
  if (parent === undefined || parent.port === null) return 'open'
  return parent.port === edge.port ? 'live' : 'dead'
}
