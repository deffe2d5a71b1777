/**
 * Events that Fanwise itself sends when a run ends: `fanwise/function.failed`, always; `…finished` and
 * `…cancelled` only while some function or wait of the workspace listens for them, so that nobody pays for
 * what nobody reads. Decided from the cached routing table, without a query.
 */
import { publicId } from '#base/ids.ts'
import type { JsonObject } from '#base/json.ts'
import type pg from 'pg'
import { namedUuid } from '#engine/derived-ids.ts'
import type { EndedRun } from '#engine/end-runs.ts'
import { cancelsOf } from '#engine/flow/cancel-rules.ts'
import type { Ingest } from '#engine/ingest.ts'
import type { ClaimedJob } from '#engine/lanes.ts'
import type { Routes, RoutingTable } from '#engine/match.ts'
import { uuids } from '#engine/sql/arrays.ts'
import { cancelledTold } from '#engine/sql/run-control.ts'
import { isUnder } from '#base/event-pattern.ts'

/** Runs that these events started report nothing: else a broken handler would feed itself. */
const ownEvents = 'fanwise/function.'
const invokedEvent = 'fanwise/function.invoked'
export const failedEvent = 'fanwise/function.failed'
export const finishedEvent = 'fanwise/function.finished'
export const cancelledEvent = 'fanwise/function.cancelled'

type Origin = Pick<ClaimedJob, 'version' | 'event_name' | 'parent_run_id'>

/** A test of a draft tells nobody: whoever started it is looking. A run that a step called answers that step. */
export function tells(job: Origin): boolean {
  if (job.version < 0) return false
  return !job.event_name.startsWith(ownEvents) || (job.event_name === invokedEvent && job.parent_run_id === null)
}

const heardBy = new WeakMap<RoutingTable, Map<string, boolean>>()

/** Some function or wait listens for the name, or runs end by it. Asked for every run that ends, so answered from memory. */
export function hears(table: RoutingTable, name: string): boolean {
  let known = heardBy.get(table)
  if (known === undefined) heardBy.set(table, (known = new Map()))
  let heard = known.get(name)
  if (heard === undefined) {
    heard = table.exact.has(name) || table.waitNames.has(name) || cancelsOf(table.cancels, name).length > 0 || table.patterns.some((one) => isUnder(one.name, name))
    known.set(name, heard)
  }
  return heard
}

/** True when the end of such a run must go through the aftermath; also when the table is not at hand. */
export function finishIsHeard(routes: Routes, job: Origin & { workspace_id: string }): boolean {
  const table = routes.cached(job.workspace_id)
  return table === null ? tells(job) : hears(table, finishedEvent) && tells(job)
}

/**
 * After runs were ended from outside and that is committed. What is told is taken off the list that the
 * ending wrote (table cancelled_run); the duty tell-cancelled looks after what is left there.
 */
export async function tellCancelled(pool: pg.Pool, routes: Routes, ingest: Ingest, runs: ToldRun[]): Promise<void> {
  for (const run of runs) {
    // Runs that a step called begin with an event of Fanwise's own and are left out with those.
    if (run.version < 0 || run.eventName.startsWith(ownEvents)) continue
    const table = await routes.get(run.workspaceId)
    if (hears(table, cancelledEvent)) await storeCancelled(pool, ingest, run)
  }
  if (runs.length > 0) await pool.query({ ...cancelledTold, values: [uuids(runs.map((run) => run.workspaceId)), uuids(runs.map((run) => run.runId))] })
}

/** What is told of a run that was ended from outside. */
export type ToldRun = Pick<EndedRun, 'workspaceId' | 'runId' | 'functionId' | 'version' | 'eventId' | 'eventName' | 'reason'>

async function storeCancelled(pool: pg.Pool, ingest: Ingest, run: ToldRun): Promise<void> {
  const { rows } = await pool.query<{ data: JsonObject; ts: number; slug: string; ended_ms: number }>({
    name: 'cancelled-run-facts',
    text: `select e.data, e.ts::float8 as ts, f.slug, floor(extract(epoch from r.ended_at) * 1000)::float8 as ended_ms from event e
      join function f on f.workspace_id = e.workspace_id and f.id = $3 join run r on r.workspace_id = e.workspace_id and r.id = $4
      where e.workspace_id = $1 and e.id = $2`,
    values: [run.workspaceId, run.eventId, run.functionId, run.runId],
  })
  const facts = rows[0]
  if (facts === undefined) return
  const data = {
    function: facts.slug, run_id: publicId('run', run.runId), error: run.reason as never,
    event: { id: publicId('evt', run.eventId), name: run.eventName, data: facts.data, ts: facts.ts },
  }
  // An id that follows from the run and its end: told twice, it is stored once. With the time of the run's begin it would be as old as that, and be missed, or deleted, at once.
  await ingest.accept(run.workspaceId, [{ name: cancelledEvent, uuid: namedUuid(`cancelled\u0000${run.runId}`, facts.ended_ms), data }], { source: 'system', sourceRef: facts.slug })
}
