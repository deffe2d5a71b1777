/**
 * Throttles (GCRA): a start is due every period ÷ limit, `burst` more at once. Starts are counted here,
 * when they happen, so nothing bunches up behind a downtime; a run that comes too early is told its
 * place in line (line_until) and comes back then with the throttle's id as its pass. It keeps that (job.stood) when
 * something else holds it on its way, such as a paused function.
 */
import type pg from 'pg'
import type { CompiledCel } from '#expressions/cel.ts'
import { uuidTime } from '#base/ids.ts'
import { namedUuid } from '#engine/derived-ids.ts'
import { keyText } from '#engine/flow/compile-flow.ts'
import type { HeldBy } from '#engine/holds/holds.ts'
import type { ClaimedJob } from '#engine/lanes.ts'
import { throttleLock, throttleSave } from '#engine/sql/hold.ts'
import { numbers, safeText, texts, uuids } from '#engine/sql/arrays.ts'
import { inTransaction } from '#engine/transaction.ts'
import { tryAgain } from '#engine/try-again.ts'

export interface ThrottleRule {
  periodMs: number
  limit: number
  burst: number
  key: CompiledCel | null
}

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

export class Throttles {
  constructor(private readonly pool: pg.Pool) {}

  /** Counts the starts of those whose turn it is; answers the others, with when theirs is. */
  async early<A extends Starting>(asks: A[]): Promise<Map<A, Early>> {
    if (asks.length === 0) return new Map()
    const buckets = new Map<string, Bucket<A>>()
    for (const ask of asks) {
      const { job } = ask
      const rule = ask.rules.throttle!
      const key = keyText(rule.key, eventOf(job))
      const id = namedUuid(`flow\u0000${job.function_id}\u0000throttle\u0000${job.version < 0 ? 'draft' : ''}${key ?? ''}`, uuidTime(job.function_id))
      const entry = buckets.get(id)
      if (entry === undefined) buckets.set(id, { workspaceId: job.workspace_id, id, functionId: job.function_id, key, rule, asks: [ask] })
      else entry.asks.push(ask)
    }
    const sorted = [...buckets.values()].sort((a, b) => (a.workspaceId + a.id < b.workspaceId + b.id ? -1 : 1))
    return tryAgain(() => inTransaction(this.pool, (client) => takeTurns(client, sorted)))
  }
}

async function takeTurns<A extends Starting>(client: pg.PoolClient, buckets: Bucket<A>[]): Promise<Map<A, Early>> {
  const early = new Map<A, Early>()
  const { rows } = await client.query<{ id: string; used_ms: string | null; line_ms: string | null }>({
    ...throttleLock, values: [uuids(buckets.map((b) => b.workspaceId)), uuids(buckets.map((b) => b.id)), uuids(buckets.map((b) => b.functionId)), texts(buckets.map((b) => (b.key === null ? null : safeText(b.key))))],
  })
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
    this.usedMs = Math.max(0, usedMs ?? 0)
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

export const eventOf = (job: ClaimedJob) => ({ id: job.event_id, name: job.event_name, data: job.event_data, ts: job.event_ts, ...(job.event_v === null ? {} : { v: job.event_v }) })
