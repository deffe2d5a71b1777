/**
 * Watches what services answer, per workspace and host. One that fails again and again is parked, if the
 * workspace wants that: its steps wait without using up attempts. After a while one run is let go to try it;
 * if it succeeds the others follow, more each second, else the wait doubles. How long it has been parked
 * already is in the hold itself, so it does not matter which worker tries.
 */
import { serviceHoldId, type Hold, type Holds } from '#engine/holds/holds.ts'

const failuresMin = 10
const windowMs = 30_000
const firstWaitMs = 30_000
const longestWaitMs = 600_000
const slowEveryMs = 1000

export interface Trip {
  workspaceId: string
  host: string
  reason: string
  waitMs: number
}

export interface BreakerActions {
  trip(trip: Trip): void
  /** The service answered the run that tried it. */
  proved(workspaceId: string, holdId: string): void
  /** It fails while a person lets its runs go. */
  slow(workspaceId: string, holdId: string): void
}

/** 30 s at first; then as long again as it has been parked, and 30 s more: 1 min, 2 min, 4 min … */
export function nextWaitMs(parkedForMs: number | null): number {
  return Math.min(longestWaitMs, Math.max(0, parkedForMs ?? 0) + firstWaitMs)
}

export class Breaker {
  /** performance.now() of failures since the last success, by hold id. */
  private readonly failures = new Map<string, number[]>()
  private readonly slowedAt = new Map<string, number>()

  constructor(private readonly holds: Holds, private readonly actions: BreakerActions) {}

  /** @param ok the service answered, and not with an error of its own (5xx) */
  report(workspaceId: string, host: string, ok: boolean): void {
    // Nothing fails and nothing is held: the usual case costs nothing.
    if (ok && this.failures.size === 0 && this.holds.none) return
    const id = serviceHoldId(workspaceId, host)
    const hold = this.holds.find(id)
    if (!ok) return this.failed(workspaceId, host, id, hold)
    this.failures.delete(id)
    if (hold?.ramp === 0) this.actions.proved(workspaceId, id)
  }

  private failed(workspaceId: string, host: string, id: string, hold: Hold | undefined): void {
    // Parked already: what was under way then comes back late.
    if (hold !== undefined && hold.ramp === null) return
    const now = performance.now()
    if (hold !== undefined && !hold.auto && now - (this.slowedAt.get(id) ?? -slowEveryMs) >= slowEveryMs) {
      this.slowedAt.set(id, now)
      this.actions.slow(workspaceId, id)
    }
    if (!this.holds.parksByItself(workspaceId)) return
    const lately = [...(this.failures.get(id) ?? []).filter((at) => now - at < windowMs), now]
    this.failures.set(id, lately)
    const again = hold?.auto === true
    if (!again && lately.length < failuresMin) return
    this.failures.delete(id)
    const parkedForMs = again ? performance.timeOrigin + now - hold.since.getTime() : null
    this.actions.trip({ workspaceId, host, waitMs: nextWaitMs(parkedForMs), reason: again ? 'It still fails.' : `${lately.length} failures within ${windowMs / 1000} s and no success.` })
  }
}
