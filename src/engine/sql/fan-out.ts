/**
 * Fan-outs: what is known of one, its settling, and what people do to it. Children are found by ranges
 * of run ids (fanOutRunRange), never by an index of their own; counts are sums over fan_out_count.
 */
import { openLanes } from '#engine/sql/open-lanes.ts'
import { listedErrorMost, shortError } from '#engine/sql/short-error.ts'
import { stepListsAnew } from '#engine/sql/step-list.ts'
import { waitsAnew } from '#engine/sql/wait.ts'

const counts = `
    cross join lateral (
      select coalesce(sum(c.done), 0)::int as done, coalesce(sum(c.failed), 0)::int as failed, coalesce(sum(c.cancelled), 0)::int as cancelled
      from fan_out_count c where c.workspace_id = f.workspace_id and c.fan_out_id = f.id
    ) n`

/**
 * Its emitting step will send no more: all is sent, or the step has ended another way. One that waits for a
 * person before its first item has no progress yet: there the step, or the end of its run, tells. A run that failed may be
 * retried, and asks again.
 */
export const fanOutSent = `(f.items = f.total or case when f.items > 0
      then not exists (select 1 from emit_progress p where p.workspace_id = f.workspace_id and p.run_id = f.run_id and p.step = f.step)
      else exists (select 1 from step s where s.workspace_id = f.workspace_id and s.run_id = f.run_id and s.step = f.step)
        or not exists (select 1 from run r where r.workspace_id = f.workspace_id and r.id = f.run_id and r.status in (0, 2)) end)`

const columns = `f.workspace_id::text as workspace_id, f.id::text as id, f.run_id::text as run_id, f.step, f.state, f.total, f.items, f.runs, f.skipped,
      f.canary, f.stop_share, f.base_id::text as base_id, f.targets::text[] as targets, n.done, n.failed, n.cancelled, ${fanOutSent} as sent`

/** $1 workspaces, $2 ids. */
export const fanOutLook = {
  name: 'fan-out-look',
  text: `select ${columns} from unnest($1::uuid[], $2::uuid[]) as t(ws, id) join fan_out f on f.workspace_id = t.ws and f.id = t.id ${counts}`,
}

/** Not settled yet, a page of them behind ($1, $2). */
export const fanOutOpen = {
  name: 'fan-out-open',
  text: `select ${columns} from (
      select * from fan_out where state <> 'settled' and (workspace_id, id) > ($1::uuid, $2::uuid) order by workspace_id, id limit 200
    ) f ${counts} order by f.workspace_id, f.id`,
}

/** Row = it settles here, and nowhere else. The counts are final: every child has ended. */
export const fanOutSettle = {
  name: 'fan-out-settle',
  text: `update fan_out f set state = 'settled', settled_at = clock_timestamp()
    where f.workspace_id = $1 and f.id = $2 and f.state <> 'settled' and ${fanOutSent}
      and f.runs <= (select coalesce(sum(c.done + c.failed + c.cancelled), 0) from fan_out_count c where c.workspace_id = f.workspace_id and c.fan_out_id = f.id)
    returning f.run_id::text as run_id, f.step, f.event_name, f.items, f.total, f.runs, f.skipped,
      (select r.version from run r where r.workspace_id = f.workspace_id and r.id = f.run_id) as version`,
}

export const fanOutCounts = {
  name: 'fan-out-counts',
  text: `select coalesce(sum(done), 0)::int as done, coalesce(sum(failed), 0)::int as failed, coalesce(sum(cancelled), 0)::int as cancelled
    from fan_out_count where workspace_id = $1 and fan_out_id = $2`,
}

/** Gather steps of the emitting run that wait for this fan-out ($3 its step). */
export const gatherWaits = {
  name: 'gather-waits',
  text: `select run_id::text as run, step from wait where workspace_id = $1 and run_id = $2 and kind = 'gather' and resolved_at is null and input->>'of' = $3`,
}

/** Locked against a change of its state until COMMIT. */
export const fanOutState = {
  name: 'fan-out-state',
  text: `select state, items, reason, base_id::text as base_id from fan_out where workspace_id = $1 and id = $2 for share`,
}

/** An emit that rests, or a step that gathers; the same step may do so more than once. $6 expires in ms. */
export const fanOutWait = {
  name: 'fan-out-wait',
  text: `insert into wait (workspace_id, run_id, step, kind, input, expires_at) values ($1, $2, $3, $4, $5, clock_timestamp() + $6 * interval '1 ms')
    on conflict (workspace_id, run_id, step) do update set kind = excluded.kind, input = excluded.input, created_at = clock_timestamp(),
      resolved_at = null, result = null, expires_at = coalesce(wait.expires_at, excluded.expires_at)
    returning expires_at <= clock_timestamp() as expired`,
}

/** The emitting run, locked against being retried: its status. */
export const emittingRun = { name: 'emitting-run', text: `select status from run where workspace_id = $1 and id = $2 for update` }

/** What the step of fan-out $2 has sent. */
export const fanOutSentSoFar = {
  name: 'fan-out-sent-so-far',
  text: `select items, base_id::text as base_id, (extract(epoch from clock_timestamp() - started_at) * 1000)::float8 as age_ms from fan_out where workspace_id = $1 and id = $2`,
}

/** The rest of an emit is cancelled: its step ends with what was sent, also where it had failed meanwhile. $4 attempt, $5 ms ago started, $6 output. */
export const emitCutShort = {
  name: 'emit-cut-short',
  text: `with gone as (
      delete from emit_progress where workspace_id = $1 and run_id = $2 and step = $3
    ),
    waits as (
      delete from wait where workspace_id = $1 and run_id = $2 and step = $3
    )
    insert into step (workspace_id, run_id, step, attempt, status, port, started_at, ended_at, output)
    values ($1, $2, $3, $4, 1, 'out', clock_timestamp() - $5 * interval '1 ms', clock_timestamp(), $6)
    on conflict (workspace_id, run_id, step) do update set status = 1, port = 'out', ended_at = excluded.ended_at, output = excluded.output, error = null
      where step.status = 2 and step.port is null
    returning 1`,
}

/** $3 states it may be in, $4 the new one, $5 reason. */
export const fanOutRest = {
  name: 'fan-out-rest',
  text: `update fan_out set state = $4, reason = $5 where workspace_id = $1 and id = $2 and state = any($3::text[])
    returning run_id::text as run_id, step, base_id::text as base_id, targets::text[] as targets`,
}

/** A canary that does not go on by itself: says why. */
export const fanOutReason = {
  name: 'fan-out-reason',
  text: `update fan_out set reason = $3 where workspace_id = $1 and id = $2 and state = 'canary' and reason is distinct from $3 returning 1`,
}

/** On after a rest: to where it was. A canary that still waits goes on waiting; a limit of failures that was reached counts no more. */
export const fanOutResume = {
  name: 'fan-out-resume',
  text: `update fan_out set state = case when items = total then 'running' when items = canary then 'canary' else 'emitting' end, reason = null,
      stop_share = case when state = 'stopped' then null else stop_share end
    where workspace_id = $1 and id = $2 and state in ('paused', 'stopped')
    returning run_id::text as run_id, step, state`,
}

/** The first items were good, or a person says so. */
export const fanOutGo = {
  name: 'fan-out-go',
  text: `update fan_out set state = 'emitting', canary = null, reason = null where workspace_id = $1 and id = $2 and state = 'canary'
    returning run_id::text as run_id, step`,
}

/** Before its first item: $3 run, $4 step, $5 function, $6 event, $7 id of item 0's event, $8 items, $9 canary, $10 stop share, $11 ms ago begun. */
export const fanOutAsk = {
  name: 'fan-out-ask',
  text: `insert into fan_out (workspace_id, id, run_id, step, function_id, event_name, base_id, total, state, canary, stop_share, started_at)
    values ($1, $2, $3, $4, $5, $6, $7, $8, 'confirm', $9, $10, clock_timestamp() - $11::float8 * interval '1 ms')
    on conflict (workspace_id, id) do nothing returning 1`,
}

/** A person says go before the first item. */
export const fanOutConfirm = {
  name: 'fan-out-confirm',
  text: `update fan_out set state = 'emitting', reason = null where workspace_id = $1 and id = $2 and state = 'confirm'
    returning run_id::text as run_id, step, total`,
}

/** For a person's question, of each of $2: row with the last state, whatever it is. */
export const fanOutFind = {
  name: 'fan-out-find',
  text: `select ${columns}, f.reason, f.event_name, f.function_id::text as function_id,
      (extract(epoch from f.started_at) * 1000)::float8 as started_ms, (extract(epoch from f.settled_at) * 1000)::float8 as settled_ms,
      (select r.version from run r where r.workspace_id = f.workspace_id and r.id = f.run_id) as version
    from fan_out f ${counts} where f.workspace_id = $1 and f.id = any($2::uuid[])`,
}

export const fanOutHold = {
  name: 'fan-out-hold',
  text: `insert into hold (workspace_id, id, kind, target, reason, auto, by) values ($1, $2, 'fan-out', $3, $4, $5, $6)
    on conflict (workspace_id, id) do update set target = excluded.target, reason = excluded.reason, auto = excluded.auto, by = excluded.by`,
}

export const fanOutUnhold = {
  name: 'fan-out-unhold',
  text: `delete from hold where workspace_id = $1 and id = $2 and kind = 'fan-out'`,
}

/** Queued children ($3–$4 their runs) rest, while the hold stands. */
export const fanOutHoldJobs = {
  name: 'fan-out-hold-jobs',
  text: `with standing as materialized (
      select 1 from hold where workspace_id = $1 and id = $2 for key share
    ),
    found as materialized (
      select j.ctid from standing, job j where j.workspace_id = $1 and j.run_id between $3 and $4 and j.state = 'q' limit 1000 for update of j skip locked
    )
    update job set state = 'h', hold_id = $2, why = $5 from found where job.ctid = found.ctid returning 1`,
}

/** Children that rest for a hold that is gone, oldest first, back to their lanes. */
export const fanOutFreeJobs = {
  name: 'fan-out-free-jobs',
  text: `with found as materialized (
      select ctid from job where workspace_id = $1 and hold_id = $2 and state = 'h'
        and not exists (select 1 from hold where workspace_id = $1 and id = $2)
      order by ord limit 1000 for update skip locked
    ),
    freed as (
      update job set state = 'q', hold_id = null, due = null, why = null from found where job.ctid = found.ctid returning job.workspace_id, job.lane_id
    ),
    ${openLanes('freed')}
    select count(*)::int as n from freed`,
}

/** Children that have not ended and that nobody executes ($5: those too), locked for their end. */
export const fanOutOpenJobs = {
  name: 'fan-out-open-jobs',
  text: `select run_id::text as run from job where workspace_id = $1 and run_id between $2 and $3 and (state <> 'r' or $4) limit 500 for update skip locked`,
}

/** A page of failed children behind run $4, with what their lane depends on. */
export const fanOutFailed = {
  name: 'fan-out-failed',
  text: `select r.id::text as run, r.version, e.id::text as event_id, e.name, e.data, e.ts::float8 as ts, e.v from failure x
    join run r on r.workspace_id = x.workspace_id and r.id = x.run_id and r.status = 2
    join event e on e.workspace_id = r.workspace_id and e.id = r.event_id
    where x.workspace_id = $1 and x.run_id > $2 and x.run_id <= $3 order by x.run_id limit 500`,
}

/** As run-reopen, for many children of one fan-out: $2 its id, $3 runs, $4 their lanes (made before), $5 what events find them by. */
export const fanOutReopen = {
  name: 'fan-out-reopen',
  text: `with t as (select run, lane, keys::uuid[] as keys from unnest($3::uuid[], $4::uuid[], string_to_array($5, E'\\x1e', '')) as t(run, lane, keys)),
    open_again as (
      update run set status = 0, ended_at = null, error = null from t where run.workspace_id = $1 and run.id = t.run and run.status = 2
      returning run.id, t.lane, t.keys
    ),
    steps as (
      delete from step using open_again o where step.workspace_id = $1 and step.run_id = o.id and step.status = 2 and step.port is null
      returning step.run_id, step.step
    ),
    ${stepListsAnew('steps', 1)},
    attempts as (
      delete from attempt using steps s where attempt.workspace_id = $1 and attempt.run_id = s.run_id and attempt.step = s.step
    ),
    failures as (
      delete from failure using open_again o where failure.workspace_id = $1 and failure.run_id = o.id
    ),
    ${waitsAnew('open_again', 'steps', 1)},
    counted as (
      insert into fan_out_count (workspace_id, fan_out_id, worker_id, failed)
      select $1, $2, '00000000-0000-0000-0000-000000000000', -count(*) from open_again having count(*) > 0
      on conflict (workspace_id, fan_out_id, worker_id) do update set failed = fan_out_count.failed + excluded.failed
    ),
    jobs as (
      insert into job (workspace_id, run_id, lane_id, progress, cancel_keys) select $1, id, lane, true, coalesce(keys, '{}') from open_again returning workspace_id, lane_id
    ),
    ${openLanes('jobs')}
    select count(*)::int as n from open_again`,
}

/** No job is left, yet the counts do not add up: counted anew from the runs themselves. $3 first and $4 last run of each target. */
export const fanOutRecount = {
  name: 'fan-out-recount',
  text: `with ranges as (select * from unnest($3::uuid[], $4::uuid[]) as t(first, last)),
    found as (
      select count(*) filter (where r.status = 1)::int as done, count(*) filter (where r.status = 2)::int as failed,
        count(*) filter (where r.status = 3)::int as cancelled, count(*) filter (where r.status = 0)::int as open
      from ranges join run r on r.workspace_id = $1 and r.id between ranges.first and ranges.last
    ),
    known as (
      select coalesce(sum(done), 0)::int as done, coalesce(sum(failed), 0)::int as failed, coalesce(sum(cancelled), 0)::int as cancelled
      from fan_out_count where workspace_id = $1 and fan_out_id = $2
    )
    insert into fan_out_count (workspace_id, fan_out_id, worker_id, done, failed, cancelled)
    select $1, $2, '00000000-0000-0000-0000-000000000000', found.done - known.done, found.failed - known.failed, found.cancelled - known.cancelled
    from found, known where found.open = 0
      and not exists (select 1 from ranges join job j on j.workspace_id = $1 and j.run_id between ranges.first and ranges.last)
      and (found.done, found.failed, found.cancelled) is distinct from (known.done, known.failed, known.cancelled)
    on conflict (workspace_id, fan_out_id, worker_id) do update set done = fan_out_count.done + excluded.done,
      failed = fan_out_count.failed + excluded.failed, cancelled = fan_out_count.cancelled + excluded.cancelled
    returning 1`,
}

export const fanOutAnyJob = {
  name: 'fan-out-any-job',
  text: `select 1 from unnest($2::uuid[], $3::uuid[]) as t(first, last)
    where exists (select 1 from job j where j.workspace_id = $1 and j.run_id between t.first and t.last limit 1) limit 1`,
}

/**
 * Children in the hands of workers: executing, or claimed ahead and next. Of a lane with a limit at most the slots
 * that workers hold execute; of one without, nobody but the worker knows which have begun, and it may have some hundred more in hand.
 * $2 fan-outs, one place for each of their ranges $3 to $4; those of which nothing runs are left out.
 */
export const fanOutRunning = {
  name: 'fan-out-running',
  text: `select n.id::text as id, sum(case when l.cap is null then n.n else least(n.n, l.granted) end)::int as running from (
      select t.id, j.lane_id, count(*)::int as n from unnest($2::uuid[], $3::uuid[], $4::uuid[]) as t(id, first, last)
      cross join lateral (
        select j.lane_id from worker w join job j on j.worker_id = w.id and j.state = 'r' where j.workspace_id = $1 and j.run_id between t.first and t.last
      ) j group by t.id, j.lane_id
    ) n
    left join lane l on l.workspace_id = $1 and l.id = n.lane_id group by n.id`,
}

/** Runs from $2 to $3 that have failed. */
export const fanOutFailedIds = {
  name: 'fan-out-failed-ids', text: 'select run_id::text as run from failure where workspace_id = $1 and run_id between $2 and $3',
}

/** Runs from $2 to $3 that have not ended. */
export const fanOutOpenIds = {
  name: 'fan-out-open-ids', text: 'select run_id::text as run from job where workspace_id = $1 and run_id between $2 and $3',
}

/** How these runs ($2) went; runs that do not exist are left out. */
export const fanOutRuns = {
  name: 'fan-out-runs',
  text: `select r.id::text as run, r.function_id::text as function_id, r.version, r.status, j.state, ${shortError('r.error', listedErrorMost)} as error,
      (extract(epoch from r.started_at) * 1000)::float8 as started_ms, (extract(epoch from r.ended_at) * 1000)::float8 as ended_ms
    from unnest($2::uuid[]) as t(id) join run r on r.workspace_id = $1 and r.id = t.id
    left join job j on j.workspace_id = r.workspace_id and j.run_id = r.id`,
}

/** Outputs of the given steps of the given runs, as text. */
export const fanOutOutputs = {
  name: 'fan-out-outputs',
  text: `select s.run_id::text as run, s.step, s.output::text as output, s.error::text as error, s.status from unnest($2::uuid[], string_to_array($3, E'\\x1e', '')) as t(run, step)
    join step s on s.workspace_id = $1 and s.run_id = t.run and s.step = t.step`,
}

/** A limit set while it runs, or back to the drawn one ($3 null); $4 the drawn one. Routing tables and lanes follow. */
export const limitOverride = {
  name: 'limit-override',
  text: `with changed as (
      update function set limit_override = $3 where workspace_id = $1 and id = $2 returning id
    ),
    epoch as (
      update workspace set route_epoch = route_epoch + 1 where id = $1
    ),
    raised as (
      update lane set cap = coalesce($3::int, $4::int) from changed where lane.workspace_id = $1 and lane.function_id = changed.id
    )
    select id from changed`,
}

export const auditInsert = {
  name: 'audit-insert',
  text: `insert into audit_entry (workspace_id, id, actor_id, actor, action, target, detail) values ($1, $2, $3, $4, $5, $6, $7)`,
}
