-- An event that ends runs finds them by the values it brings, and does not read all that are open: hashes of what it must
-- bring (src/engine/flow/cancel-keys.ts). Runs of before have the id of their function there: every event that may end
-- runs of it tries them.
alter table "job" add column "cancel_keys" uuid[] not null default '{}';
update "job" set "cancel_keys" = array[run.function_id]
  from "run" join "function_version" v on v.workspace_id = run.workspace_id and v.function_id = run.function_id and v.version = run.version
  where run.workspace_id = job.workspace_id and run.id = job.run_id and run.version > 0 and strpos(v.definition::text, '"cancelOn"') > 0;
create index job_cancel_idx on job using gin (cancel_keys) with (fastupdate = off) where cancel_keys <> '{}';
