/**
 * Watches what services answer, per workspace and host, and whether they let its connections in. One that fails again
 * and again is parked, if the workspace wants that: its steps wait without using up attempts. Workers count together: each tells the
 * others of the failures it saw, and of the success that ends a row of them; a service that answers costs
 * nobody a word. After a while one run is let go to try it;
 * if it succeeds the others follow, more each second, else the wait doubles. How long it has been parked
 * already is in the hold itself, so it does not matter which worker tries. A connection that is refused is not tried by
 * itself: nothing changes until a person has changed it.
 */
import { databaseNow } from '#engine/clock.ts'
import { isConnection, serviceHoldId, type Hold, type Holds } from '#engine/holds/holds.ts'

const failuresMin = 10
const windowMs = 30_000
const firstWaitMs = 30_000
const longestWaitMs = 600_000
const slowEveryMs = 1000
const tellMs = 20

export interface Trip {
  workspaceId: string
  host: string
  reason: string
  /** Until it is tried; null = until a person lets it go. */
  waitMs: number | null
}

export interface BreakerActions {
  trip(trip: Trip): void
  /** The service answered the run that tried it. */
  proved(workspaceId: string, holdId: string): void
  /** It fails while a person lets its runs go. */
  slow(workspaceId: string, holdId: string): void
  /** What other workers are to hear. */
  tell(news: ServiceNews[]): void
}

/** What one worker has seen of a service lately. */
export interface ServiceNews {
  workspaceId: string
  host: string
  /** It answered, which ends what was counted before. */
  answered: boolean
  /** Failures, after that. */
  failures: number
}

/** 30 s at first; then as long again as it has been parked, and 30 s more: 1 min, 2 min, 4 min … */
export function nextWaitMs(parkedForMs: number | null): number {
  return Math.min(longestWaitMs, Math.max(0, parkedForMs ?? 0) + firstWaitMs)
}

export class Breaker {
  /** performance.now() of failures since the last success, by hold id; of all workers. */
  private readonly failures = new Map<string, number[]>()
  /** What the others have not been told yet, by hold id. */
  private readonly untold = new Map<string, ServiceNews>()
  private telling: NodeJS.Timeout | null = null
  private readonly slowedAt = new Map<string, number>()

  constructor(private readonly holds: Holds, private readonly actions: BreakerActions) {}

  /** @param host or a connection @param ok the service answered, and not with an error of its own (5xx); it let the connection in (no 401) */
  report(workspaceId: string, host: string, ok: boolean): void {
    // Nothing fails and nothing is held: the usual case costs nothing.
    if (ok && this.failures.size === 0 && this.holds.none) return
    const id = serviceHoldId(workspaceId, host)
    const hold = this.holds.find(id)
    if (!ok) return this.failed(workspaceId, host, id, hold)
    if (this.failures.delete(id)) this.tell(id, { workspaceId, host, answered: true, failures: 0 })
    if (hold?.ramp === 0) this.actions.proved(workspaceId, id)
  }

  /** Another worker's part of the count. A hold that is being tried or lifted is its affair who saw it fail. */
  heard({ workspaceId, host, answered, failures }: ServiceNews): void {
    const id = serviceHoldId(workspaceId, host)
    if (answered) this.failures.delete(id)
    if (failures > 0 && this.holds.find(id) === undefined) this.count(workspaceId, host, id, failures)
  }

  stop(): void {
    if (this.telling !== null) clearTimeout(this.telling)
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
    // What a connection was before its change may still be on its way, so one refusal is no proof of the next.
    if (hold?.auto === true && !isConnection(host)) {
      this.failures.delete(id)
      return this.actions.trip({ workspaceId, host, waitMs: nextWaitMs(databaseNow() - hold.since.getTime()), reason: 'It still fails.' })
    }
    this.tell(id, { workspaceId, host, answered: false, failures: 1 })
    this.count(workspaceId, host, id, 1)
  }

  private count(workspaceId: string, host: string, id: string, failures: number): void {
    if (!this.holds.parksByItself(workspaceId)) return
    const now = performance.now()
    const lately = [...(this.failures.get(id) ?? []).filter((at) => now - at < windowMs), ...Array.from({ length: Math.min(failures, failuresMin) }, () => now)]
    this.failures.set(id, lately)
    if (lately.length < failuresMin) return
    this.failures.delete(id)
    this.actions.trip(isConnection(host)
      ? { workspaceId, host, waitMs: null, reason: `Refused ${lately.length} times within ${windowMs / 1000} s and never let in (401). Change it under Settings → Connections, and its runs go on.` }
      : { workspaceId, host, waitMs: nextWaitMs(null), reason: `${lately.length} failures within ${windowMs / 1000} s and no success.` })
  }

  /** Gathered, so that a service that fails a thousand times a second is told of a few times. */
  private tell(id: string, news: ServiceNews): void {
    const before = this.untold.get(id)
    if (before === undefined || news.answered) this.untold.set(id, news)
    else before.failures += news.failures
    this.telling ??= setTimeout(() => {
      this.telling = null
      const all = [...this.untold.values()]
      this.untold.clear()
      this.actions.tell(all)
    }, tellMs)
  }
}
