/**
 * Lanes of second limits, made right before a run asks for a slot. The number is that of what is published now,
 * whatever version the run is of: of a shared limit the smallest that any function gives, as for first limits
 * (match.ts). Publishing sets the lanes that are there. One that is made while a publish is under way may miss it,
 * so it is not remembered, and is set right by the next run that asks.
 */
import type pg from 'pg'
import { limitId } from '#engine/derived-ids.ts'
import { LaneMemory } from '#engine/known-lanes.ts'
import { laneKeepSecond, limitsPublished, publishHoldOff, routeEpochs } from '#engine/sql/lane.ts'
import { numbers, safeText, texts, uuids } from '#engine/sql/arrays.ts'
import { inTransaction } from '#engine/transaction.ts'
import type { FunctionDefinition } from '#graph/definition.ts'

export interface SecondLane {
  workspaceId: string
  id: string
  ownerId: string
  /** As the run's version has it. */
  cap: number
  keyText: string | null
  /** Of a test of a draft: nothing published counts. */
  ofDraft: boolean
}

const publishedMax = 5000

export class SecondLanes {
  private readonly known = new LaneMemory<true>()
  /** Of each workspace the limits at its last known route epoch. */
  private readonly published = new Map<string, { epoch: number; caps: Map<string, number> }>()

  constructor(private readonly pool: pg.Pool) {}

  /** @param lanes in the order in which lanes are locked */
  async ensure(lanes: readonly SecondLane[]): Promise<void> {
    this.known.refresh()
    const missing = lanes.filter((lane) => this.known.get(lane.id) === undefined)
    if (missing.length === 0) return
    const held = await inTransaction(this.pool, async (client) => {
      const workspaces = uuids([...new Set(missing.map((lane) => lane.workspaceId))])
      const calm = await client.query<{ ws: string }>({ ...publishHoldOff, values: [workspaces] })
      const caps = await this.publishedCaps(client, workspaces)
      await client.query({
        ...laneKeepSecond,
        values: [
          uuids(missing.map((l) => l.workspaceId)), uuids(missing.map((l) => l.id)), uuids(missing.map((l) => l.ownerId)),
          numbers(missing.map((l) => (l.ofDraft ? l.cap : (caps.get(l.ownerId) ?? l.cap)))), texts(missing.map((l) => (l.keyText === null ? null : safeText(l.keyText)))),
        ],
      })
      return new Set(calm.rows.map((row) => row.ws))
    })
    for (const lane of missing) if (held.has(lane.workspaceId)) this.known.set(lane.id, true)
  }

  /** Read anew for workspaces that have published something since. */
  private async publishedCaps(client: pg.PoolClient, workspaces: string): Promise<Map<string, number>> {
    const { rows: epochs } = await client.query<{ ws: string; epoch: number }>({ ...routeEpochs, values: [workspaces] })
    const changed = epochs.filter(({ ws, epoch }) => this.published.get(ws)?.epoch !== epoch)
    if (changed.length > 0) {
      const { rows } = await client.query<PublishedLimits>({ ...limitsPublished, values: [uuids(changed.map(({ ws }) => ws))] })
      if (this.published.size >= publishedMax) this.published.clear()
      for (const { ws, epoch } of changed) this.published.set(ws, { epoch, caps: limitsByOwner(rows.filter((row) => row.ws === ws)) })
    }
    return new Map(epochs.flatMap(({ ws }) => [...(this.published.get(ws)?.caps ?? [])]))
  }

  /** It was not there after all. */
  forget(laneId: string): void {
    this.known.forget(laneId)
  }
}

interface PublishedLimits {
  ws: string
  id: string
  definition: Pick<FunctionDefinition, 'concurrency' | 'concurrency2'>
}

/** By the owner of the lanes: the shared limit, or the function's own second one. */
export function limitsByOwner(published: readonly PublishedLimits[]): Map<string, number> {
  const caps = new Map<string, number>()
  for (const { ws, id, definition } of published) {
    for (const limit of [definition.concurrency, definition.concurrency2]) {
      if (limit === undefined) continue
      if (limit.scope === 'workspace') {
        const owner = limitId(ws, limit.key ?? '')
        caps.set(owner, Math.min(limit.limit, caps.get(owner) ?? limit.limit))
      } else if (limit === definition.concurrency2) caps.set(limitId(id, 'second'), limit.limit)
    }
  }
  return caps
}
