-- Tables of schema.prisma, then what Prisma's schema cannot say: partial indexes and checks.

create table "user_account" (
  "id" uuid not null,
  constraint user_account_pkey primary key ("id"),
  "email" text not null,
  "name" text,
  "password_hash" text,
  "created_at" timestamptz(3) not null default current_timestamp
);
create unique index user_account_email_key on "user_account" ("email");

create table "session" (
  "id" uuid not null,
  constraint session_pkey primary key ("id"),
  "user_id" uuid not null,
  "created_at" timestamptz(3) not null default current_timestamp,
  "last_seen_at" timestamptz(3) not null default current_timestamp,
  "expires_at" timestamptz(3) not null
);
create index session_user_id_idx on "session" ("user_id");

create table "workspace" (
  "id" uuid not null,
  constraint workspace_pkey primary key ("id"),
  "slug" text not null,
  "name" text not null,
  "route_epoch" integer not null default 0,
  "created_at" timestamptz(3) not null default current_timestamp
);
create unique index workspace_slug_key on "workspace" ("slug");

create table "membership" (
  "workspace_id" uuid not null,
  "user_id" uuid not null,
  "role" text not null,
  "created_at" timestamptz(3) not null default current_timestamp,
  constraint membership_pkey primary key ("workspace_id", "user_id")
);
create index membership_user_id_idx on "membership" ("user_id");

create table "api_key" (
  "workspace_id" uuid not null,
  "id" uuid not null,
  "kind" text not null,
  "name" text not null,
  "hash" bytea not null,
  "last4" text not null,
  "plain_text" text,
  "created_at" timestamptz(3) not null default current_timestamp,
  "revoked_at" timestamptz(3),
  constraint api_key_pkey primary key ("workspace_id", "id")
);
create unique index api_key_hash_key on "api_key" ("hash");

create table "workflow" (
  "workspace_id" uuid not null,
  "id" uuid not null,
  "slug" text not null,
  "name" text not null,
  "draft" jsonb not null,
  "draft_revision" integer not null default 0,
  "published" jsonb,
  "published_revision" integer,
  "published_version" integer not null default 0,
  "published_at" timestamptz(3),
  "created_at" timestamptz(3) not null default current_timestamp,
  "updated_at" timestamptz(3) not null default current_timestamp,
  "archived_at" timestamptz(3),
  constraint workflow_pkey primary key ("workspace_id", "id")
);
create unique index workflow_workspace_id_slug_key on "workflow" ("workspace_id", "slug");

create table "workflow_operation" (
  "workspace_id" uuid not null,
  "workflow_id" uuid not null,
  "revision" integer not null,
  "client_id" text not null,
  "client_seq" integer not null,
  "author_id" uuid,
  "label" text not null,
  "changes" jsonb not null,
  "at" timestamptz(3) not null default current_timestamp,
  constraint workflow_operation_pkey primary key ("workspace_id", "workflow_id", "revision")
);
create unique index workflow_operation_workspace_id_workflow_id_client_id_client_seq_key on "workflow_operation" ("workspace_id", "workflow_id", "client_id", "client_seq");

create table "workflow_snapshot" (
  "workspace_id" uuid not null,
  "workflow_id" uuid not null,
  "revision" integer not null,
  "reason" text not null,
  "document" jsonb not null,
  "author_id" uuid,
  "at" timestamptz(3) not null default current_timestamp,
  constraint workflow_snapshot_pkey primary key ("workspace_id", "workflow_id", "revision", "reason")
);

create table "function" (
  "workspace_id" uuid not null,
  "id" uuid not null,
  "workflow_id" uuid not null,
  "slug" text not null,
  "name" text not null,
  "current_version" integer,
  "created_at" timestamptz(3) not null default current_timestamp,
  "archived_at" timestamptz(3),
  constraint function_pkey primary key ("workspace_id", "id")
);
create unique index function_workspace_id_slug_key on "function" ("workspace_id", "slug");

create table "function_version" (
  "workspace_id" uuid not null,
  "function_id" uuid not null,
  "version" integer not null,
  "hash" text not null,
  "definition" json not null,
  "created_at" timestamptz(3) not null default current_timestamp,
  "created_by" uuid,
  constraint function_version_pkey primary key ("workspace_id", "function_id", "version")
);

create table "webhook_source" (
  "id" text not null,
  constraint webhook_source_pkey primary key ("id"),
  "workspace_id" uuid not null,
  "workflow_id" uuid not null,
  "node_id" text not null,
  "name" text not null,
  "event_name" text,
  "dedupe_path" text,
  "created_at" timestamptz(3) not null default current_timestamp
);
create index webhook_source_workspace_id_workflow_id_idx on "webhook_source" ("workspace_id", "workflow_id");

create table "schedule" (
  "workspace_id" uuid not null,
  "function_id" uuid not null,
  "trigger_id" text not null,
  "cron" text not null,
  "timezone" text not null,
  "next_at" timestamptz(3) not null,
  "last_at" timestamptz(3),
  constraint schedule_pkey primary key ("workspace_id", "function_id", "trigger_id")
);
create index schedule_next_at_idx on "schedule" ("next_at");

create table "wait_name" (
  "workspace_id" uuid not null,
  "name" text not null,
  constraint wait_name_pkey primary key ("workspace_id", "name")
);

create table "worker" (
  "id" uuid not null,
  constraint worker_pkey primary key ("id"),
  "lease_until" timestamptz(6) not null,
  "flush_no" bigint not null default 0,
  "host" text not null,
  "started_at" timestamptz(3) not null default current_timestamp
) with (fillfactor=20);

create table "lane" (
  "workspace_id" uuid not null,
  "id" uuid not null,
  "function_id" uuid not null,
  "cap" integer,
  "granted" integer not null default 0,
  "open" boolean not null default false,
  "key_text" text,
  constraint lane_pkey primary key ("workspace_id", "id")
) with (fillfactor=50, autovacuum_vacuum_scale_factor=0.01);

create table "lane_slot" (
  "workspace_id" uuid not null,
  "lane_id" uuid not null,
  "worker_id" uuid not null,
  "slots" integer not null,
  constraint lane_slot_pkey primary key ("workspace_id", "lane_id", "worker_id")
) with (fillfactor=50);
create index lane_slot_worker_id_idx on "lane_slot" ("worker_id");

create table "job" (
  "workspace_id" uuid not null,
  "run_id" uuid not null,
  "lane_id" uuid not null,
  "ord" bigserial not null,
  "state" char(1) not null default 'q',
  "worker_id" uuid,
  "due" timestamptz(6),
  "progress" boolean not null default false,
  "poked" boolean not null default false,
  "crashes" smallint not null default 0,
  "why" json,
  constraint job_pkey primary key ("workspace_id", "run_id")
) with (fillfactor=70, autovacuum_vacuum_scale_factor=0.01, autovacuum_vacuum_cost_delay=0);

create table "event" (
  "workspace_id" uuid not null,
  "id" uuid not null,
  "name" text not null,
  "data" json not null,
  "ts" bigint not null,
  "v" text,
  "client_id" text,
  "source" text not null,
  "source_ref" text,
  "emit_run_id" uuid,
  "received_at" timestamptz(3) not null default current_timestamp,
  constraint event_pkey primary key ("workspace_id", "id")
);
create index event_workspace_id_name_id_idx on "event" ("workspace_id", "name", "id");

create table "event_seen" (
  "workspace_id" uuid not null,
  "key" bytea not null,
  "event_id" uuid not null,
  "at" timestamptz(3) not null default current_timestamp,
  constraint event_seen_pkey primary key ("workspace_id", "key")
);

create table "run" (
  "workspace_id" uuid not null,
  "id" uuid not null,
  "function_id" uuid not null,
  "version" integer not null,
  "event_id" uuid not null,
  "status" smallint not null default 0,
  "started_at" timestamptz(3),
  "ended_at" timestamptz(3),
  "error" json,
  "parent_run_id" uuid,
  "parent_step" text,
  "retry_of" uuid,
  constraint run_pkey primary key ("workspace_id", "id")
) with (fillfactor=50);
create index run_workspace_id_function_id_id_idx on "run" ("workspace_id", "function_id", "id");
create index run_workspace_id_event_id_idx on "run" ("workspace_id", "event_id");

create table "step" (
  "workspace_id" uuid not null,
  "run_id" uuid not null,
  "step" text not null,
  "attempt" smallint not null,
  "status" smallint not null,
  "port" text,
  "started_at" timestamptz(3) not null,
  "ended_at" timestamptz(3) not null,
  "input" json,
  "output" json,
  "error" json,
  constraint step_pkey primary key ("workspace_id", "run_id", "step")
);

create table "attempt" (
  "workspace_id" uuid not null,
  "run_id" uuid not null,
  "step" text not null,
  "attempt" smallint not null,
  "started_at" timestamptz(3) not null,
  "ended_at" timestamptz(3) not null,
  "input" json,
  "error" json not null,
  "retry_at" timestamptz(6),
  constraint attempt_pkey primary key ("workspace_id", "run_id", "step", "attempt")
);

create table "failure" (
  "workspace_id" uuid not null,
  "run_id" uuid not null,
  "function_id" uuid not null,
  "step" text,
  "at" timestamptz(3) not null default current_timestamp,
  constraint failure_pkey primary key ("workspace_id", "run_id")
);

create table "wait" (
  "workspace_id" uuid not null,
  "run_id" uuid not null,
  "step" text not null,
  "kind" text not null,
  "event_name" text,
  "condition" text,
  "created_at" timestamptz(6) not null default current_timestamp,
  "expires_at" timestamptz(6),
  "resolved_at" timestamptz(6),
  "result" json,
  "input" json,
  constraint wait_pkey primary key ("workspace_id", "run_id", "step")
);

create table "emit_progress" (
  "workspace_id" uuid not null,
  "run_id" uuid not null,
  "step" text not null,
  "next_index" integer not null,
  "total" integer not null,
  "base_ms" bigint not null,
  "started_at" timestamptz(3) not null,
  constraint emit_progress_pkey primary key ("workspace_id", "run_id", "step")
);

create table "outbox_mail" (
  "workspace_id" uuid not null,
  "id" uuid not null,
  "run_id" uuid,
  "step" text,
  "from" text not null,
  "to" text not null,
  "subject" text not null,
  "html" text,
  "text" text,
  "at" timestamptz(3) not null default current_timestamp,
  constraint outbox_mail_pkey primary key ("workspace_id", "id")
);

create table "playground_service" (
  "workspace_id" uuid not null,
  "service" text not null,
  "mode" text not null default 'ok',
  "delay_ms" integer,
  "status" integer,
  "items" integer,
  constraint playground_service_pkey primary key ("workspace_id", "service")
);

create table "playground_request" (
  "workspace_id" uuid not null,
  "id" uuid not null,
  "service" text not null,
  "method" text not null,
  "path" text not null,
  "body" json,
  "idempotency_key" text,
  "answered" smallint not null,
  "at" timestamptz(3) not null default current_timestamp,
  constraint playground_request_pkey primary key ("workspace_id", "id")
);
create index playground_request_workspace_id_service_id_idx on "playground_request" ("workspace_id", "service", "id");
alter table "session" add constraint session_user_id_fkey foreign key ("user_id") references "user_account" ("id") on delete cascade on update cascade;
alter table "membership" add constraint membership_workspace_id_fkey foreign key ("workspace_id") references "workspace" ("id") on delete cascade on update cascade;
alter table "membership" add constraint membership_user_id_fkey foreign key ("user_id") references "user_account" ("id") on delete cascade on update cascade;
alter table "api_key" add constraint api_key_workspace_id_fkey foreign key ("workspace_id") references "workspace" ("id") on delete cascade on update cascade;
alter table "workflow" add constraint workflow_workspace_id_fkey foreign key ("workspace_id") references "workspace" ("id") on delete cascade on update cascade;

-- Admission looks only at lanes that may hold queued jobs and have a free slot.
create index lane_ready_idx on lane (workspace_id, id) where open and (cap is null or granted < cap);
alter table lane add constraint lane_granted_check check (granted >= 0);
alter table lane_slot add constraint lane_slot_slots_check check (slots > 0);

-- The queue of a lane, the timers, and a worker's own jobs for the reaper.
create index job_queue_idx on job (workspace_id, lane_id, ord) where state = 'q';
create index job_due_idx on job (due) where due is not null;
create index job_worker_idx on job (worker_id) where state = 'r';
alter table job add constraint job_state_check check (
  (state = 'q' and worker_id is null and due is null)
  or (state = 'r' and worker_id is not null and due is null)
  or (state = 't' and worker_id is null and due is not null)
  or (state = 'w' and worker_id is null)
);

-- A run's state and its end belong together.
alter table run add constraint run_status_check check (
  (status = 0 and ended_at is null) or (status in (1, 2, 3) and ended_at is not null)
);
create index run_parent_idx on run (workspace_id, parent_run_id) where parent_run_id is not null;
create index failure_function_idx on failure (workspace_id, function_id, run_id);
create index wait_event_idx on wait (workspace_id, event_name) where event_name is not null and resolved_at is null;
