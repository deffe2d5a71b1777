-- The audit says which key did something and who made that key; connections and secrets can be renamed.

-- Null: made before this was noted, or by the installation itself.
alter table "api_key" add column "created_by" uuid;

-- Names it had before, which steps may go on using. One name leads to one thing only: src/server/connections/names.ts.
alter table "connection" add column "earlier_names" text[] not null default '{}';
alter table "secret" add column "earlier_names" text[] not null default '{}';

-- A thing's own entries, newest first: the page of a fan-out, the audit narrowed to one thing.
create index audit_entry_workspace_id_target_id_idx on "audit_entry" ("workspace_id", "target", "id");
