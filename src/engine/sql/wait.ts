/**
 * Waits for events and for invoked runs. Registering takes the exclusive lock of (workspace, event
 * name), storing an event of a waited-for name the shared one, so an event whose transaction is
 * still open is seen by one side or the other, never by neither.
 */
import { heldByService } from '#engine/sql/hold.ts'
import { openLanes } from '#engine/sql/open-lanes.ts'

/** Events that are looked at together. */
export const lookBackPage = 1000

export const waitLock = { name: 'wait-lock', text: `select pg_advisory_xact_lock(hashtextextended($1, 7))` }
export const waitLockShared = { name: 'wait-lock-shared', text: `select pg_advisory_xact_lock_shared(hashtextextended($1, 7))` }

/** Fence and hold of one run, for the transactions off the hot path. Row = still ours. */
export const runHold = {
  name: 'run-hold',
  text: `with fence as materialized (
      select 1 from worker where id = $1 and lease_until > clock_timestamp() for key share
    )
    select 1 from fence, job where job.workspace_id = $2 and job.run_id = $3 and job.worker_id is not distinct from $1 for update of job`,
}

export const waitRegister = {
  name: 'wait-register',
  text: `insert into wait (workspace_id, run_id, step, kind, event_name, condition, expires_at, input, match_path, match_key)
    values ($1, $2, $3, $4, $5, $6, clock_timestamp() + $7 * interval '1 ms', $8, $9, $10) on conflict do nothing returning 1`,
}

/** A wait that somebody outside resolves. A second one for the same signal breaks the unique index, which tells. */
export const waitRegisterOutside = {
  name: 'wait-register-outside',
  text: `insert into wait (workspace_id, run_id, step, kind, signal, expires_at, input)
    values ($1, $2, $3, $4, $5, clock_timestamp() + $6 * interval '1 ms', $7) on conflict (workspace_id, run_id, step) do nothing`,
}

/** A signal whose wait is too late is free for the next one. */
export const signalFree = {
  name: 'signal-free',
  text: `update wait set signal = null where workspace_id = $1 and signal = $2 and resolved_at is null and expires_at <= clock_timestamp()`,
}

/** Who waits for a signal, locked; $3 null, or the one run that is meant. */
export const signalWait = {
  name: 'signal-wait',
  text: `select run_id::text as run, step from wait
    where workspace_id = $1 and signal = $2 and ($3::uuid is null or run_id = $3) and kind = 'signal' and resolved_at is null and (expires_at is null or expires_at > clock_timestamp()) for update`,
}

/** What a person is asked, locked, so that one decision is the first. */
export const approvalWait = {
  name: 'approval-wait',
  text: `select resolved_at is not null as decided, result, expires_at <= clock_timestamp() + interval '200 ms' as late
    from wait where workspace_id = $1 and run_id = $2 and step = $3 and kind = 'approval' for update`,
}

/**
 * A page of the events of a name ($1 ws, $2 name) behind the id $3, oldest first, that were stored since the run's own
 * event $5; of tests ($4) only for a run that is one. $6: only those whose storing began since that moment, null = all.
 * Ids carry the clock of whoever accepted the event, so which came first is the database's to say. $7: the last id of interest.
 */
export const waitLookBack = {
  name: 'wait-look-back',
  text: `select e.id::text as id, e.name, e.data, e.ts::float8 as ts, e.v from event e
    where e.workspace_id = $1 and e.name = $2 and e.id > $3 and e.id <= $7
    and (e.received_at, e.id) > (select o.received_at, o.id from event o where o.workspace_id = $1 and o.id = $5)
    and ($6::timestamptz is null or e.received_at >= $6) and ($4::boolean or (
      (e.source <> 'ui' or e.source_ref is distinct from 'test')
      and (e.emit_run_id is null or not exists (select 1 from run r where r.workspace_id = e.workspace_id and r.id = e.emit_run_id and r.version < 0))
    )) order by e.id limit ${lookBackPage}`,
}

/**
 * Fan-outs of the name ($1 ws, $2 name) that began before the id $3 and may have sent items since the event $4 was stored:
 * the ids of items tell when the sending began, which may be days ago when it rested in between.
 */
export const waitOldFanOuts = {
  name: 'wait-old-fan-outs',
  text: `select base_id::text as base from (
      select base_id, event_name from fan_out where workspace_id = $1 and state <> 'settled'
      union all
      select base_id, event_name from fan_out where workspace_id = $1 and state = 'settled'
        and settled_at >= (select o.received_at from event o where o.workspace_id = $1 and o.id = $4)
    ) f where event_name = $2 and base_id < $3 order by base_id`,
}

/** What may still be on its way into the database: its storing began less than two minutes ago. */
export const waitLookedBackUntil = { name: 'wait-looked-back-until', text: `select (clock_timestamp() - interval '2 minutes')::text as since` }

/** What the open waits for these names ($1 ws, $2 name) compare, each once: a skip scan over wait_match_idx. */
export const waitPaths = {
  name: 'wait-paths',
  text: `with recursive paths as (
      select t.ws, t.name, first.match_path from unnest($1::uuid[], $2::text[]) as t(ws, name) cross join lateral (
        select w.match_path from wait w where w.workspace_id = t.ws and w.event_name = t.name and w.resolved_at is null order by w.match_path limit 1
      ) first
      union all
      select paths.ws, paths.name, next.match_path from paths cross join lateral (
        select w.match_path from wait w where w.workspace_id = paths.ws and w.event_name = paths.name and w.match_path > paths.match_path and w.resolved_at is null
        order by w.match_path limit 1
      ) next
    )
    select ws, name, match_path as path from paths`,
}

/** Open waits for these names that want such values ($1 ws, $2 name, $3 path, $4 hash of the value), with what their conditions compare against. */
export const waitOpen = {
  name: 'wait-open',
  text: `select w.workspace_id, w.run_id, w.step, w.event_name, w.condition, w.match_path, w.match_key, o.id as origin_id, o.name as origin_name,
      o.data as origin_data, o.ts::float8 as origin_ts, o.v as origin_v, r.version
    from unnest($1::uuid[], $2::text[], $3::text[], $4::uuid[]) as t(ws, name, path, key)
    join wait w on w.workspace_id = t.ws and w.event_name = t.name and w.match_path = t.path and w.match_key = t.key and w.resolved_at is null
    join run r on r.workspace_id = w.workspace_id and r.id = w.run_id
    join event o on o.workspace_id = r.workspace_id and o.id = r.event_id
    order by w.workspace_id, w.run_id, w.step`,
}

/**
 * Part of reopening failed runs: what they waited for is waited for anew. An answer that came while they were failing,
 * too late to be recorded, counts: what was called has done its work, and nobody is asked twice.
 * @param runs where their id comes from @param steps run_id and step of the failed steps that lost their result @param ws number of the parameter
 */
export const waitsAnew = (runs: string, steps: string, ws: number): string => `waits as (
      delete from wait using ${runs} o where wait.workspace_id = $${ws} and wait.run_id = o.id
        and not exists (select 1 from step s where s.workspace_id = $${ws} and s.run_id = o.id and s.step = wait.step and (s.status = 1 or s.port is not null))
        and (wait.resolved_at is null or wait.kind in ('gather', 'canary') or (wait.kind = 'invoke' and not starts_with(wait.result::text, '{"status":"completed"'))
          or exists (select 1 from ${steps} f where f.run_id = o.id and f.step = wait.step))
    )`

const wakes = `(job.state = 'w' or ${heldByService})`

/**
 * First match wins. The job is poked in any state, so a run that is just parking queues instead. One that a parked service holds
 * goes on with its other branches.
 */
export const waitResolve = {
  name: 'wait-resolve',
  text: `with resolved as (
      update wait set resolved_at = clock_timestamp(), result = t.result
      from (select * from unnest($1::uuid[], $2::uuid[], string_to_array($3, E'\\x1e', ''), string_to_array($4, E'\\x1e', '')::json[]) as t(ws, run, step, result)) t
      where wait.workspace_id = t.ws and wait.run_id = t.run and wait.step = t.step and wait.resolved_at is null
      returning wait.workspace_id, wait.run_id
    ),
    poked as (
      update job set poked = job.state = 'r', state = case when ${wakes} then 'q' else job.state end,
        due = case when ${wakes} then null else job.due end, hold_id = case when ${wakes} then null else job.hold_id end
      from (select distinct workspace_id, run_id from resolved) r
      where job.workspace_id = r.workspace_id and job.run_id = r.run_id
      returning job.workspace_id, job.lane_id, job.run_id, job.state
    ),
    ${openLanes("poked where state = 'q'")}
    select workspace_id, run_id::text as run from poked`,
}
