/** Deduplication of the ids that senders give, per workspace, for 24 hours. */

/** Keys distinct and sorted by the caller. A row = new; no row = a repeat. */
export const eventSeenClaim = {
  name: 'event-seen-claim',
  text: `insert into event_seen (workspace_id, key, event_id)
    select * from unnest($1::uuid[], $2::bytea[], $3::uuid[]) as t(ws, key, id)
    on conflict (workspace_id, key) do update set event_id = excluded.event_id, at = current_timestamp
      where event_seen.at < clock_timestamp() - interval '24 hours'
    returning event_id::text`,
}

export const eventSeenFind = {
  name: 'event-seen-find',
  text: `select s.event_id::text as id, encode(s.key, 'hex') as key from event_seen s
    join unnest($1::uuid[], $2::bytea[]) as t(ws, key) on s.workspace_id = t.ws and s.key = t.key`,
}

export const eventSeenPrune = {
  name: 'event-seen-prune',
  text: `delete from event_seen where ctid = any(array(
    select ctid from event_seen where at < clock_timestamp() - interval '25 hours' limit 5000))`,
}
