/** The steps of one run that rest: before a retry, asleep, or waiting for something outside. Says how the run parks for them. */
import type { FlushItem } from '#engine/flush.ts'
import type { HeldBy } from '#engine/holds/holds.ts'
import type { RecordedWait } from '#engine/load-runs.ts'

const none = new Map<string, never>()

export class Resting {
  /** Most runs need neither: the map they share until then is never written. */
  private timers: Map<string, number> = none
  private waiting: Map<string, number | null> = none
  private why: Record<string, unknown> | null = null
  /** Rows of waits that nobody has resolved go with the run's end. */
  hasOpenWaits = false

  has(step: string): boolean {
    return this.timers.has(step) || this.waiting.has(step)
  }

  /** @param dueAt performance.now() of its end */
  until(step: string, dueAt: number, why: Record<string, unknown>): void {
    this.timers = added(this.timers, step, dueAt)
    this.why = why
  }

  /** @param dueAt performance.now() at which it is too late; null = never */
  outside(step: string, dueAt: number | null, why: Record<string, unknown>): void {
    this.hasOpenWaits = true
    this.waiting = added(this.waiting, step, dueAt)
    this.why = why
  }

  /**
   * The parking of a run of which nothing is under way.
   * @param startable a step could start, but for what holds it or for the end of this worker's lease
   * @param startedAt performance.now() of its first start, if it has not parked since
   */
  park(held: HeldBy | null, startable: boolean, startedAt: number | null): NonNullable<FlushItem['park']> {
    const dues = [...this.timers.values(), ...[...this.waiting.values()].filter((due) => due !== null)]
    const dueInMs = (startable && held === null) || dues.length === 0 ? null : Math.max(0, Math.min(...dues) - performance.now())
    if (held !== null) return { state: 'h', dueInMs, why: JSON.stringify(held.why), startedAt, holdId: held.holdId }
    const state = startable ? 'q' : this.waiting.size > 0 ? 'w' : 't'
    return { state, dueInMs, why: JSON.stringify(this.why ?? {}), startedAt }
  }
}

/** The map with the entry; the shared empty one is replaced. */
function added<V>(map: Map<string, V>, key: string, value: V): Map<string, V> {
  return map === none ? new Map<string, V>([[key, value]]) : map.set(key, value)
}

/** Said of a run while a step of it waits. @param asked what the step asked for, as it is recorded with the wait */
export function whyWaits(step: string, kind: RecordedWait['kind'], asked: object): Record<string, unknown> {
  const { event, function: called, signal, title, of, state } = asked as Record<string, unknown>
  switch (kind) {
    case 'event': return { kind, step, event }
    case 'invoke': return { kind, step, function: called }
    case 'signal': return { kind, step, signal }
    case 'approval': return { kind, step, title }
    case 'gather': return { kind, step, of }
    case 'canary': return { kind: 'fan-out', step, state }
    case 'sleep': return { kind, step }
  }
}
