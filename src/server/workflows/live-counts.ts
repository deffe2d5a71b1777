/** How the published functions of a workflow do right now: open runs by state, and what ended in the last minutes. */
import type pg from 'pg'
import { uuidFloor } from '#base/ids.ts'
import type { JobState } from '#engine/states.ts'
import { notBegun } from '#server/runs/not-begun.ts'
import { readable } from '#engine/sql/readable-json.ts'
import { followState, merged, type FollowCount } from '#server/workflows/follow-counts.ts'

/** So many open runs of the workspace are looked at; more of them show as a plus. */
const openLooksAt = 10_000
const endedMost = 10_000

export interface LiveFunction {
  slug: string
  nodeId: string
  open: FollowCount[]
  /** Runs that were begun and done in the last 5 minutes. */
  done: number
  /** Runs of the last hour that failed. */
  failed: number
}

export interface LiveCounts {
  functions: LiveFunction[]
  /** There are more open runs than were looked at. */
  more: boolean
}

interface OpenRow {
  slug: string
  node_id: string
  open: { state: JobState; why: string | null; count: number }[] | null
  done: number
  failed: number
  looked: number
}

/** $1 workspace, $2 workflow, $3 and $4 smallest run id of 5 minutes and of an hour ago. */
const text = `
  with fn as (
    select f.id, f.slug, f.current_version, v.definition->>'nodeId' as node_id from function f
    join function_version v on v.workspace_id = f.workspace_id and v.function_id = f.id and v.version = f.current_version
    where f.workspace_id = $1 and f.workflow_id = $2 and f.archived_at is null
  ),
  looked as materialized (
    select run_id, state, case when state = 't' then coalesce(${readable('j.why')}->>'kind', ${notBegun('j')}) end as why from job j where workspace_id = $1 limit ${openLooksAt}
  ),
  -- One look at the key for each: joined freely, the planner reads all runs once a function.
  open as materialized (
    select r.function_id, l.state, l.why, count(*)::int as count
    from looked l cross join lateral (select function_id, version from run where workspace_id = $1 and id = l.run_id limit 1) r
    where r.version > 0 and r.function_id in (select id from fn) group by r.function_id, l.state, l.why
  )
  select fn.slug, fn.node_id,
    (select json_agg(json_build_object('state', o.state, 'why', o.why, 'count', o.count)) from open o where o.function_id = fn.id) as open,
    (select count(*)::int from (select status, version from run where workspace_id = $1 and function_id = fn.id and id >= $3 limit ${endedMost}) r where r.status = 1 and r.version > 0) as done,
    (select count(*)::int from (select run_id from failure where workspace_id = $1 and function_id = fn.id and run_id >= $4 limit ${endedMost}) x
      join run r on r.workspace_id = $1 and r.id = x.run_id and r.version > 0 and r.status = 2) as failed,
    (select count(*)::int from looked) as looked
  from fn order by fn.slug`

export async function liveCounts(pool: pg.Pool, workspaceId: string, workflowId: string, now = Date.now()): Promise<LiveCounts> {
  const { rows } = await pool.query<OpenRow>({ name: 'live-counts', text, values: [workspaceId, workflowId, uuidFloor(now - 300_000), uuidFloor(now - 3_600_000)] })
  return {
    functions: rows.map((row) => ({
      slug: row.slug, nodeId: row.node_id, done: row.done, failed: row.failed,
      open: merged((row.open ?? []).map(({ state, why, count }) => ({ state: followState(0, state, why), count }))),
    })),
    more: (rows[0]?.looked ?? 0) >= openLooksAt,
  }
}
