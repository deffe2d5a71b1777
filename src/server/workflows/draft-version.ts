/**
 * A test of a draft runs stored function versions with negative numbers: revision 12 is −12
 * (docs/decisions/004). Everything that shows a version asks here which of the two it is.
 */

/** Revision 0, a draft nobody has edited yet: its number must be negative too, and nobody else's. */
const untouched = -2_147_483_648

/** The same in SQL: the revision of a run's negative `version`. */
export const draftRevisionSql = (column: string) => `(case when ${column} = ${untouched} then 0 else -${column} end)`

export function draftVersion(revision: number): number {
  return revision === 0 ? untouched : -revision
}

export interface ShownVersion {
  /** Null for a run of a draft. */
  version: number | null
  /** Null for a run of a published version. */
  draftRevision: number | null
}

export function shownVersion(stored: number): ShownVersion {
  if (stored > 0) return { version: stored, draftRevision: null }
  return { version: null, draftRevision: stored === untouched ? 0 : -stored }
}
