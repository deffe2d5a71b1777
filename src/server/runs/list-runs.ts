/**
 * Finds a page of runs. Where to look depends on the status: failures and open runs each have a
 * small table of their own, so "what needs a person" costs the same with a million finished runs.
 */
import type pg from 'pg'
import { parsePublicId, uuidFloor } from '#base/ids.ts'
import { runStatus, type JobState, type RunState } from '#engine/states.ts'
import { cursorUuid, toPage, type Page, type PageRequest } from '#server/page.ts'
import { readable } from '#engine/sql/readable-json.ts'
import { loadRuns, type RunSummary } from '#server/runs/run-row.ts'

export const runStates = ['queued', 'running', 'sleeping', 'waiting', 'held', 'completed', 'failed', 'cancelled', 'skipped'] as const satisfies readonly RunState[]

export interface RunFilter {
  status?: RunState
  /** Failed or being retried. Tests of drafts are left out: whoever started one is looking. */
  needsPerson?: boolean
  /** Not ended and not executing: queued, sleeping or waiting. */
  resting?: boolean
  /** Slug. */
  function?: string
  /** An event's id or its name. */
  event?: string
  /** Only runs created at or after this moment, ms. */
  since?: number
  /** Only runs created before this moment, ms. */
  until?: number
  /** Not ended. */
  open?: boolean
  /** Without tests of drafts. */
  published?: boolean
}

const narrow = `
    and ($3::uuid is null or r.id < $3) and ($4::uuid is null or r.id >= $4)
    and ($5::text is null or r.function_id = (select id from function where workspace_id = $1 and slug = $5))
    and ($6::uuid is null or r.event_id = $6)
    and ($7::text is null or exists (select 1 from event e where e.workspace_id = r.workspace_id and e.id = r.event_id and e.name = $7))
    and ($9::boolean is null or r.version > 0)`

const statements = {
  /** Ended with one of the statuses in $8, or any run when it is null. */
  byStatus: `select r.id from run r
    where r.workspace_id = $1 and ($8::smallint[] is null or r.status = any($8))${narrow}
    order by r.id desc limit $2`,
  /** Run by run from the newest failure on: joined as a whole, the planner reads all of history. */
  failed: `select r.id from failure x
    cross join lateral (select * from run where run.workspace_id = x.workspace_id and run.id = x.run_id and run.status = 2 offset 0) r
    where x.workspace_id = $1 and $8::int is null and ($3::uuid is null or x.run_id < $3)${narrow}
    order by x.run_id desc limit $2`,
  /** Open, with a job in one of the states of $8. */
  byJob: `select r.id from job j cross join lateral (select * from run where run.workspace_id = j.workspace_id and run.id = j.run_id offset 0) r
    where j.workspace_id = $1 and j.state::text = any($8::text[]) and ($3::uuid is null or j.run_id < $3)${narrow}
    order by j.run_id desc limit $2`,
  needsPerson: `select r.id from (
      (select run_id from failure where workspace_id = $1)
      union all
      (select run_id from job where workspace_id = $1 and $8::int is null and state = 't' and ${readable('why')}->>'kind' = 'retry')
    ) x join run r on r.workspace_id = $1 and r.id = x.run_id
    where r.status in (0, 2) and r.version > 0${narrow}
    order by r.id desc limit $2`,
}

/** Newest first. */
export async function listRuns(pool: pg.Pool, workspaceId: string, filter: RunFilter, page: PageRequest): Promise<Page<RunSummary>> {
  return toPage(await loadRuns(pool, workspaceId, await findRuns(pool, workspaceId, filter, page)), page.limit)
}

/** Row ids, newest first; one more than the page has when others follow. */
export async function findRuns(pool: pg.Pool, workspaceId: string, filter: RunFilter, page: PageRequest): Promise<string[]> {
  const eventUuid = filter.event === undefined ? null : parsePublicId('evt', filter.event)
  const { text, extra } = choose(filter)
  const { rows } = await pool.query<{ id: string }>({
    text,
    values: [
      workspaceId, page.limit + 1, before(cursorUuid('run', page.cursor), filter.until), filter.since === undefined ? null : uuidFloor(filter.since),
      filter.function ?? null, eventUuid, eventUuid === null ? (filter.event ?? null) : null, extra, filter.published === true ? true : null,
    ],
  })
  return rows.map((row) => row.id)
}

/** Both say where to begin, so the earlier one counts. */
function before(cursor: string | null, until: number | undefined): string | null {
  const moment = until === undefined ? null : uuidFloor(until)
  return cursor === null || (moment !== null && moment < cursor) ? moment : cursor
}

const jobStates: Partial<Record<RunState, JobState[]>> = { queued: ['q'], running: ['r'], sleeping: ['t'], waiting: ['w'], held: ['h'] }

function choose(filter: RunFilter): { text: string; extra: unknown } {
  if (filter.needsPerson === true) return { text: statements.needsPerson, extra: null }
  if (filter.resting === true) return { text: statements.byJob, extra: ['q', 't', 'w', 'h'] }
  if (filter.open === true) return { text: statements.byJob, extra: ['q', 'r', 't', 'w', 'h'] }
  const { status } = filter
  if (status === undefined) return { text: statements.byStatus, extra: null }
  if (status === 'failed') return { text: statements.failed, extra: null }
  const states = jobStates[status]
  if (states !== undefined) return { text: statements.byJob, extra: states }
  return { text: statements.byStatus, extra: [runStatus[status as 'completed' | 'cancelled' | 'skipped']] }
}

export interface RunCounts {
  needsPerson: number
  /** Of the last 24 hours. */
  failedLately: number
  running: number
  resting: number
}

/** Numbers beside the views; each counts at most 10,000 so a deep queue costs nothing. */
export async function countRuns(pool: pg.Pool, workspaceId: string): Promise<RunCounts> {
  const { rows } = await pool.query<{ failed: number; lately: number; retrying: number; running: number; resting: number }>({
    name: 'run-counts',
    text: `select
      (select count(*)::int from (select 1 from failure x join run r on r.workspace_id = x.workspace_id and r.id = x.run_id and r.status = 2 and r.version > 0
        where x.workspace_id = $1 limit 10000) c) as failed,
      (select count(*)::int from (select 1 from failure x join run r on r.workspace_id = x.workspace_id and r.id = x.run_id and r.status = 2 and r.version > 0
        where x.workspace_id = $1 and x.at > now() - interval '24 hours' limit 10000) c) as lately,
      (select count(*)::int from (select 1 from job j join run r on r.workspace_id = j.workspace_id and r.id = j.run_id and r.version > 0
        where j.workspace_id = $1 and j.state = 't' and ${readable('j.why')}->>'kind' = 'retry' limit 10000) c) as retrying,
      (select count(*)::int from (select 1 from job where workspace_id = $1 and state = 'r' limit 10000) c) as running,
      (select count(*)::int from (select 1 from job where workspace_id = $1 and state <> 'r' limit 10000) c) as resting`,
    values: [workspaceId],
  })
  const row = rows[0] ?? { failed: 0, lately: 0, retrying: 0, running: 0, resting: 0 }
  return { needsPerson: row.failed + row.retrying, failedLately: row.lately, running: row.running, resting: row.resting }
}
