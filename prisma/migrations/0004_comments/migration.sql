-- Comments on what is drawn, who is mentioned in them, and how far a person has come in the tour.

-- A thread is its first comment and the ones whose thread_id is its id. Threads stay when their
-- node is deleted: node_title is what it was called then.
create table "workflow_comment" (
  "workspace_id" uuid not null,
  "id" uuid not null,
  "workflow_id" uuid not null,
  "thread_id" uuid not null,
  "node_id" text not null,
  "node_title" text not null,
  "author_id" uuid,
  "body" text not null,
  "created_at" timestamptz(3) not null default current_timestamp,
  "edited_at" timestamptz(3),
  -- Only of a first comment with answers: its words are gone, its thread stays.
  "removed_at" timestamptz(3),
  "resolved_at" timestamptz(3),
  "resolved_by" uuid,
  constraint workflow_comment_pkey primary key ("workspace_id", "id")
);
create index workflow_comment_workflow_idx on "workflow_comment" ("workspace_id", "workflow_id", "id");

-- told_at: the mail has gone (or nobody is there to get one). seen_at: the person has opened the thread.
create table "comment_mention" (
  "workspace_id" uuid not null,
  "comment_id" uuid not null,
  "user_id" uuid not null,
  "handle" text not null,
  "at" timestamptz(3) not null default current_timestamp,
  "told_at" timestamptz(3),
  "seen_at" timestamptz(3),
  constraint comment_mention_pkey primary key ("workspace_id", "comment_id", "user_id")
);
create index comment_mention_unseen_idx on "comment_mention" ("workspace_id", "user_id") where seen_at is null;
create index comment_mention_untold_idx on "comment_mention" ("at") where told_at is null;

alter table "workflow_comment" add constraint workflow_comment_workflow_fkey foreign key ("workspace_id", "workflow_id") references "workflow" ("workspace_id", "id") on delete cascade on update cascade;
alter table "comment_mention" add constraint comment_mention_comment_fkey foreign key ("workspace_id", "comment_id") references "workflow_comment" ("workspace_id", "id") on delete cascade on update cascade;
alter table "comment_mention" add constraint comment_mention_user_id_fkey foreign key ("user_id") references "user_account" ("id") on delete cascade on update cascade;

-- The tour a person is in, left or finished; null = never begun.
alter table "user_account" add column "tour" jsonb;
