/**
 * Saves a draft without ever losing an edit. Every edit is an operation with a number; it is
 * kept in this browser until the server has acknowledged that number. One request is under way
 * at a time, operations go out in order, and the server ignores numbers it has seen, so a lost
 * answer is answered by asking again.
 *
 * The document on screen is always `base` (what the server has) plus `pending`. Other people's
 * operations come with the answers and go under the pending ones, so everybody ends with the
 * same document. After an answer was lost the order on the server is unknown; then the
 * document is fetched afresh instead of guessed.
 *
 * No framework, no browser: transport, storage and timers are given.
 */
import { jsonEqual } from '#base/json.ts'
import type { GraphDocument } from '#graph/document.ts'
import { applyChanges, shortLabel, type Change, type Operation } from '#graph/operations.ts'
import { findConflict, type Conflict } from './conflict.ts'

export interface RemoteOperation {
  revision: number
  clientId: string
  author: string
  label: string
  changes: Change[]
}

export interface PushAnswer {
  revision: number
  acknowledgedSeq: number
  others: RemoteOperation[]
}

export interface Transport {
  /** Sends operations (or none, to ask for news). */
  push(request: { clientId: string; sinceRevision: number; operations: Operation[] }): Promise<PushAnswer>
  load(): Promise<{ document: GraphDocument; revision: number }>
  /** What a failed call means. */
  explain(error: unknown): Trouble
}

export interface PendingStore {
  save(operations: Operation[]): Promise<void>
}

export interface Timers {
  set(run: () => void, ms: number): unknown
  clear(timer: unknown): void
}

/** `deleted`: the whole workflow is gone. */
export type Trouble = { kind: 'offline' } | { kind: 'signed-out' } | { kind: 'deleted' } | { kind: 'refused'; message: string; fix?: string }

export interface SaveState {
  kind: 'saved' | 'saving' | Trouble['kind']
  /** Edits the server has not acknowledged. */
  waiting: number
  /** False when this browser refuses to keep them: then closing the tab would lose them. */
  kept: boolean
  message?: string
  fix?: string
}

export interface AutosaveOptions {
  /** New for every opening of the editor, so numbers start at 1. */
  clientId: string
  document: GraphDocument
  revision: number
  /** Unacknowledged operations that closed tabs left in this browser. */
  pending?: Operation[]
  transport: Transport
  store: PendingStore
  timers: Timers
  onState(state: SaveState): void
  /** The document changed by somebody else's operations. `mine` were not saved before. */
  onRemote(document: GraphDocument, others: RemoteOperation[], mine: Operation[]): void
  onConflict(conflict: Conflict): void
}

const quietMs = 350
const batchMost = 200
const retryMs = [1000, 2000, 4000, 8000, 15_000, 30_000]

export class Autosave {
  private base: GraphDocument
  private shown: GraphDocument
  private pending: Operation[]
  private revision: number
  private nextSeq = 1
  private groupOfLast: string | undefined
  /** Operations at the head of `pending` that are in a request now. */
  private sending = 0
  /** Operations at the head of `pending` whose request ended without an answer. */
  private unsure: number
  private newsWanted = false
  private failures = 0
  private trouble: Trouble | null = null
  private kept = true
  private storing: Promise<void> = Promise.resolve()
  private timer: unknown = null
  private stopped = false
  private readonly options: AutosaveOptions

  constructor(options: AutosaveOptions) {
    this.options = options
    this.base = options.document
    this.revision = options.revision
    this.pending = [...(options.pending ?? [])]
    // Found operations may have reached the server before this tab opened.
    this.unsure = this.pending.length
    this.shown = this.pending.reduce((document, operation) => applyChanges(document, operation.changes), this.base)
    if (this.pending.length > 0) {
      this.keep()
      this.schedule(0)
    }
  }

  get document(): GraphDocument {
    return this.shown
  }

  /** The last revision this tab has seen; `settled` says when it covers all edits. */
  get seenRevision(): number {
    return this.revision
  }

  get state(): SaveState {
    const waiting = this.pending.length
    const rest = { waiting, kept: this.kept }
    if (this.trouble?.kind === 'refused') return { ...rest, ...this.trouble }
    if (this.trouble !== null) return { ...rest, kind: this.trouble.kind }
    return { ...rest, kind: waiting > 0 ? 'saving' : 'saved' }
  }

  /**
   * Records an edit. Edits of one gesture carry the same `group` and become one operation
   * while it has not been sent.
   */
  edit(named: string, changes: Change[], group?: string): GraphDocument {
    if (changes.length === 0) return this.shown
    const label = shortLabel(named)
    this.shown = applyChanges(this.shown, changes)
    const last = this.pending.at(-1)
    const unsent = this.pending.length > Math.max(this.sending, this.unsure)
    if (last && group !== undefined && group === this.groupOfLast && unsent) {
      this.pending[this.pending.length - 1] = { ...last, label, changes: joinChanges(last.changes, changes) }
    } else {
      this.pending.push({ clientId: this.options.clientId, seq: this.nextSeq++, label, changes })
    }
    this.groupOfLast = group
    this.keep()
    this.tell()
    if (this.trouble === null) this.schedule(quietMs)
    return this.shown
  }

  /** Somebody else may have saved: ask. */
  news(): void {
    this.newsWanted = true
    // What waits after a failure is tried again in its own time.
    if (this.trouble === null || this.pending.length === 0) this.schedule(0)
  }

  /** The network is back, or the person has signed in again: try at once. */
  retryNow(): void {
    this.failures = 0
    this.newsWanted = true
    this.schedule(0)
  }

  /** Sends what is waiting and resolves when it is acknowledged, or false when it cannot be now. */
  async flush(): Promise<boolean> {
    this.schedule(0)
    while (this.pending.length > 0) {
      const before = this.pending.length + this.failures
      await this.pump()
      if (this.trouble !== null) return false
      if (this.pending.length + this.failures === before && this.pumping === null) return false
    }
    return true
  }

  /** The revision that is as it is shown now, once it is saved: null when it cannot be now, `changed` when others' edits came with the answer. */
  async seen(): Promise<number | null | 'changed'> {
    const shown = this.shown
    if (!(await this.flush())) return null
    return jsonEqual(shown, this.shown) ? this.revision : 'changed'
  }

  /** Resolves once this browser keeps what is waiting now, or has refused to. */
  written(): Promise<void> {
    return this.storing
  }

  stop(): void {
    this.stopped = true
    if (this.timer !== null) this.options.timers.clear(this.timer)
    this.timer = null
  }

  private schedule(ms: number): void {
    if (this.stopped) return
    if (this.timer !== null) this.options.timers.clear(this.timer)
    this.timer = this.options.timers.set(() => {
      this.timer = null
      void this.pump()
    }, ms)
  }

  private pumping: Promise<void> | null = null

  private pump(): Promise<void> {
    this.pumping ??= this.exchange().finally(() => { this.pumping = null })
    return this.pumping
  }

  private async exchange(): Promise<void> {
    while (!this.stopped && (this.pending.length > 0 || this.newsWanted)) {
      const clientId = this.pending[0]?.clientId ?? this.options.clientId
      const end = this.pending.findIndex((operation) => operation.clientId !== clientId)
      const batch = this.pending.slice(0, Math.min(end < 0 ? this.pending.length : end, batchMost))
      this.sending = batch.length
      this.newsWanted = false
      try {
        const answer = await this.options.transport.push({ clientId, sinceRevision: this.revision, operations: batch })
        if (this.stopped) return
        if (this.unsure > 0) await this.startOver(batch, answer)
        else this.accept(batch, answer)
        this.sending = 0
        this.failures = 0
        this.trouble = null
        if (batch.length > 0 && this.pending[0] === batch[0]) {
          throw new NotAcknowledged()
        }
      } catch (error) {
        this.sending = 0
        this.fail(error, batch.length)
        return
      }
      this.keep()
      this.tell()
    }
    this.tell()
  }

  private fail(error: unknown, sent: number): void {
    if (this.stopped) return
    this.trouble = error instanceof NotAcknowledged
      ? { kind: 'refused', message: 'The server did not take the last edit.', fix: 'It is kept in this browser and tried again.' }
      : this.options.transport.explain(error)
    // Only a sign-in page tells for certain that nothing was stored.
    if (this.trouble.kind !== 'signed-out') this.unsure = Math.max(this.unsure, sent)
    const wait = retryMs[Math.min(this.failures, retryMs.length - 1)] as number
    this.failures++
    this.newsWanted = true
    this.tell()
    this.schedule(wait)
  }

  private accept(batch: Operation[], answer: PushAnswer): void {
    const before = this.shown
    const mine = this.pending
    const done = batch.filter((operation) => operation.seq <= answer.acknowledgedSeq)
    let base = this.base
    for (const other of answer.others) base = applyChanges(base, other.changes)
    for (const operation of done) base = applyChanges(base, operation.changes)
    this.base = base
    this.revision = answer.revision
    this.pending = this.pending.slice(done.length)
    this.show(before, mine, answer.others)
  }

  /** After a lost answer: take the server's document as it is, drop what it has acknowledged. */
  private async startOver(batch: Operation[], answer: PushAnswer): Promise<void> {
    const loaded = await this.options.transport.load()
    if (this.stopped) return
    const before = this.shown
    const mine = this.pending
    const done = batch.filter((operation) => operation.seq <= answer.acknowledgedSeq)
    this.base = loaded.document
    this.revision = loaded.revision
    this.pending = this.pending.slice(done.length)
    this.unsure = Math.max(0, this.unsure - done.length)
    this.show(before, mine, answer.others)
  }

  private show(before: GraphDocument, mine: Operation[], others: RemoteOperation[]): void {
    const after = this.pending.reduce((document, operation) => applyChanges(document, operation.changes), this.base)
    this.shown = after
    if (others.length === 0 && !this.changedUnder(before, after)) return
    const conflict = findConflict(before, after, mine, others)
    this.options.onRemote(after, others, mine)
    if (conflict !== null) this.options.onConflict(conflict)
  }

  private changedUnder(before: GraphDocument, after: GraphDocument): boolean {
    return before !== after && JSON.stringify(before) !== JSON.stringify(after)
  }

  private keep(): void {
    const operations = [...this.pending]
    this.storing = this.storing.then(() => this.options.store.save(operations)).then(
      () => this.setKept(true),
      () => this.setKept(false),
    )
  }

  private setKept(kept: boolean): void {
    if (this.kept === kept) return
    this.kept = kept
    this.tell()
  }

  private tell(): void {
    if (!this.stopped) this.options.onState(this.state)
  }
}

class NotAcknowledged extends Error {}

/**
 * Later changes of the same path replace earlier ones, unless others wrote in that text between them, or something it
 * is part of came or went; the rest keeps its order. So a gesture is as long as what it touches, however long it goes on.
 */
export function joinChanges(first: Change[], second: Change[]): Change[] {
  const joined: Change[] = []
  /** Of each node and edge, by the rest of the path: where its last change is. */
  const places = new Map<string, Map<string, number>>()
  const join = (change: Change, isLater: boolean): void => {
    const [part, id, ...rest] = change.path
    const element = `${part} ${id}`
    const known = places.get(element) ?? new Map<string, number>()
    places.set(element, known)
    const key = JSON.stringify(rest)
    const inside = [...known.keys()].filter((one) => one !== key && one.startsWith(key.slice(0, -1)))
    for (const one of inside) known.delete(one)
    const index = inside.length > 0 ? undefined : known.get(key)
    const last = index === undefined || !isLater ? undefined : joined[index]
    if (index === undefined || last === undefined || (change.was !== undefined && change.was !== last.value)) {
      known.set(key, joined.push(change) - 1)
      return
    }
    const { was: _between, ...put } = change
    joined[index] = last.was === undefined ? put : { ...put, was: last.was }
  }
  for (const change of first) join(change, false)
  for (const change of second) join(change, true)
  return joined
}
