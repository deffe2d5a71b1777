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

interface Entry {
  person: Person
  seenAt: number
}

type Message = { workflow: string; person: Person } | { workflow: string; left: string }

const topic = 'presence'
const fadesAfterMs = 25_000

class Rooms {
  private readonly rooms = new Map<string, Map<string, Entry>>()
  private readonly listeners = new Map<string, Set<() => void>>()

  constructor() {
    getEngine().hear((heard, data) => {
      if (heard === topic) this.take(data as Message)
    })
    setInterval(() => this.fade(), fadesAfterMs / 5).unref()
  }

  /** Tells everybody in the workflow, here and in other processes. */
  move(workflow: string, person: Person): void {
    this.take({ workflow, person })
    getEngine().say(topic, { workflow, person } satisfies Message)
  }

  leave(workflow: string, clientId: string): void {
    this.take({ workflow, left: clientId })
    getEngine().say(topic, { workflow, left: clientId } satisfies Message)
  }

  others(workflow: string, clientId: string): Person[] {
    return [...(this.rooms.get(workflow)?.values() ?? [])].map((entry) => entry.person).filter((person) => person.clientId !== clientId)
  }

  subscribe(workflow: string, listener: () => void): () => void {
    const set = this.listeners.get(workflow) ?? new Set()
    this.listeners.set(workflow, set.add(listener))
    return () => {
      set.delete(listener)
      if (set.size === 0) this.listeners.delete(workflow)
    }
  }

  private take(message: Message): void {
    const room = this.rooms.get(message.workflow) ?? new Map<string, Entry>()
    this.rooms.set(message.workflow, room)
    if ('left' in message) room.delete(message.left)
    else room.set(message.person.clientId, { person: message.person, seenAt: performance.now() })
    if (room.size === 0) this.rooms.delete(message.workflow)
    for (const listener of this.listeners.get(message.workflow) ?? []) listener()
  }

  private fade(): void {
    const before = performance.now() - fadesAfterMs
    for (const [workflow, room] of this.rooms) {
      for (const [clientId, entry] of room) if (entry.seenAt < before) this.take({ workflow, left: clientId })
    }
  }
}

const holder = globalThis as { fanwiseRooms?: Rooms }

/** One for the process: every part of the server may load its own copy of this module. */
export function rooms(): Rooms {
  return (holder.fanwiseRooms ??= new Rooms())
}
