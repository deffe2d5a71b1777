-- Runs that were cancelled and whose fanwise/function.cancelled has not been stored yet, or been found to
-- interest nobody. Written with the cancelling itself, so a process that dies in between loses no event.
create table "cancelled_run" (
  "workspace_id" uuid not null,
  "run_id" uuid not null,
  "at" timestamptz(3) not null default current_timestamp,
  constraint cancelled_run_pkey primary key ("workspace_id", "run_id")
);
create index cancelled_run_at_idx on "cancelled_run" ("at");

-- Times the run began after its workers had died again and again, each noted before it began. crashes counts
-- whoever a dead worker held, most of which had not even begun; begun finds the one that was under way.
alter table "job" add column "begun" smallint not null default 0;
