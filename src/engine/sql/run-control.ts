/** What people do to runs. Each is conditional on the same job row: the first one wins. */
export const runCancel = {
  name: 'run-cancel',
  text: `with gone as (
      delete from job where workspace_id = $1 and run_id = $2 returning run_id
    ),
    waits as (
      delete from wait using gone where wait.workspace_id = $1 and wait.run_id = gone.run_id
    ),
    progress as (
      delete from emit_progress p using gone where p.workspace_id = $1 and p.run_id = gone.run_id
    )
    update run set status = 3, started_at = coalesce(started_at, clock_timestamp()), ended_at = clock_timestamp()
    from gone where run.workspace_id = $1 and run.id = gone.run_id
    returning run.function_id::text as function_id, run.parent_run_id::text as parent_run, run.parent_step`,
}

export const runFind = {
  name: 'run-find',
  text: `select r.function_id::text as function_id, r.version, r.event_id::text as event_id, r.status, j.state as job_state
    from run r left join job j on j.workspace_id = r.workspace_id and j.run_id = r.id where r.workspace_id = $1 and r.id = $2`,
}

/** A failed run goes on: its failed steps lose their result and their used-up attempts. */
export const runReopen = {
  name: 'run-reopen',
  text: `with open_again as (
      update run set status = 0, ended_at = null, error = null where workspace_id = $1 and id = $2 and status = 2 returning id
    ),
    steps as (
      delete from step using open_again where step.workspace_id = $1 and step.run_id = open_again.id and step.status = 2
      returning step.step
    ),
    attempts as (
      delete from attempt using open_again where attempt.workspace_id = $1 and attempt.run_id = open_again.id
        and attempt.step in (select step from steps)
    ),
    failures as (
      delete from failure using open_again where failure.workspace_id = $1 and failure.run_id = open_again.id
    ),
    waits as (
      delete from wait using open_again where wait.workspace_id = $1 and wait.run_id = open_again.id
        and wait.step not in (select step from step s where s.workspace_id = $1 and s.run_id = open_again.id and s.status = 1)
    )
    insert into job (workspace_id, run_id, lane_id, progress) select $1, id, $3, true from open_again returning run_id`,
}
