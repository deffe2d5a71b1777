/**
 * What keeps runs from starting or going on: holds (a paused function or fan-out, a parked service),
 * throttles and second limits. A held job is in state h with the id of what holds it; when it is let go
 * it keeps that id as its pass.
 */
import { slotsBack } from '#engine/sql/job-claim.ts'
import { openLanes } from '#engine/sql/open-lanes.ts'

/** A parked service holds the job. When another branch of the run goes on meanwhile, that is no pass to call the service. */
export const heldByService = `job.state = 'h' and starts_with(job.why::text, '{"kind":"held","hold":"service"')`

export const holdsAll = {
  name: 'holds-all',
  text: `select workspace_id, id::text, kind, target, reason, auto, since, until, ramp, extract(epoch from until - clock_timestamp()) * 1000 as until_ms from hold`,
}

/**
 * $1 ws, $2 id, $3 kind, $4 target, $5 reason, $6 auto, $7 by, $8 tries again in ms. No row = it is parked
 * already, which the breaker leaves alone; else `fresh`: it was not held before.
 */
export const holdSet = {
  name: 'hold-set',
  text: `insert into hold (workspace_id, id, kind, target, reason, auto, by, until)
    values ($1, $2, $3, $4, $5, $6, $7, clock_timestamp() + $8 * interval '1 ms')
    on conflict (workspace_id, id) do update set ramp = null, reason = excluded.reason, until = excluded.until, auto = excluded.auto, by = excluded.by,
      since = case when hold.auto = excluded.auto then hold.since else clock_timestamp() end
    where not excluded.auto or hold.ramp is not null
    returning (xmax = 0) as fresh`,
}

/** Deleting waits for whoever is just parking a run into it (hold-settle locks the row). */
export const holdRemove = { name: 'hold-remove', text: `delete from hold where workspace_id = $1 and id = $2 returning kind, target, since` }

export const holdRamp = { name: 'hold-ramp', text: `update hold set ramp = $3, until = null where workspace_id = $1 and id = $2` }

/** The try has succeeded: $3 go each second, then more. A row = this was the first to say so. */
export const holdProved = { name: 'hold-proved', text: `update hold set ramp = $3, until = null where workspace_id = $1 and id = $2 and ramp = 0` }

/** It fails while it is being let go: a quarter goes, so that the doubling each second does not keep up. */
export const holdSlow = { name: 'hold-slow', text: `update hold set ramp = greatest(1, ramp / 4) where workspace_id = $1 and id = $2 and ramp > 1` }

/** Lets the $3 oldest go; they keep the hold's id as their pass. Answers how many. */
export const holdLetGo = {
  name: 'hold-let-go',
  text: `with found as (
      select ctid from job where workspace_id = $1 and hold_id = $2 and state = 'h' order by ord limit $3 for update skip locked
    ),
    moved as (
      update job set state = 'q', due = null from found where job.ctid = found.ctid returning job.workspace_id, job.lane_id
    ),
    ${openLanes('moved')}
    select (select count(*)::int from moved) as n`,
}

/** Queued jobs of a function's own lanes into its hold, a chunk at a time; tests of drafts go on. $1 ws, $2 function = hold. */
export const holdFunctionJobs = {
  name: 'hold-function-jobs',
  text: `with found as (
      select j.ctid from lane l join job j on j.workspace_id = l.workspace_id and j.lane_id = l.id and j.state = 'q'
      join run r on r.workspace_id = j.workspace_id and r.id = j.run_id and r.version >= 0
      where l.workspace_id = $1 and l.function_id = $2 limit 5000 for update of j skip locked
    )
    update job set state = 'h', hold_id = $2, why = $3 from found where job.ctid = found.ctid`,
}

/** Open runs of a function that have left a mark of their beginning, for cancelling them when it is paused. */
export const functionOpenRuns = {
  name: 'function-open-runs',
  text: `select r.id::text as run from job j join run r on r.workspace_id = j.workspace_id and r.id = j.run_id
    where j.workspace_id = $1 and r.function_id = $2 and r.started_at is not null and r.version >= 0 limit 1000`,
}

/**
 * After jobs were parked into these ($1 ws, $2 ids): those whose hold is gone, or whose second limit has
 * room again, go back to the queue. So a hold taken away, or a slot freed, in between is never missed.
 * A function's hold and its own lane have the same id; that lane's slots have no say here. Of a throttle whose line a publish
 * has emptied (count 1, for a minute: somebody may just be lining up by the old rule) those who stand behind the end of the
 * new line line up anew.
 */
export const holdSettle = {
  name: 'hold-settle',
  text: `with t as (select * from unnest($1::uuid[], $2::uuid[]) as t(ws, id)),
    held as (select h.workspace_id, h.id from hold h join t on h.workspace_id = t.ws and h.id = t.id for key share of h),
    room as (
      select t.ws, t.id, case when l.cap is null or exists (select 1 from function f where f.workspace_id = t.ws and f.id = t.id) then 2147483647 else greatest(0, l.cap - l.granted) end as n
      from t left join lane l on l.workspace_id = t.ws and l.id = t.id
      where not exists (select 1 from held where held.workspace_id = t.ws and held.id = t.id)
        and not exists (select 1 from flow_key f where f.workspace_id = t.ws and f.id = t.id)
    ),
    found as (
      select j.ctid from room cross join lateral (
        select j.ctid from job j where j.workspace_id = room.ws and j.hold_id = room.id and j.state = 'h' order by j.ord limit least(room.n, 5000) for update skip locked
      ) j
    ),
    moved as (
      update job set state = 'q', due = null from found where job.ctid = found.ctid returning job.workspace_id, job.lane_id
    ),
    emptied as (
      select f.workspace_id, f.id, f.since, f.line_until from flow_key f join t on f.workspace_id = t.ws and f.id = t.id where f.kind = 'throttle' and f.count = 1
    ),
    behind as (
      select j.ctid from emptied f cross join lateral (
        select j.ctid from job j where j.workspace_id = f.workspace_id and j.hold_id = f.id and j.state = 'h' and j.due > coalesce(f.line_until, f.since) + interval '2 seconds'
        order by j.ord limit 5000 for update skip locked
      ) j
    ),
    anew as (
      update job set state = 'q', due = null, hold_id = null, stood = null from behind where job.ctid = behind.ctid returning job.workspace_id, job.lane_id
    ),
    over as (
      update flow_key set count = 0 from emptied e where flow_key.workspace_id = e.workspace_id and flow_key.id = e.id
        and flow_key.count = 1 and flow_key.since < clock_timestamp() - interval '1 minute' and not exists (select 1 from behind)
    ),
    again as (select workspace_id, lane_id from moved union all select workspace_id, lane_id from anew),
    ${openLanes('again')}
    select (select count(*)::int from again) as n`,
}

/** Everything that holds jobs, once each: a skip scan over job_held_idx. */
export const holdIdsInUse = {
  name: 'hold-ids-in-use',
  text: `with recursive used as (
      (select workspace_id, hold_id from job where state = 'h' order by workspace_id, hold_id limit 1)
      union all
      select n.workspace_id, n.hold_id from used cross join lateral (
        select j.workspace_id, j.hold_id from job j where j.state = 'h' and (j.workspace_id, j.hold_id) > (used.workspace_id, used.hold_id)
        order by j.workspace_id, j.hold_id limit 1
      ) n
    )
    select workspace_id, hold_id::text as id from used`,
}

/** $1 ws, $2 id, $3 function, $4 key; sorted by the caller. Milliseconds from now; null = never used. */
export const throttleLock = {
  name: 'throttle-lock',
  text: `insert into flow_key (workspace_id, id, function_id, kind, key_text, expires_at)
    select t.ws, t.id, t.fn, 'throttle', t.key, clock_timestamp() + interval '1 hour'
    from unnest($1::uuid[], $2::uuid[], $3::uuid[], string_to_array($4, E'\\x1e', '')) as t(ws, id, fn, key) order by t.ws, t.id
    on conflict (workspace_id, id) do update set expires_at = greatest(flow_key.expires_at, excluded.expires_at)
    returning id::text, extract(epoch from used_until - clock_timestamp()) * 1000 as used_ms, extract(epoch from line_until - clock_timestamp()) * 1000 as line_ms`,
}

/** The throttles of these functions ($1 ws, $2 function) as they are published now; of a function that is not published there is no row. */
export const throttlesPublished = {
  name: 'throttles-published',
  text: `select f.id::text as fn, w.route_epoch as epoch, v.definition->'flow'->'throttle' as throttle from unnest($1::uuid[], $2::uuid[]) as t(ws, fn)
    join workspace w on w.id = t.ws join function f on f.workspace_id = t.ws and f.id = t.fn and f.archived_at is null
    join function_version v on v.workspace_id = f.workspace_id and v.function_id = f.id and v.version = f.current_version`,
}

export const throttleSave = {
  name: 'throttle-save',
  text: `update flow_key f set used_until = clock_timestamp() + t.used * interval '1 ms', line_until = clock_timestamp() + t.line * interval '1 ms',
      expires_at = clock_timestamp() + (greatest(t.used, t.line, 0) + 3600000) * interval '1 ms'
    from unnest($1::uuid[], $2::uuid[], $3::float8[], $4::float8[]) as t(ws, id, used, line) where f.workspace_id = t.ws and f.id = t.id`,
}

/**
 * Slots of second limits: $1 worker, $2 ws, $3 lane, $4 wanted by runs that were held there, $5 by others; sorted
 * by the caller. Others get none while somebody is held: the oldest goes first. Answers what was given.
 */
export const secondTake = {
  name: 'second-take',
  text: `with fence as materialized (
      select 1 from worker where id = $1 and lease_until > clock_timestamp() for key share
    ),
    picked as materialized (
      select l.workspace_id, l.id, l.cap, least(l.cap - l.granted, t.stood + case when exists (
          select 1 from job j where j.workspace_id = t.ws and j.hold_id = t.lane and j.state = 'h') then 0 else t.fresh end) as n
      from fence, unnest($2::uuid[], $3::uuid[], $4::int[], $5::int[]) as t(ws, lane, stood, fresh)
      join lane l on l.workspace_id = t.ws and l.id = t.lane order by l.workspace_id, l.id for no key update of l
    ),
    granted as (
      update lane set granted = lane.granted + picked.n from picked
      where lane.workspace_id = picked.workspace_id and lane.id = picked.id and picked.n > 0
    ),
    held as (
      insert into lane_slot (workspace_id, lane_id, worker_id, slots) select workspace_id, id, $1, n from picked where n > 0
      on conflict (workspace_id, lane_id, worker_id) do update set slots = lane_slot.slots + excluded.slots
    )
    select (select count(*)::int from fence) as fence, id::text, greatest(n, 0)::int as n, cap from picked`,
}

/**
 * The first start, also after a retry, of runs that have a time limit: $1 worker, $2 ws, $3 run, $4 finish within ms (null = no limit).
 * That they have started is on record from then on: whoever takes one up after a crash leaves its time as it is. Answers those
 * that are still the worker's.
 */
export const deadlineStart = {
  name: 'deadline-start',
  text: `with mine as (
      select job.ctid, t.ms from unnest($2::uuid[], $3::uuid[], $4::float8[]) as t(ws, run, ms)
      join job on job.workspace_id = t.ws and job.run_id = t.run and job.worker_id is not distinct from $1 order by job.workspace_id, job.run_id for update of job
    ),
    begun as (
      update job set deadline = clock_timestamp() + mine.ms * interval '1 ms' from mine where job.ctid = mine.ctid returning job.workspace_id, job.run_id
    ),
    started as (
      update run set started_at = clock_timestamp() from begun where run.workspace_id = begun.workspace_id and run.id = begun.run_id and run.started_at is null
    )
    select run_id::text as run from begun`,
}

/** Slots of second limits go back; nothing waits in these lanes, so they stay shut. Sorted by the caller. */
export const secondReturn = {
  name: 'second-return',
  text: `${slotsBack},
    locked as materialized (
      select l.workspace_id, l.id from t join lane l on l.workspace_id = t.ws and l.id = t.lane order by l.workspace_id, l.id for no key update of l
    )
    update lane set granted = granted - b.n from locked join (select * from less union all select * from gone) b
      on locked.workspace_id = b.workspace_id and locked.id = b.lane_id
    where lane.workspace_id = locked.workspace_id and lane.id = locked.id`,
}

export const autoParking = { name: 'auto-parking', text: `select id from workspace where auto_park` }

/**
 * A turn of lifting: only whoever still finds the ramp as $3 and the time come has it. $1 ws, $2 id, $4 next ramp,
 * $5 next turn in ms. A ramp of 0 means that one run tries the service.
 */
export const holdTurn = {
  name: 'hold-turn',
  text: `update hold set ramp = $4, until = clock_timestamp() + $5 * interval '1 ms'
    where workspace_id = $1 and id = $2 and ramp is not distinct from $3::int and (until is null or until <= clock_timestamp())`,
}
