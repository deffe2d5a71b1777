/**
 * A worker's standing: its row in the database is its lease, and every write renews it. Here the
 * worker keeps its own, more careful clock: past two thirds of the lease since the last confirmed
 * renewal it starts nothing, past the lease it drops everything it holds.
 */
import { hostname } from 'node:os'
import type { HotConnection } from '#engine/connection.ts'
import { newUuid } from '#base/ids.ts'
import { workerBeat, workerEnter } from '#engine/sql/worker.ts'

/** Connections over which a worker records what became of runs: while one commits, the other is being filled. */
export const writersOfWorker = 2

export class Session {
  readonly id = newUuid()
  /** performance.now() at the moment before the renewing statement was sent. */
  private confirmedAt = -Infinity
  private lost = false

  constructor(readonly leaseMs: number) {}

  async enter(connection: HotConnection): Promise<void> {
    const at = performance.now()
    await connection.query({ ...workerEnter, values: [this.id, this.leaseMs, hostname(), writersOfWorker] })
    this.renewed(at)
  }

  /** False when the lease had passed: somebody else has our work. */
  async beat(connection: HotConnection): Promise<boolean> {
    const at = performance.now()
    const rows = await connection.query({ ...workerBeat, values: [this.id, this.leaseMs] })
    if (rows.length === 0) return false
    this.renewed(at)
    return true
  }

  renewed(at: number): void {
    if (at > this.confirmedAt) this.confirmedAt = at
  }

  lose(): void {
    this.lost = true
  }

  /** May a step be started? */
  mayStart(): boolean {
    return !this.lost && performance.now() - this.confirmedAt < (this.leaseMs * 2) / 3
  }

  /** Is what we hold still ours, as far as we can know? */
  standing(): boolean {
    return !this.lost && performance.now() - this.confirmedAt < this.leaseMs
  }

  needsBeat(): boolean {
    return performance.now() - this.confirmedAt > this.leaseMs / 4
  }
}
