/**
 * Lanes that are there, as far as this process knows: a lane is made before its first job, and goes when nobody
 * has used it for a day (duties/clear-lanes.ts). So what is known here is forgotten each hour.
 */
import type { Route } from '#engine/match.ts'
import { laneKeep, laneLimits } from '#engine/sql/lane.ts'
import { numbers, safeText, texts, uuids } from '#engine/sql/arrays.ts'

interface Queryable {
  query(config: { name: string; text: string; values: unknown[] }): Promise<unknown>
}

/** A run about to be stored, as its lane is concerned. */
export interface RunOfLane {
  workspaceId: string
  route: Pick<Route, 'cap' | 'epoch'>
  laneId: string
  keyText: string | null
  /** Of the lane. */
  ownerId: string
}

const knownMax = 200_000
const knownForMs = 3_600_000

/** What is known of lanes; forgotten each hour, by whichever clock has moved on: a machine that slept has one that did not. */
export class LaneMemory<V> {
  private readonly known = new Map<string, V>()
  private since: readonly [number, number] = clocks()

  /** Before a look: what is old is forgotten. */
  refresh(): void {
    const now = clocks()
    if (this.known.size < knownMax && now.every((at, n) => Math.abs(at - this.since[n]!) < knownForMs)) return
    this.known.clear()
    this.since = now
  }

  get(laneId: string): V | undefined {
    return this.known.get(laneId)
  }

  set(laneId: string, value: V): void {
    this.known.set(laneId, value)
  }

  forget(laneId: string): void {
    this.known.delete(laneId)
  }
}

export class KnownLanes {
  /** Their limits, as this process last gave them. */
  private readonly known = new LaneMemory<number | null>()

  /** Makes the lanes of these runs that may not be there, in a transaction of their own. */
  async ensure(client: Queryable, runs: readonly RunOfLane[]): Promise<void> {
    this.known.refresh()
    const asked = distinctLanes(runs.filter((run) => this.known.get(run.laneId) !== run.route.cap))
    if (asked.length === 0) return
    const limits = asked.filter((run) => this.known.get(run.laneId) !== undefined)
    const missing = limits.length === 0 ? asked : asked.filter((run) => this.known.get(run.laneId) === undefined)
    if (missing.length > 0) {
      await client.query({
        ...laneKeep,
        values: [
          uuids(missing.map((r) => r.workspaceId)), uuids(missing.map((r) => r.laneId)), uuids(missing.map((r) => r.ownerId)),
          numbers(missing.map((r) => r.route.cap)), texts(missing.map((r) => (r.keyText === null ? null : safeText(r.keyText)))),
        ],
      })
    }
    if (limits.length > 0) {
      await client.query({
        ...laneLimits,
        values: [uuids(limits.map((r) => r.workspaceId)), uuids(limits.map((r) => r.laneId)), numbers(limits.map((r) => r.route.cap)), numbers(limits.map((r) => r.route.epoch))],
      })
    }
    for (const run of asked) this.known.set(run.laneId, run.route.cap)
  }
}

const clocks = (): readonly [number, number] => [performance.now(), Date.now()]

/** One run of each lane, in the order in which lanes are locked. */
export function distinctLanes<R extends Pick<RunOfLane, 'workspaceId' | 'laneId'>>(runs: readonly R[]): R[] {
  const byLane = new Map<string, R>()
  for (const run of runs) byLane.set(run.laneId, run)
  return [...byLane.values()].sort((a, b) => (a.workspaceId + a.laneId < b.workspaceId + b.laneId ? -1 : 1))
}
