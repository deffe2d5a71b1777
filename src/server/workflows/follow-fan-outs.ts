/**
 * The runs of large fan-outs as sums by function, and of the events these runs send on, the runs that those start. What
 * the second ones send is not followed: that it is there is said.
 */
import type pg from 'pg'
import { uuidFloor, uuidTime } from '#base/ids.ts'
import { endedOf, rangesOf, type FanOutRow } from '#engine/fan-out/row.ts'
import { fanOutLook } from '#engine/sql/fan-out.ts'
import type { JobState } from '#engine/states.ts'
import type { FunctionDefinition } from '#graph/definition.ts'
import { notBegun } from '#server/runs/not-begun.ts'
import { functionKey, loadFunctions, type Trace, type TracedFanOut } from '#server/runs/trace.ts'
import { followState, isEnded, merged, sum, type FollowCount } from '#server/workflows/follow-counts.ts'
import { stepDefinition } from '#steps/definitions.ts'

export interface Sums {
  slug: string
  nodeId: string | null
  workflow: string | null
  counts: FollowCount[]
  newest: string | null
}

export interface Fanned {
  functions: Sums[]
  /** Events their runs sent, by step. `function` as in the trace. */
  sent: { function: string; step: string; event: string; count: number }[]
  settled: boolean
  /** There are more than were counted. */
  more: boolean
  /** Runs that were only counted send on themselves. */
  beyond: boolean
}

/** So many runs of a function are counted where a fan-out reaches several. */
const countedMost = 20_000
const rangeText = `select t.n, r.status, r.state, r.why, count(*)::int as count from unnest($2::uuid[], $3::uuid[]) with ordinality as t(low, high, n)
  cross join lateral (
    select r.status, j.state, ${notBegun('j')} as why from run r left join job j on r.status = 0 and j.workspace_id = r.workspace_id and j.run_id = r.id
    where r.workspace_id = $1 and r.id between t.low and t.high limit ${countedMost}
  ) r group by t.n, r.status, r.state, r.why`
const openText = `select t.n, j.state, j.why, count(*)::int as count from unnest($2::uuid[], $3::uuid[]) with ordinality as t(low, high, n)
  cross join lateral (select state, ${notBegun('job')} as why from job where workspace_id = $1 and run_id between t.low and t.high limit ${countedMost}) j group by t.n, j.state, j.why`
const newestText = `select t.n, r.id::text as newest, r.version from unnest($2::uuid[], $3::uuid[]) with ordinality as t(low, high, n)
  cross join lateral (select id, version from run where workspace_id = $1 and id between t.low and t.high order by id desc limit 1) r`

interface Range {
  functionId: string
  from: string
  to: string
  /** Of its newest run. */
  version: number
  /** When its fan-out's events were stored, at the earliest. */
  since: string
}

/** Definitions of what it meets are put into the trace. */
export async function fannedOf(pool: pg.Pool, workspaceId: string, trace: Trace): Promise<Fanned> {
  const fanned: Fanned = { functions: [], sent: [], settled: true, more: false, beyond: false }
  const ranges: Range[] = []
  for (const fanOut of trace.fanOuts) ranges.push(...(await countFanOut(pool, workspaceId, fanOut, trace, fanned)))
  await countSentOn(pool, workspaceId, ranges, trace, fanned)
  return fanned
}

async function countFanOut(pool: pg.Pool, workspaceId: string, fanOut: TracedFanOut, trace: Trace, fanned: Fanned): Promise<Range[]> {
  const row = (await pool.query<FanOutRow>({ ...fanOutLook, values: [[workspaceId], [fanOut.id]] })).rows[0]
  if (row === undefined) return []
  fanned.settled &&= row.sent && endedOf(row) >= row.runs
  const ranges = rangesOf(row)
  const values = [workspaceId, ranges.map((range) => range.from), ranges.map((range) => range.to)]
  const [newest, counts] = await Promise.all([
    pool.query<{ n: number; newest: string; version: number }>({ name: 'follow-newest', text: newestText, values }),
    ranges.length === 1 ? sumsOf(pool, row, values) : rangesCounted(pool, values),
  ])
  const found = newest.rows.map((one) => ({ ...ranges[Number(one.n) - 1]!, ...one, n: Number(one.n), since: uuidFloor(uuidTime(row.base_id)) }))
  await loadFunctions(pool, workspaceId, found, trace.functions)
  for (const one of found) {
    const fn = trace.functions.get(functionKey(one))
    if (fn !== undefined) fanned.functions.push({ slug: fn.slug, nodeId: fn.definition.nodeId, workflow: fn.workflow, newest: one.newest, counts: merged(counts.get(one.n) ?? []) })
  }
  return found
}

/** One function: the sums that are kept anyway say all but how its open runs stand. */
async function sumsOf(pool: pg.Pool, row: FanOutRow, values: unknown[]): Promise<Map<number, FollowCount[]>> {
  const open = (await pool.query<{ state: JobState; why: string | null; count: number }>({ name: 'follow-open', text: openText, values })).rows
  const left = Math.max(0, row.runs - endedOf(row))
  const counts: FollowCount[] = [{ state: 'failed', count: row.failed }, { state: 'cancelled', count: row.cancelled }, { state: 'completed', count: row.done }]
  let told = 0
  for (const { state, why, count } of open) {
    const shown = Math.min(count, left - told)
    told += shown
    if (state !== 'q') counts.push({ state: followState(0, state, why), count: shown })
  }
  // What is beyond the look waits in line.
  counts.push({ state: 'queued', count: left - sum(counts.filter(({ state }) => !isEnded(state))) })
  return new Map([[1, counts]])
}

async function rangesCounted(pool: pg.Pool, values: unknown[]): Promise<Map<number, FollowCount[]>> {
  const { rows } = await pool.query<{ n: number; status: number; state: JobState | null; why: string | null; count: number }>({ name: 'follow-ranges', text: rangeText, values })
  const counts = new Map<number, FollowCount[]>()
  for (const row of rows) counts.set(Number(row.n), [...(counts.get(Number(row.n)) ?? []), { state: followState(row.status, row.state, row.why), count: row.count }])
  return counts
}

// ---------------------------------------------------- what their runs send on

/** Newest events of a name that are looked through for those of a fan-out's runs, and of these, how many are counted. */
const lookedThrough = 20_000
const sentMost = 5000
const calledName = 'fanwise/function.invoked'

/** $2 $3 the runs' ranges, $4 names of events, $5 the earliest event id. An event has the run that sent it, which no index knows. */
const sentText = `with sent as materialized (
    select t.n, e.id, e.name, e.source_ref from unnest($4::text[]) as asked(name)
    cross join lateral (
      select id, name, source_ref, emit_run_id from event where workspace_id = $1 and name = asked.name and id >= $5 order by id desc limit ${lookedThrough}
    ) e join unnest($2::uuid[], $3::uuid[]) with ordinality as t(low, high, n) on e.emit_run_id between t.low and t.high
    limit ${sentMost}
  )`
const sentByText = `${sentText} select n, name, source_ref as step, count(*)::int as count from sent group by n, name, source_ref`
const startedText = `${sentText} select r.function_id::text as "functionId", r.version, r.status, j.state, ${notBegun('j')} as why, count(*)::int as count, max(r.id::text) as newest
  from sent join run r on r.workspace_id = $1 and r.event_id = sent.id
  left join job j on r.status = 0 and j.workspace_id = r.workspace_id and j.run_id = r.id
  group by 1, 2, 3, 4, 5`

interface StartedRow {
  functionId: string
  version: number
  status: number
  state: JobState | null
  why: string | null
  count: number
  newest: string
}

async function countSentOn(pool: pg.Pool, workspaceId: string, ranges: Range[], trace: Trace, fanned: Fanned): Promise<void> {
  const names = new Set(ranges.flatMap((range) => sends(trace.functions.get(functionKey(range))?.definition)))
  if (names.size === 0) return
  const since = ranges.map((range) => range.since).sort()[0]
  const values = [workspaceId, ranges.map((range) => range.from), ranges.map((range) => range.to), [...names], since]
  const [sent, started] = await Promise.all([
    pool.query<{ n: number; name: string; step: string; count: number }>({ name: 'follow-sent-on', text: sentByText, values }),
    pool.query<StartedRow>({ name: 'follow-started', text: startedText, values }),
  ])
  fanned.sent.push(...sent.rows.map(({ n, name, step, count }) => ({ function: functionKey(ranges[Number(n) - 1]!), step, event: name, count })))
  fanned.more ||= sent.rows.reduce((all, { count }) => all + count, 0) >= sentMost
  await loadFunctions(pool, workspaceId, started.rows, trace.functions)
  for (const [key, rows] of grouped(started.rows)) {
    const fn = trace.functions.get(key)
    if (fn === undefined) continue
    const counts = merged(rows.map((row) => ({ state: followState(row.status, row.state, row.why), count: row.count })))
    fanned.functions.push({ slug: fn.slug, nodeId: fn.definition.nodeId, workflow: fn.workflow, newest: rows.map((row) => row.newest).sort().at(-1)!, counts })
    fanned.beyond ||= sends(fn.definition).length > 0
  }
}

function grouped(rows: StartedRow[]): Map<string, StartedRow[]> {
  const groups = new Map<string, StartedRow[]>()
  for (const row of rows) groups.set(functionKey(row), [...(groups.get(functionKey(row)) ?? []), row])
  return groups
}

/** Names of the events that a function's steps send, or call others with. */
function sends(definition: FunctionDefinition | undefined): string[] {
  return (definition?.steps ?? []).flatMap((step) => {
    if (step.kind === 'invoke') return [calledName]
    return stepDefinition(step.kind).emits?.(step.config) ?? []
  })
}
