/**
 * What a run's end sets off, in the transaction of that end: the caller that waits for it gets the
 * result, a failure becomes a row and an event (`fanwise/function.failed`) that also calls the function's
 * handler, a success an event if somebody listens, open waits go.
 */
import type pg from 'pg'
import { newUuid, publicId } from '#base/ids.ts'
import { databaseNow } from '#engine/clock.ts'
import type { EndedRun } from '#engine/end-runs.ts'
import { cancelOnEvents } from '#engine/flow/cancel-on-event.ts'
import { decideStarts } from '#engine/flow/decide-starts.ts'
import type { FlushItem } from '#engine/flush.ts'
import { failedEvent, finishedEvent, hears, tells } from '#engine/end-events.ts'
import type { EventWaits } from '#engine/event-waits.ts'
import { matchRoutes, type Routes, type RoutingTable } from '#engine/match.ts'
import { eventIngest } from '#engine/sql/event-store.ts'
import { waitResolve } from '#engine/sql/wait.ts'
import { numbers, texts, uuids } from '#engine/sql/arrays.ts'
import type { KnownLanes } from '#engine/known-lanes.ts'
import { emptyPlan, planEvent, planParameters, type Plan, type PlannedEvent } from '#engine/store-events.ts'

const failureInsert = {
  name: 'failure-insert',
  text: `insert into failure (workspace_id, run_id, function_id, step)
    select * from unnest($1::uuid[], $2::uuid[], $3::uuid[], string_to_array($4, E'\\x1e', '')) as t(ws, run, fn, step) on conflict do nothing`,
}

const waitClear = {
  name: 'wait-clear',
  text: `delete from wait using unnest($1::uuid[], $2::uuid[]) as t(ws, run)
    where wait.workspace_id = t.ws and wait.run_id = t.run and wait.resolved_at is null`,
}

const staleTriesMax = 10

export interface AftermathContext {
  pool: pg.Pool
  routes: Routes
  lanes: KnownLanes
  waits: EventWaits
  stored(plan: Plan): void
  woken(runs: { workspaceId: string; runId: string }[]): void
  ended(runs: EndedRun[]): void
}

/** Answers what to do after COMMIT. */
export async function storeAftermath(client: pg.Client, items: FlushItem[], context: AftermathContext): Promise<() => void> {
  const failed = items.filter((item) => item.end?.status === 2)
  await client.query({ ...waitClear, values: [uuids(items.map((i) => i.workspaceId)), uuids(items.map((i) => i.runId))] })
  const woken = await answerCallers(client, items.filter((item) => item.run!.job.parent_run_id !== null))
  if (failed.length > 0) {
    await client.query({
      ...failureInsert,
      values: [uuids(failed.map((i) => i.workspaceId)), uuids(failed.map((i) => i.runId)), uuids(failed.map((i) => i.functionId)), texts(failed.map((i) => i.end!.error?.step ?? null))],
    })
  }
  const told = await storeEndEvents(client, items, context)
  return () => {
    if (told !== null) {
      context.stored(told.plan)
      context.ended(told.ended)
      context.waits.announce()
    }
    if (woken.length > 0) context.woken(woken)
  }
}

async function answerCallers(client: pg.Client, items: FlushItem[]): Promise<{ workspaceId: string; runId: string }[]> {
  if (items.length === 0) return []
  const results = items.map((item) => JSON.stringify(
    item.end!.status === 1 ? { status: 'completed', output: item.run!.output } : { status: 'failed', error: item.end!.error },
  ))
  const { rows } = await client.query<{ workspace_id: string; run: string }>({
    ...waitResolve,
    values: [uuids(items.map((i) => i.workspaceId)), uuids(items.map((i) => i.run!.job.parent_run_id)), texts(items.map((i) => i.run!.job.parent_step)), texts(results)],
  })
  return rows.map((row) => ({ workspaceId: row.workspace_id, runId: row.run }))
}

/** The events that tell of ends, with the runs they start and the waits they resolve. Null when nobody is told. */
async function storeEndEvents(client: pg.Client, items: FlushItem[], context: AftermathContext): Promise<{ plan: Plan; ended: EndedRun[] } | null> {
  const telling = items.filter((item) => tells(item.run!.job))
  if (telling.length === 0) return null
  for (let attempt = 0; ; attempt++) {
    const tables = new Map<string, RoutingTable>()
    for (const item of telling) if (!tables.has(item.workspaceId)) tables.set(item.workspaceId, await context.routes.get(item.workspaceId))
    const plan = emptyPlan()
    for (const item of telling) planEnd(plan, tables.get(item.workspaceId)!, item)
    if (plan.events.length === 0) return null
    await context.lanes.ensure(context.pool, plan.runs)
    await client.query('savepoint end_events')
    const waitedFor = context.waits.locksFor(plan.events, tables)
    await context.waits.lockShared(client, waitedFor)
    const { ended } = await decideStarts(client, plan)
    const { rows } = await client.query<{ current: boolean }>({
      ...eventIngest, values: [...planParameters(plan), uuids([...tables.keys()]), numbers([...tables.values()].map((t) => t.epoch))],
    })
    if (rows[0]!.current || attempt >= staleTriesMax) {
      const cancelled = await cancelOnEvents(client, plan, tables)
      await context.waits.resolveFor(client, plan.events, waitedFor)
      return { plan, ended: [...ended, ...cancelled] }
    }
    await client.query('rollback to savepoint end_events')
    for (const workspaceId of tables.keys()) context.routes.forget(workspaceId)
  }
}

/** A failure is always told; a success only when somebody listens. The function named by onFailure is called by the same event. */
function planEnd(plan: Plan, table: RoutingTable, item: FlushItem): void {
  const { job, slug, output, onFailure } = item.run!
  const failed = item.end!.status === 2
  if (!failed && !hears(table, finishedEvent)) return
  const data = {
    function: slug, run_id: publicId('run', item.runId), ...(failed ? { error: item.end!.error as never } : { output }),
    event: { id: publicId('evt', job.event_id), name: job.event_name, data: (job.event_data ?? null) as never, ts: job.event_ts },
  }
  const event: PlannedEvent = {
    workspaceId: item.workspaceId, id: newUuid(), name: failed ? failedEvent : finishedEvent, data, dataText: JSON.stringify(data),
    ts: databaseNow(), source: 'system', sourceRef: slug, emitRunId: item.runId,
  }
  const handler = failed && onFailure !== undefined ? table.bySlug.get(onFailure) : undefined
  const routes = matchRoutes(table, event)
  planEvent(plan, table, event, handler === undefined || routes.includes(handler) ? routes : [handler, ...routes])
}
