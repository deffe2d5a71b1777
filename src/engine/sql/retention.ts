/**
 * History past its time. Ids begin with their time, so old rows are the first of a workspace's keys: each
 * statement takes a few thousand from the front of an index and never looks at what stays.
 * $1 workspace, $2 the first id to keep, $3 rows at most, $4 where given: runs that ended since then stay.
 */
const ofRuns = (table: string) => ({
  name: `keep-${table.replaceAll('_', '-')}`,
  text: `delete from ${table} where ctid = any(array(
    select x.ctid from ${table} x where x.workspace_id = $1 and x.run_id < $2
      and not exists (select 1 from run r where r.workspace_id = x.workspace_id and r.id = x.run_id and (r.status = 0 or r.ended_at >= $4))
    order by x.workspace_id, x.run_id limit $3))`,
})

/** In this order: what belongs to a run goes before the run. Each is repeated until it takes fewer than it may. */
export const keepOfRuns = [
  ofRuns('step'), ofRuns('attempt'), ofRuns('failure'), ofRuns('wait'), ofRuns('run_event'), ofRuns('emit_progress'), ofRuns('step_list'), ofRuns('step_console'),
]

export const keepRuns = {
  name: 'keep-runs',
  text: `delete from run where ctid = any(array(
    select ctid from run where workspace_id = $1 and id < $2 and status <> 0 and ended_at < $4 order by id limit $3 for update skip locked))`,
}

/** An event stays while a run of it does, also one that took it together with others, or one that waits may still look back at it. */
export const keepEvents = {
  name: 'keep-events',
  text: `delete from event where ctid = any(array(
    select e.ctid from event e where e.workspace_id = $1 and e.id < $2
      and not exists (select 1 from run r where r.workspace_id = e.workspace_id and r.event_id = e.id)
      and not exists (select 1 from run_event b where b.workspace_id = e.workspace_id and b.event_id = e.id)
    order by e.id limit $3 for update skip locked))`,
}

/**
 * Versions that only tests ran, once no run of them is left. One that is tested again counts as new.
 * Few at a time: a function's newer runs are looked through for each.
 */
export const keepTestVersions = {
  name: 'keep-test-versions',
  text: `delete from function_version where ctid = any(array(
    select v.ctid from function_version v where v.workspace_id = $1 and v.version < 0 and v.created_at < $3
      and not exists (select 1 from run r where r.workspace_id = v.workspace_id and r.function_id = v.function_id and r.version = v.version and r.version < 0)
    limit $2))`,
}

const ofRows = (table: string) => ({
  name: `keep-${table.replaceAll('_', '-')}`,
  text: `delete from ${table} where ctid = any(array(select ctid from ${table} where workspace_id = $1 and id < $2 order by id limit $3))`,
})
export const keepMails = ofRows('outbox_mail')
export const keepRequests = ofRows('playground_request')
export const keepAudit = ofRows('audit_entry')

/** Edits one by one: what was made of them is in the drawing. $2: kept since. A page that is older than that is told so (save-draft.ts). */
export const keepOperations = {
  name: 'keep-workflow-operation',
  text: `delete from workflow_operation where ctid = any(array(select ctid from workflow_operation where workspace_id = $1 and at < $2 order by at limit $3))`,
}

export const keepFanOuts = {
  name: 'keep-fan-outs',
  text: `with old as (
      delete from fan_out where ctid = any(array(select ctid from fan_out where workspace_id = $1 and run_id < $2 and state in ('settled', 'cancelled')
        and not exists (select 1 from run r where r.workspace_id = fan_out.workspace_id and r.id = fan_out.run_id) order by workspace_id, run_id limit $3))
      returning workspace_id, id
    ),
    counts as (delete from fan_out_count c using old where c.workspace_id = old.workspace_id and c.fan_out_id = old.id)
    select 1 from old`,
}

export const keepSettings = {
  name: 'keep-settings',
  text: `select id, event_days, run_days from workspace order by id`,
}

/** One process at a time. */
export const keepTurn = { name: 'keep-turn', text: `select pg_try_advisory_lock(7341002) as mine` }
export const keepTurnEnd = { name: 'keep-turn-end', text: `select pg_advisory_unlock(7341002)` }
