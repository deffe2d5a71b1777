/**
 * Unacknowledged edits in this browser's IndexedDB, one record for each opening of the editor.
 * A record whose tab is gone is adopted by the next tab that opens the workflow; a Web Lock
 * (or, without locks, a fresh time stamp) tells that its tab still lives. What somebody else left in this browser is
 * theirs to send: it waits until they open the workflow here again.
 */
import { createStore, del, entries, set, type UseStore } from 'idb-keyval'
import type { Operation } from '#graph/operations.ts'
import type { PendingStore } from './autosave.ts'

interface Kept {
  operations: Operation[]
  at: number
  /** Public id of who made them; absent where an earlier version kept them. */
  author?: string
}

const staleMs = 20_000
const beatMs = 5_000

export interface OpenedStore {
  store: PendingStore
  /** What closed tabs of this person left behind, oldest first. */
  left: Operation[]
  close(): void
}

let database: UseStore | undefined

/** `draft` names the workflow, `clientId` this opening of it, `author` whose edits they are. */
export async function openPendingStore(draft: string, clientId: string, author: string): Promise<OpenedStore> {
  const name = (client: string): string => `${draft}#${client}`
  const release = await hold(name(clientId))
  let adopted: string[] = []
  let left: Operation[] = []
  let last: Kept | null = null
  try {
    database ??= createStore('fanwise-drafts', 'pending')
    const held = await heldLocks()
    const records = (await entries<string, Kept>(database))
      .filter(([key, kept]) => typeof key === 'string' && key.startsWith(`${draft}#`) && key !== name(clientId) && (kept.author ?? author) === author)
      .filter(([key, kept]) => (held === null ? Date.now() - kept.at > staleMs : !held.has(key)))
      .sort(([, a], [, b]) => a.at - b.at)
    adopted = records.map(([key]) => key)
    left = records.flatMap(([, kept]) => kept.operations)
  } catch {
    // No IndexedDB here: the first save says so.
  }
  const write = async (operations: Operation[]): Promise<void> => {
    database ??= createStore('fanwise-drafts', 'pending')
    // Before it is written: a beat in that time would write the one before over it.
    last = operations.length === 0 ? null : { operations, at: Date.now(), author }
    if (last === null) await del(name(clientId), database)
    else await set(name(clientId), last, database)
    for (const key of adopted.splice(0)) await del(key, database)
  }
  const beat = setInterval(() => {
    if (last !== null) void write(last.operations).catch(() => {})
  }, beatMs)
  return {
    store: { save: write },
    left,
    close: () => {
      clearInterval(beat)
      release()
    },
  }
}

/** Holds a lock for as long as this tab lives. Without the API nothing is held. */
async function hold(name: string): Promise<() => void> {
  const locks = lockManager()
  if (locks === null) return () => {}
  let release = (): void => {}
  const until = new Promise<void>((resolve) => { release = resolve })
  await new Promise<void>((granted) => {
    locks.request(name, () => {
      granted()
      return until
    }).catch(() => granted())
  })
  return release
}

async function heldLocks(): Promise<Set<string> | null> {
  const locks = lockManager()
  if (locks === null) return null
  const { held = [] } = await locks.query()
  return new Set(held.map((lock) => lock.name ?? ''))
}

/** Web Locks exist only on https and localhost. */
function lockManager(): LockManager | null {
  return typeof navigator !== 'undefined' && 'locks' in navigator && navigator.locks ? navigator.locks : null
}
