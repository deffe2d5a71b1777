-- A lane per key value would stay for ever. used_at: when a process last made sure that the lane is there,
-- which it does again each hour while it uses it; lanes of the day before yesterday go.
alter table "lane" add column "used_at" timestamptz(3) not null default current_timestamp;

-- The list a step goes through, kept until the step has ended, where reading it again could give another one
-- (it reads the clock, or a setting): after a crash the rest of the items must come from the same list.
create table "step_list" (
  "workspace_id" uuid not null,
  "run_id" uuid not null,
  "step" text not null,
  "items" json not null,
  constraint step_list_pkey primary key ("workspace_id", "run_id", "step")
);
