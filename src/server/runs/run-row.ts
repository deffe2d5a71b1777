/** Runs as lists show them: one statement that loads a set of ids, and its shape. */
import type pg from 'pg'
import type { ErrorShape } from '#base/errors.ts'
import { publicId, uuidTime } from '#base/ids.ts'
import type { Trial } from '#graph/definition.ts'
import { listedErrorMost, parseError, shortError } from '#engine/sql/short-error.ts'
import { runStateOf, type JobState, type RunState } from '#engine/states.ts'
import { notBegunWhy } from '#server/runs/not-begun.ts'
import { readable } from '#engine/sql/readable-json.ts'
import { tellingValue } from '#server/runs/telling-value.ts'
import { shownVersion } from '#server/workflows/draft-version.ts'

export type RunError = ErrorShape & { step?: string }

/** Why a run rests: what the engine writes beside the job, or what a run that has not begun is kept for. */
export interface RunWhy {
  kind?: string
  step?: string
  attempt?: number
  [fact: string]: unknown
}

export interface RunSummary {
  id: string
  status: RunState
  function: string
  functionName: string
  /** Null for a test of a draft. */
  version: number | null
  /** Revision of the draft that a test ran; null for a run of a published version. */
  draftRevision: number | null
  /** What of the draft was tested, in words; null for all of it. */
  draftPart: string | null
  workflow: { slug: string; name: string } | null
  event: { id: string; name: string; source: string }
  /** A value of the payload that tells this run from the others. */
  key: string | null
  createdAt: string
  startedAt: string | null
  endedAt: string | null
  error: RunError | null
  /** Name of the step it failed at or rests at. */
  atStep: string | null
  why: RunWhy | null
  /** When it goes on by itself. */
  dueAt: string | null
  retries: { max: number; used: number }
  retryOf: string | null
  parent: string | null
}

interface Row {
  id: string
  status: number
  started_ms: number | null
  ended_ms: number | null
  version: number
  trial: string | null
  error: string | null
  retry_of: string | null
  parent_run_id: string | null
  slug: string
  function_name: string
  workflow_slug: string | null
  workflow_name: string | null
  event_id: string
  event_name: string
  event_source: string
  data_start: string
  state: JobState | null
  why: string | null
  due_ms: number | null
  retries: number | null
  tries: number | null
  at_step: string | null
}

// Payload and error are cut before they are sent: a list needs a word of them, not megabytes.
const text = `
  select r.id, r.status, (extract(epoch from r.started_at) * 1000)::float8 as started_ms,
    (extract(epoch from r.ended_at) * 1000)::float8 as ended_ms, r.version, (v.definition->'trial')::text as trial, ${shortError('r.error', '$3::int')} as error, r.retry_of, r.parent_run_id,
    f.slug, f.name as function_name, w.slug as workflow_slug, w.name as workflow_name,
    e.id as event_id, e.name as event_name, e.source as event_source, left(e.data::text, 2000) as data_start,
    j.state, coalesce(j.why::text, ${notBegunWhy('j', 'v.definition')}) as why, (extract(epoch from j.due) * 1000)::float8 as due_ms,
    (v.definition->>'retries')::int as retries,
    (select s->>'name' from json_array_elements(v.definition->'steps') s
      where s->>'id' = split_part(coalesce(${readable('r.error')}->>'step', ${readable('j.why')}->>'step'), '#', 1) limit 1) as at_step,
    (select max(a.attempt)::int from attempt a where a.workspace_id = r.workspace_id and a.run_id = r.id
      and (r.status = 1 or not exists (select 1 from step s where s.workspace_id = a.workspace_id and s.run_id = a.run_id and s.step = a.step and s.status = 1))) as tries
  from run r
  join event e on e.workspace_id = r.workspace_id and e.id = r.event_id
  join function f on f.workspace_id = r.workspace_id and f.id = r.function_id
  left join function_version v on v.workspace_id = r.workspace_id and v.function_id = r.function_id and v.version = r.version
  left join workflow w on w.workspace_id = f.workspace_id and w.id = f.workflow_id
  left join job j on j.workspace_id = r.workspace_id and j.run_id = r.id
  where r.workspace_id = $1 and r.id = any($2::uuid[])
  order by r.id desc`

/** Newest first, whatever the order of `ids`. `errorMost`: the facts of a longer error are cut; null = never. */
export async function loadRuns(pool: pg.Pool, workspaceId: string, ids: string[], errorMost: number | null = listedErrorMost): Promise<RunSummary[]> {
  if (ids.length === 0) return []
  const { rows } = await pool.query<Row>({ name: 'run-rows', text, values: [workspaceId, ids, errorMost] })
  return rows.map(summaryOf)
}

function summaryOf(row: Row): RunSummary {
  const status = runStateOf(row.status, row.state)
  const ended = row.status !== 0
  const max = row.retries ?? 0
  return {
    id: publicId('run', row.id),
    status,
    function: row.slug,
    functionName: row.function_name,
    ...shownVersion(row.version, parse<Trial>(row.trial)),
    workflow: row.workflow_slug === null ? null : { slug: row.workflow_slug, name: row.workflow_name ?? row.workflow_slug },
    event: { id: publicId('evt', row.event_id), name: row.event_name, source: row.event_source },
    key: tellingValue(row.data_start),
    createdAt: new Date(uuidTime(row.id)).toISOString(),
    startedAt: moment(row.started_ms),
    endedAt: moment(row.ended_ms),
    error: parseError<RunError>(row.error),
    atStep: row.at_step,
    why: ended ? null : parse<RunWhy>(row.why),
    dueAt: ended ? null : moment(row.due_ms),
    retries: { max, used: Math.min(max, row.status === 2 ? Math.max(0, (row.tries ?? 1) - 1) : (row.tries ?? 0)) },
    retryOf: row.retry_of === null ? null : publicId('run', row.retry_of),
    parent: row.parent_run_id === null ? null : publicId('run', row.parent_run_id),
  }
}

export function moment(ms: number | null): string | null {
  return ms === null ? null : new Date(ms).toISOString()
}

export function parse<T>(json: string | null): T | null {
  return json === null ? null : (JSON.parse(json) as T)
}
