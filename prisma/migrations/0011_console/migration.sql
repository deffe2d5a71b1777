-- What Code steps write to their console.

create table "step_console" (
  "workspace_id" uuid not null,
  "run_id" uuid not null,
  "step" text not null,
  "attempt" smallint not null,
  "text" text not null,
  constraint step_console_pkey primary key ("workspace_id", "run_id", "step", "attempt")
);
