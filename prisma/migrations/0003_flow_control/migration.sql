-- Flow control, fan-outs that can be steered, holds, schedules made of data, retention.

-- A job's place in its lane is its time of arrival in microseconds (less its head start), so priorities
-- and rows of any process compare. Rows of before keep their small numbers: they are first anyway.
alter table "job" alter column "ord" set default (extract(epoch from clock_timestamp()) * 1000000)::bigint;
drop sequence if exists job_ord_seq cascade;
alter table "job" alter column "ord" set default (extract(epoch from clock_timestamp()) * 1000000)::bigint;
-- What holds it (state h), or the pass it was let go with: a hold's, a bucket's or a second limit's id.
alter table "job" add column "hold_id" uuid;
-- When its run is cancelled: the start time limit until it starts, then the finish time limit.
alter table "job" add column "deadline" timestamptz(6);
alter table job drop constraint job_state_check;
alter table job add constraint job_state_check check (
  (state = 'q' and worker_id is null and due is null)
  or (state = 'r' and worker_id is not null and due is null)
  or (state = 't' and worker_id is null and due is not null)
  or (state = 'w' and worker_id is null)
  or (state = 'h' and worker_id is null and hold_id is not null)
);
create index job_held_idx on job (workspace_id, hold_id, ord) where state = 'h';
create index job_deadline_idx on job (deadline) where deadline is not null;

-- 4 = skipped: matched, but flow control let no run begin; error says why.
alter table run drop constraint run_status_check;
alter table run add constraint run_status_check check (
  (status = 0 and ended_at is null) or (status in (1, 2, 3, 4) and ended_at is not null)
);

-- Something that keeps runs from starting or going on, until it is taken away.
create table "hold" (
  "workspace_id" uuid not null,
  "id" uuid not null,
  "kind" text not null,
  "target" text not null,
  "reason" text,
  "auto" boolean not null default false,
  "by" uuid,
  "since" timestamptz(3) not null default current_timestamp,
  "until" timestamptz(6),
  "ramp" integer,
  constraint hold_pkey primary key ("workspace_id", "id"),
  constraint hold_kind_check check (kind in ('function', 'fan-out', 'service'))
);

-- State of a flow-control rule for one key value: counts, pending run, bucket. One row a key, removed when it says nothing any more.
create table "flow_key" (
  "workspace_id" uuid not null,
  "id" uuid not null,
  "function_id" uuid not null,
  "kind" text not null,
  "key_text" text,
  "count" integer not null default 0,
  "run_id" uuid,
  "since" timestamptz(6) not null default current_timestamp,
  "used_until" timestamptz(6),
  "line_until" timestamptz(6),
  "expires_at" timestamptz(6) not null,
  constraint flow_key_pkey primary key ("workspace_id", "id"),
  constraint flow_key_kind_check check (kind in ('rate', 'idempotency', 'singleton', 'debounce', 'batch', 'throttle'))
) with (fillfactor=50, autovacuum_vacuum_scale_factor=0.01);
create index flow_key_expires_at_idx on "flow_key" ("expires_at");

-- The events that a batched or debounced run took, in order; run.event_id is the first of a batch, the last of a debounce.
create table "run_event" (
  "workspace_id" uuid not null,
  "run_id" uuid not null,
  "n" integer not null,
  "event_id" uuid not null,
  constraint run_event_pkey primary key ("workspace_id", "run_id", "n")
);
create index run_event_workspace_id_event_id_idx on "run_event" ("workspace_id", "event_id");

-- An emit of many events as one thing. Item i's event has the id base_id + i.
create table "fan_out" (
  "workspace_id" uuid not null,
  "id" uuid not null,
  "run_id" uuid not null,
  "step" text not null,
  "function_id" uuid not null,
  "event_name" text not null,
  "base_id" uuid not null,
  "total" integer not null,
  "items" integer not null default 0,
  "runs" integer not null default 0,
  "skipped" integer not null default 0,
  "targets" uuid[] not null default '{}',
  "state" text not null default 'emitting',
  "canary" integer,
  "stop_share" real,
  "reason" text,
  "started_at" timestamptz(3) not null default current_timestamp,
  "settled_at" timestamptz(3),
  constraint fan_out_pkey primary key ("workspace_id", "id"),
  constraint fan_out_state_check check (state in ('emitting', 'canary', 'running', 'paused', 'stopped', 'cancelled', 'settled'))
) with (fillfactor=50, autovacuum_vacuum_scale_factor=0.01);
create index fan_out_workspace_id_run_id_idx on "fan_out" ("workspace_id", "run_id");
create index fan_out_open_idx on fan_out (workspace_id, id) where state <> 'settled';

-- Ended children by worker, so that workers do not wait for each other's commits; their sums are the fan-out's.
create table "fan_out_count" (
  "workspace_id" uuid not null,
  "fan_out_id" uuid not null,
  "worker_id" uuid not null,
  "done" integer not null default 0,
  "failed" integer not null default 0,
  "cancelled" integer not null default 0,
  constraint fan_out_count_pkey primary key ("workspace_id", "fan_out_id", "worker_id")
) with (fillfactor=50, autovacuum_vacuum_scale_factor=0.01);

-- A schedule that is a row instead of a drawing: one a customer, say.
create table "data_schedule" (
  "workspace_id" uuid not null,
  "id" uuid not null,
  "key" text not null,
  "event_name" text not null,
  "cron" text not null,
  "timezone" text not null,
  "data" json not null,
  "missed" text not null default 'last',
  "enabled" boolean not null default true,
  "next_at" timestamptz(3) not null,
  "last_at" timestamptz(3),
  "created_at" timestamptz(3) not null default current_timestamp,
  "updated_at" timestamptz(3) not null default current_timestamp,
  constraint data_schedule_pkey primary key ("workspace_id", "id"),
  constraint data_schedule_missed_check check (missed in ('skip', 'last', 'all'))
);
create unique index data_schedule_workspace_id_key_key on "data_schedule" ("workspace_id", "key");
create index data_schedule_due_idx on data_schedule (next_at) where enabled;
alter table "schedule" add column "missed" text not null default 'last';
alter table schedule add constraint schedule_missed_check check (missed in ('skip', 'last', 'all'));

-- How long history is kept, in days; null = for ever.
alter table "workspace" add column "event_days" integer default 30;
alter table "workspace" add column "run_days" integer default 30;
-- Hosts whose failures park every step that calls them, by themselves.
alter table "workspace" add column "auto_park" boolean not null default false;
-- A concurrency limit set while it runs; until the next publish that changes the drawn one.
alter table "function" add column "limit_override" integer;

-- A wait that somebody or something outside resolves by name: a signal, an approval.
alter table "wait" add column "signal" text;
create unique index wait_signal_idx on wait (workspace_id, signal) where signal is not null and resolved_at is null;

create index wait_approval_idx on wait (workspace_id, created_at) where kind = 'approval' and resolved_at is null;

-- What people changed while it ran.
create table "audit_entry" (
  "workspace_id" uuid not null,
  "id" uuid not null,
  "at" timestamptz(3) not null default current_timestamp,
  "actor_id" uuid,
  "actor" text not null,
  "action" text not null,
  "target" text not null,
  "detail" json,
  constraint audit_entry_pkey primary key ("workspace_id", "id")
);

-- A worker writes over two connections in turn; each keeps the number of its last write here, so that after a
-- lost connection it is known whether that write was committed. The lease row itself is only read by writes.
create table "worker_writer" (
  "worker_id" uuid not null,
  "writer" smallint not null,
  "flush_no" bigint not null default 0,
  constraint worker_writer_pkey primary key ("worker_id", "writer")
) with (fillfactor=20);
alter table "worker" drop column "flush_no";

-- Why something was published, in its author's words.
alter table "workflow_snapshot" add column "note" text;
