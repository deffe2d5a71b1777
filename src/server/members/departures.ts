/**
 * Whoever is taken out of a workspace sees nothing more of it: requests ask the database each time, and streams
 * that are open end at once, in every process. A word between processes can be lost, so streams ask now and then, too.
 */
import { getEngine } from '#server/engine.ts'
import { rooms } from '#server/presence/rooms.ts'
import { trpcErrorOf } from '#server/trpc.ts'
import { tellEngine } from '#server/workflows/tell-engine.ts'
import { findMembership, notAMember, type WorkspaceRef } from '#server/workspaces/membership.ts'

interface Departure {
  workspace: string
  user: string
}

const topic = 'departure'
const askEveryMs = 60_000

class Departures {
  private readonly listeners = new Map<string, Set<() => void>>()

  constructor() {
    getEngine().hear((heard, data) => {
      if (heard === topic) this.take(data as Departure)
    })
  }

  listen(of: Departure, listener: () => void): () => void {
    const key = keyOf(of)
    const set = this.listeners.get(key) ?? new Set()
    this.listeners.set(key, set.add(listener))
    return () => {
      set.delete(listener)
      if (set.size === 0) this.listeners.delete(key)
    }
  }

  take(departure: Departure): void {
    for (const listener of this.listeners.get(keyOf(departure)) ?? []) listener()
  }
}

const keyOf = ({ workspace, user }: Departure): string => `${workspace} ${user}`
const holder = globalThis as { fanwiseDepartures?: Departures }

/** One for the process: every part of the server may load its own copy of this module. */
const departures = (): Departures => (holder.fanwiseDepartures ??= new Departures())

/** To be said once it is committed. */
export function sayDeparted(workspaceId: string, userId: string): void {
  tellEngine((engine) => {
    const departure: Departure = { workspace: workspaceId, user: userId }
    departures().take(departure)
    engine.say(topic, departure)
    rooms().dismiss(workspaceId, userId)
  })
}

/** A stream for one member: it ends with an error that says why when the person is a member no longer. */
export async function* whileMember<T>(userId: string, workspace: WorkspaceRef, signal: AbortSignal | undefined, stream: (signal: AbortSignal) => AsyncIterable<T>): AsyncGenerator<T> {
  const gone = new AbortController()
  const stop = departures().listen({ workspace: workspace.id, user: userId }, () => gone.abort())
  const ask = async (): Promise<void> => {
    if ((await findMembership(userId, workspace.slug)) === null) gone.abort()
  }
  // A database that is away says nothing about who is a member.
  const timer = setInterval(() => void ask().catch(() => {}), askEveryMs)
  timer.unref()
  try {
    yield* stream(signal === undefined ? gone.signal : AbortSignal.any([signal, gone.signal]))
  } finally {
    clearInterval(timer)
    stop()
  }
  if (gone.signal.aborted && signal?.aborted !== true) throw trpcErrorOf(notAMember(workspace.slug))
}
