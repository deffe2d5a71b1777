/**
 * What a run's end sets off, in the transaction of that end: the caller that waits for it gets the
 * result, a failure becomes a row and an event (`fanwise/function.failed`), open waits go.
 */
import type pg from 'pg'
import { newUuid, publicId } from '#base/ids.ts'
import type { EndedRun } from '#engine/end-runs.ts'
import { decideStarts } from '#engine/flow/decide-starts.ts'
import type { FlushItem } from '#engine/flush.ts'
import type { Routes, RoutingTable } from '#engine/match.ts'
import { eventIngest } from '#engine/sql/event-store.ts'
import { waitResolve } from '#engine/sql/wait.ts'
import { numbers, texts, uuids } from '#engine/sql/arrays.ts'
import { emptyPlan, planEvent, planParameters, type KnownLanes, type Plan } from '#engine/store-events.ts'

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

/** Runs that these events started report no further ones: else a broken handler would feed itself. */
const ownEvents = 'fanwise/function.'
const staleTriesMax = 10

export interface AftermathContext {
  pool: pg.Pool
  routes: Routes
  lanes: KnownLanes
  stored(plan: Plan): void
  woken(runs: { workspaceId: string; runId: string }[]): void
  ended(runs: EndedRun[]): void
}

/** Answers what to do after COMMIT. */
export async function storeAftermath(client: pg.Client, items: FlushItem[], context: AftermathContext): Promise<() => void> {
  const failed = items.filter((item) => item.end?.status === 2)
  await client.query({ ...waitClear, values: [uuids(items.map((i) => i.workspaceId)), uuids(items.map((i) => i.runId))] })
  const woken = await answerCallers(client, items.filter((item) => item.run!.job.parent_run_id !== null))
  const told = failed.length === 0 ? null : await storeFailures(client, failed, context)
  return () => {
    if (told !== null) {
      context.stored(told.plan)
      context.ended(told.ended)
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

async function storeFailures(client: pg.Client, failed: FlushItem[], context: AftermathContext): Promise<{ plan: Plan; ended: EndedRun[] }> {
  await client.query({
    ...failureInsert,
    values: [uuids(failed.map((i) => i.workspaceId)), uuids(failed.map((i) => i.runId)), uuids(failed.map((i) => i.functionId)), texts(failed.map((i) => i.end!.error?.step ?? null))],
  })
  // A test of a draft tells nobody; whoever started it is looking.
  const telling = failed.filter((item) => item.run!.job.version > 0 && !item.run!.job.event_name.startsWith(ownEvents))
  for (let attempt = 0; ; attempt++) {
    const tables = new Map<string, RoutingTable>()
    for (const item of telling) if (!tables.has(item.workspaceId)) tables.set(item.workspaceId, await context.routes.get(item.workspaceId))
    const plan = emptyPlan()
    for (const item of telling) planFailure(plan, tables.get(item.workspaceId)!, item)
    if (plan.events.length === 0) return { plan, ended: [] }
    await context.lanes.ensure(context.pool, plan.runs)
    await client.query('savepoint failures')
    const { ended } = await decideStarts(client, plan)
    const { rows } = await client.query<{ current: boolean }>({
      ...eventIngest, values: [...planParameters(plan), uuids([...tables.keys()]), numbers([...tables.values()].map((t) => t.epoch))],
    })
    if (rows[0]!.current || attempt >= staleTriesMax) return { plan, ended }
    await client.query('rollback to savepoint failures')
    for (const workspaceId of tables.keys()) context.routes.forget(workspaceId)
  }
}

function planFailure(plan: Plan, table: RoutingTable, item: FlushItem): void {
  const { job, slug } = item.run!
  const data = {
    function: slug, run_id: publicId('run', item.runId), error: item.end!.error as never,
    event: { id: publicId('evt', job.event_id), name: job.event_name, data: (job.event_data ?? null) as never, ts: job.event_ts },
  }
  const now = Math.round(performance.timeOrigin + performance.now())
  planEvent(plan, table, {
    workspaceId: item.workspaceId, id: newUuid(), name: 'fanwise/function.failed', data, dataText: JSON.stringify(data),
    ts: now, source: 'system', sourceRef: slug, emitRunId: item.runId,
  })
}
