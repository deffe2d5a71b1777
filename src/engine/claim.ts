/**
 * Keeps the worker supplied with jobs: admits lanes (slots and first jobs), refills the lanes it
 * holds, gives back slots it has no use for, and closes lanes that have run dry. Runs when kicked
 * (an event was stored here, another process says so, a slot became free) and once a second anyway.
 */
import type pg from 'pg'
import { ConnectionLost, isTransient, type HotConnection } from '#engine/connection.ts'
import type { ClaimedJob, LocalLane, LocalLanes } from '#engine/lanes.ts'
import type { Session } from '#engine/session.ts'
import { numbers, uuids } from '#engine/sql/arrays.ts'
import { inTransaction } from '#engine/transaction.ts'
import { jobAdmit, jobRefill, jobReturn, jobsGone, laneBook, laneClose, laneCloseLock, laneOver, laneReturn, workersBeside } from '#engine/sql/job-claim.ts'

export interface ClaimContext {
  connection: HotConnection
  pool: pg.Pool
  session: Session
  lanes: LocalLanes
  /** Runs executing at once, at most. */
  concurrency: number
  /** Events are being accepted as fast as the machine can: accepting goes first, running catches up. */
  crowded(): boolean
  claimed(): void
  leaseLost(): void
  unreachable(error: unknown): void
  /** An error that waiting will not mend; the next poll tries again. */
  failed(error: unknown): void
}

interface LaneSummary {
  workspace_id: string
  lane_id: string
  cap: number | null
  slots: number
  jobs: number
}

/** A limited lane, and how many more slots are granted than its limit allows. */
interface Over {
  lane: string
  over: number
}

const workspacesPerAdmit = 64
const lanesPerWorkspace = 256
const jobsPerSlot = 4
/** While events crowd in, at most this many jobs per pause: runs still go on, at some 300 a second. */
const crowdedJobs = 30
const crowdedPauseMs = 100
const firstId = '00000000-0000-0000-0000-000000000000'
/** How often other lanes are looked at while enough waits here, for how many jobs, and how many a lane then needs. */
const lookAroundMs = 200
const jobsPerLook = 64
const jobsKept = 16
/** More than this is never taken ahead of one lane. */
const jobsAheadMost = 1500
/** How often it is looked whether jobs wait here for long, and are still to begin. */
const measureMs = 1000
/** Idle slots are kept this long: the next event of a busy lane then finds one at hand. */
const idleSlotMs = 100
/** A lane without queued jobs stays open this long: closing and opening cost writes. */
const dryLaneMs = 2000

export class Claimer {
  private wanted = false
  private running = false
  private stopped = false
  private cursor = firstId
  private tidyTimer: NodeJS.Timeout | null = null
  private lookTimer: NodeJS.Timeout | null = null
  private measuredAt = performance.now()
  private readonly prefetchMax: number

  constructor(private readonly context: ClaimContext) {
    this.prefetchMax = Math.max(1500, context.concurrency * 2)
  }

  /** There may be something to claim. */
  kick(): void {
    this.wanted = true
    if (!this.running && !this.stopped) void this.run()
  }

  stop(): void {
    this.stopped = true
    if (this.tidyTimer !== null) clearTimeout(this.tidyTimer)
    if (this.lookTimer !== null) clearTimeout(this.lookTimer)
  }

  get idle(): boolean {
    return !this.running
  }

  private async run(): Promise<void> {
    this.running = true
    while (this.wanted && !this.stopped) {
      this.wanted = false
      try {
        await this.supply()
      } catch (error) {
        if (error instanceof ConnectionLost || isTransient(error)) this.context.unreachable(error)
        else this.context.failed(error)
        // A claim whose answer was lost may have been committed: its jobs would be ours without our knowing, for as long as we live.
        if (error instanceof ConnectionLost && error.sent) this.context.leaseLost()
        break
      }
    }
    this.running = false
    this.scheduleTidy()
  }

  private async supply(): Promise<void> {
    const { lanes, session } = this.context
    while (!this.stopped && session.mayStart()) {
      const enough = lanes.waiting >= this.prefetchMax / 2
      if (enough && !this.mayLookAround()) return
      const crowded = this.context.crowded()
      if (crowded) await new Promise((resolve) => setTimeout(resolve, crowdedPauseMs))
      await this.shed()
      const refilled = await this.refill(enough)
      const room = enough ? jobsPerLook : Math.min(this.prefetchMax - lanes.waiting, crowded ? crowdedJobs : Infinity)
      const admitted = room > 0 ? await this.admit(room, enough ? this.suppliedLanes() : []) : 0
      if (refilled + admitted > 0) this.context.claimed()
      else if (!enough) return
    }
  }

  /**
   * With more than enough waiting here, the other lanes still get their turn: what waits may wait for slots of a
   * busy lane, for hours, while another workspace's first run could start.
   */
  private mayLookAround(): boolean {
    if (this.lookTimer !== null) return false
    this.lookTimer = setTimeout(() => {
      this.lookTimer = null
      this.kick()
    }, lookAroundMs)
    return true
  }

  private suppliedLanes(): string[] {
    return [...this.context.lanes.all()].filter((lane) => lane.waiting.length >= jobsKept && slotsShort(lane) <= 0).map((lane) => lane.id)
  }

  /** More jobs for the lanes whose slots we hold. */
  private async refill(sparing: boolean): Promise<number> {
    const { lanes, session, connection } = this.context
    const wanting: { lane: LocalLane; n: number }[] = []
    const held = [...lanes.all()].filter((lane) => Number.isFinite(lane.slots) && lane.slots > 0)
    const share = Math.max(8, Math.floor(this.prefetchMax / Math.max(1, held.length)))
    for (const lane of held) {
      const target = Math.min(lane.ahead, sparing ? Math.max(lane.slots, jobsKept) : Math.min(share, Math.max(lane.slots * jobsPerSlot, Math.min(share, 1000))))
      if (lane.waiting.length < target / 2) wanting.push({ lane, n: target - lane.waiting.length })
    }
    if (wanting.length === 0) return 0
    const [answer] = await connection.query<{ fence: number; over: Over[]; jobs: ClaimedJob[] }>({
      ...jobRefill,
      values: [session.id, uuids(wanting.map((w) => w.lane.workspaceId)), uuids(wanting.map((w) => w.lane.id)), numbers(wanting.map((w) => w.n))],
    })
    if (answer!.fence === 0) {
      this.context.leaseLost()
      return 0
    }
    // A lane may have been tidied away meanwhile; it is a limited one still.
    for (const { lane } of wanting) lanes.get(lane.workspaceId, lane.id, true)
    const counts = new Map<string, number>()
    for (const job of answer!.jobs) {
      lanes.add(job)
      counts.set(job.lane_id, (counts.get(job.lane_id) ?? 0) + 1)
    }
    for (const { lane, n } of wanting) this.markDry(lane, (counts.get(lane.id) ?? 0) < n)
    this.noteOver(wanting.map((w) => w.lane), answer!.over)
    return answer!.jobs.length
  }

  /**
   * Have the limits changed of lanes that could start something here? Asked each second and whenever somebody says that limits
   * may have changed: whoever has taken much ahead asks for no more jobs, which would tell it, too.
   */
  async checkLimits(): Promise<void> {
    const { lanes, pool } = this.context
    const asked = [...lanes.all()].filter((lane) => lane.waiting.length > 0 || lane.surplus > 0 || (lane.slots === Infinity && lane.executing > 0))
    if (asked.length === 0) return
    const { rows } = await pool.query<Over>({ ...laneOver, values: [uuids(asked.map((lane) => lane.workspaceId)), uuids(asked.map((lane) => lane.id))] })
    const limited = new Set(rows.map((row) => row.lane))
    const first = asked.filter((lane) => lane.slots === Infinity && limited.has(lane.id))
    this.noteOver(asked.filter((lane) => lane.slots !== Infinity), rows)
    if (first.length > 0) await this.book(first.map((lane) => ({ lane, slots: 0 })))
    await this.shed()
  }

  /** Of lanes that this worker holds slots of: by how much more is granted than allowed. The surplus goes back as runs end, and nothing starts on it. */
  private noteOver(lanes: readonly LocalLane[], over: readonly Over[]): void {
    const by = new Map(over.map((one) => [one.lane, one.over]))
    let more = false
    for (const lane of lanes) {
      if (!Number.isFinite(lane.slots)) continue
      lane.surplus = Math.max(0, Math.min(lane.slots, by.get(lane.id) ?? 0))
      more = this.context.lanes.mayStart(lane) || more
    }
    if (more) this.context.claimed()
  }

  private async shed(): Promise<void> {
    const free = [...this.context.lanes.all()].filter((lane) => lane.surplus > 0 && lane.slots > lane.executing)
    if (free.length > 0) await this.giveBack(free.map((lane) => ({ lane, n: Math.min(lane.surplus, lane.slots - lane.executing) })))
  }

  /** A first limit: the runs that execute here without a slot get one each, beyond the limit if need be. @param slots that it has got beside */
  private async book(lanes: { lane: LocalLane; slots: number }[]): Promise<void> {
    const { pool, session } = this.context
    const booked = lanes.map(({ lane, slots }) => ({ lane, n: lane.executing, slots }))
    // Nothing starts of them until it is known how many may.
    for (const { lane, n, slots } of booked) Object.assign(lane, { slots: slots + n, surplus: slots + n })
    booked.sort((a, b) => (a.lane.workspaceId + a.lane.id < b.lane.workspaceId + b.lane.id ? -1 : 1))
    try {
      const { rows } = await pool.query<{ fence: number; over: Over[] }>({
        ...laneBook, values: [session.id, uuids(booked.map((b) => b.lane.workspaceId)), uuids(booked.map((b) => b.lane.id)), numbers(booked.map((b) => b.n))],
      })
      if (rows[0]!.fence === 0) return this.context.leaseLost()
      const known = new Set(rows[0]!.over.map((one) => one.lane))
      // Its limit is gone again: the next look at the lane says so, and returns what it got.
      for (const { lane, n } of booked) if (!known.has(lane.id)) Object.assign(lane, { slots: lane.slots - n, surplus: 0 })
      this.noteOver(booked.map((b) => b.lane), rows[0]!.over)
    } catch (error) {
      this.context.leaseLost()
      throw error
    }
  }

  /** @param passedOver lanes that need no more */
  private async admit(budget: number, passedOver: string[]): Promise<number> {
    const { connection, session, lanes, concurrency } = this.context
    const free = Math.max(0, concurrency - lanes.executing)
    const slotsMax = Math.max(1, free)
    const all = [...lanes.all()]
    // Slots that could not be used here are for other workers.
    const enough = all.filter((lane) => (Number.isFinite(lane.slots) ? lane.slots > 0 && lane.slots - lane.executing >= free : lane.waiting.length >= lane.ahead))
    const short = all.filter((lane) => slotsShort(lane) > 0)
    const bounded = all.filter((lane) => Number.isFinite(lane.ahead))
    const [answer] = await connection.query<{ fence: number; lanes: LaneSummary[]; jobs: ClaimedJob[] }>({
      ...jobAdmit,
      values: [session.id, this.cursor, firstId, workspacesPerAdmit, lanesPerWorkspace, budget, jobsPerSlot, slotsMax, uuids([...passedOver, ...enough.map((lane) => lane.id)]),
        uuids(short.map((lane) => lane.id)), numbers(short.map(slotsShort)), uuids(bounded.map((lane) => lane.id)), numbers(bounded.map((lane) => Math.max(0, lane.ahead - lane.waiting.length)))],
    })
    if (answer!.fence === 0) {
      this.context.leaseLost()
      return 0
    }
    const unlimited: { lane: LocalLane; n: number }[] = []
    const first: { lane: LocalLane; slots: number }[] = []
    let more = false
    for (const summary of answer!.lanes) {
      const lane = lanes.get(summary.workspace_id, summary.lane_id, summary.cap !== null)
      if (summary.cap === null) {
        // Its limit is gone. Slots that stay on the book would be missing once it has one again.
        if (Number.isFinite(lane.slots) && lane.slots > 0) unlimited.push({ lane, n: lane.slots })
        Object.assign(lane, { slots: Infinity, surplus: 0 })
      } else if (Number.isFinite(lane.slots)) lane.slots += summary.slots
      else {
        lane.slots = summary.slots
        if (lane.executing > 0) first.push({ lane, slots: summary.slots })
      }
      this.markDry(lane, summary.jobs === 0)
      more ||= lanes.mayStart(lane)
    }
    for (const job of answer!.jobs) lanes.add(job)
    if (unlimited.length > 0) await this.giveBack(unlimited)
    if (first.length > 0) await this.book(first)
    if (more && answer!.jobs.length === 0) this.context.claimed()
    const goesOn = this.moveCursor(answer!.lanes)
    return answer!.jobs.length > 0 ? answer!.jobs.length : goesOn ? await this.admit(budget, passedOver) : 0
  }

  /** Workspaces take turns: the next look starts behind the last one seen. True = the round is not over yet. */
  private moveCursor(seen: LaneSummary[]): boolean {
    const wasFirst = this.cursor === firstId
    const spaces = new Set(seen.map((summary) => summary.workspace_id))
    if (spaces.size >= workspacesPerAdmit) {
      this.cursor = [...spaces].sort().at(-1)!
      return false
    }
    this.cursor = firstId
    return !wasFirst && seen.length === 0
  }

  private markDry(lane: LocalLane, dry: boolean): void {
    if (dry && !lane.dry) lane.drySince = performance.now()
    lane.dry = dry
  }

  private scheduleTidy(): void {
    if (this.stopped || this.tidyTimer !== null) return
    this.tidyTimer = setTimeout(() => {
      this.tidyTimer = null
      void this.tidy().catch((error) => this.context.unreachable(error))
    }, idleSlotMs)
  }

  private async tidy(): Promise<void> {
    const { lanes } = this.context
    await this.returnStranded()
    const now = performance.now()
    const idle: { lane: LocalLane; n: number }[] = []
    const dry: LocalLane[] = []
    let later = false
    for (const lane of lanes.all()) {
      if (!lane.dry || lane.waiting.length > 0) continue
      if (Number.isFinite(lane.slots) && lane.slots > lane.executing) {
        if (now - lane.drySince >= idleSlotMs) idle.push({ lane, n: lane.slots - lane.executing })
        else later = true
      }
      if (lane.executing > 0) continue
      if (now - lane.drySince >= dryLaneMs) dry.push(lane)
      else later = true
    }
    if (idle.length > 0) await this.giveBack(idle)
    // While slots went back, jobs may have come and gone: a lane that got slots again is not let go with them.
    const still = dry.filter((lane) => lane.dry && lane.executing === 0 && lane.waiting.length === 0 && (lane.slots <= 0 || lane.slots === Infinity))
    if (still.length > 0) await this.close(still)
    if (later || idle.length > 0) this.scheduleTidy()
  }

  /** Jobs that arrived for a lane whose last slot had just been given back: nobody could start them here. */
  private async returnStranded(): Promise<void> {
    const { lanes } = this.context
    await this.returnJobs([...lanes.all()].filter((lane) => lane.slots <= 0 && lane.waiting.length > 0).flatMap((lane) => lanes.takeWaiting(lane)))
  }

  /**
   * Much is taken ahead so that short runs follow each other without a claim. Where they turn out to be long, what would wait
   * here for seconds goes back: another worker may have room for it. Asked each second.
   */
  async spare(): Promise<void> {
    const now = performance.now()
    if (now - this.measuredAt < measureMs) return
    const seconds = (now - this.measuredAt) / 1000
    this.measuredAt = now
    const { lanes, pool, session } = this.context
    const slow: { lane: LocalLane; keep: number }[] = []
    for (const lane of lanes.all()) {
      const keep = Math.max(jobsKept, Math.ceil((lane.begun / seconds) * 2))
      // What has just come has had no time to begin.
      if (Math.min(lane.waited, lane.waiting.length) > keep) slow.push({ lane, keep })
      else if (lane.ahead < keep * 2) lane.ahead = keep * 2 >= jobsAheadMost ? Infinity : keep * 2
      Object.assign(lane, { begun: 0, waited: lane.waiting.length })
    }
    if (slow.length === 0 || (await pool.query({ ...workersBeside, values: [session.id] })).rowCount === 0) return
    for (const { lane, keep } of slow) lane.ahead = keep
    await this.returnJobs(slow.flatMap(({ lane, keep }) => lanes.takeWaiting(lane, keep)))
  }

  /**
   * Whoever ends a run from outside tells its own process alone: of what has waited here for its turn, that must not begin any
   * more goes. Asked each second.
   */
  async dropEnded(): Promise<void> {
    const { lanes, pool, session } = this.context
    const before = performance.now() - measureMs
    const jobs = [...lanes.all()].flatMap((lane) => lane.waiting.filter((job) => job.since! < before))
    if (jobs.length === 0) return
    const { rows } = await pool.query<{ run: string }>({ ...jobsGone, values: [session.id, uuids(jobs.map((job) => job.workspace_id)), uuids(jobs.map((job) => job.run_id))] })
    if (rows.length === 0) return
    lanes.drop(new Set(rows.map((row) => row.run)))
    this.kick()
  }

  private async returnJobs(jobs: ClaimedJob[]): Promise<void> {
    if (jobs.length === 0) return
    const { pool, session } = this.context
    try {
      await pool.query({ ...jobReturn, values: [session.id, uuids(jobs.map((job) => job.workspace_id)), uuids(jobs.map((job) => job.run_id))] })
    } catch (error) {
      this.context.leaseLost()
      throw error
    }
    this.kick()
  }

  private async giveBack(idle: { lane: LocalLane; n: number }[]): Promise<void> {
    const { pool, session } = this.context
    idle.sort((a, b) => (a.lane.workspaceId + a.lane.id < b.lane.workspaceId + b.lane.id ? -1 : 1))
    // Taken off the book first: a run that starts meanwhile must not use a slot that is being given away.
    for (const { lane, n } of idle) Object.assign(lane, { slots: lane.slots - n, surplus: Math.max(0, lane.surplus - n) })
    try {
      await pool.query({
        ...laneReturn,
        values: [session.id, uuids(idle.map((i) => i.lane.workspaceId)), uuids(idle.map((i) => i.lane.id)), numbers(idle.map((i) => i.n))],
      })
    } catch (error) {
      // Whether the slots went back is not known: only a new lease is certain to hold what it thinks it holds.
      this.context.leaseLost()
      throw error
    }
  }

  private async close(dry: LocalLane[]): Promise<void> {
    for (const lane of dry) this.context.lanes.forget(lane)
    await inTransaction(this.context.pool, async (client) => {
      const locked = await client.query<{ at: string }>({ ...laneCloseLock, values: [uuids(dry.map((l) => l.workspaceId)), uuids(dry.map((l) => l.id))] })
      if (locked.rows.length > 0) await client.query({ ...laneClose, values: [locked.rows.map((row) => row.at)] })
    })
  }
}

/** Jobs of a limited lane that are here and have no slot to start in. */
const slotsShort = ({ slots, executing, waiting }: LocalLane): number => (slots > 0 && Number.isFinite(slots) ? waiting.length - Math.max(0, slots - executing) : 0)
