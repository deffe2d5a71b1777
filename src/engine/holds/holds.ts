/** The holds that are in force, as this process knows them: read every second and whenever another process says so. */
import type pg from 'pg'
import { namedUuid } from '#engine/derived-ids.ts'
import { fanOutOf } from '#engine/fan-out/of-job.ts'
import { uuidTime } from '#base/ids.ts'
import type { ClaimedJob } from '#engine/lanes.ts'
import { autoParking, holdsAll } from '#engine/sql/hold.ts'

export interface Hold {
  workspaceId: string
  id: string
  kind: 'function' | 'fan-out' | 'service'
  target: string
  reason: string | null
  auto: boolean
  since: Date
  untilMs: number | null
  /** Runs that the next turn lets go, while it is being lifted; 0 while one run tries the service. */
  ramp: number | null
}

export interface HeldBy {
  holdId: string
  why: Record<string, unknown>
}

export const serviceHoldId = (workspaceId: string, host: string): string => namedUuid(`service\u0000${workspaceId}\u0000${host}`, uuidTime(workspaceId))

/** `playground://crm/contacts` → playground://crm; `https://api.example.com/x` → api.example.com. Null when it is no address. */
export function serviceOf(url: string): string | null {
  const inside = /^playground:\/\/([^/?#]+)/i.exec(url)
  if (inside !== null) return `playground://${inside[1]!.toLowerCase()}`
  try {
    return new URL(url).host || null
  } catch {
    return null
  }
}

/** A connection as a service that can be parked: every step that signs in with it waits, whatever host it calls. */
export const connectionService = (name: string): string => `connection:${name}`

export const isConnection = (service: string): boolean => service.startsWith('connection:')

/** Ends the target of the hold that keeps claimed children of a cancelled fan-out from beginning. */
export const restCancelled = ' (rest cancelled)'

export class Holds {
  private byId = new Map<string, Hold>()
  private autoParking = new Set<string>()
  private reading: Promise<void> | null = null
  private following: Promise<void> | null = null

  constructor(private readonly pool: pg.Pool) {}

  refresh(): Promise<void> {
    if (this.reading === null) return (this.reading = this.read().finally(() => (this.reading = null)))
    // What is being read now may be older than the change that made somebody ask.
    return (this.following ??= this.reading.catch(() => {}).then(() => {
      this.following = null
      return this.refresh()
    }))
  }

  private async read(): Promise<void> {
    const { rows } = await this.pool.query<{ workspace_id: string; id: string; kind: Hold['kind']; target: string; reason: string | null; auto: boolean; since: Date; ramp: number | null; until_ms: string | null }>({ ...holdsAll, values: [] })
    const { rows: auto } = await this.pool.query<{ id: string }>({ ...autoParking, values: [] })
    this.autoParking = new Set(auto.map((row) => row.id))
    this.byId = new Map(rows.map((row) => [row.id, {
      workspaceId: row.workspace_id, id: row.id, kind: row.kind, target: row.target, reason: row.reason, auto: row.auto, since: row.since,
      ramp: row.ramp, untilMs: row.until_ms === null ? null : Number(row.until_ms),
    }]))
  }

  /** Nothing is held anywhere: the usual case, and the hot path's only question. */
  get none(): boolean {
    return this.byId.size === 0
  }

  /** The workspace wants services that keep failing to be parked. */
  parksByItself(workspaceId: string): boolean {
    return this.autoParking.has(workspaceId)
  }

  find(id: string): Hold | undefined {
    return this.byId.get(id)
  }

  all(): IterableIterator<Hold> {
    return this.byId.values()
  }

  /**
   * What keeps this run from starting or going on, or null. Tests of drafts go on.
   * @param underWay it executes: when the rest of a fan-out is cancelled, that finishes
   */
  of(job: ClaimedJob, underWay = false): HeldBy | null {
    if (this.byId.size === 0 || job.version < 0) return null
    const hold = this.byId.get(job.function_id) ?? this.byId.get(fanOutOf(job) ?? '')
    if (hold === undefined || (underWay && hold.kind === 'fan-out' && hold.target.endsWith(restCancelled))) return null
    return { holdId: hold.id, why: { kind: 'held', hold: hold.kind, target: hold.target } }
  }

  /** The hold on the service a step is about to call, or null. @param pass the hold that let this run go while it is being lifted */
  service(workspaceId: string, host: string, pass: string | null): Hold | null {
    if (this.byId.size === 0) return null
    const hold = this.byId.get(serviceHoldId(workspaceId, host))
    return hold === undefined || (hold.ramp !== null && pass === hold.id) ? null : hold
  }
}
