/**
 * Deleted workspaces (workspace.deleted_at): their open runs are ended, then their rows go, a few thousand a statement.
 * $1 workspace, $2 rows at most.
 */

/** The longest deleted first. */
export const purgeNext = { name: 'purge-next', text: `select id::text as id from workspace where deleted_at is not null order by deleted_at limit 20` }

/** One process at a time. */
export const purgeTurn = { name: 'purge-turn', text: `select pg_try_advisory_lock(7341003) as mine` }
export const purgeTurnEnd = { name: 'purge-turn-end', text: `select pg_advisory_unlock(7341003)` }

export const purgeOpenRuns = { name: 'purge-open-runs', text: `select run_id::text as run from job where workspace_id = $1 limit $2` }

const ofTable = (table: string) => ({
  name: `purge-${table.replaceAll('_', '-')}`,
  text: `delete from ${table} where ctid = any(array(select ctid from ${table} where workspace_id = $1 limit $2))`,
})

/** In this order: who refers to something goes before it. Fan-outs go before the runs they are counted by. */
export const purgeTables = [
  'step', 'attempt', 'failure', 'wait', 'run_event', 'emit_progress', 'step_list', 'step_console', 'cancelled_run', 'fan_out', 'fan_out_count', 'run', 'event', 'event_seen', 'flow_key', 'hold',
  'comment_mention', 'workflow_comment', 'workflow_operation', 'workflow_snapshot', 'webhook_source', 'schedule', 'data_schedule', 'wait_name', 'function_version', 'function', 'workflow',
  'connection', 'secret', 'setting', 'outbox_mail', 'playground_request', 'playground_service', 'audit_entry', 'api_key', 'invitation', 'membership',
] as const

/** Slots are given back by the workers that hold them; their lanes stay until then. */
const lanes = {
  name: 'purge-lane',
  text: `delete from lane where ctid = any(array(
    select l.ctid from lane l where l.workspace_id = $1 and l.granted = 0 and not exists (select 1 from lane_slot s where s.workspace_id = l.workspace_id and s.lane_id = l.id)
    limit $2 for update of l skip locked))`,
}

export const purgeRows = [...purgeTables.map(ofTable), lanes]

/** A minute after it was deleted no request from before can add to it any more. $1 workspace */
export const purgeEnd = {
  name: 'purge-end',
  text: `delete from workspace w where w.id = $1 and w.deleted_at < clock_timestamp() - interval '1 minute'
    and not exists (select 1 from job where workspace_id = w.id) and not exists (select 1 from lane where workspace_id = w.id) and not exists (select 1 from lane_slot where workspace_id = w.id)`,
}
