-- Comments at a free point of the canvas, and mentions that are told once however often a comment is edited.

-- A thread is on a node, or at a point. Only its first comment has the point; answers of such a
-- thread have neither.
alter table "workflow_comment" alter column "node_id" drop not null;
alter table "workflow_comment" add column "at_x" double precision;
alter table "workflow_comment" add column "at_y" double precision;
alter table "workflow_comment" add constraint workflow_comment_point_check check (
  ("at_x" is null) = ("at_y" is null) and ("at_x" is null or "node_id" is null) and ("node_id" is not null or "at_x" is not null or "thread_id" <> "id")
);

-- dropped_at: an edit took the name out of the comment. The row stays, so that putting the name
-- back tells nobody a second time.
alter table "comment_mention" add column "dropped_at" timestamptz(3);
drop index comment_mention_unseen_idx;
create index comment_mention_unseen_idx on "comment_mention" ("workspace_id", "user_id") where seen_at is null and dropped_at is null;
drop index comment_mention_untold_idx;
create index comment_mention_untold_idx on "comment_mention" ("at") where told_at is null and dropped_at is null;
