/**
 * What became of the runs a worker holds, of many runs at once: results of steps, failed attempts,
 * sleeps, ends, parkings. One fenced statement, one commit.
 *
 * A worker holds a job exactly while job.worker_id is its own (CHECK job_state_check). That is written
 * `is not distinct from`, which no index can serve: with `=` the planner reads all jobs of the worker
 * for every row (30 ms instead of 2 for 100 rows).
 *
 * Most writes hold nothing but results and ends; they take the short statement, which costs half as
 * much to begin as the full one.
 *
 * $1 worker, $2 number of the writing connection, $3 flush number
 * results   $4 ws $5 run $6 step $7 attempt $8 status $9 port $10 ms ago started $11 ms ago ended $12 input $13 output $14 error
 * attempts  $15 ws $16 run $17 step $18 attempt $19 ms ago started $20 ms ago ended $21 input $22 error $23 retry in ms
 * waits     $24 ws $25 run $26 step $27 kind $28 expires in ms
 * ends      $29 ws $30 run $31 status $32 ms ago started $33 error
 * parkings  $34 ws $35 run $36 state $37 due in ms $38 why $39 ms ago started $41 hold
 * $40 the fan-out each end belongs to, null for most
 */
import { openLanes } from '#engine/sql/open-lanes.ts'
import { readable } from '#engine/sql/readable-json.ts'

const held = `job.workspace_id = t.ws and job.run_id = t.run and job.worker_id is not distinct from $1`

const fence = `fence as materialized (
      select 1 from worker where id = $1 and lease_until > clock_timestamp() for key share
    ),
    numbered as (
      update worker_writer set flush_no = $3 from fence where worker_id = $1 and writer = $2
    )`

const results = `results as (
      insert into step (workspace_id, run_id, step, attempt, status, port, started_at, ended_at, input, output, error)
      select t.ws, t.run, t.step, t.attempt, t.status, t.port, clock_timestamp() - t.started * interval '1 ms',
        clock_timestamp() - t.ended * interval '1 ms', t.input, t.output, t.error
      from fence, unnest($4::uuid[], $5::uuid[], string_to_array($6, E'\\x1e', ''), $7::smallint[], $8::smallint[],
        string_to_array($9, E'\\x1e', ''), $10::float8[], $11::float8[], string_to_array($12, E'\\x1e', '')::json[],
        string_to_array($13, E'\\x1e', '')::json[], string_to_array($14, E'\\x1e', '')::json[])
        as t(ws, run, step, attempt, status, port, started, ended, input, output, error)
      join job on ${held}
      on conflict do nothing returning 1
    )`

/** @param p numbers of the six parameters: ws, run, status, ms ago started, error, fan-out */
const ends = (p: readonly number[]) => `ended as (
      delete from job using fence, unnest($${p[0]}::uuid[], $${p[1]}::uuid[], $${p[2]}::smallint[], $${p[3]}::float8[], string_to_array($${p[4]}, E'\\x1e', '')::json[], $${p[5]}::uuid[])
        as t(ws, run, status, started, error, fan)
      where ${held}
      returning t.ws, t.run, t.status, t.started, t.error, t.fan
    ),
    counted as (
      insert into fan_out_count (workspace_id, fan_out_id, worker_id, done, failed)
      select ws, fan, $1, count(*) filter (where status = 1), count(*) filter (where status = 2) from ended where fan is not null group by ws, fan order by ws, fan
      on conflict (workspace_id, fan_out_id, worker_id) do update set done = fan_out_count.done + excluded.done, failed = fan_out_count.failed + excluded.failed
    ),
    runs as (
      update run set status = ended.status, started_at = coalesce(run.started_at, clock_timestamp() - ended.started * interval '1 ms'),
        ended_at = clock_timestamp(), error = ended.error
      from ended where run.workspace_id = ended.ws and run.id = ended.run
    )`

/** Only results ($4–$14) and ends ($15 ws, $16 run, $17 status, $18 ms ago started, $19 error, $20 fan-out). */
export const runAdvanceShort = {
  name: 'run-advance-short',
  text: `with ${fence}, ${results}, ${ends([15, 16, 17, 18, 19, 20])}
    select (select count(*)::int from fence) as fence, (select count(*)::int from results) as results,
      (select count(*)::int from ended) as ended, '{}'::text[] as parked`,
}

export const runAdvance = {
  name: 'run-advance',
  text: `with ${fence}, ${results}, ${ends([29, 30, 31, 32, 33, 40])},
    attempts as (
      insert into attempt (workspace_id, run_id, step, attempt, started_at, ended_at, input, error, retry_at)
      select t.ws, t.run, t.step, t.attempt, clock_timestamp() - t.started * interval '1 ms',
        clock_timestamp() - t.ended * interval '1 ms', t.input, t.error, clock_timestamp() + t.retry * interval '1 ms'
      from fence, unnest($15::uuid[], $16::uuid[], string_to_array($17, E'\\x1e', ''), $18::smallint[], $19::float8[], $20::float8[],
        string_to_array($21, E'\\x1e', '')::json[], string_to_array($22, E'\\x1e', '')::json[], $23::float8[])
        as t(ws, run, step, attempt, started, ended, input, error, retry)
      join job on ${held}
      on conflict do nothing
    ),
    waits as (
      insert into wait (workspace_id, run_id, step, kind, expires_at)
      select t.ws, t.run, t.step, t.kind, clock_timestamp() + t.expires * interval '1 ms'
      from fence, unnest($24::uuid[], $25::uuid[], string_to_array($26, E'\\x1e', ''), string_to_array($27, E'\\x1e', ''), $28::float8[])
        as t(ws, run, step, kind, expires)
      join job on ${held}
      on conflict do nothing
    ),
    parked as (
      update job set state = case when job.poked then 'q' else t.state end, worker_id = null, progress = true, poked = false, crashes = 0, begun = 0,
        due = case when job.poked or t.state = 'q' then null else clock_timestamp() + t.due * interval '1 ms' end, why = t.why, hold_id = t.hold,
        stood = case when t.state = 'h' and starts_with(t.why::text, '{"kind":"throttle"') then t.hold else job.stood end
      from fence, unnest($34::uuid[], $35::uuid[], string_to_array($36, E'\\x1e', ''), $37::float8[], string_to_array($38, E'\\x1e', '')::json[], $41::uuid[])
        as t(ws, run, state, due, why, hold)
      where ${held}
      returning job.workspace_id, job.lane_id, job.run_id, job.state
    ),
    begun as (
      update run set started_at = clock_timestamp() - t.started * interval '1 ms'
      from unnest($34::uuid[], $35::uuid[], $39::float8[]) as t(ws, run, started)
      where t.started is not null and run.workspace_id = t.ws and run.id = t.run and run.started_at is null
    ),
    ${openLanes("parked where state = 'q'")}
    select (select count(*)::int from fence) as fence, (select count(*)::int from results) as results,
      (select count(*)::int from ended) as ended,
      (select coalesce(array_agg(run_id::text || state), '{}') from parked) as parked`,
}

/** Emits ($3 their steps) whose failure was just recorded as handled: what they had left is not sent any more. Of those not recorded it stays. */
export const emitsFailed = {
  name: 'emits-failed',
  text: `delete from emit_progress p using unnest($1::uuid[], $2::uuid[], string_to_array($3, E'\\x1e', '')) as t(ws, run, step)
    where p.workspace_id = t.ws and p.run_id = t.run and p.step = t.step
      and exists (select 1 from step s where s.workspace_id = t.ws and s.run_id = t.run and s.step = t.step and s.status = 2 and s.port is not null)`,
}

/** Which of these runs does the worker still hold? Asked only when the counts of run-advance do not add up. */
export const jobHeld = {
  name: 'job-held',
  text: `select run_id::text as run from job join unnest($2::uuid[], $3::uuid[]) as t(ws, run) on job.workspace_id = t.ws and job.run_id = t.run
    where job.worker_id is not distinct from $1`,
}

/** Which of these runs have ended by their own work? Asked, in the same transaction, only when fewer ended than were sent: the others were cancelled first. */
export const runsEndedByThemselves = {
  name: 'runs-ended-by-themselves',
  text: `select run.id::text as run from run join unnest($1::uuid[], $2::uuid[]) as t(ws, run) on run.workspace_id = t.ws and run.id = t.run
    where run.status in (1, 2)`,
}

/** Everything recorded of runs that are taken up again. */
export const runLoad = {
  steps: {
    name: 'run-load-steps',
    text: `select s.run_id::text as run, s.step, s.status, s.port, s.output, s.error from step s
      join unnest($1::uuid[], $2::uuid[]) as t(ws, run) on s.workspace_id = t.ws and s.run_id = t.run`,
  },
  attempts: {
    name: 'run-load-attempts',
    text: `select a.run_id::text as run, a.step, count(*)::int as tries,
        extract(epoch from max(a.retry_at) - clock_timestamp()) * 1000 as retry_in_ms,
        case when max(a.retry_at) > clock_timestamp() then (
          select ${readable('l.error')}->>'message' from attempt l where l.workspace_id = a.workspace_id and l.run_id = a.run_id and l.step = a.step order by l.attempt desc limit 1
        ) end as message
      from attempt a join unnest($1::uuid[], $2::uuid[]) as t(ws, run) on a.workspace_id = t.ws and a.run_id = t.run
      group by a.workspace_id, a.run_id, a.step`,
  },
  waits: {
    name: 'run-load-waits',
    text: `select w.run_id::text as run, w.step, w.kind, w.result, w.resolved_at is not null as resolved, w.input,
        extract(epoch from w.expires_at - clock_timestamp()) * 1000 as expires_in_ms,
        extract(epoch from clock_timestamp() - w.created_at) * 1000 as age_ms
      from wait w join unnest($1::uuid[], $2::uuid[]) as t(ws, run) on w.workspace_id = t.ws and w.run_id = t.run`,
  },
  progress: {
    name: 'run-load-progress',
    text: `select p.run_id::text as run, p.step, p.next_index, p.total, p.base_ms::float8 as base_ms
      from emit_progress p join unnest($1::uuid[], $2::uuid[]) as t(ws, run) on p.workspace_id = t.ws and p.run_id = t.run`,
  },
}

export const eventLoad = {
  name: 'event-load',
  text: 'select data from event where workspace_id = $1 and id = $2',
}
