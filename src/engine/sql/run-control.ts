/** What people do to runs. Each is conditional on the same job row: the first one wins. */
import { openLanes } from '#engine/sql/open-lanes.ts'
import { stepListsAnew } from '#engine/sql/step-list.ts'
import { waitsAnew } from '#engine/sql/wait.ts'

export const runsEnd = {
  name: 'runs-end',
  text: `with t as (
      select * from unnest($1::uuid[], $2::uuid[], string_to_array($3, E'\\x1e', '')::json[]) as t(ws, run, reason)
    ),
    gone as (
      delete from job using t where job.workspace_id = t.ws and job.run_id = t.run returning t.ws, t.run, t.reason
    ),
    waits as (
      delete from wait using gone where wait.workspace_id = gone.ws and wait.run_id = gone.run and wait.resolved_at is null
    ),
    ended as (
      update run set status = 3, started_at = coalesce(run.started_at, clock_timestamp()), ended_at = clock_timestamp(), error = gone.reason
      from gone where run.workspace_id = gone.ws and run.id = gone.run
      returning run.workspace_id, run.id, run.function_id, run.version, run.parent_run_id, run.parent_step, run.event_id, run.retry_of
    ),
    noted as (
      insert into cancelled_run (workspace_id, run_id) select workspace_id, id from ended where version > 0 on conflict do nothing
    )
    select ended.workspace_id, ended.id::text as run, ended.function_id::text as function_id, ended.version, ended.retry_of is not null as again, ended.parent_run_id::text as parent_run, ended.parent_step,
      e.id::text as event_id, e.name as event_name, e.source as event_source, e.source_ref as event_ref, e.emit_run_id::text as event_emit_run
    from ended join event e on e.workspace_id = ended.workspace_id and e.id = ended.event_id`,
}

/**
 * Emits of runs that were just ended. A statement of its own: a chunk that was being stored at that moment has been waited for, but
 * a statement does not see what came after its begin.
 */
export const emitsEnd = {
  name: 'emits-end',
  text: `delete from emit_progress p using unnest($1::uuid[], $2::uuid[]) as t(ws, run) where p.workspace_id = t.ws and p.run_id = t.run`,
}

/** Cancelled runs that have waited for their event for $1 ms: whoever was to store it is gone. */
export const cancelledLeft = {
  name: 'cancelled-left',
  text: `select c.workspace_id::text, c.run_id::text as run, r.function_id::text as function_id, r.version, r.event_id::text as event_id, e.name as event_name, r.error as reason
    from cancelled_run c left join run r on r.workspace_id = c.workspace_id and r.id = c.run_id
    left join event e on e.workspace_id = r.workspace_id and e.id = r.event_id
    where c.at < clock_timestamp() - $1 * interval '1 ms' order by c.at limit 500`,
}

export const cancelledTold = {
  name: 'cancelled-told',
  text: `delete from cancelled_run using unnest($1::uuid[], $2::uuid[]) as t(ws, run) where workspace_id = t.ws and run_id = t.run`,
}

/** Children of fan-outs that were ended from outside; their worker is the zero id. Runs of functions a fan-out does not count (those that debounce) are none of its children. */
export const fanOutCancelled = {
  name: 'fan-out-cancelled',
  text: `insert into fan_out_count (workspace_id, fan_out_id, worker_id, cancelled)
    select f.workspace_id, f.id, '00000000-0000-0000-0000-000000000000', sum(t.n) from unnest($1::uuid[], $2::uuid[], $3::uuid[], $4::int[]) as t(ws, id, fn, n)
    join fan_out f on f.workspace_id = t.ws and f.id = t.id and t.fn = any(f.targets) group by f.workspace_id, f.id order by f.workspace_id, f.id
    on conflict (workspace_id, fan_out_id, worker_id) do update set cancelled = fan_out_count.cancelled + excluded.cancelled`,
}

export const runFind = {
  name: 'run-find',
  text: `select r.function_id::text as function_id, r.version, r.event_id::text as event_id, r.status, j.state as job_state
    from run r left join job j on j.workspace_id = r.workspace_id and j.run_id = r.id where r.workspace_id = $1 and r.id = $2`,
}

/** A failed run goes on, in lane $3, found by events that may end it by $4: its failed steps lose their result and their used-up attempts. A failure that was handled has a way out, and stays. */
export const runReopen = {
  name: 'run-reopen',
  text: `with open_again as (
      update run set status = 0, ended_at = null, error = null where workspace_id = $1 and id = $2 and status = 2 returning id, event_id, function_id, retry_of
    ),
    counted as (
      insert into fan_out_count (workspace_id, fan_out_id, worker_id, failed)
      select $1, f.id, '00000000-0000-0000-0000-000000000000', -1 from open_again o
      join event e on e.workspace_id = $1 and e.id = o.event_id and e.source = 'emit-each'
      join fan_out f on f.workspace_id = $1 and f.run_id = e.emit_run_id and f.step = e.source_ref and o.function_id = any(f.targets)
      where o.retry_of is null
      on conflict (workspace_id, fan_out_id, worker_id) do update set failed = fan_out_count.failed - 1
    ),
    steps as (
      delete from step using open_again where step.workspace_id = $1 and step.run_id = open_again.id and step.status = 2 and step.port is null
      returning step.run_id, step.step
    ),
    ${stepListsAnew('steps', 1)},
    attempts as (
      delete from attempt using open_again where attempt.workspace_id = $1 and attempt.run_id = open_again.id
        and attempt.step in (select step from steps)
    ),
    failures as (
      delete from failure using open_again where failure.workspace_id = $1 and failure.run_id = open_again.id
    ),
    ${waitsAnew('open_again', 'steps', 1)},
    queued as (
      insert into job (workspace_id, run_id, lane_id, progress, cancel_keys) select $1, id, $3, true, $4::uuid[] from open_again returning workspace_id, lane_id, run_id
    ),
    ${openLanes('queued')}
    select run_id from queued`,
}
