/**
 * Throttles (GCRA): a start is due every period ÷ limit, `burst` more at once. Starts are counted here,
 * when they happen, so nothing bunches up behind a downtime; a run that comes too early is told its
 * place in line (line_until) and comes back then with the throttle's id as its pass. It keeps that (job.stood) when
 * something else holds it on its way, such as a paused function.
 *
 * The rule is the one that is published now, whatever version a run is of. A publish that changes it empties the lines
 * (publish.ts), and whoever stands in one goes back to the queue and lines up anew (hold-settle). So that no line is made by
 * a rule that is out of date, the route epoch is asked under the lock of the throttle's row, for which a publish waits.
 */
import type pg from 'pg'
import type { CompiledCel } from '#expressions/cel.ts'
import { uuidTime } from '#base/ids.ts'
import { namedUuid } from '#engine/derived-ids.ts'
import { keyText, limitKey } from '#engine/flow/compile-flow.ts'
import type { HeldBy } from '#engine/holds/holds.ts'
import { eventOf, type ClaimedJob } from '#engine/lanes.ts'
import { throttleLock, throttleSave, throttlesPublished } from '#engine/sql/hold.ts'
import { routeEpochs } from '#engine/sql/lane.ts'
import { numbers, safeText, texts, uuids } from '#engine/sql/arrays.ts'
import type { FlowControl } from '#graph/definition.ts'
import { inTransaction } from '#engine/transaction.ts'
import { tryAgain } from '#engine/try-again.ts'

export interface ThrottleRule {
  periodMs: number
  limit: number
  burst: number
  key: CompiledCel | null
}

export const throttleRule = (throttle: NonNullable<FlowControl['throttle']>): ThrottleRule => ({ ...throttle, key: limitKey({ limit: throttle.limit, key: throttle.key }) })

/** A run that is about to start, under the throttle of its version. */
export interface Starting {
  job: ClaimedJob
  rules: { throttle: ThrottleRule | null }
}

interface Bucket<A> {
  workspaceId: string
  id: string
  functionId: string
  key: string | null
  rule: ThrottleRule
  asks: A[]
}

type Early = HeldBy & { dueInMs: number }

/** A publish came in between. */
class StaleRule extends Error {}

const staleTriesMax = 20
const knownMax = 5000

export class Throttles {
  /** Of each function the published rule at its last known route epoch; null = it has none any more. */
  private readonly published = new Map<string, { epoch: number; rule: ThrottleRule | null }>()

  constructor(private readonly pool: pg.Pool) {}

  /** Counts the starts of those whose turn it is; answers the others, with when theirs is. */
  async early<A extends Starting>(asks: A[]): Promise<Map<A, Early>> {
    if (asks.length === 0) return new Map()
    for (let tries = 1; ; tries++) {
      await this.learn(asks)
      const buckets = this.bucketsOf(asks)
      try {
        return await tryAgain(() => inTransaction(this.pool, (client) => takeTurns(client, buckets, (functionId) => this.published.get(functionId)?.epoch)))
      } catch (error) {
        if (!(error instanceof StaleRule) || tries >= staleTriesMax) throw error
        for (const { job } of asks) this.published.delete(job.function_id)
      }
    }
  }

  /** Of those without a rule there is no bucket: they start. */
  private bucketsOf<A extends Starting>(asks: A[]): Bucket<A>[] {
    const buckets = new Map<string, Bucket<A>>()
    for (const ask of asks) {
      const { job } = ask
      const known = job.version < 0 ? undefined : this.published.get(job.function_id)
      const rule = known === undefined ? ask.rules.throttle! : known.rule
      if (rule === null) continue
      const key = keyText(rule.key, eventOf(job))
      const id = namedUuid(`flow\u0000${job.function_id}\u0000throttle\u0000${job.version < 0 ? 'draft' : ''}${key ?? ''}`, uuidTime(job.function_id))
      const entry = buckets.get(id)
      if (entry === undefined) buckets.set(id, { workspaceId: job.workspace_id, id, functionId: job.function_id, key, rule, asks: [ask] })
      else entry.asks.push(ask)
    }
    return [...buckets.values()].sort((a, b) => (a.workspaceId + a.id < b.workspaceId + b.id ? -1 : 1))
  }

  /** Functions that are published no more keep the rule of the run. */
  private async learn(asks: readonly Starting[]): Promise<void> {
    const missing = new Map(asks.filter(({ job }) => job.version > 0 && !this.published.has(job.function_id)).map(({ job }) => [job.function_id, job.workspace_id]))
    if (missing.size === 0) return
    const { rows } = await tryAgain(() => this.pool.query<{ fn: string; epoch: number; throttle: FlowControl['throttle'] | null }>({ ...throttlesPublished, values: [uuids([...missing.values()]), uuids([...missing.keys()])] }))
    if (this.published.size >= knownMax) this.published.clear()
    for (const { fn, epoch, throttle } of rows) this.published.set(fn, { epoch, rule: throttle === null || throttle === undefined ? null : throttleRule(throttle) })
  }
}

/** @param epochOf the route epoch of a function's rule; undefined = of the run's own */
async function takeTurns<A extends Starting>(client: pg.PoolClient, buckets: Bucket<A>[], epochOf: (functionId: string) => number | undefined): Promise<Map<A, Early>> {
  const early = new Map<A, Early>()
  if (buckets.length === 0) return early
  const { rows } = await client.query<{ id: string; used_ms: string | null; line_ms: string | null }>({
    ...throttleLock, values: [uuids(buckets.map((b) => b.workspaceId)), uuids(buckets.map((b) => b.id)), uuids(buckets.map((b) => b.functionId)), texts(buckets.map((b) => (b.key === null ? null : safeText(b.key))))],
  })
  // A statement of its own: the one that waited for a publish does not see what that has changed.
  const epochs = new Map((await client.query<{ ws: string; epoch: number }>({ ...routeEpochs, values: [uuids([...new Set(buckets.map((b) => b.workspaceId))])] })).rows.map((row) => [row.ws, row.epoch]))
  if (buckets.some((bucket) => ![undefined, epochs.get(bucket.workspaceId)].includes(epochOf(bucket.functionId)))) throw new StaleRule()
  const states = new Map(rows.map((row) => [row.id, row]))
  const saves = buckets.map((bucket) => {
    const state = states.get(bucket.id)!
    const turns = new Turns(bucket.rule, state.used_ms === null ? null : Number(state.used_ms), state.line_ms === null ? null : Number(state.line_ms))
    // Those who have stood in line go first.
    const stood = ({ job }: Starting) => job.stood === bucket.id || job.hold_id === bucket.id
    bucket.asks.sort((a, b) => Number(stood(b)) - Number(stood(a)))
    for (const ask of bucket.asks) {
      const dueInMs = turns.next(stood(ask))
      if (dueInMs !== null) early.set(ask, { holdId: bucket.id, why: { kind: 'throttle', ...(bucket.key === null ? {} : { key: bucket.key }) }, dueInMs })
    }
    return turns
  })
  await client.query({ ...throttleSave, values: [uuids(buckets.map((b) => b.workspaceId)), uuids(buckets.map((b) => b.id)), numbers(saves.map((t) => t.usedMs)), numbers(saves.map((t) => t.lineMs))] })
  return early
}

/** The arithmetic of one throttle; milliseconds from now. */
export class Turns {
  private readonly stepMs: number
  private readonly toleranceMs: number
  usedMs: number
  lineMs: number

  constructor(rule: { periodMs: number; limit: number; burst: number }, usedMs: number | null, lineMs: number | null) {
    this.stepMs = rule.periodMs / rule.limit
    this.toleranceMs = this.stepMs * rule.burst
    // Never more than a start that was just let go leaves behind; what an earlier, slower rule had counted may be.
    this.usedMs = Math.min(this.toleranceMs + this.stepMs, Math.max(0, usedMs ?? 0))
    this.lineMs = Math.max(0, lineMs ?? 0)
  }

  /** Null = it starts now and is counted; else when it may come again. */
  next(hasStoodInLine: boolean): number | null {
    const lineIsEmpty = this.lineMs <= 0
    if (this.usedMs <= this.toleranceMs && (hasStoodInLine || lineIsEmpty)) {
      this.usedMs += this.stepMs
      return null
    }
    const soonest = Math.max(1, this.usedMs - this.toleranceMs)
    if (hasStoodInLine) {
      // Its time had come but starts before it were late; those behind it in this moment come a step later each.
      const due = soonest + this.late * this.stepMs
      this.late += 1
      this.lineMs = Math.max(this.lineMs, due)
      return due
    }
    const due = Math.max(soonest, this.lineMs)
    this.lineMs = due + this.stepMs
    return due
  }

  private late = 0
}
