/**
 * Undo and redo by inverse changes, one entry for each gesture. Entries hold changes, not
 * documents, so undoing one's own edit leaves what others did meanwhile in place, a later value of
 * the same field, too; what no longer makes sense is skipped.
 */
import { jsonEqual, memberAt } from '#base/json.ts'
import type { GraphDocument } from '#graph/document.ts'
import { applyChanges, diffDocuments, invertChanges, type Change } from '#graph/operations.ts'

interface Entry {
  label: string
  changes: Change[]
  /** What the entry left at the path of each change. */
  left: unknown[]
  /** Gesture it belongs to, and the document it started from: for joining. */
  group?: string
  before?: GraphDocument
  epoch: number
}

export interface Step {
  label: string
  changes: Change[]
}

const most = 300

export class History {
  private past: Entry[] = []
  private future: Entry[] = []
  private epoch = 0

  get undoLabel(): string | null {
    return this.past.at(-1)?.label ?? null
  }

  get redoLabel(): string | null {
    return this.future.at(-1)?.label ?? null
  }

  /** Tells what an edit did to `before`. Edits of one group become one entry; true for the first of them. */
  record(label: string, before: GraphDocument, changes: Change[], group?: string): boolean {
    const last = this.past.at(-1)
    this.future = []
    if (last && group !== undefined && last.group === group && last.before !== undefined && last.epoch === this.epoch) {
      const after = applyChanges(before, changes)
      last.changes = diffDocuments(after, last.before)
      last.left = valuesAt(after, last.changes)
      last.label = label
      if (last.changes.length === 0) this.past.pop()
      return false
    }
    this.past.push({
      ...inverse(label, before, changes), epoch: this.epoch,
      ...(group === undefined ? {} : { group, before }),
    })
    if (this.past.length > most) this.past.shift()
    return true
  }

  /** The gesture is over: the next edit starts a new entry. */
  close(): void {
    const last = this.past.at(-1)
    if (last) {
      delete last.group
      delete last.before
    }
  }

  /** Somebody else changed the document: later edits do not join earlier ones. */
  interrupt(): void {
    this.epoch++
  }

  /** The changes that undo the last entry, or null. */
  undo(document: GraphDocument): Step | null {
    return this.turn(document, this.past, this.future)
  }

  redo(document: GraphDocument): Step | null {
    return this.turn(document, this.future, this.past)
  }

  private turn(document: GraphDocument, from: Entry[], to: Entry[]): Step | null {
    const entry = from.pop()
    if (entry === undefined) return null
    const { label } = entry
    const changes = entry.epoch === this.epoch ? entry.changes : entry.changes.filter((change, i) => isStillMine(document, change, entry.left[i]))
    if (changes.length > 0) to.push({ ...inverse(label, document, changes), epoch: this.epoch })
    return { label, changes }
  }
}

/** The entry that takes `changes` back. */
function inverse(label: string, before: GraphDocument, changes: readonly Change[]): Pick<Entry, 'label' | 'changes' | 'left'> {
  const back = invertChanges(before, changes)
  return { label, changes: back, left: valuesAt(applyChanges(before, changes), back) }
}

const valuesAt = (document: GraphDocument, changes: readonly Change[]): unknown[] => changes.map(({ path }) => memberAt(document, path))

/** False for a field that somebody else has given another value since. In texts (`was`) both edits are kept; a whole thing comes and goes with its fields. */
const isStillMine = (document: GraphDocument, change: Change, left: unknown): boolean =>
  change.path.length < 3 || change.was !== undefined || jsonEqual(memberAt(document, change.path), left)
