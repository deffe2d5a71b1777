-- A workspace that was deleted stays as a row until everything of it has gone.

alter table "workspace" add column "deleted_at" timestamptz(3);
create index workspace_deleted_idx on "workspace" ("deleted_at") where "deleted_at" is not null;
