import { FanwiseError } from '#base/errors.ts'
import { parsePublicId } from '#base/ids.ts'

/** Public id → row id, or not_found. */
export function fanOutUuid(id: string): string {
  const uuid = parsePublicId('fan', id)
  if (uuid === null) throw new FanwiseError('not_found', `There is no fan-out ${id} in this workspace.`, { fix: 'Look in the list of fan-outs.' })
  return uuid
}
