-- An arriving event reads the waits it can match, not all of its name: what a wait compares (a path of the arriving
-- event, as JSON; '' = nothing that can be looked up) and a hash of the value it wants there.
alter table "wait" add column "match_path" text not null default '';
alter table "wait" add column "match_key" uuid not null default '00000000-0000-0000-0000-000000000000';
drop index wait_event_idx;
create index wait_match_idx on wait (workspace_id, event_name, match_path, match_key) where event_name is not null and resolved_at is null;

-- A run that has stood in a throttle's line keeps its turn when a pause or another limit holds it on its way.
alter table "job" add column "stood" uuid;

-- A wait that looks back asks which fan-outs have settled since.
create index fan_out_settled_idx on fan_out (workspace_id, settled_at) where state = 'settled';

-- Edits of drafts go after 90 days.
create index workflow_operation_at_idx on workflow_operation (workspace_id, at);
