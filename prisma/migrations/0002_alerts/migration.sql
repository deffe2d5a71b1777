-- Failure alerts: one summary a workspace, then at most one every 15 minutes. A failure is told
-- once: told_at marks it, so no clock decides which failures a summary has already covered.

alter table "workspace" add column "alerts_on" boolean not null default true;
alter table "workspace" add column "alerted_at" timestamptz(3);

alter table "failure" add column "told_at" timestamptz(3);
-- What failed before there were alerts is no news.
update "failure" set "told_at" = current_timestamp;
create index failure_untold_idx on failure (workspace_id) where told_at is null;
