/**
 * Which of the planned runs begin, and when: rate limit, idempotency, singleton, debounce, batch.
 * Decided inside the transaction that stores the events, under locks on the rows that remember
 * (flow_key, sorted), so any number of processes decide one after another; the events of one
 * transaction see each other's effect in their order. A run that is not to begin stays in the plan
 * with its reason: it is recorded as skipped.
 */
import type pg from 'pg'
import { FanwiseError } from '#base/errors.ts'
import { formatDuration } from '#base/duration.ts'
import { publicId, uuidTime } from '#base/ids.ts'
import { namedUuid } from '#engine/derived-ids.ts'
import { endRuns, type EndedRun, type RunToEnd } from '#engine/end-runs.ts'
import { holds, keyText, type CompiledFlow, type KeyedRule } from '#engine/flow/compile-flow.ts'
import { eventsStored, flowLock, flowOpenRuns, flowPending, flowPendingRuns, flowRunEvents, flowSave } from '#engine/sql/flow.ts'
import { numbers, safeText, texts, uuids } from '#engine/sql/arrays.ts'
import { keyLists, type Plan, type PlannedEvent, type PlannedRun, type StartRule } from '#engine/store-events.ts'

const kinds = ['rate', 'idempotency', 'singleton', 'debounce', 'batch'] as const
type Kind = (typeof kinds)[number]
const dayMs = 86_400_000
const keptAfterMs = 60_000
const keptForRunsMs = 7 * dayMs

/** What a row of flow_key remembers, and what this transaction makes of it. */
interface Memory {
  id: string
  workspaceId: string
  functionId: string
  kind: Kind
  key: string | null
  count: number
  runId: string | null
  ageMs: number
  /** Set once changed. */
  fresh: boolean
  keepMs: number
  touched: boolean
  /** The pending run is one of this plan. */
  planned: PlannedRun | null
}

export interface Decided {
  /** Runs that newer ones replaced. */
  ended: EndedRun[]
  /** Pending runs of before that took an event of this plan. */
  changed: { workspaceId: string; runId: string }[]
}

/** True when a run of the plan needs a decision. */
export const needsDecision = (plan: Plan): boolean => plan.runs.some((run) => run.route.flow?.remembers === true && run.rules)

export async function decideStarts(client: pg.ClientBase, plan: Plan): Promise<Decided> {
  const events = new Map(plan.events.map((event) => [event.id, event]))
  const ruled = plan.runs.filter((run) => run.route.flow?.remembers === true && run.rules)
  if (ruled.length === 0) return { ended: [], changed: [] }
  const memories = await lockMemories(client, ruled, events)
  const repeated = await storedAlready(client, ruled, events)
  const deciding = new Deciding(memories, await openRuns(client, memories), await pendingRuns(client, memories), events)
  for (const run of ruled) if (!repeated.has(run.eventId)) deciding.run(run)
  plan.runs = plan.runs.filter((run) => !deciding.absorbed.has(run) && !(repeated.has(run.eventId) && run.rules && run.route.flow?.remembers === true))
  await deciding.save(client)
  return { ended: await endRuns(client, deciding.toEnd), changed: deciding.changed }
}

const memoryId = (functionId: string, kind: Kind, key: string | null): string => namedUuid(`flow\u0000${functionId}\u0000${kind}\u0000${key ?? ''}`, uuidTime(functionId))

function rulesOf(flow: CompiledFlow): [Kind, KeyedRule][] {
  const rules: [Kind, KeyedRule | null][] = [['rate', flow.rateLimit], ['idempotency', flow.idempotency], ['singleton', flow.singleton], ['debounce', flow.debounce], ['batch', flow.batch]]
  return rules.filter((rule): rule is [Kind, KeyedRule] => rule[1] !== null)
}

async function lockMemories(client: pg.ClientBase, runs: PlannedRun[], events: Map<string, PlannedEvent>): Promise<Map<string, Memory>> {
  const memories = new Map<string, Memory>()
  for (const run of runs) {
    for (const [kind, rule] of rulesOf(run.route.flow!)) {
      const key = keyText(rule.key, events.get(run.eventId))
      const id = memoryId(run.route.functionId, kind, key)
      if (!memories.has(id)) memories.set(id, { id, workspaceId: run.workspaceId, functionId: run.route.functionId, kind, key, count: 0, runId: null, ageMs: 0, fresh: false, keepMs: keptAfterMs, touched: false, planned: null })
    }
  }
  const sorted = [...memories.values()].sort((a, b) => (a.workspaceId + a.id < b.workspaceId + b.id ? -1 : 1))
  const { rows } = await client.query<{ id: string; count: number; run_id: string | null; age_ms: string }>({
    ...flowLock,
    values: [uuids(sorted.map((m) => m.workspaceId)), uuids(sorted.map((m) => m.id)), uuids(sorted.map((m) => m.functionId)), texts(sorted.map((m) => m.kind)), texts(sorted.map((m) => (m.key === null ? null : safeText(m.key))))],
  })
  for (const row of rows) Object.assign(memories.get(row.id)!, { count: row.count, runId: row.run_id, ageMs: Number(row.age_ms) })
  return memories
}

/** Asked only for events that may come again under the id they have: those a schedule or an SDK names. */
async function storedAlready(client: pg.ClientBase, runs: PlannedRun[], events: Map<string, PlannedEvent>): Promise<Set<string>> {
  const asked = [...new Set(runs.map((run) => run.eventId))].map((id) => events.get(id)).filter((event) => event?.mayRepeat === true) as PlannedEvent[]
  if (asked.length === 0) return new Set()
  const { rows } = await client.query<{ id: string }>({ ...eventsStored, values: [uuids(asked.map((e) => e.workspaceId)), uuids(asked.map((e) => e.id))] })
  return new Set(rows.map((row) => row.id))
}

async function openRuns(client: pg.ClientBase, memories: Map<string, Memory>): Promise<Set<string>> {
  const asked = [...memories.values()].filter((memory) => memory.runId !== null && memory.kind === 'singleton')
  if (asked.length === 0) return new Set()
  const { rows } = await client.query<{ run_id: string }>({ ...flowOpenRuns, values: [uuids(asked.map((m) => m.workspaceId)), uuids(asked.map((m) => m.runId))] })
  return new Set(rows.map((row) => row.run_id))
}

/** Versions of the runs that still collect events, by their id. */
async function pendingRuns(client: pg.ClientBase, memories: Map<string, Memory>): Promise<Map<string, number>> {
  const asked = [...memories.values()].filter((memory) => memory.runId !== null && (memory.kind === 'debounce' || memory.kind === 'batch'))
  if (asked.length === 0) return new Map()
  const { rows } = await client.query<{ run_id: string; version: number }>({ ...flowPendingRuns, values: [uuids(asked.map((m) => m.workspaceId)), uuids(asked.map((m) => m.runId))] })
  return new Map(rows.map((row) => [row.run_id, row.version]))
}

/** What a run of before becomes; event, version and lane null = as they are, due null = queued now. */
interface Move {
  workspaceId: string
  runId: string
  eventId: string | null
  version: number | null
  laneId: string | null
  dueMs: number | null
  deadlineMs: number | null
  /** What events find it by; with another event, other ones. */
  cancelKeys: readonly string[]
}

class Deciding {
  readonly absorbed = new Set<PlannedRun>()
  readonly toEnd: RunToEnd[] = []
  readonly changed: { workspaceId: string; runId: string }[] = []
  private readonly moves = new Map<string, Move>()
  private readonly joins: { workspaceId: string; runId: string; n: number; eventId: string }[] = []

  constructor(private readonly memories: Map<string, Memory>, private readonly open: ReadonlySet<string>, private readonly pending: ReadonlyMap<string, number>, private readonly events: Map<string, PlannedEvent>) {}

  /** A run that joins one that still waits starts nothing, so it counts for no limit of starts. */
  run(run: PlannedRun): void {
    const flow = run.route.flow!
    const joins = this.joinsPending(run, flow)
    // A batch keeps a value that comes again out; to a debounce it is the newer event.
    const refusal = (joins && flow.debounce !== null ? null : this.repeated(run, flow)) ?? (joins ? null : this.refused(run, flow))
    if (refusal !== null) {
      run.start = skip(refusal)
      return
    }
    if (flow.idempotency !== null) remember(this.memory(run, 'idempotency', flow.idempotency), dayMs)
    if (flow.debounce !== null) this.debounce(run, flow, flow.debounce)
    else if (flow.batch !== null && this.batches(run, flow.batch)) this.batch(run, flow, flow.batch)
    else this.begin(run, flow)
  }

  private memory(run: PlannedRun, kind: Kind, rule: KeyedRule): Memory {
    return this.memories.get(memoryId(run.route.functionId, kind, keyText(rule.key, this.events.get(run.eventId))))!
  }

  private batches(run: PlannedRun, rule: NonNullable<CompiledFlow['batch']>): boolean {
    return rule.condition === null || holds(rule.condition, { event: this.events.get(run.eventId) })
  }

  private joinsPending(run: PlannedRun, flow: CompiledFlow): boolean {
    if (flow.debounce !== null) return this.waits(this.memory(run, 'debounce', flow.debounce))
    return flow.batch !== null && this.batches(run, flow.batch) && this.waits(this.memory(run, 'batch', flow.batch), run.version)
  }

  /** @param version a batch is of one version, since its size and its use of the events are the version's */
  private waits(memory: Memory, version?: number): boolean {
    if (memory.planned !== null) return true
    const pending = memory.runId === null ? undefined : this.pending.get(memory.runId)
    return pending !== undefined && (version === undefined || pending === version)
  }

  private repeated(run: PlannedRun, flow: CompiledFlow): FanwiseError | null {
    if (flow.idempotency === null) return null
    const memory = this.memory(run, 'idempotency', flow.idempotency)
    if (memory.count === 0 || (!memory.fresh && memory.ageMs >= dayMs)) return null
    return skipped(`A run for ${memory.key ?? 'this'} was started less than 24 hours ago.`, 'Nothing needs to be done. Send another value, or run the event again by hand.', { rule: 'idempotency', key: memory.key })
  }

  private refused(run: PlannedRun, flow: CompiledFlow): FanwiseError | null {
    if (flow.rateLimit !== null) {
      const memory = this.memory(run, 'rate', flow.rateLimit)
      const { limit, periodMs } = flow.rateLimit
      if ((memory.fresh || memory.ageMs < periodMs) && memory.count >= limit) {
        return skipped(`Rate limit: ${limit} ${limit === 1 ? 'run has' : 'runs have'} already been started within ${formatDuration(periodMs)}${memory.key === null ? '' : ` for ${memory.key}`}.`, 'Raise the rate limit, or use a throttle if no event may be left out.', { rule: 'rate limit', limit, periodMs, key: memory.key })
      }
    }
    const singleton = singletonOf(flow)
    if (singleton?.mode !== 'skip') return null
    const memory = this.memory(run, 'singleton', singleton)
    if (memory.planned === null && !this.open.has(memory.runId ?? '')) return null
    return skipped(`Another run${memory.key === null ? '' : ` for ${memory.key}`} has not ended, and only one may be open.`, 'Nothing needs to be done. Choose “cancel the open one” if the newest should win.', { rule: 'singleton', key: memory.key })
  }

  /** It starts a run: the rules take note. */
  private begin(run: PlannedRun, flow: CompiledFlow): void {
    if (flow.rateLimit !== null) remember(this.memory(run, 'rate', flow.rateLimit), flow.rateLimit.periodMs)
    const singleton = singletonOf(flow)
    if (singleton === null) return
    const memory = this.memory(run, 'singleton', singleton)
    if (singleton.mode === 'cancel') {
      if (memory.planned !== null) {
        memory.planned.start = skip(skipped('A newer event came at the same moment, and only one run may be open.', 'Nothing needs to be done.', { rule: 'singleton', key: memory.key }))
      } else if (memory.runId !== null && this.open.has(memory.runId)) {
        this.toEnd.push({ workspaceId: run.workspaceId, runId: memory.runId, reason: new FanwiseError('run_cancelled', 'A newer run took its place: only one may be open.', { fix: 'Nothing needs to be done. Choose “skip the new one” if the first should win.', facts: { by: publicId('run', run.runId) } }).toShape() })
      }
    }
    Object.assign(memory, { runId: run.runId, planned: run, count: 1, fresh: true, touched: true, keepMs: keptForRunsMs })
  }

  /** The pending run takes the newest event, and with it that event's version and lane. */
  private debounce(run: PlannedRun, flow: CompiledFlow, rule: NonNullable<CompiledFlow['debounce']>): void {
    const memory = this.memory(run, 'debounce', rule)
    const joins = this.waits(memory)
    const aheadMs = run.start?.startsInMs ?? 0
    const dueMs = Math.max(aheadMs, Math.min(rule.periodMs, (rule.timeoutMs ?? Infinity) - (joins && memory.planned === null ? memory.ageMs : 0)))
    if (!joins) {
      this.begin(run, flow)
      run.start = withStart(run, dueMs)
      Object.assign(memory, { runId: run.runId, planned: run, count: 0, fresh: true, keepMs: (rule.timeoutMs ?? rule.periodMs) + keptForRunsMs })
    } else if (memory.planned !== null) {
      const { eventId, laneId, keyText: laneKey, ownerId, cancelKeys } = run
      Object.assign(memory.planned, { eventId, laneId, keyText: laneKey, ownerId, cancelKeys })
      memory.planned.start = withStart(memory.planned, dueMs)
    } else {
      this.move({ workspaceId: run.workspaceId, runId: memory.runId!, eventId: run.eventId, version: run.version, laneId: run.laneId, dueMs: Math.max(0, dueMs), deadlineMs: deadlineOf(run, dueMs), cancelKeys: run.cancelKeys })
    }
    this.join(memory, run, joins)
  }

  private batch(run: PlannedRun, flow: CompiledFlow, rule: NonNullable<CompiledFlow['batch']>): void {
    const memory = this.memory(run, 'batch', rule)
    const joins = this.waits(memory, run.version)
    if (!joins) {
      this.begin(run, flow)
      Object.assign(memory, { runId: run.runId, planned: run, count: 0, fresh: true, keepMs: rule.timeoutMs + keptForRunsMs })
    }
    this.join(memory, run, joins)
    const full = memory.count >= rule.size
    if (memory.planned !== null) memory.planned.start = withStart(memory.planned, full ? null : rule.timeoutMs)
    else if (full) this.move({ workspaceId: run.workspaceId, runId: memory.runId!, eventId: null, version: null, laneId: null, dueMs: null, deadlineMs: deadlineOf(run, 0), cancelKeys: [] })
    if (full) Object.assign(memory, { runId: null, planned: null, count: 0 })
  }

  private join(memory: Memory, run: PlannedRun, absorbed: boolean): void {
    this.joins.push({ workspaceId: run.workspaceId, runId: memory.runId!, n: memory.count, eventId: run.eventId })
    memory.count += 1
    memory.touched = true
    if (!absorbed) return
    this.absorbed.add(run)
    if (memory.planned === null) this.changed.push({ workspaceId: run.workspaceId, runId: memory.runId! })
  }

  /** The last one counts. */
  private move(move: Move): void {
    this.moves.set(move.runId, move)
  }

  async save(client: pg.ClientBase): Promise<void> {
    const touched = [...this.memories.values()].filter((memory) => memory.touched)
    if (touched.length > 0) {
      await client.query({
        ...flowSave,
        values: [
          uuids(touched.map((m) => m.workspaceId)), uuids(touched.map((m) => m.id)), numbers(touched.map((m) => m.count)), uuids(touched.map((m) => m.runId)),
          numbers(touched.map((m) => (m.fresh ? 1 : 0))), numbers(touched.map((m) => m.keepMs)),
        ],
      })
    }
    if (this.joins.length > 0) {
      await client.query({ ...flowRunEvents, values: [uuids(this.joins.map((j) => j.workspaceId)), uuids(this.joins.map((j) => j.runId)), numbers(this.joins.map((j) => j.n)), uuids(this.joins.map((j) => j.eventId))] })
    }
    const moves = [...this.moves.values()]
    if (moves.length === 0) return
    await client.query({
      ...flowPending,
      values: [
        uuids(moves.map((m) => m.workspaceId)), uuids(moves.map((m) => m.runId)), uuids(moves.map((m) => m.eventId)), numbers(moves.map((m) => m.version)),
        uuids(moves.map((m) => m.laneId)), numbers(moves.map((m) => m.dueMs)), numbers(moves.map((m) => m.deadlineMs)), keyLists(moves),
      ],
    })
  }
}

/** One more in the window; a window that has passed begins anew. */
function remember(memory: Memory, periodMs: number): void {
  if (memory.count === 0 || (!memory.fresh && memory.ageMs >= periodMs)) Object.assign(memory, { count: 0, fresh: true })
  memory.count += 1
  memory.touched = true
  memory.keepMs = periodMs + keptAfterMs
}

/** A function that debounces has one pending run a key anyway; one that batches answers to many events. */
const singletonOf = (flow: CompiledFlow): CompiledFlow['singleton'] => (flow.debounce === null && flow.batch === null ? flow.singleton : null)

/** The start time limit counts from when the run is due. */
const deadlineOf = (run: PlannedRun, dueMs: number): number | null => (run.route.flow?.startTimeoutMs == null ? null : run.route.flow.startTimeoutMs + Math.max(0, dueMs))

const withStart = (run: PlannedRun, startsInMs: number | null): StartRule => ({ startsInMs, headStartMs: run.start?.headStartMs ?? 0, deadlineMs: deadlineOf(run, startsInMs ?? 0), skip: null })

const skip = (reason: FanwiseError): StartRule => ({ startsInMs: null, headStartMs: 0, deadlineMs: null, skip: JSON.stringify(reason.toShape()) })

function skipped(message: string, fix: string, facts: Record<string, unknown>): FanwiseError {
  return new FanwiseError('run_skipped', message, { fix, facts })
}
