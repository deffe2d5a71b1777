/**
 * What came of one event: the runs it started, the events those sent, and so on. Walked level by level over the keys
 * and indexes of run, run_event, step and fan_out. Bounded: large fan-outs are named, their runs not walked one by one.
 */
import type pg from 'pg'
import { parsePublicId } from '#base/ids.ts'
import { rangesOf, type FanOutRow } from '#engine/fan-out/row.ts'
import { listedErrorMost, parseError, shortError } from '#engine/sql/short-error.ts'
import type { JobState } from '#engine/states.ts'
import type { FunctionDefinition } from '#graph/definition.ts'
import { notBegun } from '#server/runs/not-begun.ts'
import { parse } from '#server/runs/run-row.ts'

/** Runs looked at one by one. */
export const tracedRunsMost = 200
/** Fan-outs of more items are counted, not walked. */
const walkedItemsMost = 20
const levelsMost = 8

export interface TracedRun {
  id: string
  functionId: string
  version: number
  status: number
  state: JobState | null
  why: { kind?: string; step?: string; attempt?: number } | null
  error: { step?: string; message?: string } | null
}

export type TracedFanOut = Pick<FanOutRow, 'id' | 'run_id' | 'step' | 'state' | 'items' | 'total' | 'base_id' | 'targets'> & { event_name: string }

export interface TracedFunction {
  id: string
  slug: string
  workflowId: string
  workflow: string | null
  definition: FunctionDefinition
}

export interface Trace {
  runs: TracedRun[]
  fanOuts: TracedFanOut[]
  /** Ids of all events that were walked, the first one too. */
  events: string[]
  /** Events that steps sent, counted by step. */
  sent: { runId: string; step: string; count: number }[]
  /** By `functionKey`. */
  functions: Map<string, TracedFunction>
  /** There was more than is in here. */
  more: boolean
}

export const functionKey = (run: Pick<TracedRun, 'functionId' | 'version'>): string => `${run.functionId}:${run.version}`

export async function traceEvent(pool: pg.Pool, workspaceId: string, eventId: string): Promise<Trace> {
  const trace: Trace = { runs: [], fanOuts: [], events: [], sent: [], functions: new Map(), more: false }
  const seen = new Set<string>()
  let events = [eventId]
  let callers: string[] = []
  for (let level = 0; level < levelsMost && (events.length > 0 || callers.length > 0); level++) {
    trace.events.push(...events)
    const room = tracedRunsMost - trace.runs.length
    const found = (await runsOf(pool, workspaceId, events, callers, room + 1)).filter((run) => !seen.has(run.id))
    if (found.length > room) trace.more = true
    const runs = found.slice(0, room)
    for (const run of runs) seen.add(run.id)
    trace.runs.push(...runs)
    await loadFunctions(pool, workspaceId, runs, trace.functions)
    const next = await sentBy(pool, workspaceId, runs, trace)
    events = next.filter((id) => !trace.events.includes(id)).slice(0, tracedRunsMost)
    callers = runs.filter((run) => hasKind(trace, run, 'invoke')).map((run) => run.id)
  }
  trace.more ||= events.length > 0
  return trace
}

const hasKind = (trace: Trace, run: TracedRun, kind: string): boolean => trace.functions.get(functionKey(run))?.definition.steps.some((step) => step.kind === kind) ?? false

const runsText = `select r.id::text as id, r.function_id::text as "functionId", r.version, r.status, j.state, coalesce(j.why::text, '{"kind":"' || ${notBegun('j')} || '"}') as why, ${shortError('r.error', listedErrorMost)} as error
  from (
    select id from run where workspace_id = $1 and event_id = any($2::uuid[])
    union select run_id from run_event where workspace_id = $1 and event_id = any($2::uuid[])
    union select id from run where workspace_id = $1 and parent_run_id = any($3::uuid[])
  ) found
  join run r on r.workspace_id = $1 and r.id = found.id
  left join job j on j.workspace_id = r.workspace_id and j.run_id = r.id
  order by r.id limit $4`

async function runsOf(pool: pg.Pool, workspaceId: string, events: string[], callers: string[], limit: number): Promise<TracedRun[]> {
  const { rows } = await pool.query<Omit<TracedRun, 'why' | 'error'> & { why: string | null; error: string | null }>({ name: 'trace-runs', text: runsText, values: [workspaceId, events, callers, limit] })
  return rows.map((row) => ({ ...row, why: parse<TracedRun['why']>(row.why), error: parseError<TracedRun['error']>(row.error) }))
}

const functionsText = `select f.id::text as id, f.slug, f.workflow_id::text as workflow_id, w.slug as workflow, v.version, v.definition::text as definition
  from unnest($2::uuid[], $3::int[]) as t(id, version)
  join function f on f.workspace_id = $1 and f.id = t.id
  join function_version v on v.workspace_id = $1 and v.function_id = t.id and v.version = t.version
  left join workflow w on w.workspace_id = f.workspace_id and w.id = f.workflow_id`

/** Definitions that are not in the map yet. */
export async function loadFunctions(pool: pg.Pool, workspaceId: string, runs: Pick<TracedRun, 'functionId' | 'version'>[], known: Map<string, TracedFunction>): Promise<void> {
  const wanted = new Map(runs.filter((run) => !known.has(functionKey(run))).map((run) => [functionKey(run), run]))
  if (wanted.size === 0) return
  const asked = [...wanted.values()]
  const { rows } = await pool.query<{ id: string; slug: string; workflow_id: string; workflow: string | null; version: number; definition: string }>({
    name: 'trace-functions', text: functionsText, values: [workspaceId, asked.map((run) => run.functionId), asked.map((run) => run.version)],
  })
  for (const row of rows) {
    known.set(functionKey({ functionId: row.id, version: row.version }), {
      id: row.id, slug: row.slug, workflowId: row.workflow_id, workflow: row.workflow, definition: JSON.parse(row.definition) as FunctionDefinition,
    })
  }
}

const emitsText = `select s.run_id::text as run_id, s.step, s.output::text as output
  from unnest($2::uuid[], $3::text[]) as t(run_id, step)
  join step s on s.workspace_id = $1 and s.run_id = t.run_id and s.step = t.step where s.status = 1`
const fanOutsText = `select id::text as id, run_id::text as run_id, step, state, items, total, base_id::text as base_id, targets::text[] as targets, event_name
  from fan_out where workspace_id = $1 and run_id = any($2::uuid[])`

/** Notes what the runs sent; answers the ids of the events to go on with. */
async function sentBy(pool: pg.Pool, workspaceId: string, runs: TracedRun[], trace: Trace): Promise<string[]> {
  const next: string[] = []
  const emits = runs.flatMap((run) => (trace.functions.get(functionKey(run))?.definition.steps ?? []).filter((step) => step.kind === 'emit').map((step) => ({ run: run.id, step: step.id })))
  if (emits.length > 0) {
    const { rows } = await pool.query<{ run_id: string; step: string; output: string | null }>({
      name: 'trace-emits', text: emitsText, values: [workspaceId, emits.map((one) => one.run), emits.map((one) => one.step)],
    })
    for (const row of rows) {
      const ids = parse<{ ids?: unknown }>(row.output)?.ids
      const events = (Array.isArray(ids) ? ids : []).flatMap((id) => parsePublicId('evt', String(id)) ?? [])
      trace.sent.push({ runId: row.run_id, step: row.step, count: events.length })
      next.push(...events)
    }
  }
  const fanning = runs.filter((run) => hasKind(trace, run, 'emit-each')).map((run) => run.id)
  if (fanning.length === 0) return next
  const { rows } = await pool.query<TracedFanOut>({ name: 'trace-fan-outs', text: fanOutsText, values: [workspaceId, fanning] })
  for (const fanOut of rows) {
    trace.sent.push({ runId: fanOut.run_id, step: fanOut.step, count: fanOut.items })
    if (fanOut.total > walkedItemsMost) trace.fanOuts.push(fanOut)
    else for (let item = 0; item < fanOut.items; item++) next.push(itemEventId(fanOut.base_id, item))
  }
  return next
}

/** Ids of a fan-out's events differ in their last 32 bits only (engine/derived-ids.ts). */
const itemEventId = (baseId: string, item: number): string => baseId.slice(0, 28) + item.toString(16).padStart(8, '0')

/** A few of a large fan-out's runs, newest first. */
export async function someRunsOf(pool: pg.Pool, workspaceId: string, fanOut: TracedFanOut, each: number): Promise<string[]> {
  const ranges = rangesOf(fanOut)
  const { rows } = await pool.query<{ id: string }>({
    name: 'trace-some-runs',
    text: `select r.id::text as id from unnest($2::uuid[], $3::uuid[]) as t(low, high)
      cross join lateral (select id from run where workspace_id = $1 and id between t.low and t.high order by id desc limit $4) r`,
    values: [workspaceId, ranges.map((range) => range.from), ranges.map((range) => range.to), each],
  })
  return rows.map((row) => row.id)
}
