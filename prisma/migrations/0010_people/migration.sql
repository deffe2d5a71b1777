-- People are asked into a workspace by a link; its members see who was here last.

create table "invitation" (
  "workspace_id" uuid not null,
  "id" uuid not null,
  "email" text not null,
  "role" text not null,
  -- SHA-256 of the token in the link; the token itself is nowhere.
  "hash" bytea not null,
  "invited_by" uuid,
  "inviter" text not null,
  "created_at" timestamptz(3) not null default current_timestamp,
  "expires_at" timestamptz(3) not null,
  "accepted_at" timestamptz(3),
  "accepted_by" uuid,
  "revoked_at" timestamptz(3),
  constraint invitation_pkey primary key ("workspace_id", "id")
);
create unique index invitation_hash_key on "invitation" ("hash");
-- One link for an address: a newer one takes its place.
create unique index invitation_open_key on "invitation" ("workspace_id", "email") where accepted_at is null and revoked_at is null;
create index invitation_made_idx on "invitation" ("workspace_id", "created_at");
alter table "invitation" add constraint invitation_workspace_id_fkey foreign key ("workspace_id") references "workspace" ("id") on delete cascade on update cascade;

alter table "membership" add column "seen_at" timestamptz(3);

-- Mails whose links give something are for those who could give it themselves. Null: everybody in the workspace.
alter table "outbox_mail" add column "least_role" text;
