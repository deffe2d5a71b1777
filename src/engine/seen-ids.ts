/** The ids that senders give: each is stored once in 24 hours, per workspace, whichever way it comes in. */
import { createHash } from 'node:crypto'
import type pg from 'pg'
import { eventSeenClaim, eventSeenFind } from '#engine/sql/event-seen.ts'
import { uuids } from '#engine/sql/arrays.ts'
import type { PlannedEvent } from '#engine/store-events.ts'

/** 16 bytes that stand for (workspace, sender's id), as hex. An id that a test of a draft sends is taken in that run alone. */
export const seenKey = (event: { workspaceId: string; clientId?: string; ofTest?: boolean; emitRunId?: string }): string =>
  createHash('sha256').update(event.ofTest === true ? `${event.workspaceId}:test:${event.emitRunId}:${event.clientId}` : `${event.workspaceId}:${event.clientId}`).digest().subarray(0, 16).toString('hex')

/**
 * Claims the ids of these events inside the caller's transaction. Answers, by key, the id of the event
 * that had it first; an event whose own id stands there is not a repeat but the same one sent again.
 */
export async function claimIds(client: pg.ClientBase, events: readonly PlannedEvent[]): Promise<Map<string, string>> {
  const byKey = new Map<string, PlannedEvent>()
  const repeats = new Map<string, string>()
  for (const event of events) {
    if (event.clientId === undefined) continue
    const key = seenKey(event)
    const first = byKey.get(key)
    if (first === undefined) byKey.set(key, event)
    else repeats.set(key, first.id)
  }
  if (byKey.size === 0) return repeats
  // Sorted, so that two transactions with the same ids wait for each other instead of deadlocking.
  const keys = [...byKey.keys()].sort()
  const columns = (some: string[]) => [uuids(some.map((key) => byKey.get(key)!.workspaceId)), some.map((key) => Buffer.from(key, 'hex'))]
  const claimed = await client.query<{ event_id: string }>({ ...eventSeenClaim, values: [...columns(keys), uuids(keys.map((key) => byKey.get(key)!.id))] })
  const fresh = new Set(claimed.rows.map((row) => row.event_id))
  const seen = keys.filter((key) => !fresh.has(byKey.get(key)!.id))
  if (seen.length === 0) return repeats
  const found = await client.query<{ id: string; key: string }>({ ...eventSeenFind, values: columns(seen) })
  for (const row of found.rows) repeats.set(row.key, row.id)
  return repeats
}
