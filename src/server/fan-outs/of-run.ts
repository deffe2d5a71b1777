/** The fan-outs that a run's steps have begun. */
import type pg from 'pg'
import { publicId } from '#base/ids.ts'

/** Public ids by step. */
export async function fanOutsOfRun(pool: pg.Pool, workspaceId: string, runId: string): Promise<Map<string, string>> {
  const { rows } = await pool.query<{ step: string; id: string }>({
    name: 'fan-outs-of-run', text: 'select step, id::text as id from fan_out where workspace_id = $1 and run_id = $2', values: [workspaceId, runId],
  })
  return new Map(rows.map((row) => [row.step, publicId('fan', row.id)]))
}
