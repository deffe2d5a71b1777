/** Lanes as rows: made before their first job, gone when nobody has used them for a day. */

const insertLanes = `insert into lane (workspace_id, id, function_id, cap, key_text)
    select * from unnest($1::uuid[], $2::uuid[], $3::uuid[], $4::int[], string_to_array($5, E'\\x1e', ''))
    as t(ws, id, fn, cap, key_text) order by ws, id`

/** Lanes that are about to get jobs: $1 ws, $2 id, $3 owner, $4 limit, $5 key. In a transaction of its own, sorted by the caller. One that is there is marked as used. */
export const laneKeep = {
  name: 'lane-keep',
  text: `${insertLanes}
    on conflict (workspace_id, id) do update set used_at = clock_timestamp() where lane.used_at < clock_timestamp() - interval '15 minutes'`,
}

/**
 * Limits that are others since this process made the lanes: $1 ws, $2 id, $3 limit, $4 the route epoch it is of. A publish sets
 * them itself, but for a lane that was being made at that moment.
 */
export const laneLimits = {
  name: 'lane-limits',
  text: `update lane set cap = t.cap from unnest($1::uuid[], $2::uuid[], $3::int[], $4::int[]) as t(ws, id, cap, epoch) join workspace w on w.id = t.ws and w.route_epoch = t.epoch
    where lane.workspace_id = t.ws and lane.id = t.id and lane.cap is distinct from t.cap`,
}

/**
 * First of two statements, in one transaction: of the $3 lanes behind ($1 ws, $2 id), those of a key value, a draft or a second
 * limit that nobody has used for a day, locked. Answers the last one looked at. Whoever stores jobs has marked the lane as
 * used within the hour, so that nobody is about to.
 */
export const laneUnusedLock = {
  name: 'lane-unused-lock',
  text: `with page as (
      select l.ctid, l.workspace_id, l.id from lane l where (l.workspace_id, l.id) > ($1::uuid, $2::uuid) order by l.workspace_id, l.id limit $3
    ),
    unused as (
      select l.ctid from page join lane l on l.ctid = page.ctid
      where l.id <> l.function_id and not l.open and l.granted = 0 and l.used_at < clock_timestamp() - interval '1 day' for update of l skip locked
    )
    select (select count(*)::int from page) as looked, (select workspace_id::text from page order by workspace_id desc, id desc limit 1) as ws,
      (select id::text from page order by workspace_id desc, id desc limit 1) as id, array(select ctid::text from unused) as unused`,
}

/** Second, with a new snapshot: of the lanes at $1, those without an open run, a slot or a run that is held there go. */
export const laneUnusedDelete = {
  name: 'lane-unused-delete',
  text: `with at as (
      select l.ctid, l.workspace_id, l.id from lane l where l.ctid = any($1::tid[])
    ),
    busy as (
      select j.workspace_id, j.lane_id as id from job j where j.workspace_id in (select workspace_id from at)
      union select j.workspace_id, j.hold_id from job j where j.state = 'h' and j.workspace_id in (select workspace_id from at)
      union select s.workspace_id, s.lane_id from lane_slot s where s.workspace_id in (select workspace_id from at)
    )
    delete from lane using at where lane.ctid = at.ctid and not exists (select 1 from busy where busy.workspace_id = at.workspace_id and busy.id = at.id)`,
}

/** Queued jobs whose lane is not there: must find nothing, like lane-sweep. Lanes by a skip scan over job_queue_idx; one job of each stands for all. */
export const laneMissing = {
  name: 'lane-missing',
  text: `with recursive queued as (
      (select workspace_id, lane_id from job where state = 'q' order by workspace_id, lane_id limit 1)
      union all
      select n.workspace_id, n.lane_id from queued cross join lateral (
        select j.workspace_id, j.lane_id from job j where j.state = 'q' and (j.workspace_id, j.lane_id) > (queued.workspace_id, queued.lane_id)
        order by j.workspace_id, j.lane_id limit 1
      ) n
    )
    select q.workspace_id::text as ws, q.lane_id::text as id, r.function_id::text as fn, r.version from queued q
    cross join lateral (select j.run_id from job j where j.workspace_id = q.workspace_id and j.lane_id = q.lane_id and j.state = 'q' order by j.ord limit 1) j
    join run r on r.workspace_id = q.workspace_id and r.id = j.run_id
    where not exists (select 1 from lane l where l.workspace_id = q.workspace_id and l.id = q.lane_id) limit 1000`,
}

/** Of the workspaces $1 those that are not being published now, nor will be until this transaction has ended (publish.ts takes the same lock for itself). */
export const publishHoldOff = {
  name: 'publish-hold-off',
  text: `select ws::text as ws from unnest($1::uuid[]) as t(ws) where pg_try_advisory_xact_lock_shared(hashtextextended('publish ' || ws::text, 0))`,
}

export const routeEpochs = { name: 'route-epochs', text: 'select id::text as ws, route_epoch as epoch from workspace where id = any($1::uuid[])' }

/** Published functions with a second limit, or one that is shared. */
export const limitsPublished = {
  name: 'limits-published',
  text: `select f.workspace_id::text as ws, f.id::text as id, v.definition from function f
    join function_version v on v.workspace_id = f.workspace_id and v.function_id = f.id and v.version = f.current_version
    where f.workspace_id = any($1::uuid[]) and f.archived_at is null and (strpos(v.definition::text, '"scope"') > 0 or strpos(v.definition::text, '"concurrency2"') > 0)`,
}

/** Lanes of second limits: $1 ws, $2 id, $3 owner, $4 limit, $5 key, sorted by the caller. */
export const laneKeepSecond = {
  name: 'lane-keep-second',
  text: `${insertLanes}
    on conflict (workspace_id, id) do update set cap = excluded.cap, used_at = clock_timestamp()
    where lane.cap is distinct from excluded.cap or lane.used_at < clock_timestamp() - interval '15 minutes'`,
}
