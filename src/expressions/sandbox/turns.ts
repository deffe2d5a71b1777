/** What waits for a sandbox thread, in turns: of whoever sends thousands of jobs, one is taken, then one of each other. */

export interface Waiting {
  /** Whose turn it takes. */
  owner: string
}

export class Turns<T extends Waiting> {
  /** In the order of their turns; none is empty. */
  private readonly byOwner = new Map<string, T[]>()

  add(waiting: T): void {
    const own = this.byOwner.get(waiting.owner)
    if (own === undefined) this.byOwner.set(waiting.owner, [waiting])
    else own.push(waiting)
  }

  /** The oldest of the first owner whose may go now; its owner is the last then. */
  take(mayGo: (waiting: T) => boolean): T | undefined {
    for (const [owner, own] of this.byOwner) {
      if (!mayGo(own[0]!)) continue
      const taken = own.shift()!
      this.byOwner.delete(owner)
      if (own.length > 0) this.byOwner.set(owner, own)
      return taken
    }
    return undefined
  }

  /** The oldest, while nobody but this owner waits. */
  takeOnly(owner: string): T | undefined {
    return this.byOwner.size === 1 && this.byOwner.has(owner) ? this.take(() => true) : undefined
  }

  /** How many belong to owners of whom one may go now. */
  ready(mayGo: (waiting: T) => boolean): number {
    let count = 0
    for (const own of this.byOwner.values()) if (mayGo(own[0]!)) count += own.length
    return count
  }

  /** Everything that waits, which waits no more. */
  takeAll(): T[] {
    const all = [...this.byOwner.values()].flat()
    this.byOwner.clear()
    return all
  }
}
