/** The server's answer and the drawing, put together as what fields and panels read. Pure. */
import type { WorkflowData } from '#server/workflows/data-at-hand.ts'
import type { GraphDocument } from '#graph/document.ts'
import type { DataAtHand, SampleEvent, StepData } from './data-at-hand.ts'

/** True when both say the same: what somebody worked out from the one holds for the other. */
export function sameData(a: DataAtHand, b: DataAtHand): boolean {
  const same = <T>(one: ReadonlyMap<string, T>, other: ReadonlyMap<string, T>, equal: (x: T, y: T | undefined) => boolean): boolean =>
    one.size === other.size && [...one].every(([id, value]) => equal(value, other.get(id)))
  return same(a.steps, b.steps, (x, y) => x === y) && same(a.events, b.events, (x, y) => x === y || (x.id === null && y?.id === null && x.name === y.name && x.data === y.data))
}

export function combineData(nodes: GraphDocument['nodes'], data: WorkflowData | undefined, own: readonly string[]): DataAtHand {
  const events = new Map<string, SampleEvent>()
  const steps = new Map<string, StepData>()
  for (const node of Object.values(nodes)) {
    if (node.type === 'step') {
      const step = data?.steps[node.id]
      if (step !== undefined) steps.set(node.id, step)
    }
    if (node.type !== 'event' || node.event === '') continue
    const real = data !== undefined && Object.hasOwn(data.events, node.event) ? data.events[node.event] : undefined
    const written: SampleEvent | null = node.sample === undefined ? null : { id: null, name: node.event, data: node.sample, ts: 0 }
    const shown = written !== null && (real === undefined || own.includes(node.id)) ? written : real
    if (shown !== undefined) events.set(node.id, shown)
  }
  return { events, steps }
}
