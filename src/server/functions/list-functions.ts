/** Functions in use: what starts each, its version, retries and limits, and how it did lately. */
import type pg from 'pg'
import type { Backoff, ConcurrencyLimit, FlowControl, FunctionDefinition, Trigger } from '#graph/definition.ts'
import { runStateOf, type JobState, type RunState } from '#engine/states.ts'
import { publicId, uuidTime, uuidFloor } from '#base/ids.ts'
import { notBegun } from '#server/runs/not-begun.ts'

export interface FunctionSummary {
  slug: string
  name: string
  version: number
  workflow: { slug: string; name: string } | null
  triggers: Trigger[]
  retries: number
  backoff: Backoff
  concurrency: ConcurrencyLimit | null
  concurrency2: ConcurrencyLimit | null
  /** Rules that decide when, and whether, a run starts; null = none. */
  flow: FlowControl | null
  steps: number
  publishedAt: string
  lastRun: { id: string; status: RunState; why: { kind?: string } | null; at: string } | null
  /** Runs that failed in the last 24 hours. */
  failures: number
  /** Runs that have not ended, counted among the workspace's first 20,000. */
  open: number
  nextTickAt: string | null
  /** New runs are held. */
  paused: { since: string; reason: string | null } | null
}

interface Row {
  slug: string
  name: string
  version: number
  definition: string
  published_ms: number
  workflow_slug: string | null
  workflow_name: string | null
  last_id: string | null
  last_status: number | null
  last_state: JobState | null
  last_why: string | null
  last_ms: number | null
  failures: number
  open: number
  next_ms: number | null
  paused_since: Date | null
  paused_reason: string | null
}

/** By workflow, then slug. */
export async function listFunctions(pool: pg.Pool, workspaceId: string): Promise<FunctionSummary[]> {
  const { rows } = await pool.query<Row>({
    name: 'function-list',
    text: `select f.slug, f.name, f.current_version as version, v.definition::text as definition,
        (extract(epoch from v.created_at) * 1000)::float8 as published_ms, w.slug as workflow_slug, w.name as workflow_name,
        last.id as last_id, last.status as last_status, last.state as last_state, last.why as last_why, last.ms as last_ms,
        (select count(*)::int from failure x join run r on r.workspace_id = x.workspace_id and r.id = x.run_id and r.version > 0
          where x.workspace_id = f.workspace_id and x.function_id = f.id and x.run_id >= $2) as failures,
        coalesce(opened.count, 0) as open,
        (select (extract(epoch from min(s.next_at)) * 1000)::float8 from schedule s where s.workspace_id = f.workspace_id and s.function_id = f.id) as next_ms,
        h.since as paused_since, h.reason as paused_reason
      from function f
      left join hold h on h.workspace_id = f.workspace_id and h.id = f.id and h.kind = 'function'
      join function_version v on v.workspace_id = f.workspace_id and v.function_id = f.id and v.version = f.current_version
      left join workflow w on w.workspace_id = f.workspace_id and w.id = f.workflow_id
      left join lateral (
        select r.id, r.status, j.state, coalesce(j.why::text, '{"kind":"' || ${notBegun('j')} || '"}') as why, (extract(epoch from coalesce(r.ended_at, r.started_at)) * 1000)::float8 as ms
        from run r left join job j on j.workspace_id = r.workspace_id and j.run_id = r.id
        where r.workspace_id = f.workspace_id and r.function_id = f.id and r.version > 0 order by r.id desc limit 1
      ) last on true
      left join (
        -- A lane that functions share is nobody's own: there the run says whose it is.
        select coalesce(own.id, (select r.function_id from run r where r.workspace_id = j.workspace_id and r.id = j.run_id)) as function_id, count(*)::int as count
        from (select workspace_id, lane_id, run_id from job where workspace_id = $1 limit 20000) j
        join lane l on l.workspace_id = j.workspace_id and l.id = j.lane_id
        left join function own on own.workspace_id = l.workspace_id and own.id = l.function_id
        group by 1
      ) opened on opened.function_id = f.id
      where f.workspace_id = $1 and f.archived_at is null
      order by w.name, f.slug`,
    values: [workspaceId, uuidFloor(Date.now() - 86_400_000)],
  })
  return rows.map(summaryOf)
}

function summaryOf(row: Row): FunctionSummary {
  const definition = JSON.parse(row.definition) as FunctionDefinition
  return {
    slug: row.slug, name: row.name, version: row.version,
    workflow: row.workflow_slug === null ? null : { slug: row.workflow_slug, name: row.workflow_name ?? row.workflow_slug },
    triggers: definition.triggers, retries: definition.retries, backoff: definition.backoff,
    concurrency: definition.concurrency ?? null, concurrency2: definition.concurrency2 ?? null, flow: definition.flow ?? null, steps: definition.steps.length,
    publishedAt: new Date(row.published_ms).toISOString(),
    lastRun: row.last_id === null || row.last_status === null ? null : {
      id: publicId('run', row.last_id), status: runStateOf(row.last_status, row.last_state),
      why: row.last_why === null ? null : (JSON.parse(row.last_why) as { kind?: string }), at: new Date(row.last_ms ?? uuidTime(row.last_id)).toISOString(),
    },
    failures: row.failures, open: row.open, nextTickAt: row.next_ms === null ? null : new Date(row.next_ms).toISOString(),
    paused: row.paused_since === null ? null : { since: row.paused_since.toISOString(), reason: row.paused_reason },
  }
}
