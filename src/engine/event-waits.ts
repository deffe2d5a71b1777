/**
 * Runs that wait for an event. Events of names that some wait step listens for take a slower way:
 * shared lock, store, then the open waits of that name that want such an event are tried, in one transaction.
 */
import type pg from 'pg'
import { publicId } from '#base/ids.ts'
import { storedCel } from '#engine/flow/compile-flow.ts'
import type { CompiledCel } from '#expressions/cel.ts'
import type { RoutingTable } from '#engine/match.ts'
import { texts, uuids } from '#engine/sql/arrays.ts'
import { waitLockShared, waitOpen, waitPaths, waitResolve } from '#engine/sql/wait.ts'
import { anyValue, keyAt, wantedBy, type Wanted } from '#engine/wait-match.ts'
import type { PlannedEvent } from '#engine/store-events.ts'

interface OpenWait {
  workspace_id: string
  run_id: string
  step: string
  event_name: string
  condition: string | null
  match_path: string
  match_key: string
  origin_id: string
  origin_name: string
  origin_data: unknown
  origin_ts: number
  origin_v: string | null
  version: number
}

export interface WaitEvent {
  id: string
  name: string
  data: unknown
  ts: number
  v?: string | null
}

const conditionsMax = 5000

export class EventWaits {
  private readonly conditions = new Map<string, CompiledCel>()
  private woken: { workspaceId: string; runId: string }[] = []

  constructor(private readonly onWoken: (runs: { workspaceId: string; runId: string }[]) => void) {}

  /** Lock names (workspace:event) of the events that may be waited for, sorted and distinct. */
  locksFor(events: readonly { workspaceId: string; name: string }[], tables: Map<string, RoutingTable>): string[] {
    const names = new Set<string>()
    for (const event of events) {
      if (tables.get(event.workspaceId)?.waitNames.has(event.name) === true) names.add(`${event.workspaceId}:${event.name}`)
    }
    return [...names].sort()
  }

  async lockShared(client: pg.ClientBase, locks: string[]): Promise<void> {
    for (const lock of locks) await client.query({ ...waitLockShared, values: [lock] })
  }

  /** First matching event wins, in the order of the batch. */
  async resolveFor(client: pg.ClientBase, events: PlannedEvent[], locks: string[]): Promise<void> {
    if (locks.length === 0 || events.length === 0) return
    const names = [uuids(locks.map((lock) => lock.slice(0, 36))), locks.map((lock) => lock.slice(37))]
    const { rows: paths } = await client.query<{ ws: string; name: string; path: string }>({ ...waitPaths, values: names })
    const asked = askedFor(events, paths)
    if (asked.size === 0) return
    const asks = [...asked.values()]
    const { rows } = await client.query<OpenWait>({
      ...waitOpen, values: [uuids(asks.map((ask) => ask.ws)), asks.map((ask) => ask.name), asks.map((ask) => ask.path), uuids(asks.map((ask) => ask.key))],
    })
    const resolved: { wait: OpenWait; event: PlannedEvent }[] = []
    for (const wait of rows) {
      const event = asked.get(askId(wait.workspace_id, wait.event_name, wait.match_path, wait.match_key))!.events.find((candidate) =>
        // What is live does not notice a test; a test may wait for what really happens.
        (wait.version < 0 || candidate.ofTest !== true)
        && this.matches(wait.condition, originOf(wait), candidate))
      if (event !== undefined) resolved.push({ wait, event })
    }
    if (resolved.length === 0) return
    const poked = await client.query<{ workspace_id: string; run: string }>({
      ...waitResolve,
      values: [
        uuids(resolved.map((r) => r.wait.workspace_id)), uuids(resolved.map((r) => r.wait.run_id)),
        texts(resolved.map((r) => r.wait.step)), texts(resolved.map((r) => JSON.stringify(eventResult(r.event)))),
      ],
    })
    this.woken.push(...poked.rows.map((row) => ({ workspaceId: row.workspace_id, runId: row.run })))
  }

  /** After COMMIT. */
  announce(): void {
    if (this.woken.length === 0) return
    const runs = this.woken
    this.woken = []
    this.onWoken(runs)
  }

  /** A condition that fails to evaluate does not match. */
  matches(condition: string | null, origin: WaitEvent, incoming: WaitEvent): boolean {
    if (condition === null || condition === '') return true
    try {
      return this.compiled(condition).evaluate({ event: origin, async: incoming }) === true
    } catch {
      return false
    }
  }

  /** What a wait with this condition is found by. */
  wanted(condition: string | null, origin: WaitEvent): Wanted {
    return condition === null || condition === '' ? anyValue : wantedBy(this.compiled(condition).sameValue, origin)
  }

  private compiled(condition: string): CompiledCel {
    let compiled = this.conditions.get(condition)
    if (compiled === undefined) {
      if (this.conditions.size >= conditionsMax) this.conditions.clear()
      this.conditions.set(condition, (compiled = storedCel(condition)))
    }
    return compiled
  }
}

const originOf = (wait: OpenWait): WaitEvent =>
  ({ id: wait.origin_id, name: wait.origin_name, data: wait.origin_data, ts: wait.origin_ts, ...(wait.origin_v === null ? {} : { v: wait.origin_v }) })

/** Events of one name that have the same value at a path by which runs wait. */
interface Ask {
  ws: string
  name: string
  path: string
  key: string
  events: PlannedEvent[]
}

const askId = (ws: string, name: string, path: string, key: string): string => JSON.stringify([ws, name, path, key])

function askedFor(events: readonly PlannedEvent[], paths: readonly { ws: string; name: string; path: string }[]): Map<string, Ask> {
  const byName = new Map<string, string[]>()
  for (const { ws, name, path } of paths) byName.set(`${ws}:${name}`, [...(byName.get(`${ws}:${name}`) ?? []), path])
  const asked = new Map<string, Ask>()
  for (const event of events) {
    const { workspaceId: ws, name } = event
    for (const path of byName.get(`${ws}:${name}`) ?? []) {
      const key = keyAt(event, path)
      if (key === null) continue
      const id = askId(ws, name, path, key)
      const ask = asked.get(id)
      if (ask === undefined) asked.set(id, { ws, name, path, key, events: [event] })
      else ask.events.push(event)
    }
  }
  return asked
}

/** What a wait step gives to the steps after it. */
export function eventResult(event: WaitEvent): { id: string; name: string; data: unknown; ts: number; v?: string } {
  return { id: publicId('evt', event.id), name: event.name, data: event.data, ts: event.ts, ...(event.v ? { v: event.v } : {}) }
}
