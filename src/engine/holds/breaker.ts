/**
 * Watches what services answer, per workspace and host. One that fails again and again is parked, if the
 * workspace wants that: its steps wait without using up attempts. After a while one run is let go to try it;
 * if it succeeds the others follow, more each second, else the wait doubles.
 */
import { serviceHoldId, type Holds } from '#engine/holds/holds.ts'

const failuresMin = 10
const windowMs = 30_000
const firstWaitMs = 30_000
const longestWaitMs = 600_000

interface Record {
  /** performance.now() of failures since the last success. */
  failures: number[]
  waitMs: number
}

export interface Trip {
  workspaceId: string
  host: string
  reason: string
  waitMs: number
}

export class Breaker {
  private readonly records = new Map<string, Record>()

  constructor(private readonly holds: Holds, private readonly trip: (trip: Trip) => void) {}

  /** @param ok the service answered, and not with an error of its own (5xx) */
  report(workspaceId: string, host: string, ok: boolean): void {
    const id = serviceHoldId(workspaceId, host)
    const record = this.records.get(id)
    if (ok) {
      if (record !== undefined) this.records.delete(id)
      return
    }
    if (!this.holds.parksByItself(workspaceId)) return
    const hold = this.holds.find(id)
    // Closed already, or closed by a person, who alone opens it.
    if (hold !== undefined && (hold.ramp === null || !hold.auto)) return
    const now = performance.now()
    const entry = record ?? { failures: [], waitMs: firstWaitMs }
    if (record === undefined) this.records.set(id, entry)
    entry.failures = [...entry.failures.filter((at) => now - at < windowMs), now]
    if (hold === undefined && entry.failures.length < failuresMin) return
    const again = hold !== undefined
    this.trip({ workspaceId, host, waitMs: entry.waitMs, reason: again ? 'It still fails.' : `${entry.failures.length} failures within ${windowMs / 1000} s and no success.` })
    entry.waitMs = Math.min(longestWaitMs, entry.waitMs * 2)
    entry.failures = []
  }
}
