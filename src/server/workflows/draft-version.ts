/**
 * A test of a draft runs stored function versions with negative numbers: revision 12 is −12
 * (docs/decisions/004); what a test of a part runs, or one with given outputs, has a number made of
 * its content (docs/decisions/011). Everything that shows a version asks here which of these it is.
 */
import type { Trial } from '#graph/definition.ts'

/** Revision 0, a draft nobody has edited yet: its number must be negative too, and nobody else's. */
const untouched = -2_147_483_648
/** Revisions end here, trials begin. */
const lastRevision = -1_000_000_000
const trialNumbers = lastRevision - untouched - 1

/**
 * The same in SQL: the revision of a run's negative `version`.
 * @param definition column with that version's definition
 */
export const draftRevisionSql = (column: string, definition: string) =>
  `coalesce((${definition}->'trial'->>'revision')::int, case when ${column} = ${untouched} then 0 else -${column} end)`

export function draftVersion(revision: number): number {
  return revision === 0 ? untouched : -revision
}

/**
 * Made of what is tested, so the same test has the same number and a number never means two things: workers
 * keep versions in memory. @param attempt when the number was taken by something else, the next one
 */
export function trialVersion(hash: string, attempt: number): number {
  return untouched + 1 + ((parseInt(hash.slice(0, 12), 16) + attempt) % trialNumbers)
}

export interface ShownVersion {
  /** Null for a run of a draft. */
  version: number | null
  /** Null for a run of a published version. */
  draftRevision: number | null
  /** What of the draft was tested, in words, when that was not the draft as it is. */
  draftPart: string | null
}

export function shownVersion(stored: number, trial: Pick<Trial, 'revision' | 'part'> | null): ShownVersion {
  if (stored > 0) return { version: stored, draftRevision: null, draftPart: null }
  if (trial !== null) return { version: null, draftRevision: trial.revision, draftPart: trial.part }
  return { version: null, draftRevision: stored === untouched ? 0 : -stored, draftPart: null }
}
