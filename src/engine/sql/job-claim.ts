/**
 * Two ways to get jobs. \`admit\` takes slots of lanes and the jobs to fill them; \`refill\` takes
 * more jobs of lanes in which this worker already holds slots (or which have no limit), so a busy
 * lane costs no lane lock per run. Jobs are found in the order of their lane and locked by ctid:
 * joining them back by key lets the planner hash the whole table.
 *
 * The fence here is a key-share lock on the worker's row: it holds off whoever would declare the worker
 * dead, and lets the writer renew the lease meanwhile. Only the writer and the heartbeat renew it.
 *
 * Payloads above 64 KB are not sent ahead; the run loads its event when it starts.
 */
import { openLanes } from '#engine/sql/open-lanes.ts'

const payload = `
    select took.workspace_id, took.lane_id, took.run_id, took.progress, took.crashes, took.hold_id, took.stood, took.timed, run.function_id, run.version, run.retry_of is not null as again, run.event_id,
      run.parent_run_id, run.parent_step, extract(epoch from run.started_at) * 1000 as started_ms,
      event.name as event_name, event.ts::float8 as event_ts, event.v as event_v,
      event.source as event_source, event.source_ref as event_ref, event.emit_run_id as event_emit_run,
      case when pg_column_size(event.data) <= 65536 then event.data end as event_data`

const payloadJoin = `
    join run on run.workspace_id = took.workspace_id and run.id = took.run_id
    join event on event.workspace_id = run.workspace_id and event.id = run.event_id
    order by took.ord`

/**
 * $1 worker, $2 workspace to start after, $3 lane to start from, $4 workspaces at most,
 * $5 lanes per workspace at most, $6 jobs at most in all, $7 jobs per slot (prefetch),
 * $8 slots at most per lane, $9 lanes to pass over, $10 lanes of which this worker holds jobs that have no slot,
 * $11 how many: a limit that was raised, or slots that others gave back, are for them, too; $12 lanes of which
 * only so many jobs ($13) are wanted.
 */
export const jobAdmit = {
  name: 'job-admit',
  text: `with recursive fence as materialized (
      select 1 from worker where id = $1 and lease_until > clock_timestamp() for key share
    ),
    spaces as (
      (select workspace_id from lane where open and (cap is null or granted < cap) and id <> all($9::uuid[]) and workspace_id > $2
        order by workspace_id limit 1)
      union all
      select (select l.workspace_id from lane l where l.open and (l.cap is null or l.granted < l.cap) and l.id <> all($9::uuid[])
        and l.workspace_id > spaces.workspace_id order by l.workspace_id limit 1)
      from spaces where spaces.workspace_id is not null
    ),
    picked as materialized (
      select l.* from fence, (select workspace_id from spaces where workspace_id is not null limit $4) s
      cross join lateral (
        select workspace_id, id, cap, granted from lane
        where lane.workspace_id = s.workspace_id and open and (cap is null or granted < cap) and id >= $3 and id <> all($9::uuid[])
        order by id limit $5 for no key update skip locked
      ) l
    ),
    share as (select greatest(16, $6::int / greatest(1, count(*)))::int as jobs from picked),
    found as materialized (
      select p.workspace_id, p.id as lane_id, p.cap, p.granted, q.ctid, q.run_id, q.ord, q.progress, q.crashes
      from share, picked p cross join lateral (
        select j.ctid, j.run_id, j.ord, j.progress, j.crashes from job j
        where j.workspace_id = p.workspace_id and j.lane_id = p.id and j.state = 'q'
        order by j.ord
        limit least((select w.n from unnest($12::uuid[], $13::int[]) as w(lane, n) where w.lane = p.id), case when p.cap is null then share.jobs
          else least(least(p.cap - p.granted, $8) * $7, greatest(share.jobs, least(p.cap - p.granted, $8))) end)
        for update skip locked
      ) q limit $6
    ),
    took as (
      update job set state = 'r', worker_id = $1 from found where job.ctid = found.ctid
      returning job.workspace_id, job.lane_id, job.run_id, job.ord, job.progress, job.crashes, job.hold_id, job.stood, job.deadline is not null as timed
    ),
    counted as (select workspace_id, lane_id, count(*)::int as jobs from found group by workspace_id, lane_id),
    slots as (
      select * from (
        select p.workspace_id, p.id as lane_id, least(coalesce(c.jobs, 0) + coalesce(w.n, 0), p.cap - p.granted, $8)::int as n from picked p
        left join counted c on c.workspace_id = p.workspace_id and c.lane_id = p.id
        left join unnest($10::uuid[], $11::int[]) as w(lane, n) on w.lane = p.id where p.cap is not null
      ) s where s.n > 0
    ),
    granted as (
      update lane set granted = lane.granted + slots.n from slots
      where lane.workspace_id = slots.workspace_id and lane.id = slots.lane_id
    ),
    held as (
      insert into lane_slot (workspace_id, lane_id, worker_id, slots) select workspace_id, lane_id, $1, n from slots
      on conflict (workspace_id, lane_id, worker_id) do update set slots = lane_slot.slots + excluded.slots
    ),
    summary as (
      select p.workspace_id, p.id as lane_id, p.cap, coalesce(s.n, 0) as slots, coalesce(c.jobs, 0) as jobs from picked p
      left join counted c on c.workspace_id = p.workspace_id and c.lane_id = p.id
      left join slots s on s.workspace_id = p.workspace_id and s.lane_id = p.id
    )
    select (select count(*)::int from fence) as fence,
      (select coalesce(json_agg(summary), '[]') from summary) as lanes,
      (select coalesce(json_agg(jobs), '[]') from (${payload} from took ${payloadJoin}) jobs) as jobs`,
}

/** $1 worker, $2 workspaces, $3 lanes, $4 jobs wanted of each. `over`: lanes whose limit was lowered below what is granted. */
export const jobRefill = {
  name: 'job-refill',
  text: `with fence as materialized (
      select 1 from worker where id = $1 and lease_until > clock_timestamp() for key share
    ),
    found as materialized (
      select q.ctid from fence, unnest($2::uuid[], $3::uuid[], $4::int[]) as w(ws, lane, n) cross join lateral (
        select j.ctid from job j where j.workspace_id = w.ws and j.lane_id = w.lane and j.state = 'q'
        order by j.ord limit w.n for update skip locked
      ) q
    ),
    took as (
      update job set state = 'r', worker_id = $1 from found where job.ctid = found.ctid
      returning job.workspace_id, job.lane_id, job.run_id, job.ord, job.progress, job.crashes, job.hold_id, job.stood, job.deadline is not null as timed
    )
    select (select count(*)::int from fence) as fence,
      (select coalesce(json_agg(json_build_object('lane', l.id, 'over', l.granted - l.cap)), '[]')
        from unnest($2::uuid[], $3::uuid[]) as w(ws, lane) join lane l on l.workspace_id = w.ws and l.id = w.lane and l.granted > l.cap) as over,
      (select coalesce(json_agg(jobs), '[]') from (${payload} from took ${payloadJoin}) jobs) as jobs`,
}

/** What the limits of these lanes are by now: $1 workspaces, $2 lanes. */
export const laneOver = {
  name: 'lane-over',
  text: `select l.id::text as lane, l.granted - l.cap as over from unnest($1::uuid[], $2::uuid[]) as t(ws, id) join lane l on l.workspace_id = t.ws and l.id = t.id where l.cap is not null`,
}

/**
 * Lanes that had no limit when this worker ($1) began runs of them, and have one now: what executes is put on the book, whatever
 * the limit is. $2 workspaces, $3 lanes, $4 runs that execute, sorted by the caller. One whose limit is gone again is left out.
 */
export const laneBook = {
  name: 'lane-book',
  text: `with fence as materialized (
      select 1 from worker where id = $1 and lease_until > clock_timestamp() for key share
    ),
    locked as materialized (
      select l.workspace_id, l.id, l.cap, l.granted, t.n from fence, unnest($2::uuid[], $3::uuid[], $4::int[]) as t(ws, lane, n)
      join lane l on l.workspace_id = t.ws and l.id = t.lane where l.cap is not null order by l.workspace_id, l.id for no key update of l
    ),
    booked as (
      update lane set granted = lane.granted + locked.n from locked where lane.workspace_id = locked.workspace_id and lane.id = locked.id
    ),
    held as (
      insert into lane_slot (workspace_id, lane_id, worker_id, slots) select workspace_id, id, $1, n from locked where n > 0
      on conflict (workspace_id, lane_id, worker_id) do update set slots = lane_slot.slots + excluded.slots
    )
    select (select count(*)::int from fence) as fence, (select coalesce(json_agg(json_build_object('lane', id, 'over', granted + n - cap)), '[]') from locked) as over`,
}

/** Is there anybody who could take what worker $1 gives back? */
export const workersBeside = { name: 'workers-beside', text: `select 1 from worker where id <> $1 and lease_until > clock_timestamp() limit 1` }

/** Jobs that were claimed ahead and are not wanted now, back to the front of their lanes. $1 worker, $2 ws, $3 runs. */
export const jobReturn = {
  name: 'job-return',
  text: `with back as (
      update job set state = 'q', worker_id = null
      from unnest($2::uuid[], $3::uuid[]) as t(ws, run)
      where job.workspace_id = t.ws and job.run_id = t.run and job.worker_id is not distinct from $1
      returning job.workspace_id, job.lane_id
    ),
    ${openLanes('back')}
    select (select count(*)::int from back) as back`,
}

/** Which of the runs $3 (of workspaces $2) worker $1 does not hold any more: somebody has ended them. */
export const jobsGone = {
  name: 'jobs-gone',
  text: `select t.run::text as run from unnest($2::uuid[], $3::uuid[]) as t(ws, run)
    where (select job.worker_id from job where job.workspace_id = t.ws and job.run_id = t.run) is distinct from $1::uuid`,
}

/** Takes $4 slots of each lane ($2, $3) off worker $1's book: rows `less` and `gone`. */
export const slotsBack = `with t as (select * from unnest($2::uuid[], $3::uuid[], $4::int[]) as t(ws, lane, n)),
    less as (
      update lane_slot s set slots = s.slots - t.n from t
      where s.workspace_id = t.ws and s.lane_id = t.lane and s.worker_id = $1 and s.slots > t.n
      returning s.workspace_id, s.lane_id, t.n
    ),
    gone as (
      delete from lane_slot s using t
      where s.workspace_id = t.ws and s.lane_id = t.lane and s.worker_id = $1 and s.slots <= t.n
      returning s.workspace_id, s.lane_id, s.slots as n
    )`

/** $1 worker; gives back $4 slots of each lane and opens it for others. Sorted by the caller. */
export const laneReturn = {
  name: 'lane-return',
  text: `${slotsBack}
    update lane set granted = granted - b.n, open = true
    from (select * from less union all select * from gone) b
    where lane.workspace_id = b.workspace_id and lane.id = b.lane_id`,
}

/** First of the closer's two statements (one transaction): lock the lanes nobody is filling. */
export const laneCloseLock = {
  name: 'lane-close-lock',
  text: `select l.ctid::text as at from lane l join unnest($1::uuid[], $2::uuid[]) as t(ws, id) on l.workspace_id = t.ws and l.id = t.id
    where l.open for update of l skip locked`,
}

/** Second: with a new snapshot, close those that really have nothing queued. */
export const laneClose = {
  name: 'lane-close',
  text: `update lane set open = false where ctid = any($1::tid[]) and not exists (
    select 1 from job j where j.workspace_id = lane.workspace_id and j.lane_id = lane.id and j.state = 'q')`,
}
