/**
 * What is really known of a drawing's data: the last event of each name in it, and what each step last gave, by node id.
 * Looks at the newest few runs of each function only, tests of the draft among them; with a chosen event, at its runs first.
 */
import type pg from 'pg'
import { FanwiseError } from '#base/errors.ts'
import { parsePublicId, publicId } from '#base/ids.ts'
import type { Json } from '#base/json.ts'
import type { GraphDocument } from '#graph/document.ts'
import { lastEvents, type LastEvent } from '#server/events/last-events.ts'
import { parse } from '#server/runs/run-row.ts'
import { someRunsOf, traceEvent, type Trace } from '#server/runs/trace.ts'
import { nodeFinder } from '#server/workflows/node-finder.ts'
import { shorten } from '#server/workflows/shorten.ts'

/** What one value may take of the answer, and all of them together. */
const charactersEach = 64_000
const charactersAll = 1_500_000
/** A value longer than this is not read at all. */
const readEach = 2_000_000
const readAll = 8_000_000
const stepsMost = 400

export interface StepAtHand {
  input?: Json
  output?: Json
  error?: string
  state: 'completed' | 'failed' | 'retrying' | 'waiting' | 'sleeping'
  runId: string
  /** Of the event its run is about. */
  eventId: string
  at: string
  /** Characters of the whole output, when only a shortened one is in here, or none. */
  cut?: number
}

export interface WorkflowData {
  /** By name as drawn, patterns too. */
  events: Record<string, LastEvent>
  steps: Record<string, StepAtHand>
}

export interface DataQuestion {
  workflowId: string
  document: GraphDocument
  /** Event names to look for; absent = those of the document. */
  names?: string[]
  /** Public id of the event to look at first. */
  event?: string
}

/** Throws not_found for an event that is not there. */
export async function dataAtHand(pool: pg.Pool, workspaceId: string, { workflowId, document, names, event }: DataQuestion): Promise<WorkflowData> {
  const drawn = names ?? Object.values(document.nodes).flatMap((node) => (node.type === 'event' ? [node.event] : []))
  const picked = event === undefined ? null : await pickedEvent(pool, workspaceId, event)
  const [events, steps] = await Promise.all([
    lastEvents(pool, workspaceId, drawn, picked === null ? [] : picked.events),
    stepsAtHand(pool, workspaceId, workflowId, document, picked?.runs ?? []),
  ])
  return { events, steps }
}

const runsOfFanOut = 5

/** Its runs, nearest first, and the events they sent. */
async function pickedEvent(pool: pg.Pool, workspaceId: string, id: string): Promise<{ runs: string[]; events: string[] }> {
  const uuid = parsePublicId('evt', id)
  const { rows } = await pool.query('select 1 from event where workspace_id = $1 and id = $2', [workspaceId, uuid])
  if (uuid === null || rows.length === 0) throw new FanwiseError('not_found', `There is no event ${id} in this workspace.`, { field: 'event', fix: 'Choose another sample.' })
  const trace: Trace = await traceEvent(pool, workspaceId, uuid)
  const fanned = await Promise.all(trace.fanOuts.map((fanOut) => someRunsOf(pool, workspaceId, fanOut, runsOfFanOut)))
  return { runs: [...trace.runs.map((run) => run.id), ...fanned.flat()], events: trace.events }
}

interface RecordedRow {
  slug: string
  run_id: string
  event_id: string
  step: string
  node_id: string | null
  at_ms: number
  state: StepAtHand['state']
  error: string | null
  in_length: number
  out_length: number
}

/**
 * $1 workspace, $2 workflow, $3 runs that go first. Of each function its newest runs; of each step the newest result, or the newest
 * try or wait where a newer run is still at it. A run that flow control let not begin says nothing, and what a test was given
 * instead of running a step is nobody's output.
 */
const recordedText = `
  with fn as (select id, slug from function where workspace_id = $1 and workflow_id = $2),
  looked as materialized (
    select fn.slug, fn.id as function_id, r.id, r.version, r.event_id, r.status, r.id = any($3::uuid[]) as first from fn
    cross join lateral (
      select n.* from (select id, version, event_id, status from run where workspace_id = $1 and function_id = fn.id order by id desc limit 25) n
      where n.status <> 4 limit 5
    ) r
    union
    select fn.slug, fn.id, r.id, r.version, r.event_id, r.status, true from run r join fn on fn.id = r.function_id
    where r.workspace_id = $1 and r.id = any($3::uuid[])
  ),
  given as materialized (
    select l.id, d->>'id' as step from looked l
    join function_version v on l.version < 0 and v.workspace_id = $1 and v.function_id = l.function_id and v.version = l.version and (v.definition->'trial') is not null
    cross join lateral json_array_elements(v.definition->'steps') d where (d->'given') is not null
  ),
  known as (
    select l.function_id, l.id, s.step, l.first, s.ended_at as at, case s.status when 1 then 'completed' else 'failed' end as state, 0 as rank
    from looked l join step s on s.workspace_id = $1 and s.run_id = l.id
    union all
    select l.function_id, l.id, a.step, l.first, a.ended_at, 'retrying', 2
    from looked l join attempt a on l.status = 0 and a.workspace_id = $1 and a.run_id = l.id
    union all
    select l.function_id, l.id, w.step, l.first, w.created_at, case w.kind when 'sleep' then 'sleeping' else 'waiting' end, 1
    from looked l join wait w on l.status = 0 and w.workspace_id = $1 and w.run_id = l.id and w.resolved_at is null
  ),
  last as (
    select distinct on (function_id, step) * from known where strpos(step, '#') = 0 and not exists (select 1 from given g where g.id = known.id and g.step = known.step)
    order by function_id, step, first desc, id desc, rank, at desc
  )
  select l.slug, l.id::text as run_id, l.event_id::text as event_id, k.step, k.state, (extract(epoch from k.at) * 1000)::float8 as at_ms,
    (select d->>'nodeId' from json_array_elements(v.definition->'steps') d where d->>'id' = k.step limit 1) as node_id,
    coalesce(s.error, a.error)::text as error,
    coalesce(length(coalesce(s.input, a.input)::text), 0) as in_length, coalesce(length(s.output::text), 0) as out_length
  from last k join looked l on l.id = k.id and l.first = k.first
  join function_version v on v.workspace_id = $1 and v.function_id = l.function_id and v.version = l.version
  left join step s on k.rank = 0 and s.workspace_id = $1 and s.run_id = k.id and s.step = k.step
  left join lateral (
    select error, input from attempt where k.rank = 2 and workspace_id = $1 and run_id = k.id and step = k.step order by attempt desc limit 1
  ) a on true
  order by k.at desc limit $4`

async function stepsAtHand(pool: pg.Pool, workspaceId: string, workflowId: string, document: GraphDocument, first: string[]): Promise<Record<string, StepAtHand>> {
  const { rows } = await pool.query<RecordedRow>({ name: 'data-at-hand', text: recordedText, values: [workspaceId, workflowId, first, stepsMost] })
  const find = nodeFinder(document)
  const found = new Map<string, RecordedRow>()
  for (const row of rows) {
    const node = find.step(row.slug, row.step, row.node_id)
    if (node !== null && !found.has(node)) found.set(node, row)
  }
  const values = await readValues(pool, workspaceId, [...found.values()])
  const steps: Record<string, StepAtHand> = {}
  let left = charactersAll
  for (const [node, row] of found) {
    const value = values.get(valueKey(row))
    const fit = (text: string | null | undefined): { value: Json; cut: boolean } | null => {
      if (text === null || text === undefined) return null
      const short = shorten(text, Math.min(charactersEach, Math.max(2000, left)))
      if (short !== null) left -= JSON.stringify(short.value).length
      return short
    }
    const [input, output] = [fit(value?.input), fit(value?.output)]
    const isCut = row.out_length > 0 && (output === null || output.cut)
    const error = parse<{ message?: string; facts?: { request?: Json } }>(row.error)
    const message = error?.message
    // A call that failed has what it sent among the facts of its error.
    const took = input?.value ?? error?.facts?.request
    steps[node] = {
      state: row.state, runId: publicId('run', row.run_id), eventId: publicId('evt', row.event_id), at: new Date(row.at_ms).toISOString(),
      ...(took === undefined ? {} : { input: took }), ...(output === null ? {} : { output: output.value }),
      ...(message === undefined || row.state === 'completed' ? {} : { error: message }), ...(isCut ? { cut: row.out_length } : {}),
    }
  }
  return steps
}

const valueKey = (row: { run_id: string; step: string }): string => `${row.run_id} ${row.step}`

const valuesText = `select t.run_id::text as run_id, t.step,
    case when t.with_input then coalesce(s.input, (select input from attempt where workspace_id = $1 and run_id = t.run_id and step = t.step order by attempt desc limit 1))::text end as input,
    case when t.with_output then s.output::text end as output
  from unnest($2::uuid[], $3::text[], $4::bool[], $5::bool[]) as t(run_id, step, with_input, with_output)
  left join step s on s.workspace_id = $1 and s.run_id = t.run_id and s.step = t.step`

/** Texts of what was recorded, as far as they are not too long. */
async function readValues(pool: pg.Pool, workspaceId: string, rows: RecordedRow[]): Promise<Map<string, { input: string | null; output: string | null }>> {
  let left = readAll
  const take = (length: number): boolean => {
    if (length === 0 || length > readEach || length > left) return false
    left -= length
    return true
  }
  const asked = rows.map((row) => ({ row, output: take(row.out_length), input: take(row.in_length) })).filter((one) => one.input || one.output)
  if (asked.length === 0) return new Map()
  const answer = await pool.query<{ run_id: string; step: string; input: string | null; output: string | null }>({
    name: 'data-at-hand-values', text: valuesText,
    values: [workspaceId, asked.map((one) => one.row.run_id), asked.map((one) => one.row.step), asked.map((one) => one.input), asked.map((one) => one.output)],
  })
  return new Map(answer.rows.map((row) => [valueKey(row), row]))
}
