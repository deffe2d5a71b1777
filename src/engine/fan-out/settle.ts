/**
 * A fan-out settles exactly once: its state changes, `fanwise/fan-out.settled` is stored and the steps that
 * gather its results wake, all in one transaction whose first statement only one process can win.
 */
import type pg from 'pg'
import { newUuid, publicId } from '#base/ids.ts'
import { databaseNow } from '#engine/clock.ts'
import type { EndedRun } from '#engine/end-runs.ts'
import type { FanOutContext } from '#engine/fan-out/context.ts'
import { inTransaction } from '#engine/transaction.ts'
import { cancelOnEvents } from '#engine/flow/cancel-on-event.ts'
import { decideStarts } from '#engine/flow/decide-starts.ts'
import type { RoutingTable } from '#engine/match.ts'
import { settledEvent } from '#graph/definition.ts'
import { eventIngest } from '#engine/sql/event-store.ts'
import { fanOutCounts, fanOutSettle, fanOutUnhold, gatherWaits } from '#engine/sql/fan-out.ts'
import { waitResolve } from '#engine/sql/wait.ts'
import { numbers, texts, uuids } from '#engine/sql/arrays.ts'
import { emptyPlan, planEvent, planParameters, type Plan } from '#engine/store-events.ts'

const staleTriesMax = 20

interface Settled {
  run_id: string
  step: string
  event_name: string
  items: number
  total: number
  runs: number
  skipped: number
  version: number | null
}

class StaleRoutes extends Error {}

/** False when it was not the time yet, or somebody else has settled it. */
export async function settle(context: FanOutContext, workspaceId: string, id: string): Promise<boolean> {
  for (let attempt = 0; attempt < staleTriesMax; attempt++) {
    const table = await context.routes.get(workspaceId)
    try {
      const done = await inTransaction(context.pool, (client) => settleWithin(client, context, workspaceId, id, table))
      if (done === null) return false
      context.waits.announce()
      if (done.plan.events.length > 0) context.stored(done.plan)
      context.ended(done.ended)
      if (done.woken.length > 0) context.woken(done.woken)
      context.changed(workspaceId, id, done.runId)
      return true
    } catch (error) {
      if (!(error instanceof StaleRoutes)) throw error
      context.routes.forget(workspaceId)
    }
  }
  return false
}

async function settleWithin(client: pg.PoolClient, context: FanOutContext, workspaceId: string, id: string, table: RoutingTable) {
  // Advisory locks come before any row (README, order of locks).
  const locks = context.waits.locksFor([{ workspaceId, name: settledEvent }], new Map([[workspaceId, table]]))
  await context.waits.lockShared(client, locks)
  const { rows } = await client.query<Settled>({ ...fanOutSettle, values: [workspaceId, id] })
  const row = rows[0]
  if (row === undefined) return null
  const { plan, ended } = await storeEvent(client, context, { workspaceId, id, row, table, locks })
  await client.query({ ...fanOutUnhold, values: [workspaceId, id] })
  return { plan, ended, runId: row.run_id, woken: await wakeGatherers(client, workspaceId, row) }
}

async function storeEvent(
  client: pg.PoolClient, context: FanOutContext,
  { workspaceId, id, row, table, locks }: { workspaceId: string; id: string; row: Settled; table: RoutingTable; locks: string[] },
): Promise<{ plan: Plan; ended: EndedRun[] }> {
  const plan = emptyPlan()
  // A test of a draft tells nobody; whoever started it is looking.
  if (row.version !== null && row.version < 0) return { plan, ended: [] }
  const { rows: counts } = await client.query<{ done: number; failed: number; cancelled: number }>({ ...fanOutCounts, values: [workspaceId, id] })
  const { done, failed, cancelled } = counts[0]!
  const data = {
    fan_out_id: publicId('fan', id), run_id: publicId('run', row.run_id), step: row.step, event: row.event_name,
    items: row.items, total: row.total, runs: row.runs, completed: done, failed, cancelled, skipped: row.skipped,
  }
  planEvent(plan, table, {
    workspaceId, id: newUuid(), name: settledEvent, data, dataText: JSON.stringify(data),
    ts: databaseNow(), source: 'system', sourceRef: row.step, emitRunId: row.run_id,
  })
  await context.lanes.ensure(context.pool, plan.runs)
  const decided = await decideStarts(client, plan)
  const { rows } = await client.query<{ current: boolean }>({ ...eventIngest, values: [...planParameters(plan), uuids([workspaceId]), numbers([table.epoch])] })
  if (!rows[0]!.current) throw new StaleRoutes()
  const onEvent = await cancelOnEvents(client, plan, new Map([[workspaceId, table]]))
  await context.waits.resolveFor(client, plan.events, locks)
  return { plan, ended: [...decided.ended, ...onEvent] }
}

async function wakeGatherers(client: pg.PoolClient, workspaceId: string, row: Settled): Promise<{ workspaceId: string; runId: string }[]> {
  const { rows: waits } = await client.query<{ run: string; step: string }>({ ...gatherWaits, values: [workspaceId, row.run_id, row.step] })
  if (waits.length === 0) return []
  const { rows } = await client.query<{ workspace_id: string; run: string }>({
    ...waitResolve, values: [uuids(waits.map(() => workspaceId)), uuids(waits.map((wait) => wait.run)), texts(waits.map((wait) => wait.step)), texts(waits.map(() => '{"settled":true}'))],
  })
  return rows.map((poked) => ({ workspaceId: poked.workspace_id, runId: poked.run }))
}
