-- Connections, secrets and settings of a workspace; a named person confirms big fan-outs.

-- How steps sign in at a service. The secret is encrypted (src/server/connections/cipher.ts); key_id names the key it is encrypted with.
create table "connection" (
  "workspace_id" uuid not null,
  "id" uuid not null,
  "name" text not null,
  "kind" text not null,
  "config" json not null,
  "cipher" bytea not null,
  "key_id" text not null,
  "last4" text,
  "changed_by" text not null,
  "created_at" timestamptz(3) not null default current_timestamp,
  "updated_at" timestamptz(3) not null default current_timestamp,
  constraint connection_pkey primary key ("workspace_id", "id"),
  constraint connection_kind_check check (kind in ('bearer', 'basic', 'header', 'query', 'oauth2'))
);
create unique index connection_workspace_id_name_key on "connection" ("workspace_id", "name");

-- Read as secrets.NAME in fields of outgoing requests only. No hosts = may be sent to any.
create table "secret" (
  "workspace_id" uuid not null,
  "name" text not null,
  "hosts" text[] not null default '{}',
  "cipher" bytea not null,
  "key_id" text not null,
  "last4" text,
  "changed_by" text not null,
  "created_at" timestamptz(3) not null default current_timestamp,
  "updated_at" timestamptz(3) not null default current_timestamp,
  constraint secret_pkey primary key ("workspace_id", "name")
);

-- Read as env.NAME everywhere; nothing about it is secret.
create table "setting" (
  "workspace_id" uuid not null,
  "name" text not null,
  "value" text not null,
  "changed_by" text not null,
  "created_at" timestamptz(3) not null default current_timestamp,
  "updated_at" timestamptz(3) not null default current_timestamp,
  constraint setting_pkey primary key ("workspace_id", "name")
);

-- A fan-out of more items than this waits until that member says go; no member = any owner or admin. Null = none waits.
alter table "workspace" add column "confirm_above" integer;
alter table "workspace" add column "confirm_by" uuid;

-- It waits for that go, and nothing of it is sent yet; asked_at = its person was told by mail.
alter table "fan_out" add column "asked_at" timestamptz(3);
alter table fan_out drop constraint fan_out_state_check;
alter table fan_out add constraint fan_out_state_check check (state in ('confirm', 'emitting', 'canary', 'running', 'paused', 'stopped', 'cancelled', 'settled'));
create index fan_out_confirm_idx on fan_out (workspace_id, id) where state = 'confirm';
