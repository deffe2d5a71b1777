/** Suspects (suspects.ts): that they begin is noted before they do. $1 worker. */

/** $2 workspaces, $3 runs; answers those that begin for the first time. */
export const suspectBegin = {
  name: 'suspect-begin',
  text: `update job set begun = 1 from unnest($2::uuid[], $3::uuid[]) as t(ws, run)
    where job.workspace_id = t.ws and job.run_id = t.run and job.worker_id is not distinct from $1 and job.begun = 0
    returning job.run_id::text as run`,
}

/** $2 workspace, $3 run, $4 beginnings at most. No row: it has had them. */
export const suspectBeginAgain = {
  name: 'suspect-begin-again',
  text: `update job set begun = begun + 1 where workspace_id = $2 and run_id = $3 and worker_id is not distinct from $1 and begun < $4 returning begun`,
}
