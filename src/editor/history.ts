/**
 * Undo and redo by inverse changes, one entry for each gesture. Entries hold changes, not
 * documents, so undoing one's own edit leaves what others did meanwhile in place; what no
 * longer makes sense is skipped.
 */
import type { GraphDocument } from '#graph/document.ts'
import { applyChanges, diffDocuments, invertChanges, type Change } from '#graph/operations.ts'

interface Entry {
  label: string
  changes: Change[]
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

  /** Tells what an edit did to `before`. Edits of one group become one entry. */
  record(label: string, before: GraphDocument, changes: Change[], group?: string): void {
    const last = this.past.at(-1)
    this.future = []
    if (last && group !== undefined && last.group === group && last.before !== undefined && last.epoch === this.epoch) {
      const after = applyChanges(before, changes)
      last.changes = diffDocuments(after, last.before)
      last.label = label
      if (last.changes.length === 0) this.past.pop()
      return
    }
    this.past.push({
      label, changes: invertChanges(before, changes), epoch: this.epoch,
      ...(group === undefined ? {} : { group, before }),
    })
    if (this.past.length > most) this.past.shift()
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
    to.push({ label: entry.label, changes: invertChanges(document, entry.changes), epoch: this.epoch })
    return { label: entry.label, changes: entry.changes }
  }
}
