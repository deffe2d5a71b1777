/** What people do to runs: cancel, go on from the failed step, run again. */
import type pg from 'pg'
import { FanwiseError } from '#base/errors.ts'
import type { JsonObject } from '#base/json.ts'
import { newUuid, publicId } from '#base/ids.ts'
import { runIdFor, runMask } from '#engine/derived-ids.ts'
import { audit, type Actor } from '#engine/audit.ts'
import type { KnownLanes } from '#engine/known-lanes.ts'
import type { Routes } from '#engine/match.ts'
import { planAgain, routeAgain } from '#engine/plan-again.ts'
import { endRuns, type EndedRun, type RunToEnd } from '#engine/end-runs.ts'
import { uuids } from '#engine/sql/arrays.ts'
import { runFind, runReopen } from '#engine/sql/run-control.ts'
import { emptyPlan, type Plan, type PlannedRun } from '#engine/store-events.ts'
import { inTransaction } from '#engine/transaction.ts'
import { tryAgain } from '#engine/try-again.ts'

export interface ControlContext {
  pool: pg.Pool
  routes: Routes
  lanes: KnownLanes
  stored(plan: Plan): void
  changed(workspaceId: string, runId: string): void
  /** After COMMIT of ends from outside. */
  ended(runs: EndedRun[]): void
  wake(): void
}

interface FoundRun {
  function_id: string
  version: number
  event_id: string
  status: number
  job_state: string | null
}

const byHand = new FanwiseError('run_cancelled', 'Cancelled by hand.', { fix: 'Run it again from its page if it is wanted after all.' }).toShape()

/** False when the run had already ended: whoever comes first wins. */
export async function cancelRun(context: ControlContext, workspaceId: string, runId: string, by?: Actor): Promise<boolean> {
  const ended = await endNow(context, [{ workspaceId, runId, reason: byHand }], by === undefined ? undefined : (client) => audit(client, workspaceId, by, 'run.cancel', publicId('run', runId)))
  return ended.length > 0
}

/** How many of them were still open. */
export async function cancelRuns(context: ControlContext, workspaceId: string, runIds: string[], record?: RecordEnd): Promise<number> {
  const ended = await endNow(context, runIds.map((runId) => ({ workspaceId, runId, reason: byHand })), record)
  return ended.length
}

type RecordEnd = (client: pg.PoolClient, ended: number) => Promise<void>

/** Ends open runs in a transaction of its own and tells whoever watches. `record` takes part in it when any was open. */
export async function endNow(context: ControlContext, runs: RunToEnd[], record?: RecordEnd): Promise<EndedRun[]> {
  const ended = await tryAgain(() => inTransaction(context.pool, async (client) => {
    const open = await endRuns(client, runs)
    if (open.length > 0) await record?.(client, open.length)
    return open
  }))
  context.ended(ended)
  return ended
}

/** The run goes on from its failed step; finished steps keep their results. */
export async function retryFromFailed(context: ControlContext, workspaceId: string, runId: string, by?: Actor): Promise<{ runId: string }> {
  const run = await findRun(context, workspaceId, runId)
  if (run.status !== 2) {
    throw new FanwiseError('conflict', run.status === 0 ? 'This run has not ended.' : 'Only a failed run can go on from its failed step.', { fix: 'Run it again from the start instead.' })
  }
  const planned = await plannedAgain(context, workspaceId, run)
  const rowCount = await inTransaction(context.pool, async (client) => {
    const reopened = await client.query({ ...runReopen, values: [workspaceId, runId, planned.laneId, uuids(planned.cancelKeys)] })
    if (by !== undefined && reopened.rowCount !== 0) await audit(client, workspaceId, by, 'run.retry', publicId('run', runId))
    return reopened.rowCount
  })
  if (rowCount === 0) throw new FanwiseError('conflict', 'Somebody else has just retried this run.', { fix: 'Reload the page.' })
  context.changed(workspaceId, runId)
  context.wake()
  return { runId }
}

/** A new run of the same version for the same event; its steps get new idempotency keys. */
export async function runAgain(context: ControlContext, workspaceId: string, runId: string, by?: Actor): Promise<{ runId: string }> {
  const run = await findRun(context, workspaceId, runId)
  const planned = await plannedAgain(context, workspaceId, run)
  const mask = runMask(run.function_id, Math.floor(Math.random() * 2 ** 48) + 1)
  const again = runIdFor(newUuid().slice(0, 13) + run.event_id.slice(13), mask)
  const plan = emptyPlan()
  plan.runs.push({ ...planned, runId: again, retryOf: runId })
  await inTransaction(context.pool, async (client) => {
    await insertRun(client, plan)
    if (by !== undefined) await audit(client, workspaceId, by, 'run.again', publicId('run', runId), { run: publicId('run', again) })
  })
  context.stored(plan)
  return { runId: again }
}

/** The events exist already, so the run is put in by itself, with its lane opened in the same transaction. */
async function insertRun(client: pg.ClientBase, plan: Plan): Promise<void> {
  const run = plan.runs[0]!
  await client.query({
    name: 'run-again',
    text: `with locked as (
        select workspace_id, id, open from lane where workspace_id = $1 and id = $6 for key share
      ), opened as (
        update lane set open = true from locked where lane.workspace_id = locked.workspace_id and lane.id = locked.id and not locked.open
      ), r as (
        insert into run (workspace_id, id, function_id, version, event_id, retry_of) values ($1, $2, $3, $4, $5, $7) returning workspace_id, id
      ), gathered as (
        insert into run_event (workspace_id, run_id, n, event_id) select $1, $2, x.n, x.event_id from run_event x where x.workspace_id = $1 and x.run_id = $7
      )
      insert into job (workspace_id, run_id, lane_id, cancel_keys) select workspace_id, id, $6, $8 from r`,
    values: [run.workspaceId, run.runId, run.route.functionId, run.version, run.eventId, run.laneId, run.retryOf, uuids(run.cancelKeys)],
  })
}

async function findRun(context: ControlContext, workspaceId: string, runId: string): Promise<FoundRun> {
  const { rows } = await context.pool.query<FoundRun>({ ...runFind, values: [workspaceId, runId] })
  if (rows[0] === undefined) throw new FanwiseError('not_found', `There is no run ${publicId('run', runId)} in this workspace.`, { fix: 'Check the id; runs are kept for the time set in Settings.' })
  return rows[0]
}

async function loadEvent(pool: pg.Pool, workspaceId: string, eventId: string): Promise<{ id: string; name: string; data: JsonObject; ts: number; v?: string }> {
  const { rows } = await pool.query<{ name: string; data: JsonObject; ts: string; v: string | null }>({
    name: 'event-find', text: 'select name, data, ts, v from event where workspace_id = $1 and id = $2', values: [workspaceId, eventId],
  })
  if (rows[0] === undefined) throw new FanwiseError('not_found', 'The event of this run is not stored any more.', { fix: 'Send the event again.' })
  const { name, data, ts, v } = rows[0]
  return { id: eventId, name, data, ts: Number(ts), ...(v === null ? {} : { v }) }
}

/** A run that goes on, or once more, as the function waits in line by now; its lane is there. */
async function plannedAgain(context: ControlContext, workspaceId: string, run: FoundRun): Promise<Omit<PlannedRun, 'runId'>> {
  const routed = await routeAgain(context.routes, workspaceId, run.function_id, run.version, 'This function is not published any more.')
  const planned = planAgain(routed, workspaceId, run.version, await loadEvent(context.pool, workspaceId, run.event_id))
  await context.lanes.ensure(context.pool, [planned])
  return planned
}
