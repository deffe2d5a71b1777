/**
 * A worker's own row: it is lease and fence in one. Every write of a worker first takes a key-share lock
 * on it while the lease stands: that holds off whoever would declare the worker dead, and lets its other
 * writes and its heartbeat, which alone renews the lease, go on beside it.
 */
export const workerEnter = {
  name: 'worker-enter',
  text: `with entered as (
      insert into worker (id, lease_until, host) values ($1, clock_timestamp() + $2 * interval '1 ms', $3)
    )
    insert into worker_writer (worker_id, writer) select $1, n from generate_series(0, $4 - 1) n`,
}

/** Row = the lease still stands and now runs anew. */
export const workerBeat = {
  name: 'worker-beat',
  text: `update worker set lease_until = clock_timestamp() + $2 * interval '1 ms'
    where id = $1 and lease_until > clock_timestamp() returning 1`,
}

/** After an answer got lost: which was the last write of this connection that committed? Waits for one still committing. */
export const workerLastFlush = {
  name: 'worker-last-flush',
  text: `select flush_no::text from worker_writer where worker_id = $1 and writer = $2 for update`,
}

/**
 * Dead workers, locked; the reaper takes them one by one. $1 how long a lease runs, ms. \`away\`: the database has
 * been started since the worker's last sign of life, which is reason enough for there being no other.
 */
export const workerExpired = {
  name: 'worker-expired',
  text: `select id, lease_until - $1 * interval '1 ms' < pg_postmaster_start_time() as away
    from worker where lease_until < clock_timestamp() for update skip locked limit 10`,
}

/** Before a release, in a statement of its own: a claim still under way commits first, and what it took is seen by the release. */
export const workerLock = { name: 'worker-lock', text: `select 1 from worker where id = $1 for update` }

/**
 * Everything a worker held goes back: its jobs to the front of their lanes (they keep their ord),
 * its slots to the lanes. \`$2\` counts as a crash of the worker for each of its runs.
 */
export const workerRelease = {
  name: 'worker-release',
  text: `with back as (
      update job set state = 'q', worker_id = null, progress = true, crashes = crashes + $2, begun = case when $2 = 0 then 0 else begun end
      where worker_id = $1 and state = 'r' returning workspace_id, lane_id, run_id, crashes
    ), slots as (
      delete from lane_slot where worker_id = $1 returning workspace_id, lane_id, slots
    ), touched as (
      select workspace_id, lane_id from back union select workspace_id, lane_id from slots
    ), lanes as (
      update lane set open = true, granted = granted - coalesce((
          select s.slots from slots s where s.workspace_id = lane.workspace_id and s.lane_id = lane.id), 0)
      from touched t where lane.workspace_id = t.workspace_id and lane.id = t.lane_id
    ), gone as (
      delete from worker where id = $1
    ), writers as (
      delete from worker_writer where worker_id = $1
    )
    select workspace_id, run_id, crashes from back`,
}
