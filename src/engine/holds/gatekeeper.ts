/**
 * The last question before a run starts, for functions with a throttle, a second limit, time limits or events that may
 * end it within a time: it has its own lane's slot and asks here for the rest. Questions of one moment share their
 * statements. A run that may not start yet is held (state h) and gives its slot back.
 *
 * Throttles are in throttles.ts.
 */
import type pg from 'pg'
import type { HeldBy } from '#engine/holds/holds.ts'
import { SecondLanes, type SecondLane } from '#engine/holds/second-lanes.ts'
import { throttleRule, Throttles, type ThrottleRule } from '#engine/holds/throttles.ts'
import { eventOf, type ClaimedJob } from '#engine/lanes.ts'
import { routeOf, secondLaneOf, type Route } from '#engine/match.ts'
import type { PreparedFunction } from '#engine/prepared.ts'
import type { Session } from '#engine/session.ts'
import { deadlineStart, secondReturn, secondTake } from '#engine/sql/hold.ts'
import { numbers, uuids } from '#engine/sql/arrays.ts'
import { tryAgain } from '#engine/try-again.ts'

export interface SecondSlot {
  workspaceId: string
  laneId: string
}

/** `go` with the slot of the second limit that is to be given back; or what holds it, and until when; or it is not this worker's any more. */
export type GateAnswer = { go: true; slot: SecondSlot | null } | (HeldBy & { go: false; dueInMs: number | null }) | 'lost'

interface Rules {
  throttle: ThrottleRule | null
  route: Route | null
  finishMs: number | null
  /** Its start is noted when it happens: a start deadline is over then, and the time in which an event may end it begins. */
  notesStart: boolean
}

interface Ask {
  job: ClaimedJob
  rules: Rules
  resolve(answer: GateAnswer): void
  reject(error: unknown): void
}

export class Gatekeeper {
  private asks: Ask[] = []
  private scheduled = false
  private busy = false
  private givenBack: SecondSlot[] = []
  private readonly rules = new WeakMap<PreparedFunction, Rules | null>()
  private readonly secondLanes: SecondLanes
  private readonly throttles: Throttles

  /** @param freed slots of second limits were given back: held runs may go */
  constructor(private readonly pool: pg.Pool, private readonly session: Session, private readonly freed: (slots: SecondSlot[]) => void, private readonly lost: () => void) {
    this.secondLanes = new SecondLanes(pool)
    this.throttles = new Throttles(pool)
  }

  /** Null for most functions: nothing to ask. */
  rulesOf(prepared: PreparedFunction): Rules | null {
    let rules = this.rules.get(prepared)
    if (rules === undefined) this.rules.set(prepared, (rules = readRules(prepared)))
    return rules
  }

  ask(job: ClaimedJob, rules: Rules): Promise<GateAnswer> {
    return new Promise((resolve, reject) => {
      this.asks.push({ job, rules, resolve, reject })
      this.schedule()
    })
  }

  giveBack(slot: SecondSlot): void {
    this.givenBack.push(slot)
    this.schedule()
  }

  get idle(): boolean {
    return this.asks.length === 0 && this.givenBack.length === 0 && !this.busy
  }

  private schedule(): void {
    if (this.scheduled || this.busy) return
    this.scheduled = true
    setImmediate(() => {
      this.scheduled = false
      void this.run()
    })
  }

  private async run(): Promise<void> {
    if (this.busy) return
    this.busy = true
    while (this.asks.length > 0 || this.givenBack.length > 0) {
      const back = this.givenBack.splice(0)
      const asks = this.asks.splice(0, 500)
      try {
        if (back.length > 0) await tryAgain(() => this.returnSlots(back))
      } catch {
        // Whether they went back is not known: only a new lease is sure of what it holds.
        this.lost()
      }
      try {
        await this.answer(asks)
      } catch (error) {
        for (const ask of asks) ask.reject(error)
      }
    }
    this.busy = false
  }

  private async answer(asks: Ask[]): Promise<void> {
    const open = new Set(asks)
    const refuse = (ask: Ask, held: HeldBy, dueInMs: number | null) => {
      open.delete(ask)
      ask.resolve({ go: false, ...held, dueInMs })
    }
    // The second limit first: a start that is counted by the throttle must happen.
    const slots = await this.takeSlots([...open].filter((ask) => ask.rules.route !== null), refuse)
    const unused = (ask: Ask) => {
      const slot = slots.get(ask)
      if (slot !== undefined) this.givenBack.push(slot)
    }
    const early = await this.throttles.early([...open].filter((ask) => ask.rules.throttle !== null && ask.job.started_ms === null))
    for (const [ask, { dueInMs, ...held }] of early) {
      refuse(ask, held, dueInMs)
      unused(ask)
    }
    for (const ask of await this.endedMeanwhile([...open].filter(beginsItsTime))) {
      open.delete(ask)
      ask.resolve('lost')
      unused(ask)
    }
    for (const ask of open) ask.resolve({ go: true, slot: slots.get(ask) ?? null })
  }

  /** Their time begins; answers those that are not ours any more. */
  private async endedMeanwhile(asks: Ask[]): Promise<Ask[]> {
    if (asks.length === 0) return []
    const { rows } = await tryAgain(() => this.pool.query<{ run: string }>({
      ...deadlineStart, values: [this.session.id, uuids(asks.map((a) => a.job.workspace_id)), uuids(asks.map((a) => a.job.run_id)), numbers(asks.map((a) => a.rules.finishMs))],
    }))
    const begun = new Set(rows.map((row) => row.run))
    return asks.filter((ask) => !begun.has(ask.job.run_id))
  }

  private async takeSlots(asks: Ask[], refuse: (ask: Ask, held: HeldBy, dueInMs: number | null) => void): Promise<Map<Ask, SecondSlot>> {
    const taken = new Map<Ask, SecondSlot>()
    if (asks.length === 0) return taken
    const lanes = new Map<string, SecondLane & { asks: Ask[] }>()
    for (const ask of asks) {
      const { job } = ask
      const lane = secondLaneOf(ask.rules.route!, job.workspace_id, eventOf(job))
      const entry = lanes.get(lane.id)
      if (entry === undefined) lanes.set(lane.id, { workspaceId: job.workspace_id, ...lane, ofDraft: job.version < 0, asks: [ask] })
      else entry.asks.push(ask)
    }
    const sorted = [...lanes.values()].sort((a, b) => (a.workspaceId + a.id < b.workspaceId + b.id ? -1 : 1))
    const stood = (lane: { id: string; asks: Ask[] }) => lane.asks.filter((ask) => ask.job.hold_id === lane.id).length
    await tryAgain(() => this.secondLanes.ensure(sorted))
    const { rows } = await tryAgain(() => this.pool.query<{ fence: number; id: string; n: number; cap: number }>({
      ...secondTake, values: [this.session.id, uuids(sorted.map((l) => l.workspaceId)), uuids(sorted.map((l) => l.id)), numbers(sorted.map(stood)), numbers(sorted.map((l) => l.asks.length - stood(l)))],
    }))
    const given = new Map(rows.map((row) => [row.id, row]))
    for (const lane of sorted) {
      lane.asks.sort((a, b) => Number(b.job.hold_id === lane.id) - Number(a.job.hold_id === lane.id))
      const { n, cap } = given.get(lane.id) ?? { n: 0, cap: lane.cap }
      // Held there, its runs are let go at once, and ask again.
      if (!given.has(lane.id)) this.secondLanes.forget(lane.id)
      lane.asks.forEach((ask, index) => {
        if (index < n) taken.set(ask, { workspaceId: lane.workspaceId, laneId: lane.id })
        else refuse(ask, { holdId: lane.id, why: { kind: 'limit', limit: cap, ...(lane.keyText === null ? {} : { key: lane.keyText }) } }, null)
      })
    }
    return taken
  }

  private async returnSlots(slots: SecondSlot[]): Promise<void> {
    const counts = new Map<string, SecondSlot & { n: number }>()
    for (const slot of slots) {
      const entry = counts.get(slot.laneId)
      if (entry === undefined) counts.set(slot.laneId, { ...slot, n: 1 })
      else entry.n += 1
    }
    const sorted = [...counts.values()].sort((a, b) => (a.workspaceId + a.laneId < b.workspaceId + b.laneId ? -1 : 1))
    await this.pool.query({ ...secondReturn, values: [this.session.id, uuids(sorted.map((s) => s.workspaceId)), uuids(sorted.map((s) => s.laneId)), numbers(sorted.map((s) => s.n))] })
    this.freed(sorted)
  }
}

/** Its first start, or the first one after a retry by hand: a retried run has its whole time anew. */
const beginsItsTime = ({ job, rules }: Ask): boolean => (job.started_ms === null ? rules.finishMs !== null || rules.notesStart : rules.finishMs !== null && !job.timed)

function readRules(prepared: PreparedFunction): Rules | null {
  const { definition } = prepared
  const { throttle, timeouts, cancelOn } = definition.flow ?? {}
  const notesStart = timeouts?.startMs !== undefined || cancelOn?.some((rule) => rule.timeoutMs !== undefined) === true
  if (throttle === undefined && timeouts === undefined && definition.concurrency2 === undefined && !notesStart) return null
  return {
    throttle: throttle === undefined ? null : throttleRule(throttle),
    route: definition.concurrency2 === undefined ? null : routeOf(prepared.functionId, definition.slug, prepared.version, definition),
    finishMs: timeouts?.finishMs ?? null,
    notesStart,
  }
}
