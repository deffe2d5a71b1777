/**
 * Accepts events: many concurrent requests share one transaction (group commit), each request is
 * all or nothing inside it, and the answer comes after COMMIT.
 *
 * - A flush starts at once when fewer than two are under way and none of them is large, else requests gather; so an
 *   idle system answers after one commit and a busy one commits once for many.
 * - A payload Postgres refuses fails its own request only: the batch is halved until it stands alone.
 * - A worker of this process that has time takes the jobs of few events as they are stored, without a claim.
 * - The line is bounded: beyond `eventsWaitingMax` the answer is `unavailable`, never a lost event.
 */
import type pg from 'pg'
import { FanwiseError, workspaceGone } from '#base/errors.ts'
import { newUuid } from '#base/ids.ts'
import type { AcceptedEvent, EventSource, IncomingEvent } from '#engine/api.ts'
import { databaseNow } from '#engine/clock.ts'
import type { Route, Routes, RoutingTable } from '#engine/match.ts'
import { eventIngest, eventIngestNew, eventTakeNew } from '#engine/sql/event-store.ts'
import { isConnectionError, isTransient } from '#engine/connection.ts'
import { claimIds, seenKey } from '#engine/seen-ids.ts'
import type { EndedRun } from '#engine/end-runs.ts'
import { cancelOnEvents, cancelsSomething } from '#engine/flow/cancel-on-event.ts'
import { decideStarts, needsDecision } from '#engine/flow/decide-starts.ts'
import { numbers, uuids } from '#engine/sql/arrays.ts'
import type { KnownLanes } from '#engine/known-lanes.ts'
import { emptyPlan, planEvent, planParameters, type Plan, type PlannedEvent } from '#engine/store-events.ts'
import type { EventWaits } from '#engine/event-waits.ts'

interface Request {
  workspaceId: string
  events: PlannedEvent[]
  /** What alone is started, for invoke, schedules and tests. */
  only?: Only
  accepted: AcceptedEvent[]
  resolve(accepted: AcceptedEvent[]): void
  reject(error: unknown): void
}

/** A function by id, in the version that is current when the event is stored; or fixed versions. */
export type Only = { functionId: string } | { routes: readonly Route[] }

export interface IngestContext {
  pool: pg.Pool
  routes: Routes
  lanes: KnownLanes
  waits: EventWaits
  /** After COMMIT: lets the screens know, and the worker of what it does not have already. */
  stored(plan: Plan, taken?: ReadonlySet<string>): void
  /** Null where no worker runs. */
  taker(): Taker | null
  ended(runs: EndedRun[]): void
  changed(runs: { workspaceId: string; runId: string }[]): void
}

/** The worker of this process, as the one who can begin runs right away. */
export interface Taker {
  /** Its lease, when it could begin that many at once. */
  ready(runs: number): string | null
  take(workerId: string, plan: Plan, taken: ReadonlySet<string>): void
  /** Jobs may have become its own without its knowing which. */
  uncertain(workerId: string): void
}

interface Stored {
  plan: Plan
  taken?: { by: string; runs: ReadonlySet<string> }
}

const eventsPerFlush = 500
const eventsWaitingMax = 5000
const flushesAtOnce = 2
/** A flush of so many goes alone: what arrives meanwhile makes the next one large, too, and large ones cost least an event. */
const largeFlushEvents = 16
const staleRoutesTriesMax = 20
const transientTriesMax = 5
const crowdedEvents = 8
const crowdedMs = 50

export class Ingest {
  private waiting: Request[] = []
  private waitingEvents = 0
  private flushing = 0
  private flushingLarge = false
  private answering = 0
  private crowdedAt = -Infinity

  constructor(private readonly context: IngestContext) {}

  /** Senders have just been queueing: whoever shares the machine lets them go first. */
  crowded(): boolean {
    return performance.now() - this.crowdedAt < crowdedMs
  }

  accept(workspaceId: string, events: IncomingEvent[], origin: { source: EventSource; sourceRef?: string }, only?: Only): Promise<AcceptedEvent[]> {
    if (this.waitingEvents > 0 && this.waitingEvents + events.length > eventsWaitingMax) {
      throw new FanwiseError('unavailable', 'More events arrive than can be stored right now.', { fix: 'Send them again in a few seconds; ids keep repeats harmless.', retryAfterMs: 2000 })
    }
    const ofTest = only !== undefined && 'routes' in only
    for (const event of events) refuseFarAhead(event)
    return new Promise((resolve, reject) => {
      this.waiting.push({ workspaceId, events: events.map((event) => planned(workspaceId, event, origin, ofTest)), only, accepted: [], resolve, reject })
      this.waitingEvents += events.length
      this.kick()
    })
  }

  /** Resolves when nothing waits any more. */
  async drain(): Promise<void> {
    while (this.waiting.length > 0 || this.flushing > 0 || this.answering > 0) await new Promise((resolve) => setTimeout(resolve, 5))
  }

  private kick(): void {
    if (!this.mayFlush() && this.waitingEvents >= crowdedEvents) this.crowdedAt = performance.now()
    while (this.waiting.length > 0 && this.mayFlush()) {
      const batch: Request[] = []
      let count = 0
      while (this.waiting.length > 0 && (batch.length === 0 || count + this.waiting[0]!.events.length <= eventsPerFlush)) {
        const request = this.waiting.shift()!
        batch.push(request)
        count += request.events.length
      }
      this.waitingEvents -= count
      const large = count >= largeFlushEvents
      this.flushing += 1
      if (large) this.flushingLarge = true
      void this.store(batch).then((answer) => {
        this.flushing -= 1
        if (large) this.flushingLarge = false
        this.kick()
        this.tell(answer)
      })
    }
  }

  private mayFlush(): boolean {
    return this.flushing < flushesAtOnce && !this.flushingLarge
  }

  /** Not before Postgres has the next flush: it would wait while the answers are written. */
  private tell(answer: () => void): void {
    this.answering += 1
    setImmediate(() => {
      this.answering -= 1
      answer()
    })
  }

  /** What it answers is still to be told: to the senders, the screens and the worker. */
  private async store(batch: Request[]): Promise<() => void> {
    try {
      const { plan, taken } = await this.commit(batch)
      return () => {
        for (const request of batch) request.resolve(request.accepted)
        this.context.stored(plan, taken?.runs)
        if (taken !== undefined) this.context.taker()!.take(taken.by, plan, taken.runs)
      }
    } catch (error) {
      if (batch.length > 1 && (isBadData(error) || isGone(error))) {
        const middle = batch.length >> 1
        this.tell(await this.store(batch.slice(0, middle)))
        return this.store(batch.slice(middle))
      }
      return () => {
        for (const request of batch) request.reject(asRefusal(error))
      }
    }
  }

  private async commit(batch: Request[]): Promise<Stored> {
    for (let attempt = 0; attempt < staleRoutesTriesMax; attempt++) {
      const stored = await this.tryCommit(batch).catch((error: unknown) => {
        // Ending a run here and recording its end there may wait for each other: one of the two begins anew.
        if (!isTransient(error) || attempt >= transientTriesMax) throw error
        return null
      })
      if (stored !== null) return stored
      for (const request of batch) this.context.routes.forget(request.workspaceId)
    }
    throw new FanwiseError('unavailable', 'The workspace is being published over and over; the event was not stored.', { fix: 'Send it again.' })
  }

  /** Null when a routing table was outdated: nothing was written. */
  private async tryCommit(batch: Request[]): Promise<Stored | null> {
    const tables = new Map<string, RoutingTable>()
    for (const { workspaceId } of batch) {
      if (tables.has(workspaceId)) continue
      const found = this.context.routes.get(workspaceId)
      const table = found instanceof Promise ? await found : found
      if (table.gone) {
        // Asked for anew by whoever sends next.
        this.context.routes.forget(workspaceId)
        throw workspaceGone()
      }
      tables.set(workspaceId, table)
    }
    const withIds = batch.some((request) => request.events.some((event) => event.clientId !== undefined))
    const waitedFor = this.context.waits.locksFor(batch.flatMap((request) => request.events), tables)
    const plan = planBatch(batch, tables, null)
    if (!withIds && waitedFor.length === 0 && !needsDecision(plan) && !cancelsSomething(plan.events, tables)) {
      await this.context.lanes.ensure(this.context.pool, plan.runs)
      // Ids made here are new: a try before this one that did not store them said so.
      const mayRepeat = plan.events.some((event) => event.mayRepeat)
      const worker = mayRepeat || this.crowded() || plan.runs.some((run) => run.start !== undefined) ? null : (this.context.taker()?.ready(plan.runs.length) ?? null)
      if (worker !== null) return this.insertAndTake(plan, tables, worker)
      return (await insert(this.context.pool, plan, tables, mayRepeat ? eventIngest : eventIngestNew)).current ? { plan } : null
    }
    return this.commitWithLocks(batch, tables, waitedFor, plan)
  }


  private async insertAndTake(plan: Plan, tables: Map<string, RoutingTable>, worker: string): Promise<Stored | null> {
    // Before the try: while there is no connection nothing has been sent, so the worker has no reason to doubt.
    const client = await this.context.pool.connect()
    let lost: Error | undefined
    try {
      const { rows } = await client.query<{ current: boolean; taken: string[] }>({ ...eventTakeNew, values: [...insertParameters(plan, tables), worker] })
      return rows[0]!.current ? { plan, taken: { by: worker, runs: new Set(rows[0]!.taken) } } : null
    } catch (error) {
      // With an SQLSTATE nothing was stored; without one, the answer of a commit may have been lost.
      if ((error as { code?: string }).code === undefined || isConnectionError(error)) {
        lost = error as Error
        this.context.taker()!.uncertain(worker)
      }
      throw error
    } finally {
      client.release(lost)
    }
  }

  private async commitWithLocks(batch: Request[], tables: Map<string, RoutingTable>, waitedFor: string[], lanesAhead: Plan): Promise<Stored | null> {
    const client = await this.context.pool.connect()
    try {
      await this.context.lanes.ensure(client, lanesAhead.runs)
      await client.query('begin')
      await this.context.waits.lockShared(client, waitedFor)
      const repeats = await claimIds(client, batch.flatMap((request) => request.events))
      const plan = planBatch(batch, tables, repeats)
      const decided = await decideStarts(client, plan)
      const answer = await insert(client, plan, tables)
      if (!answer.current) {
        await client.query('rollback')
        return null
      }
      const arrived = withoutRepeats(plan, answer.stored)
      const cancelled = await cancelOnEvents(client, arrived, tables)
      await this.context.waits.resolveFor(client, arrived.events, waitedFor)
      await client.query('commit')
      this.context.waits.announce()
      this.context.ended([...decided.ended, ...cancelled])
      this.context.changed(decided.changed)
      countStarted(batch, plan)
      return { plan }
    } catch (error) {
      await client.query('rollback').catch(() => {})
      throw error
    } finally {
      client.release()
    }
  }
}

const aheadMaxMs = 366 * 86_400_000

function refuseFarAhead({ ts }: IncomingEvent): void {
  if (ts === undefined || ts - databaseNow() <= aheadMaxMs) return
  throw new FanwiseError('invalid_event', 'The time of the event, `ts`, is more than a year ahead.', { field: 'ts', fix: 'Its runs start at that time, so give one within a year. `ts` counts milliseconds since 1970.', facts: { ts } })
}

function planned(workspaceId: string, event: IncomingEvent, origin: { source: EventSource; sourceRef?: string }, ofTest: boolean): PlannedEvent {
  const id = event.uuid ?? newUuid()
  return {
    workspaceId, id, name: event.name, data: event.data, dataText: JSON.stringify(event.data),
    ts: event.ts ?? databaseNow(), startsAt: event.ts, mayRepeat: event.uuid !== undefined, v: event.v, clientId: event.id,
    source: origin.source, sourceRef: origin.sourceRef, ofTest,
  }
}

/** @param repeats event id of the first one, by the key of a repeated id */
function planBatch(batch: Request[], tables: Map<string, RoutingTable>, repeats: Map<string, string> | null): Plan {
  const plan = emptyPlan()
  for (const request of batch) {
    const table = tables.get(request.workspaceId)!
    const only = request.only === undefined ? undefined : targets(request.only, table)
    request.accepted = request.events.map((event) => {
      const first = event.clientId === undefined ? undefined : repeats?.get(seenKey(event))
      if (first !== undefined && first !== event.id) return { id: first, duplicate: true, runs: 0 }
      return { id: event.id, duplicate: false, runs: planEvent(plan, table, event, only) }
    })
  }
  return plan
}

/** Skipped and absorbed runs have not been started. */
function countStarted(batch: Request[], plan: Plan): void {
  const started = new Map<string, number>()
  for (const run of plan.runs) if (run.start?.skip == null) started.set(run.eventId, (started.get(run.eventId) ?? 0) + 1)
  for (const request of batch) for (const accepted of request.accepted) if (!accepted.duplicate) accepted.runs = started.get(accepted.id) ?? 0
}

function targets(only: Only, table: RoutingTable): readonly Route[] {
  if ('routes' in only) return only.routes
  const route = table.byId.get(only.functionId)
  return route === undefined ? [] : [route]
}

/** Ends nothing and answers nobody once more: what comes again under an id of its own was stored, and has done all that. */
function withoutRepeats(plan: Plan, stored: readonly string[]): Plan {
  if (stored.length === plan.events.length) return plan
  const ids = new Set(stored)
  return { events: plan.events.filter((event) => ids.has(event.id)), runs: plan.runs.filter((run) => ids.has(run.eventId)) }
}

async function insert(client: pg.Pool | pg.PoolClient, plan: Plan, tables: Map<string, RoutingTable>, statement: typeof eventIngest = eventIngest): Promise<{ current: boolean; stored: string[] }> {
  if (plan.events.length === 0) return { current: true, stored: [] }
  const { rows } = await client.query<{ current: boolean; stored: string[] }>({ ...statement, values: insertParameters(plan, tables) })
  return rows[0]!
}

const insertParameters = (plan: Plan, tables: Map<string, RoutingTable>): string[] =>
  [...planParameters(plan), uuids([...tables.keys()]), numbers([...tables.values()].map((table) => table.epoch))]

const isGone = (error: unknown): boolean => error instanceof FanwiseError && error.code === 'gone'

/** SQLSTATE 22 (data exception) or 23 (constraint): this input, not the database, is at fault. */
function isBadData(error: unknown): boolean {
  const code = (error as { code?: string }).code
  return typeof code === 'string' && (code.startsWith('22') || code.startsWith('23'))
}

function asRefusal(error: unknown): unknown {
  if (error instanceof FanwiseError) return error
  if (isBadData(error)) {
    return new FanwiseError('invalid_event', 'The event holds a value that cannot be stored.', { field: 'data', fix: 'Look for broken characters or numbers beyond 1e308 in the payload.', cause: error })
  }
  return new FanwiseError('unavailable', 'The event could not be stored: the database does not answer.', { fix: 'Send it again in a few seconds.', cause: error, retryAfterMs: 2000 })
}
