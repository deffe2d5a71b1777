/** Public ids of runs from outside, to row ids. */
import type pg from 'pg'
import { FanwiseError } from '#base/errors.ts'
import { parsePublicId } from '#base/ids.ts'

/** Throws not_found for what is no id of a run. */
export function runUuid(id: string): string {
  const uuid = parsePublicId('run', id)
  if (uuid === null) throw noSuchRun(id)
  return uuid
}

/** Throws not_found for a run this workspace does not have. */
export async function existingRun(pool: pg.Pool, workspaceId: string, id: string): Promise<string> {
  const uuid = runUuid(id)
  const { rowCount } = await pool.query({ name: 'run-exists', text: 'select 1 from run where workspace_id = $1 and id = $2', values: [workspaceId, uuid] })
  if (rowCount === 0) throw noSuchRun(id)
  return uuid
}

const noSuchRun = (id: string) => new FanwiseError('not_found', `There is no run ${id} in this workspace.`, { field: 'id', fix: 'Look in the list of runs; they are kept for the time set in Settings.' })
