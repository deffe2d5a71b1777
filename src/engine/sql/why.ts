/** What the sentence "why does it wait" is made of. */
export const whyRun = {
  name: 'why-run',
  text: `select r.status, r.version, (extract(epoch from r.started_at) * 1000)::float8 as started_ms, f.slug, r.function_id::text as function_id,
      j.state, (extract(epoch from j.due) * 1000)::float8 as due_ms, j.why, j.lane_id::text as lane_id, j.hold_id::text as hold_id, j.progress,
      l.cap, l.granted, l.key_text, (select count(*)::int from worker where lease_until > clock_timestamp()) as workers, v.definition->'flow' as flow,
      (extract(epoch from clock_timestamp()) * 1000)::float8 as now_ms
    from run r join function f on f.workspace_id = r.workspace_id and f.id = r.function_id
    left join job j on j.workspace_id = r.workspace_id and j.run_id = r.id
    left join lane l on l.workspace_id = j.workspace_id and l.id = j.lane_id
    left join function_version v on v.workspace_id = r.workspace_id and v.function_id = r.function_id and v.version = r.version
    where r.workspace_id = $1 and r.id = $2`,
}

/** How many of the lane are ahead, counted to $4 at most. */
export const whyLine = {
  name: 'why-line',
  text: `select count(*)::int as ahead from (
      select 1 from job a where a.workspace_id = $1 and a.lane_id = $3 and a.state = 'q'
        and a.ord < (select ord from job where workspace_id = $1 and run_id = $2) limit $4
    ) a`,
}

/** How many of the lane workers have taken that come before it; some of them execute. Counted to $4 at most. */
export const whyTaken = {
  name: 'why-taken',
  text: `select count(*)::int as ahead from (
      select 1 from worker w join job a on a.worker_id = w.id and a.state = 'r' where a.workspace_id = $1 and a.lane_id = $3
        and a.ord < (select ord from job where workspace_id = $1 and run_id = $2) limit $4
    ) a`,
}

export const whyDetail = {
  hold: {
    name: 'why-hold',
    text: `select h.kind, h.target, h.reason, (extract(epoch from h.since) * 1000)::float8 as since_ms, coalesce(u.name, u.email, 'the API key ' || k.name) as by_name, h.auto, h.ramp, $3::int as ahead
      from hold h left join user_account u on u.id = h.by left join api_key k on k.workspace_id = h.workspace_id and k.id = h.by where h.workspace_id = $1 and h.id = $2`,
  },
  /** How many stand before it at its second limit $3, counted to $4 at most, and the number that is published now. */
  second: {
    name: 'why-second',
    text: `select (select count(*)::int from (
        select 1 from job a where a.workspace_id = $1 and a.hold_id = $3 and a.state = 'h'
          and a.ord < (select ord from job where workspace_id = $1 and run_id = $2) limit $4
      ) a) as ahead, (select cap from lane where workspace_id = $1 and id = $3) as cap`,
  },
  confirm: {
    name: 'why-confirm',
    text: `select o.total, w.confirm_above as above, coalesce(u.name, u.email) as name from fan_out o join workspace w on w.id = o.workspace_id
      left join membership m on m.workspace_id = w.id and m.user_id = w.confirm_by and m.role <> 'viewer' left join user_account u on u.id = m.user_id where o.workspace_id = $1 and o.id = $2`,
  },
  fanOut: { name: 'why-fan-out', text: `select state, reason, total, items from fan_out where workspace_id = $1 and id = $2` },
  batch: { name: 'why-batch', text: `select count(*)::int as n from run_event where workspace_id = $1 and run_id = $2` },
  called: { name: 'why-called', text: `select id::text as run from run where workspace_id = $1 and parent_run_id = $2 and parent_step = $3 order by id desc limit 1` },
}
