/**
 * Emits: the events of a step, stored in the same transaction as its checkpoint. Small emits of
 * many runs share one statement; a long list goes in chunks, each of which moves the emit's
 * progress on in its own transaction. After a crash the next worker goes on behind the last
 * committed chunk; item i always gets the same id, so nothing can be stored twice.
 */
import { newUuid, publicId, uuidTime } from '#base/ids.ts'
import { databaseNow } from '#engine/clock.ts'
import { ConnectionLost, isConnectionError, isTransient, type HotConnection } from '#engine/connection.ts'
import { emittedIds, fanOutId } from '#engine/derived-ids.ts'
import type { EventWaits } from '#engine/event-waits.ts'
import type { Routes, RoutingTable } from '#engine/match.ts'
import type { EndedRun } from '#engine/end-runs.ts'
import { cancelOnEvents, cancelsSomething } from '#engine/flow/cancel-on-event.ts'
import { decideStarts, needsDecision } from '#engine/flow/decide-starts.ts'
import { claimIds, seenKey } from '#engine/seen-ids.ts'
import type { Session } from '#engine/session.ts'
import { eventEmit } from '#engine/sql/event-store.ts'
import { numbers, safeText, texts, uuids } from '#engine/sql/arrays.ts'
import type { KnownLanes } from '#engine/known-lanes.ts'
import { emptyPlan, planEvent, planParameters, type Plan } from '#engine/store-events.ts'
import type { EmitItem } from '#steps/kind.ts'

export interface EmitRequest {
  workspaceId: string
  runId: string
  functionId: string
  /** Negative for a test run of a draft: its events reach the draft's own functions. */
  version: number
  step: string
  attempt: number
  startedAt: number
  count: number
  make(index: number): EmitItem
  /** Present for an emit per item: it is watched and steered as one thing. */
  fanOut?: { eventName: string; canary?: number; stopShare?: number }
  /** Shown on the run page; JSON text. */
  input: string | null
  /** Where an earlier worker got to. */
  resume?: { nextIndex: number; baseMs: number }
}

export interface EmitContext {
  connection: HotConnection
  session: Session
  routes: Routes
  lanes: KnownLanes
  waits: EventWaits
  stored(plan: Plan): void
  ended(runs: EndedRun[]): void
  changed(runs: { workspaceId: string; runId: string }[]): void
  chunk(request: EmitRequest, nextIndex: number): void
  leaseLost(): void
  unreachable(error: unknown): void
}

/** `lost`: the run is not ours any more. `halted`: its fan-out takes no more items for now, `nextIndex` comes next. */
export type EmitAnswer = { output: string } | { halted: { nextIndex: number; baseMs: number } } | 'lost'

interface EmitStored {
  fence: number
  current: boolean
  stored: string[]
  /** "<state> <run> <step>" of the fan-outs among them. */
  fans: string[]
}

/** An item with its data as JSON text: made once, for the size of the chunk and for the statement. */
interface EncodedItem extends EmitItem {
  dataText: string
}

interface Slice {
  request: EmitRequest
  from: number
  to: number
  items: EncodedItem[]
  idOf: (index: number) => string
  baseMs: number
  /** `emitting` false: its fan-out is paused, stopped, cancelled, or waits after its first items. */
  resolve(stored: boolean, emitting?: boolean): void
  reject(error: unknown): void
}

const itemsPerChunk = 1000
const bytesPerChunk = 4_000_000
const idsShownMax = 100
const retryMs = 200

export class Emitter {
  private queue: Slice[] = []
  private running = false

  constructor(private readonly context: EmitContext) {}

  /** Resolves after the last chunk's COMMIT. Errors of `make` (bad data in an item) reject before anything of that chunk is stored. */
  async emit(request: EmitRequest): Promise<EmitAnswer> {
    const baseMs = request.resume?.baseMs ?? uuidTime(newUuid())
    const idOf = emittedIds(request.runId, request.step, baseMs)
    let next = request.resume?.nextIndex ?? 0
    do {
      const items = takeItems(request, next)
      const to = next + items.length
      const { stored, emitting } = await new Promise<{ stored: boolean; emitting: boolean }>((resolve, reject) => {
        this.queue.push({ request, from: next, to, items, idOf, baseMs, resolve: (done, goesOn = true) => resolve({ stored: done, emitting: goesOn }), reject })
        void this.run()
      })
      if (!stored) return 'lost'
      next = to
      if (next < request.count || request.fanOut !== undefined) this.context.chunk(request, next)
      if (!emitting && next < request.count) return { halted: { nextIndex: next, baseMs } }
    } while (next < request.count)
    return { output: outputOf(request, idOf) }
  }

  get idle(): boolean {
    return this.queue.length === 0 && !this.running
  }

  private async run(): Promise<void> {
    if (this.running) return
    this.running = true
    await new Promise((resolve) => setImmediate(resolve))
    while (this.queue.length > 0) {
      const slices: Slice[] = []
      let count = 0
      while (this.queue.length > 0 && (slices.length === 0 || count + this.queue[0]!.items.length <= itemsPerChunk)) {
        const slice = this.queue.shift()!
        slices.push(slice)
        count += slice.items.length
      }
      await this.write(slices)
    }
    this.running = false
  }

  private async write(slices: Slice[]): Promise<void> {
    for (;;) {
      try {
        const stored = await this.store(slices)
        if (stored === 'stale-routes') continue
        if (stored === 'lease-lost') {
          this.context.leaseLost()
          return slices.forEach((slice) => slice.resolve(false))
        }
        for (const slice of slices) {
          const key = `${slice.request.runId} ${slice.request.step}`
          slice.resolve(stored.emits.has(key), !stored.halted.has(key))
        }
        return
      } catch (error) {
        if (!isConnectionError(error) && !isTransient(error)) {
          if (slices.length === 1) return slices[0]!.reject(error)
          for (const slice of slices) await this.write([slice])
          return
        }
        this.context.unreachable(error)
        // What is read before (who reacts) comes over other connections: nothing was sent then, and the same again will do.
        // Whether a lost statement was committed is not known: the runs must be taken up anew from what is stored, and as long as this session stands they are nobody else's.
        if (!this.context.session.standing() || (error instanceof ConnectionLost && error.sent)) {
          this.context.leaseLost()
          return slices.forEach((slice) => slice.resolve(false))
        }
        await new Promise((resolve) => setTimeout(resolve, retryMs))
      }
    }
  }

  private async store(slices: Slice[]): Promise<{ emits: Set<string>; halted: Set<string> } | 'stale-routes' | 'lease-lost'> {
    const { connection, session, routes, lanes, waits } = this.context
    const tables = new Map<string, RoutingTable>()
    for (const { request } of slices) {
      if (tables.has(request.workspaceId)) continue
      const table = routes.get(request.workspaceId)
      tables.set(request.workspaceId, table instanceof Promise ? await table : table)
    }
    const drafts = new Map<Slice, RoutingTable>()
    for (const slice of slices) {
      const { workspaceId, functionId, version } = slice.request
      if (version < 0) drafts.set(slice, await routes.ofDraft(workspaceId, functionId, version))
    }
    const plan = planSlices(slices, (slice) => drafts.get(slice) ?? tables.get(slice.request.workspaceId)!)
    await lanes.ensure({ query: (config) => connection.query(config) }, plan.runs)
    const query = () => ({ ...eventEmit, values: [...planParameters(plan), session.id, ...emitColumns(slices), uuids([...tables.keys()]), numbers([...tables.values()].map((t) => t.epoch)), ...fanOutColumns(slices, plan)] })
    const locks = waits.locksFor(plan.events, tables)
    const plain = locks.length === 0 && !plan.events.some((event) => event.clientId !== undefined) && !needsDecision(plan) && !cancelsSomething(plan.events, tables)
    const answer = plain ? (await connection.query<EmitStored & Record<string, unknown>>(query()))[0]! : await this.storeWithLocks(plan, locks, tables, slices.length, query)
    waits.announce()
    if (answer.fence === 0) return 'lease-lost'
    if (!answer.current) {
      for (const workspaceId of tables.keys()) routes.forget(workspaceId)
      return 'stale-routes'
    }
    if (answer.stored.length > 0) this.context.stored(plan)
    return { emits: new Set(answer.stored), halted: new Set(answer.fans.filter((fan) => !fan.startsWith('emitting ')).map((fan) => fan.slice(fan.indexOf(' ') + 1))) }
  }

  /** Events that carry ids of the sender, or names that runs wait for, need more than one statement. */
  private async storeWithLocks(plan: Plan, locks: string[], tables: Map<string, RoutingTable>, slices: number, query: () => { name: string; text: string; values: unknown[] }): Promise<EmitStored> {
    const { connection, waits } = this.context
    let afterCommit = () => {}
    try {
      const answer = await connection.transaction(async (client) => {
        await waits.lockShared(client, locks)
        dropRepeats(plan, await claimIds(client, plan.events))
        const decided = await decideStarts(client, plan)
        const answer = (await client.query<EmitStored>(query())).rows[0]!
        if (answer.stored.length === 0) throw new NothingStored(answer)
        // What was decided, and what its events set off, covers all of the slices, so all of them are stored, or each is tried by itself.
        if (answer.stored.length < slices) throw new Error('Not all of these emits can be stored together.')
        const cancelled = await cancelOnEvents(client, plan, tables)
        await waits.resolveFor(client, plan.events, locks)
        afterCommit = () => {
          this.context.ended([...decided.ended, ...cancelled])
          this.context.changed(decided.changed)
        }
        return answer
      })
      afterCommit()
      return answer
    } catch (error) {
      if (error instanceof NothingStored) return error.answer
      throw error
    }
  }
}

/** Thrown to roll back when the statement stored nothing. */
class NothingStored extends Error {
  constructor(readonly answer: EmitStored) {
    super('nothing stored')
  }
}

function takeItems(request: EmitRequest, from: number): EncodedItem[] {
  const items: EncodedItem[] = []
  let bytes = 0
  const canary = request.fanOut?.canary ?? 0
  const end = from < canary && canary < request.count ? canary : request.count
  for (let index = from; index < end && items.length < itemsPerChunk && bytes < bytesPerChunk; index++) {
    const item = request.make(index)
    const dataText = JSON.stringify(item.data)
    items.push({ ...item, dataText })
    bytes += dataText.length
  }
  return items
}

function dropRepeats(plan: Plan, repeats: Map<string, string>): void {
  const repeated = new Set(plan.events.filter((event) => event.clientId !== undefined && (repeats.get(seenKey(event)) ?? event.id) !== event.id).map((event) => event.id))
  if (repeated.size === 0) return
  plan.events = plan.events.filter((event) => !repeated.has(event.id))
  plan.runs = plan.runs.filter((run) => !repeated.has(run.eventId))
}

function planSlices(slices: Slice[], tableOf: (slice: Slice) => RoutingTable): Plan {
  const plan = emptyPlan()
  const now = databaseNow()
  for (const slice of slices) {
    const { request, items, from, idOf } = slice
    const table = tableOf(slice)
    const firstRun = plan.runs.length
    items.forEach((item, offset) => {
      const startsAt = item.starts === undefined ? undefined : 'atMs' in item.starts ? item.starts.atMs : now + item.starts.inMs
      planEvent(plan, table, {
        workspaceId: request.workspaceId, id: idOf(from + offset), name: item.name, data: item.data, dataText: item.dataText,
        ts: startsAt ?? now, startsAt, clientId: item.id, source: request.fanOut === undefined ? 'emit' : 'emit-each', sourceRef: request.step, emitRunId: request.runId, ofTest: request.version < 0,
      })
    })
    // The gate of event-emit: a run is stored only if its emit's chunk is.
    for (let i = firstRun; i < plan.runs.length; i++) {
      plan.runs[i]!.parentRunId = request.runId
      plan.runs[i]!.parentStep = request.step
    }
  }
  return plan
}

function emitColumns(slices: Slice[]): string[] {
  const now = performance.now()
  const of = <T>(read: (slice: Slice) => T) => slices.map(read)
  return [
    uuids(of((s) => s.request.workspaceId)), uuids(of((s) => s.request.runId)), texts(of((s) => s.request.step)),
    numbers(of((s) => s.from)), numbers(of((s) => s.to)), numbers(of((s) => s.request.count)),
    numbers(of((s) => s.request.attempt)), numbers(of((s) => now - s.request.startedAt)),
    texts(of((s) => s.request.input)), texts(of((s) => (s.to === s.request.count ? outputOf(s.request, s.idOf) : null))),
    numbers(of((s) => s.baseMs)),
  ]
}

function fanOutColumns(slices: Slice[], plan: Plan): string[] {
  if (!slices.some((slice) => slice.request.fanOut !== undefined)) return ['{}', '{}', '', '{}', '{}', '', '{}', '{}', '{}']
  const of = <T>(read: (slice: Slice) => T) => slices.map(read)
  const functions = new Map<Slice, Map<string, number>>(slices.map((slice) => [slice, new Map()]))
  const skipped = new Map<Slice, number>()
  const sliceOf = new Map(slices.map((slice) => [`${slice.request.runId} ${slice.request.step}`, slice]))
  for (const run of plan.runs) {
    // A debounced run answers to the last of many events, of this fan-out or not: it is nobody's child.
    if (run.route.flow?.debounce != null) continue
    const slice = sliceOf.get(`${run.parentRunId} ${run.parentStep}`)!
    const counts = functions.get(slice)!
    const begins = run.start?.skip == null
    counts.set(run.route.functionId, (counts.get(run.route.functionId) ?? 0) + (begins ? 1 : 0))
    if (!begins) skipped.set(slice, (skipped.get(slice) ?? 0) + 1)
  }
  return [
    uuids(of(({ request }) => (request.fanOut === undefined ? null : fanOutId(request.runId, request.step)))),
    uuids(of(({ request }) => request.functionId)), texts(of(({ request }) => (request.fanOut === undefined ? null : safeText(request.fanOut.eventName)))),
    uuids(of((slice) => slice.idOf(0))),
    numbers(of((slice) => [...functions.get(slice)!.values()].reduce((sum, n) => sum + n, 0))),
    texts(of((slice) => uuids([...functions.get(slice)!.keys()]))),
    numbers(of(({ request }) => request.fanOut?.canary ?? null)), numbers(of(({ request }) => request.fanOut?.stopShare ?? null)),
    numbers(of((slice) => skipped.get(slice) ?? 0)),
  ]
}

/** What steps after an emit see: how many, and the ids while they are few. */
function outputOf(request: EmitRequest, idOf: (index: number) => string): string {
  if (request.count > idsShownMax) return JSON.stringify({ count: request.count, firstId: publicId('evt', idOf(0)) })
  return JSON.stringify({ count: request.count, ids: Array.from({ length: request.count }, (_, index) => publicId('evt', idOf(index))) })
}
