/**
 * Who has which workflow open, where their pointer is and what they have selected. Nothing of it is stored:
 * each process keeps what its own people do and what other processes tell; what is not renewed fades.
 */
import { getEngine } from '#server/engine.ts'

export interface Person {
  /** One opening of the editor. */
  clientId: string
  name: string
  /** Place on the canvas; null while the pointer is elsewhere. */
  cursor: { x: number; y: number } | null
  /** Ids of nodes and edges. */
  selected: string[]
}

/** A workflow of a workspace. */
export interface Place {
  /** Uuid. */
  workspace: string
  /** Public id. */
  workflow: string
}

interface Entry {
  person: Person
  /** Uuid of whose window it is: only they move it and take it away. */
  user: string
  seenAt: number
}

interface Room {
  workspace: string
  entries: Map<string, Entry>
}

type Message = Place & { user: string } & ({ person: Person } | { left: string })

const topic = 'presence'
const fadesAfterMs = 25_000
const tellsEveryMs = 80

class Rooms {
  private readonly rooms = new Map<string, Room>()
  private readonly listeners = new Map<string, Set<(workflow: string) => void>>()
  private moved = new Map<string, string>()
  private timer: NodeJS.Timeout | null = null

  constructor() {
    getEngine().hear((heard, data) => {
      if (heard === topic) this.take(data as Message)
    })
    setInterval(() => this.fade(), fadesAfterMs / 5).unref()
  }

  /** Tells everybody in the workflow, here and in other processes. */
  move(place: Place, user: string, person: Person): void {
    this.share({ ...place, user, person })
  }

  leave(place: Place, user: string, clientId: string): void {
    this.share({ ...place, user, left: clientId })
  }

  /** Takes out whoever is not in the workspace any more, with all their windows. */
  dismiss(workspace: string, user: string): void {
    for (const [workflow, room] of this.rooms) {
      if (room.workspace !== workspace) continue
      for (const [clientId, entry] of room.entries) if (entry.user === user) this.leave({ workspace, workflow }, user, clientId)
    }
  }

  /** All who are in the workflow. */
  people(workflow: string): Person[] {
    return [...(this.rooms.get(workflow)?.entries.values() ?? [])].map((entry) => entry.person)
  }

  /** Whether the user has a window of the workflow open. */
  isIn(workflow: string, user: string): boolean {
    return [...(this.rooms.get(workflow)?.entries.values() ?? [])].some((entry) => entry.user === user)
  }

  /** Hears of which workflows of the workspace somebody moved in, came to or left; a dozen times a second at most. */
  subscribe(workspace: string, listener: (workflow: string) => void): () => void {
    const set = this.listeners.get(workspace) ?? new Set()
    this.listeners.set(workspace, set.add(listener))
    return () => {
      set.delete(listener)
      if (set.size === 0) this.listeners.delete(workspace)
    }
  }

  private share(message: Message): void {
    this.take(message)
    getEngine().say(topic, message)
  }

  private take(message: Message): void {
    const { workspace, workflow, user } = message
    const clientId = 'left' in message ? message.left : message.person.clientId
    const room = this.rooms.get(workflow) ?? { workspace, entries: new Map<string, Entry>() }
    const known = room.entries.get(clientId)
    if (known !== undefined && known.user !== user) return
    if ('left' in message) room.entries.delete(clientId)
    else room.entries.set(clientId, { person: message.person, user, seenAt: performance.now() })
    if (room.entries.size === 0) this.rooms.delete(workflow)
    else this.rooms.set(workflow, room)
    this.moved.set(workflow, workspace)
    this.timer ??= setTimeout(() => this.tell(), tellsEveryMs)
  }

  private tell(): void {
    const { moved } = this
    this.moved = new Map()
    this.timer = null
    for (const [workflow, workspace] of moved) for (const listener of this.listeners.get(workspace) ?? []) listener(workflow)
  }

  private fade(): void {
    const before = performance.now() - fadesAfterMs
    for (const [workflow, { workspace, entries }] of this.rooms) {
      for (const [clientId, { user, seenAt }] of entries) if (seenAt < before) this.take({ workspace, workflow, user, left: clientId })
    }
  }
}

const holder = globalThis as { fanwiseRooms?: Rooms }

/** One for the process: every part of the server may load its own copy of this module. */
export function rooms(): Rooms {
  return (holder.fanwiseRooms ??= new Rooms())
}
