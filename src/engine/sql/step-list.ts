/** Lists that are kept until their step has ended. */

/** $1 worker, $2 ws, $3 run, $4 step, $5 items. No row: one is kept already, or the run is not this worker's. */
export const stepListKeep = {
  name: 'step-list-keep',
  text: `with fence as materialized (
      select 1 from worker where id = $1 and lease_until > clock_timestamp() for key share
    )
    insert into step_list (workspace_id, run_id, step, items)
    select job.workspace_id, job.run_id, $4, $5::json from fence, job where job.workspace_id = $2 and job.run_id = $3 and job.worker_id is not distinct from $1
    on conflict do nothing`,
}

export const stepListFind = { name: 'step-list-find', text: `select items from step_list where workspace_id = $1 and run_id = $2 and step = $3` }

/** Lists of steps that have ended well, and of runs that will not go on. A failed run may be retried. */
export const stepListClear = {
  name: 'step-list-clear',
  text: `delete from step_list where ctid = any(array(
    select l.ctid from step_list l
    where exists (select 1 from step s where s.workspace_id = l.workspace_id and s.run_id = l.run_id and s.step = l.step and (s.status = 1 or s.port is not null))
      or not exists (select 1 from job j where j.workspace_id = l.workspace_id and j.run_id = l.run_id)
        and not exists (select 1 from run r where r.workspace_id = l.workspace_id and r.id = l.run_id and r.status in (0, 2))
    limit 1000))`,
}

/**
 * Part of reopening failed runs: the list of a step of which nothing has happened yet is read anew.
 * @param steps where their run_id and step come from @param ws number of the parameter
 */
export const stepListsAnew = (steps: string, ws: number): string => `lists as (
      delete from step_list l using ${steps} f where l.workspace_id = $${ws} and l.run_id = f.run_id and l.step = f.step
        and not exists (select 1 from emit_progress p where p.workspace_id = $${ws} and p.run_id = f.run_id and p.step = f.step)
        and not exists (select 1 from step s where s.workspace_id = $${ws} and s.run_id = f.run_id and s.status = 1 and starts_with(s.step, f.step || '#'))
    )`
