/** Flow control: the rows that remember (flow_key), pending runs, cancelling by event. All inside the transaction that stores the events. */

/** $1 ws, $2 id, $3 function, $4 kind, $5 key, sorted by the caller. Locks the rows and answers what they remember; new ones are empty. */
export const flowLock = {
  name: 'flow-lock',
  text: `insert into flow_key (workspace_id, id, function_id, kind, key_text, expires_at)
    select t.ws, t.id, t.fn, t.kind, t.key, clock_timestamp() + interval '1 minute'
    from unnest($1::uuid[], $2::uuid[], $3::uuid[], string_to_array($4, E'\\x1e', ''), string_to_array($5, E'\\x1e', '')) as t(ws, id, fn, kind, key)
    order by t.ws, t.id
    on conflict (workspace_id, id) do update set expires_at = greatest(flow_key.expires_at, excluded.expires_at)
    returning id::text, count, run_id::text, extract(epoch from clock_timestamp() - since) * 1000 as age_ms`,
}

/** Which of these runs are open. */
export const flowOpenRuns = {
  name: 'flow-open-runs',
  text: `select j.run_id::text from job j join unnest($1::uuid[], $2::uuid[]) as t(ws, run) on j.workspace_id = t.ws and j.run_id = t.run`,
}

/** Which of these runs still collect events; locked, so that none starts meanwhile. Runs under way are not waited for. */
export const flowPendingRuns = {
  name: 'flow-pending-runs',
  text: `select j.run_id::text, r.version from job j join unnest($1::uuid[], $2::uuid[]) as t(ws, run) on j.workspace_id = t.ws and j.run_id = t.run
    join run r on r.workspace_id = j.workspace_id and r.id = j.run_id
    where j.state = 't' and not j.progress order by j.workspace_id, j.run_id for update of j`,
}

/** $1 ws, $2 id, $3 count, $4 run, $5 1 = the window begins now, $6 kept for ms. */
export const flowSave = {
  name: 'flow-save',
  text: `update flow_key f set count = t.count, run_id = t.run, since = case when t.fresh = 1 then clock_timestamp() else f.since end,
      expires_at = clock_timestamp() + t.keep * interval '1 ms'
    from unnest($1::uuid[], $2::uuid[], $3::int[], $4::uuid[], $5::int[], $6::float8[]) as t(ws, id, count, run, fresh, keep)
    where f.workspace_id = t.ws and f.id = t.id`,
}

/**
 * Pending runs that took another event: $1 ws, $2 run, $3 event, $4 version, $5 lane (these three null = as before),
 * $6 due in ms (null = now), $7 start deadline in ms (null = none), $8 what events find it by (of its new event). A run that is due now is queued in an open lane:
 * the key-share lock is held until COMMIT, as where events are stored, so a closer cannot miss it.
 */
export const flowPending = {
  name: 'flow-pending',
  text: `with t as (
      select * from unnest($1::uuid[], $2::uuid[], $3::uuid[], $4::int[], $5::uuid[], $6::float8[], $7::float8[],
        string_to_array($8, E'\\x1e', '')) as t(ws, run, event, version, lane, due, deadline, keys)
    ),
    locked as (
      select l.workspace_id, l.id, l.open from lane l join (
        select distinct j.workspace_id, coalesce(t.lane, j.lane_id) as id from t join job j on j.workspace_id = t.ws and j.run_id = t.run where t.due is null
      ) q on l.workspace_id = q.workspace_id and l.id = q.id
      order by l.workspace_id, l.id for key share of l
    ),
    opened as (
      update lane set open = true from locked where lane.workspace_id = locked.workspace_id and lane.id = locked.id and not locked.open
    ),
    moved as (
      update job set state = case when t.due is null then 'q' else 't' end, due = clock_timestamp() + t.due * interval '1 ms',
        deadline = clock_timestamp() + t.deadline * interval '1 ms', lane_id = coalesce(t.lane, job.lane_id),
        cancel_keys = case when t.event is null then job.cancel_keys else coalesce(t.keys::uuid[], '{}') end
      from t where job.workspace_id = t.ws and job.run_id = t.run
    )
    update run set event_id = t.event, version = t.version from t where t.event is not null and run.workspace_id = t.ws and run.id = t.run`,
}

export const flowRunEvents = {
  name: 'flow-run-events',
  text: `insert into run_event (workspace_id, run_id, n, event_id) select * from unnest($1::uuid[], $2::uuid[], $3::int[], $4::uuid[]) as t(ws, run, n, event) on conflict do nothing`,
}

/** The events of a batched run, in order. */
export const runEventsLoad = {
  name: 'run-events-load',
  text: `select e.id::text, e.name, e.data, e.ts::float8 as ts, e.v from run_event x join event e on e.workspace_id = x.workspace_id and e.id = x.event_id
    where x.workspace_id = $1 and x.run_id = $2 order by x.n`,
}

/** Events that are stored already: a repeat must not count twice. */
export const eventsStored = {
  name: 'events-stored',
  text: `select e.id::text from event e join unnest($1::uuid[], $2::uuid[]) as t(ws, id) on e.workspace_id = t.ws and e.id = t.id`,
}

/**
 * Open runs of a function that events may end: $1 ws, $2 function, $3 its versions, $4 started less than so many ms ago
 * (null = any time), $5 what they are found by (cancel-keys.ts). Nothing but what is found is looked into (`offset 0`): the
 * planner would rather read all there is.
 */
export const flowCancellable = {
  name: 'flow-cancellable',
  text: `with found as materialized (
      select workspace_id, run_id from job where cancel_keys <> '{}' and cancel_keys && $5::uuid[]
    )
    select r.id::text as run, o.id::text as id, o.name, o.data, o.ts::float8 as ts, o.v
    from found cross join lateral (select * from run where run.workspace_id = found.workspace_id and run.id = found.run_id offset 0) r
    cross join lateral (select * from event e where e.workspace_id = r.workspace_id and e.id = r.event_id offset 0) o
    where r.workspace_id = $1 and r.function_id = $2 and r.version = any($3::int[])
      and ($4::float8 is null or r.started_at is null or r.started_at > clock_timestamp() - $4 * interval '1 ms')`,
}

/** Rows that say nothing any more; one whose run is still open is looked at again later. Answers how many were looked at. */
export const flowExpired = {
  name: 'flow-expired',
  text: `with old as (
      select k.ctid, exists (select 1 from job j where j.workspace_id = k.workspace_id and j.run_id = k.run_id) as open
      from flow_key k where k.expires_at < clock_timestamp() limit 2000 for update of k skip locked
    ),
    kept as (
      update flow_key set expires_at = clock_timestamp() + interval '1 hour' from old where flow_key.ctid = old.ctid and old.open
    ),
    gone as (
      delete from flow_key using old where flow_key.ctid = old.ctid and not old.open
    )
    select count(*)::int as looked from old`,
}

/**
 * Jobs past their deadline, locked. It is the start's until the run starts, then the finish's. The jobs are found first:
 * a plan made while the tables were empty may join all of them to their runs each time.
 */
export const jobsOverdue = {
  name: 'jobs-overdue',
  text: `with j as materialized (
      select workspace_id, run_id, deadline from job where deadline <= clock_timestamp() order by deadline limit 200 for update skip locked
    )
    select j.workspace_id, j.run_id::text as run, (r.started_at is not null or l.start_ms is null) as started, l.start_ms, l.finish_ms from j
    join run r on r.workspace_id = j.workspace_id and r.id = j.run_id
    join function_version v on v.workspace_id = r.workspace_id and v.function_id = r.function_id and v.version = r.version
    cross join lateral (select case when pg_input_is_valid(v.definition::text, 'jsonb') then v.definition #> '{flow,timeouts}' end as limits) d
    cross join lateral (select (d.limits->>'startMs')::float8 as start_ms, (d.limits->>'finishMs')::float8 as finish_ms) l
    order by j.deadline`,
}
