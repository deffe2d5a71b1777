/**
 * Events with their runs and jobs, in one statement: nothing is ever half fanned out.
 *
 * Parameters 1–10 are the events' columns, 11–19 the runs' (a run and its job are one row here),
 * 20–21 the distinct lanes, sorted, 22–25 what flow control says of each run (empty when it says nothing):
 * starts in ms, head start in ms, start deadline in ms, why it is skipped; 26 what the events that may end it find it by. The gates differ: ingest checks that the routing table used is
 * still the current one; an emit checks that the worker's lease stands and that the emit (or this
 * chunk of it) has not been stored before.
 */
const eventRows = `
    unnest($1::uuid[], $2::uuid[], string_to_array($3, E'\\x1e', ''), string_to_array($4, E'\\x1e', '')::json[],
      $5::bigint[], string_to_array($6, E'\\x1e', ''), string_to_array($7, E'\\x1e', ''), string_to_array($8, E'\\x1e', ''),
      string_to_array($9, E'\\x1e', ''), $10::uuid[])
      as t(ws, id, name, data, ts, v, client_id, source, source_ref, emit_run)`

const runRows = `
    unnest($11::uuid[], $12::uuid[], $13::uuid[], $14::int[], $15::uuid[], $16::uuid[], $17::uuid[], string_to_array($18, E'\\x1e', ''), $19::uuid[],
      $22::float8[], $23::float8[], $24::float8[], string_to_array($25, E'\\x1e', '')::json[],
      string_to_array($26, E'\\x1e', ''))
      as t(ws, id, fn, version, event, lane, parent_run, parent_step, retry_of, starts_in, head_start, deadline_in, skip, cancel_keys)`

/**
 * A lane must be open when its jobs become visible. The key-share lock is held until COMMIT, and the
 * closer takes the full lock before it looks for queued jobs, so neither can miss the other.
 */
const lanes = `
  locked as (
    select l.workspace_id, l.id, l.open from lane l
    join (select * from unnest($20::uuid[], $21::uuid[]) as t(ws, id)) t on l.workspace_id = t.ws and l.id = t.id
    order by l.workspace_id, l.id for key share of l
  ),
  opened as (
    update lane set open = true from locked where lane.workspace_id = locked.workspace_id and lane.id = locked.id and not locked.open
  )`

const insertEvents = `insert into event (workspace_id, id, name, data, ts, v, client_id, source, source_ref, emit_run_id)`
const insertRuns = `insert into run (workspace_id, id, function_id, version, event_id, parent_run_id, parent_step, retry_of, status, ended_at, error)`
const runEnd = `case when t.skip is null then 0 else 4 end, case when t.skip is not null then clock_timestamp() end, t.skip`
const insertJobs = `insert into job (workspace_id, run_id, lane_id, state, due, deadline, cancel_keys, ord)
      select t.ws, t.id, t.lane, case when t.starts_in is null then 'q' else 't' end, clock_timestamp() + t.starts_in * interval '1 ms',
        clock_timestamp() + t.deadline_in * interval '1 ms', coalesce(t.cancel_keys::uuid[], '{}'),
        (extract(epoch from clock_timestamp()) * 1000000)::bigint - coalesce(t.head_start, 0)::bigint * 1000`

/** Whether nobody has published meanwhile. @param p numbers of the two parameters: workspaces, their route epochs as used */
const current = (p: readonly [number, number]) => `current as (
      select not exists (
        select 1 from unnest($${p[0]}::uuid[], $${p[1]}::int[]) as c(ws, epoch)
        left join workspace w on w.id = c.ws where w.route_epoch is distinct from c.epoch
      ) as ok
    )`

/**
 * Among those just stored. `is true` keeps the planner from making a join of it: it takes every list for ten rows
 * long and would join them in nested loops, four million comparisons for 500 events with four runs each.
 */
const isNew = (column: 'event' | 'id', stored: 'e' | 'r') => `((t.ws, t.${column}) in (select workspace_id, id from ${stored})) is true`

/**
 * Events and their runs; `current` stands before. Where ids may be there already, those are passed over. Where all are new,
 * saying so spares the look for them before each row and the lists of what was stored: a fifth of the statement.
 */
const eventsAndRuns = (ids: 'may-repeat' | 'new') => {
  const passOver = ids === 'new' ? '' : ' on conflict do nothing returning workspace_id, id'
  return `e as (
      ${insertEvents} select t.* from ${eventRows} where (select ok from current)${passOver}
    ),
    r as (
      ${insertRuns} select t.ws, t.id, t.fn, t.version, t.event, t.parent_run, t.parent_step, t.retry_of, ${runEnd}
      from ${runRows} where ${ids === 'new' ? '(select ok from current)' : isNew('event', 'e')}${passOver}
    )`
}

/** $27 workspaces, $28 their route epochs as used. Answers \`current\`: whether it was stored; and the events that were not there before. */
export const eventIngest = {
  name: 'event-ingest',
  text: `with ${current([27, 28])},
    ${eventsAndRuns('may-repeat')},
    j as (
      ${insertJobs} from ${runRows} where t.skip is null and ${isNew('id', 'r')}
    ),${lanes}
    select (select ok from current) as current, array(select id::text from e) as stored`,
}

/** As event-ingest, of ids that nobody has stored. */
export const eventIngestNew = {
  name: 'event-ingest-new',
  text: `with ${current([27, 28])},
    ${eventsAndRuns('new')},
    j as (
      ${insertJobs} from ${runRows} where t.skip is null and (select ok from current)
    ),${lanes}
    select (select ok from current) as current`,
}

/**
 * As event-ingest-new ($22–$25 empty), by a process whose worker $29 has time: jobs of lanes without a limit
 * are its own from the start, which spares them the claim. Answers their runs. Whoever has no lease any
 * more, or is being declared dead at this moment, is given none.
 */
export const eventTakeNew = {
  name: 'event-take-new',
  text: `with fence as materialized (
      select id from worker where id = $29 and lease_until > clock_timestamp() for key share skip locked
    ),
    ${current([27, 28])},
    ${eventsAndRuns('new')},
    locked as (
      select l.workspace_id, l.id, l.open, case when l.cap is null then (select id from fence) end as worker from lane l
      join unnest($20::uuid[], $21::uuid[]) as t(ws, id) on l.workspace_id = t.ws and l.id = t.id
      order by l.workspace_id, l.id for key share of l
    ),
    opened as (
      update lane set open = true from locked
      where lane.workspace_id = locked.workspace_id and lane.id = locked.id and not locked.open and locked.worker is null
    ),
    j as (
      insert into job (workspace_id, run_id, lane_id, state, worker_id, cancel_keys, ord)
      select t.ws, t.id, t.lane, case when l.worker is null then 'q' else 'r' end, l.worker, coalesce(t.cancel_keys::uuid[], '{}'), (extract(epoch from clock_timestamp()) * 1000000)::bigint
      from ${runRows} join locked l on l.workspace_id = t.ws and l.id = t.lane where (select ok from current)
      returning run_id, worker_id
    )
    select (select ok from current) as current, array(select run_id from j where worker_id is not null)::text[] as taken`,
}

/**
 * $27 worker; the emits of this statement: $28 ws, $29 run, $30 step, $31 from index,
 * $32 to index, $33 total, $34 attempt, $35 started (ms ago), $36 input, $37 output, $38 base ms;
 * $39 workspaces, $40 their route epochs as used.
 * An emit that is a fan-out ($41 its id, else null) also has $42 function, $43 event name, $44 id of item 0,
 * $45 runs of this chunk, $46 functions of these runs (array literals), $47 canary, $48 stop share, $49 skipped runs.
 * The runs are locked, so that whoever ends one from outside comes before or after this, and finds what is stored here.
 * Its state after this chunk is answered too (`fans`): while it is not `emitting`, nothing more is sent.
 * An emit that ends here (to = total) records its step; the others move emit_progress on.
 * Answers the emits that were stored, as (run, step).
 */
export const eventEmit = {
  name: 'event-emit',
  text: `with fence as materialized (
      select 1 from worker where id = $27 and lease_until > clock_timestamp() for key share
    ),
    ${current([39, 40])},
    emits as (
      select t.* from fence, unnest($28::uuid[], $29::uuid[], string_to_array($30, E'\\x1e', ''), $31::int[], $32::int[], $33::int[],
        $34::int[], $35::float8[], string_to_array($36, E'\\x1e', '')::json[], string_to_array($37, E'\\x1e', '')::json[], $38::bigint[],
        $41::uuid[], $42::uuid[], string_to_array($43, E'\\x1e', ''), $44::uuid[], $45::int[], string_to_array($46, E'\\x1e', ''), $47::int[], $48::real[], $49::int[])
        as t(ws, run, step, from_index, to_index, total, attempt, ago, input, output, base_ms, fan, fn, event_name, base_id, runs, targets, canary, stop_share, skipped)
      join job on job.workspace_id = t.ws and job.run_id = t.run and job.worker_id is not distinct from $27
      where (select ok from current) for key share of job
    ),
    begun as (
      insert into emit_progress (workspace_id, run_id, step, next_index, total, base_ms, started_at)
      select ws, run, step, to_index, total, base_ms, clock_timestamp() - ago * interval '1 ms' from emits
      where from_index = 0 and to_index < total on conflict do nothing returning workspace_id, run_id, step
    ),
    moved as (
      update emit_progress p set next_index = emits.to_index from emits
      where p.workspace_id = emits.ws and p.run_id = emits.run and p.step = emits.step
        and emits.from_index > 0 and p.next_index = emits.from_index and emits.to_index < emits.total
      returning p.workspace_id, p.run_id, p.step
    ),
    ended as (
      delete from emit_progress p using emits
      where p.workspace_id = emits.ws and p.run_id = emits.run and p.step = emits.step
        and emits.from_index > 0 and p.next_index = emits.from_index and emits.to_index = emits.total
      returning p.workspace_id, p.run_id, p.step
    ),
    recorded as (
      insert into step (workspace_id, run_id, step, attempt, status, port, started_at, ended_at, input, output)
      select ws, run, step, attempt, 1, 'out', clock_timestamp() - ago * interval '1 ms', clock_timestamp(), input, output from emits
      where to_index = total and (from_index = 0 or (ws, run, step) in (select workspace_id, run_id, step from ended))
      on conflict do nothing returning workspace_id, run_id, step
    ),
    gate as (
      select workspace_id, run_id, step from begun union all select workspace_id, run_id, step from moved
      union all select workspace_id, run_id, step from recorded
    ),
    fan as (
      insert into fan_out (workspace_id, id, run_id, step, function_id, event_name, base_id, total, items, runs, skipped, targets, state, canary, stop_share, started_at)
      select ws, fan, run, step, fn, event_name, base_id, total, to_index, runs, skipped, targets::uuid[],
        case when to_index = total then 'running' when to_index = canary then 'canary' else 'emitting' end, canary, stop_share, clock_timestamp() - ago * interval '1 ms'
      from emits where fan is not null and (ws, run, step) in (select workspace_id, run_id, step from gate)
      on conflict (workspace_id, id) do update set items = excluded.items, runs = fan_out.runs + excluded.runs, skipped = fan_out.skipped + excluded.skipped,
        targets = case when fan_out.targets @> excluded.targets then fan_out.targets else array(select distinct unnest(fan_out.targets || excluded.targets)) end,
        state = case when fan_out.state in ('emitting', 'canary') then excluded.state else fan_out.state end
      returning run_id, step, state
    ),
    e as (
      ${insertEvents} select t.ws, t.id, t.name, t.data, t.ts, t.v, t.client_id, t.source, t.source_ref, t.emit_run from ${eventRows}
      where (t.ws, t.emit_run, t.source_ref) in (select workspace_id, run_id, step from gate)
    ),
    r as (
      ${insertRuns} select t.ws, t.id, t.fn, t.version, t.event, null, null, null, ${runEnd} from ${runRows}
      where (t.ws, t.parent_run, t.parent_step) in (select workspace_id, run_id, step from gate)
    ),
    j as (
      ${insertJobs} from ${runRows}
      where t.skip is null and (t.ws, t.parent_run, t.parent_step) in (select workspace_id, run_id, step from gate)
    ),${lanes}
    select (select count(*)::int from fence) as fence, (select ok from current) as current,
      array(select run_id::text || ' ' || step from gate) as stored,
      array(select state || ' ' || run_id::text || ' ' || step from fan) as fans`,
}
