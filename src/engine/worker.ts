/**
 * The worker: claims jobs, executes their runs, records what became of them. One session (lease) at
 * a time; when it is lost, everything in memory is dropped and a new session begins, as after a crash.
 */
import type pg from 'pg'
import type { EngineOptions } from '#engine/api.ts'
import { storeAftermath } from '#engine/aftermath.ts'
import { Claimer } from '#engine/claim.ts'
import { toFanwiseError } from '#base/errors.ts'
import { HotConnection, isConnectionError, isTransient } from '#engine/connection.ts'
import type { EndedRun } from '#engine/end-runs.ts'
import { Emitter } from '#engine/emit.ts'
import type { EventWaits } from '#engine/event-waits.ts'
import { fanOutOf } from '#engine/fan-out/of-job.ts'
import { finishIsHeard } from '#engine/end-events.ts'
import { FanOutGate } from '#engine/fan-out/gate.ts'
import { fanOutId } from '#engine/derived-ids.ts'
import { RunExecution } from '#engine/execute-run.ts'
import type { RunContext } from '#engine/run-context.ts'
import { Flusher, type FlushItem } from '#engine/flush.ts'
import { LocalLanes, type ClaimedJob, type LocalLane } from '#engine/lanes.ts'
import { Gatekeeper, type SecondSlot } from '#engine/holds/gatekeeper.ts'
import type { HeldBy, Holds } from '#engine/holds/holds.ts'
import type { ServiceGuard } from '#engine/execute-step.ts'
import type { Hub } from '#engine/live.ts'
import { uuids } from '#engine/sql/arrays.ts'
import { holdSettle } from '#engine/sql/hold.ts'
import { RunLoader, type Recorded } from '#engine/load-runs.ts'
import type { Routes } from '#engine/match.ts'
import { toldOf, type PreparedFunction, type PreparedFunctions } from '#engine/prepared.ts'
import { crashesOfSuspect, Suspects } from '#engine/suspects.ts'
import { Session, writersOfWorker } from '#engine/session.ts'
import type { Signals } from '#engine/signals.ts'
import { publicId } from '#base/ids.ts'
import { runEventsLoad } from '#engine/sql/flow.ts'
import { eventLoad } from '#engine/sql/run-advance.ts'
import { releaseWorker } from '#engine/release-worker.ts'
import type { KnownLanes } from '#engine/known-lanes.ts'
import { takenJobs, type Plan } from '#engine/store-events.ts'
import { WaitStore } from '#engine/wait-store.ts'

export interface WorkerContext {
  options: EngineOptions
  pool: pg.Pool
  signals: Signals
  hub: Hub
  routes: Routes
  prepared: PreparedFunctions
  lanes: KnownLanes
  waits: EventWaits
  crowded(): boolean
  /** After COMMIT of new runs. */
  stored(plan: Plan): void
  woken(runs: { workspaceId: string; runId: string }[]): void
  ended(runs: EndedRun[]): void
  changed(runs: { workspaceId: string; runId: string }[]): void
  /** Items of this fan-out were sent, or children of it have ended. */
  fanOut(workspaceId: string, id: string): void
  holds: Holds
  guard: ServiceGuard
}

const pollMs = 1000
const stopWaitMs = 5000
const enterRetryMs = 500

interface Shift {
  session: Session
  local: LocalLanes
  claimer: Claimer
  flusher: Flusher
  emitter: Emitter
  gatekeeper: Gatekeeper
  suspects: Suspects
  run: Omit<RunContext, 'release' | 'gone'>
  executions: Set<RunExecution>
}

export class Worker {
  private readonly writers: readonly HotConnection[]
  private readonly emitting: HotConnection
  private readonly claiming: HotConnection
  private readonly loader: RunLoader
  private shift: Shift | null = null
  private timer: NodeJS.Timeout | null = null
  private stopping = false
  private healthy = true

  constructor(private readonly context: WorkerContext) {
    const { connectionString } = context.options
    this.writers = Array.from({ length: writersOfWorker }, (_, n) => new HotConnection(connectionString, `writer ${n}`))
    this.emitting = new HotConnection(connectionString, 'emitter')
    this.claiming = new HotConnection(connectionString, 'claimer', 'each-time')
    this.loader = new RunLoader(context.pool)
  }

  async start(): Promise<void> {
    await this.enter()
    this.timer = setInterval(() => void this.tick(), Math.min(pollMs, this.context.options.leaseMs / 6))
  }

  kick(): void {
    this.shift?.claimer.kick()
  }

  /** Limits may be others by now. */
  limitsChanged(): void {
    this.shift?.claimer.checkLimits().catch((error: unknown) => this.unreachable(error))
  }

  /** True while it could start more at once: nobody else needs to be woken for a new job. */
  hasRoom(): boolean {
    return this.shift !== null && !this.stopping && this.shift.local.executing < this.context.options.concurrency
  }

  /** Its lease when it could begin that many runs at once: ingest then stores them as its own. */
  ready(runs: number): string | null {
    const { shift } = this
    if (shift === null || this.stopping || !shift.session.mayStart() || shift.local.waiting > 0) return null
    return shift.local.executing + runs <= this.context.options.concurrency / 2 ? shift.session.id : null
  }

  /** Runs that were stored as its own. A session that has ended since has given them back with all it held. */
  take(workerId: string, plan: Plan, taken: ReadonlySet<string>): void {
    const { shift } = this
    if (shift === null || shift.session.id !== workerId) return
    for (const job of takenJobs(plan, taken)) shift.local.add(job)
    this.pump()
  }

  /** Runs that this process has ended from outside: of those that wait here for their turn, none begins. */
  drop(runs: readonly EndedRun[]): void {
    this.shift?.local.drop(new Set(runs.map((run) => run.runId)))
  }

  /** Runs may be its own without its knowing them: only a new lease is certain to hold what it thinks it holds. */
  uncertain(workerId: string): void {
    const { shift } = this
    if (shift !== null && shift.session.id === workerId) this.leaseLost(shift.session)
  }

  status(): { workerId: string | null; executing: number; prefetched: number; healthy: boolean } {
    const { shift } = this
    return { workerId: shift?.session.id ?? null, executing: shift?.local.executing ?? 0, prefetched: shift?.local.waiting ?? 0, healthy: this.healthy }
  }

  /** Runs of the function that execute here, tests of drafts apart. */
  executingOf(functionId: string): string[] {
    return [...(this.shift?.executions ?? [])].filter(({ job }) => job.function_id === functionId && job.version >= 0).map(({ job }) => job.run_id)
  }

  /** Stops claiming, lets running steps end for a few seconds, gives the rest back. */
  async stop(): Promise<void> {
    this.stopping = true
    if (this.timer !== null) clearInterval(this.timer)
    const { shift } = this
    if (shift !== null) {
      shift.claimer.stop()
      const deadline = performance.now() + stopWaitMs
      while ((shift.local.executing > 0 || !shift.flusher.idle || !shift.emitter.idle || !shift.claimer.idle || !shift.gatekeeper.idle) && performance.now() < deadline) {
        await new Promise((resolve) => setTimeout(resolve, 10))
      }
      this.shift = null
      this.endShift(shift)
      await releaseWorker(this.context.pool, shift.session.id).catch(() => {})
    }
    await Promise.all([...this.writers, this.emitting, this.claiming].map((connection) => connection.close()))
  }

  /** @param before whose jobs go back first, as nobody died who could have been brought down by them */
  private async enter(before?: Session): Promise<void> {
    for (let given = before === undefined; ; ) {
      const session = new Session(this.context.options.leaseMs)
      given ||= await releaseWorker(this.context.pool, before!.id).then(() => true, () => false)
      if (this.stopping) return
      try {
        await session.enter(this.claiming)
        this.shift = this.newShift(session)
        this.recovered()
        this.shift.claimer.kick()
        return
      } catch (error) {
        if (this.stopping) return
        this.unreachable(error)
        await new Promise((resolve) => setTimeout(resolve, enterRetryMs))
      }
    }
  }

  private newShift(session: Session): Shift {
    const { context } = this
    const { options, pool, signals, routes, lanes, waits } = context
    const leaseLost = () => this.leaseLost(session)
    const unreachable = (error: unknown) => this.unreachable(error)
    const local = new LocalLanes()
    const waitStore = new WaitStore({ pool, session, routes, lanes, waits, stored: (plan) => context.stored(plan) })
    const flusher = new Flusher({
      connections: this.writers, session, leaseLost, unreachable,
      aftermath: (client, items) => storeAftermath(client, items, { pool, routes, lanes, waits, stored: (plan) => context.stored(plan), woken: (runs) => context.woken(runs), ended: (runs) => context.ended(runs) }),
      flushed: (items, parked, ended) => this.flushed(items, parked, ended),
    })
    const emitter = new Emitter({
      connection: this.emitting, session, routes, lanes, waits, leaseLost, unreachable,
      stored: (plan) => context.stored(plan),
      ended: (runs) => context.ended(runs),
      changed: (runs) => context.changed(runs),
      chunk: (request, nextIndex) => {
        context.hub.runChanged(request.workspaceId, request.runId)
        if (request.fanOut !== undefined) context.fanOut(request.workspaceId, fanOutId(request.runId, request.step))
        signals.emit('emit.chunk', { workspaceId: request.workspaceId, runId: request.runId, step: request.step, nextIndex, total: request.count })
      },
    })
    const claimer = new Claimer({ connection: this.claiming, pool, session, lanes: local, concurrency: options.concurrency, crowded: () => context.crowded(), claimed: () => this.pump(), leaseLost, unreachable, failed: (error) => options.log('error', 'Jobs could not be claimed.', { error: String(error) }) })
    const gatekeeper = new Gatekeeper(pool, session, (slots) => {
      this.settleHolds(new Map(slots.map((slot) => [slot.laneId, slot.workspaceId])))
      // In a lane that functions share, runs may be queued for this very slot.
      this.kick()
    }, leaseLost)
    const suspects = new Suspects(pool, session, (error) => {
      unreachable(error)
      leaseLost()
    })
    return {
      session, local, claimer, flusher, emitter, gatekeeper, suspects, executions: new Set(),
      run: {
        held: (job) => context.holds.of(job, true), guard: context.guard, endIsHeard: (job) => finishIsHeard(routes, job),
        session, flusher, emitter, waits: waitStore, fanOuts: new FanOutGate(pool, session, routes, (workspaceId, id) => context.fanOut(workspaceId, id)), services: options.services, signals, random: Math.random },
    }
  }

  /** Starts what may start. */
  private pump(): void {
    const { shift } = this
    if (shift === null || this.stopping) return
    while (shift.local.executing < this.context.options.concurrency && shift.session.mayStart()) {
      const next = shift.local.take()
      if (next === null) break
      this.begin(shift, next.job, next.lane)
    }
    if (shift.local.waiting < 200) shift.claimer.kick()
  }

  private begin(shift: Shift, job: ClaimedJob, lane: LocalLane): void {
    const prepared = this.context.prepared.get(job.workspace_id, job.function_id, job.version)
    this.context.hub.runChanged(job.workspace_id, job.run_id)
    if (!(prepared instanceof Promise) && !job.progress && job.event_data !== null && prepared.definition.flow?.batch === undefined && !prepared.readsSettings) return this.execute(shift, job, lane, prepared, null)
    void this.beginSlowly(shift, job, lane, prepared)
  }

  private async beginSlowly(shift: Shift, job: ClaimedJob, lane: LocalLane, preparing: PreparedFunction | Promise<PreparedFunction>): Promise<void> {
    try {
      const [prepared, recorded, data] = await Promise.all([
        preparing,
        job.progress ? this.loader.load(job.workspace_id, job.run_id) : null,
        job.event_data === null ? this.context.pool.query<{ data: unknown }>({ ...eventLoad, values: [job.workspace_id, job.event_id] }) : null,
      ])
      if (data !== null) job.event_data = data.rows[0]?.data ?? {}
      if (prepared.definition.flow?.batch !== undefined) await this.loadBatch(job)
      if (prepared.readsSettings) await this.context.options.services.refreshEnvironment?.(job.workspace_id)
      this.execute(shift, job, lane, prepared, recorded)
    } catch (error) {
      shift.local.release(lane)
      if (isConnectionError(error) || isTransient(error)) {
        // The job stays ours but does not run; a new session hands it out again.
        this.leaseLost(shift.session)
        return
      }
      this.context.options.log('error', 'A run could not be taken up.', { run: job.run_id, error: String(error) })
      await this.failUnstarted(shift, job, error)
    }
  }

  private async loadBatch(job: ClaimedJob): Promise<void> {
    const { rows } = await this.context.pool.query<{ id: string; name: string; data: unknown; ts: number; v: string | null }>({ ...runEventsLoad, values: [job.workspace_id, job.run_id] })
    // Started by hand, or by an event that runs alone.
    const events = rows.length > 0 ? rows : [{ id: job.event_id, name: job.event_name, data: job.event_data, ts: job.event_ts, v: job.event_v }]
    job.batch = events.map(({ id, v, ...row }) => ({ id: publicId('evt', id), ...row, ...(v === null ? {} : { v }) }))
  }

  /** Its version cannot be loaded or prepared: nobody could ever run it. */
  private async failUnstarted(shift: Shift, job: ClaimedJob, error: unknown): Promise<void> {
    const reason = toFanwiseError(error)
    const { slug, onFailure } = await toldOf(this.context.pool, job)
    shift.flusher.push({
      workspaceId: job.workspace_id, runId: job.run_id, functionId: job.function_id, results: [], attempts: [], sleeps: [],
      end: { status: 2, startedAt: performance.now(), error: reason.code === 'internal' ? { code: 'internal', message: 'This version of the function cannot be run any more.', fix: 'Publish the workflow again, then run this event again.' } : reason.toShape(), fanOut: fanOutOf(job) },
      aftermath: true, run: { job, output: null, slug, onFailure }, resolve: () => {},
    })
  }

  private execute(shift: Shift, job: ClaimedJob, lane: LocalLane, prepared: PreparedFunction, recorded: Recorded | null): void {
    const held = this.context.holds.of(job)
    if (held !== null) return this.holdBack(shift, job, lane, held, null)
    const rules = shift.gatekeeper.rulesOf(prepared)
    if (rules === null) return this.run(shift, job, lane, prepared, recorded, null)
    void shift.gatekeeper.ask(job, rules).then(
      (answer) => {
        if (answer === 'lost') return this.freed(shift, lane)
        return answer.go ? this.run(shift, job, lane, prepared, recorded, answer.slot) : this.holdBack(shift, job, lane, answer, answer.dueInMs)
      },
      (error) => {
        // The job stays ours but does not run; a new session hands it out again.
        shift.local.release(lane)
        this.unreachable(error)
        this.leaseLost(shift.session)
      },
    )
  }

  private run(shift: Shift, job: ClaimedJob, lane: LocalLane, prepared: PreparedFunction, recorded: Recorded | null, slot: SecondSlot | null): void {
    if (this.shift !== shift) return
    if (job.crashes < crashesOfSuspect) return this.startRun(shift, job, lane, prepared, recorded, slot, 'run')
    shift.suspects.take(job, (verdict, ended) => this.startRun(shift, job, lane, prepared, recorded, slot, verdict, ended))
  }

  private startRun(shift: Shift, job: ClaimedJob, lane: LocalLane, prepared: PreparedFunction, recorded: Recorded | null, slot: SecondSlot | null, verdict: 'run' | 'give-up', ended?: () => void): void {
    if (this.shift !== shift) return
    const execution: RunExecution = new RunExecution(job, prepared, {
      ...shift.run,
      release: () => {
        if (slot !== null) shift.gatekeeper.giveBack(slot)
        this.freed(shift, lane)
      },
      gone: () => {
        shift.executions.delete(execution)
        ended?.()
      },
    })
    shift.executions.add(execution)
    execution.start(recorded, verdict === 'give-up')
  }

  /** It may not start yet: it parks with what holds it, and its slot is free. */
  private holdBack(shift: Shift, job: ClaimedJob, lane: LocalLane, held: HeldBy, dueInMs: number | null): void {
    shift.flusher.push({
      workspaceId: job.workspace_id, runId: job.run_id, functionId: job.function_id, results: [], attempts: [], sleeps: [], aftermath: false,
      park: { state: 'h', dueInMs, why: JSON.stringify(held.why), startedAt: null, holdId: held.holdId },
      resolve: () => {},
    })
    this.freed(shift, lane)
  }

  private freed(shift: Shift, lane: LocalLane): void {
    shift.local.release(lane)
    queueMicrotask(() => this.pump())
  }

  /** Jobs were parked into these: whatever was let go in between is found again. */
  private settleHolds(ids: Map<string, string>): void {
    void this.context.pool.query<{ n: number }>({ ...holdSettle, values: [uuids([...ids.values()]), uuids([...ids.keys()])] }).then(
      ({ rows }) => rows[0]!.n > 0 && this.kick(),
      () => {},
    )
  }

  private flushed(items: FlushItem[], parked: string[], ended: ReadonlySet<string> | null): void {
    this.recovered()
    const { hub, signals } = this.context
    const ends = signals.has('run.ended')
    let holdIds: Map<string, string> | undefined
    for (const item of items) {
      hub.runChanged(item.workspaceId, item.runId)
      if (item.park?.holdId !== undefined) (holdIds ??= new Map()).set(item.park.holdId, item.workspaceId)
      if (item.end?.fanOut != null) this.context.fanOut(item.workspaceId, item.end.fanOut)
      if (ends && item.end !== undefined && ended?.has(item.runId) !== false) signals.emit('run.ended', { workspaceId: item.workspaceId, runId: item.runId, status: item.end.status === 1 ? 'completed' : 'failed' })
      if (item.park !== undefined) signals.emit('run.parked', { workspaceId: item.workspaceId, runId: item.runId, state: item.park.state })
    }
    if (parked.some((entry) => entry.endsWith('q'))) this.kick()
    if (holdIds !== undefined) this.settleHolds(holdIds)
  }

  private leaseLost(session: Session): void {
    const { shift } = this
    if (shift === null || shift.session !== session) return
    session.lose()
    this.shift = null
    this.context.signals.emit('worker.lease-lost', { workerId: session.id })
    this.context.options.log('warn', 'The worker lost its lease and starts over with a new one.', { worker: session.id })
    this.endShift(shift)
    // If the old row still stands (we gave up by our own clock), its jobs go back now instead of at its expiry.
    void this.enter(session)
  }

  private endShift(shift: Shift): void {
    shift.session.lose()
    shift.claimer.stop()
    for (const execution of Array.from(shift.executions)) execution.drop()
  }

  private async tick(): Promise<void> {
    const { shift } = this
    if (shift === null) return
    try {
      if (!shift.session.standing()) return this.leaseLost(shift.session)
      if (shift.session.needsBeat() && !(await shift.session.beat(this.claiming))) return this.leaseLost(shift.session)
      this.recovered()
      shift.claimer.kick()
      await shift.claimer.checkLimits()
      await shift.claimer.spare()
      await shift.claimer.dropEnded()
      this.pump()
    } catch (error) {
      this.unreachable(error)
    }
  }

  private unreachable(error: unknown): void {
    if (this.healthy) {
      this.context.options.log('warn', 'Postgres does not answer; the worker waits for it.', { error: String((error as Error).cause ?? error) })
      this.context.signals.emit('database.unreachable', { error: String(error) })
    }
    this.healthy = false
  }

  private recovered(): void {
    if (!this.healthy) {
      this.context.options.log('info', 'Postgres answers again.')
      this.context.signals.emit('database.back', {})
    }
    this.healthy = true
  }
}
