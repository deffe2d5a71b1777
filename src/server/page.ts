/** Keyset pages, the same for tRPC and REST: newest first, the cursor is the last id seen. */
import { z } from 'zod'
import { FanwiseError } from '#base/errors.ts'
import { parsePublicId, type IdPrefix } from '#base/ids.ts'

export interface Page<T> {
  data: T[]
  nextCursor: string | null
}

export interface PageRequest {
  cursor?: string
  limit: number
}

export const pageInput = z.object({ cursor: z.string().max(80).optional(), limit: z.number().int().min(1).max(200).default(50) })

/** The UUID to go on from, null for the first page. */
export function cursorUuid(prefix: IdPrefix, cursor: string | undefined): string | null {
  if (cursor === undefined || cursor === '') return null
  const uuid = parsePublicId(prefix, cursor)
  if (uuid === null) throw new FanwiseError('bad_request', 'The cursor is not one of this list.', { field: 'cursor', fix: 'Use `nextCursor` of the previous answer, or leave it out.' })
  return uuid
}

/** Rows fetched with limit + 1 to a page. */
export function toPage<T extends { id: string }>(found: T[], limit: number): Page<T> {
  const data = found.slice(0, limit)
  return { data, nextCursor: found.length > limit ? (data.at(-1)?.id ?? null) : null }
}
