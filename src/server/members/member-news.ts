/**
 * What changes for the members of a workspace reaches their open pages at once, in every process: a new role, a new
 * name of the workspace. Whoever is taken out sees nothing more of it: requests ask the database each time, and streams
 * that are open end. A word between processes can be lost, so streams ask now and then, too.
 */
import { getEngine } from '#server/engine.ts'
import { rooms } from '#server/presence/rooms.ts'
import { trpcErrorOf } from '#server/trpc.ts'
import { tellEngine } from '#server/workflows/tell-engine.ts'
import { findMembership, notAMember, type WorkspaceRef } from '#server/workspaces/membership.ts'

interface News {
  workspace: string
  /** Null: all members. */
  user: string | null
  /** They are members no longer. */
  gone: boolean
}

interface Listener {
  user: string
  hear(gone: boolean): void
}

const topic = 'member'
const askEveryMs = 60_000

class MemberNews {
  private readonly listeners = new Map<string, Set<Listener>>()

  constructor() {
    getEngine().hear((heard, data) => {
      if (heard === topic) this.take(data as News)
    })
  }

  listen(workspace: string, listener: Listener): () => void {
    const set = this.listeners.get(workspace) ?? new Set()
    this.listeners.set(workspace, set.add(listener))
    return () => {
      set.delete(listener)
      if (set.size === 0) this.listeners.delete(workspace)
    }
  }

  take({ workspace, user, gone }: News): void {
    for (const listener of this.listeners.get(workspace) ?? []) if (user === null || listener.user === user) listener.hear(gone)
  }
}

const holder = globalThis as { fanwiseMemberNews?: MemberNews }

/** One for the process: every part of the server may load its own copy of this module. */
const memberNews = (): MemberNews => (holder.fanwiseMemberNews ??= new MemberNews())

/** To be said once it is committed. */
function say(news: News): void {
  tellEngine((engine) => {
    memberNews().take(news)
    engine.say(topic, news)
  })
}

export const sayRoleChanged = (workspace: string, user: string): void => say({ workspace, user, gone: false })
/** Something every page of the workspace shows, such as its name. */
export const sayWorkspaceChanged = (workspace: string): void => say({ workspace, user: null, gone: false })

export const sayWorkspaceGone = (workspace: string): void => say({ workspace, user: null, gone: true })

export function sayDeparted(workspace: string, user: string): void {
  say({ workspace, user, gone: true })
  tellEngine(() => rooms().dismiss(workspace, user))
}

/** Hears that the person's role, or the workspace, is another one than before. */
export const onMemberChanged = (workspace: string, user: string, changed: () => void): (() => void) =>
  memberNews().listen(workspace, { user, hear: (gone) => { if (!gone) changed() } })

/** A stream for one member: it ends with an error that says why when the person is a member no longer. */
export async function* whileMember<T>(userId: string, workspace: WorkspaceRef, signal: AbortSignal | undefined, stream: (signal: AbortSignal) => AsyncIterable<T>): AsyncGenerator<T> {
  const over = new AbortController()
  const stop = memberNews().listen(workspace.id, { user: userId, hear: (gone) => { if (gone) over.abort() } })
  const ask = async (): Promise<void> => {
    if ((await findMembership(userId, workspace.slug)) === null) over.abort()
  }
  // A database that is away says nothing about who is a member.
  const timer = setInterval(() => void ask().catch(() => {}), askEveryMs)
  timer.unref()
  try {
    yield* stream(signal === undefined ? over.signal : AbortSignal.any([signal, over.signal]))
  } finally {
    clearInterval(timer)
    stop()
  }
  if (over.signal.aborted && signal?.aborted !== true) throw trpcErrorOf(notAMember(workspace.slug))
}
