/**
 * The one writer of what became of runs. Items of all runs of this worker gather while a flush is
 * under way and go out together in one fenced statement; each item's promise resolves after COMMIT.
 *
 * If the connection is lost with a flush in the air, its outcome is unknown: after reconnecting, the
 * worker row's flush number tells whether it was committed, and only if not is it sent again.
 */
import type { ErrorShape } from '#base/errors.ts'
import type { Json } from '#base/json.ts'
import { ConnectionLost, isTransient, type HotConnection } from '#engine/connection.ts'
import type { ClaimedJob } from '#engine/lanes.ts'
import type { Session } from '#engine/session.ts'
import { jobHeld, runAdvance } from '#engine/sql/run-advance.ts'
import { numbers, texts, uuids } from '#engine/sql/arrays.ts'
import { workerLastFlush } from '#engine/sql/worker.ts'
import type pg from 'pg'

export interface StepResult {
  step: string
  attempt: number
  status: 1 | 2
  port: string | null
  /** performance.now() values. */
  startedAt: number
  endedAt: number
  input: string | null
  output: string | null
  error: string | null
}

export interface FailedAttempt {
  step: string
  attempt: number
  startedAt: number
  endedAt: number
  input: string | null
  error: string
  /** Null for the last one: the step's result tells the rest. */
  retryInMs: number | null
}

/** A run's error: the failing step's own, with its key. */
export type RunFailure = ErrorShape & { step?: string }

export interface FlushItem {
  workspaceId: string
  runId: string
  functionId: string
  results: StepResult[]
  attempts: FailedAttempt[]
  /** Sleeps that begin. */
  sleeps: { step: string; ms: number }[]
  /** `fanOut`: the fan-out it is a child of. */
  end?: { status: 1 | 2; startedAt: number; error: RunFailure | null; fanOut?: string | null }
  /** `startedAt` only at the first parking. */
  park?: { state: 't' | 'w' | 'q' | 'h'; dueInMs: number | null; why: string; startedAt: number | null; holdId?: string }
  /** The end has consequences beyond the run: a caller that waits, a failure event, open waits. */
  aftermath: boolean
  /** Given with `aftermath`. */
  run?: { job: ClaimedJob; output: Json; slug: string }
  /** Its values were refused once already. */
  poisoned?: boolean
  /** `held` false: the run is not ours any more (cancelled, or taken over). */
  resolve(held: boolean): void
}

export interface FlushContext {
  connection: HotConnection
  session: Session
  /** In the same transaction as the ends themselves. */
  aftermath(client: pg.Client, items: FlushItem[]): Promise<() => void>
  flushed(items: FlushItem[], parked: string[]): void
  leaseLost(): void
  unreachable(error: unknown): void
}

interface Answer extends Record<string, unknown> {
  fence: number
  results: number
  ended: number
  parked: string[]
}

const itemsMax = 1000
const retryMs = 200

export class Flusher {
  private queue: FlushItem[] = []
  private running = false
  private scheduled = false
  private number = 0

  constructor(private readonly context: FlushContext) {}

  push(item: FlushItem): void {
    this.queue.push(item)
    if (this.running || this.scheduled) return
    this.scheduled = true
    setImmediate(() => {
      this.scheduled = false
      void this.run()
    })
  }

  get idle(): boolean {
    return this.queue.length === 0 && !this.running
  }

  private async run(): Promise<void> {
    if (this.running) return
    this.running = true
    while (this.queue.length > 0 && this.context.session.standing()) {
      const items = this.queue.splice(0, itemsMax)
      this.number += 1
      await this.write(items, this.number)
    }
    this.running = false
    if (this.queue.length > 0) this.context.leaseLost()
  }

  private async write(items: FlushItem[], flushNumber: number): Promise<void> {
    for (let sent = false; ; sent = true) {
      try {
        if (sent && (await this.alreadyCommitted(flushNumber))) return this.acknowledge(items, null)
        const at = performance.now()
        const answer = await this.send(items, flushNumber)
        if (answer.fence === 0) return this.context.leaseLost()
        this.context.session.renewed(at)
        return await this.judge(items, answer)
      } catch (error) {
        if (!(error instanceof ConnectionLost) && !isTransient(error)) return await this.isolate(items, flushNumber, error)
        if (!this.context.session.standing()) return this.context.leaseLost()
        this.context.unreachable(error)
        await new Promise((resolve) => setTimeout(resolve, retryMs))
      }
    }
  }

  /** A value that Postgres refuses must not take other runs down: halve until it stands alone, then fail its run. */
  private async isolate(items: FlushItem[], flushNumber: number, error: unknown): Promise<void> {
    if (items.length > 1) {
      const middle = items.length >> 1
      await this.write(items.slice(0, middle), (this.number += 1))
      return this.write(items.slice(middle), (this.number += 1))
    }
    const item = items[0]!
    if (item.poisoned === true) {
      this.context.unreachable(error)
      item.resolve(false)
      return
    }
    item.poisoned = true
    const now = performance.now()
    item.end = {
      status: 2, startedAt: item.results[0]?.startedAt ?? now,
      error: { code: 'step_limit', message: `The result cannot be stored: ${(error as Error).message}`, fix: 'Return plain JSON of at most 4 MB without broken characters.' },
    }
    item.results = []
    item.attempts = []
    item.sleeps = []
    item.park = undefined
    await this.write(items, flushNumber)
  }

  private async send(items: FlushItem[], flushNumber: number): Promise<Answer> {
    const { connection, session } = this.context
    const query = { ...runAdvance, values: [session.id, session.leaseMs, flushNumber, ...columns(items)] }
    const special = items.filter((item) => item.aftermath)
    if (special.length === 0) return (await connection.query<Answer>(query))[0]!
    let afterCommit = () => {}
    const answer = await connection.transaction(async (client) => {
      const { rows } = await client.query<Answer>(query)
      if (rows[0]!.fence > 0) afterCommit = await this.context.aftermath(client, special)
      return rows[0]!
    })
    afterCommit()
    return answer
  }

  private async alreadyCommitted(flushNumber: number): Promise<boolean> {
    const rows = await this.context.connection.query<{ flush_no: string }>({ ...workerLastFlush, values: [this.context.session.id] })
    return rows[0] !== undefined && Number(rows[0].flush_no) === flushNumber
  }

  private async judge(items: FlushItem[], answer: Answer): Promise<void> {
    const ends = items.filter((item) => item.end !== undefined).length
    const parks = items.filter((item) => item.park !== undefined).length
    const results = items.reduce((sum, item) => sum + item.results.length, 0)
    if (answer.results === results && answer.ended === ends && answer.parked.length === parks) return this.acknowledge(items, null, answer.parked)
    const open = items.filter((item) => item.end === undefined && item.park === undefined)
    const rows = await this.context.connection.query<{ run: string }>({
      ...jobHeld,
      values: [this.context.session.id, uuids(open.map((i) => i.workspaceId)), uuids(open.map((i) => i.runId))],
    })
    this.acknowledge(items, new Set(rows.map((row) => row.run)), answer.parked)
  }

  /** @param held runs still ours, or null when all are */
  private acknowledge(items: FlushItem[], held: ReadonlySet<string> | null, parked: string[] = []): void {
    this.context.flushed(items, parked)
    for (const item of items) item.resolve(held === null || item.end !== undefined || item.park !== undefined || held.has(item.runId))
  }
}

/** Parameters $4–$41 of run-advance. */
function columns(items: FlushItem[]): string[] {
  const now = performance.now()
  const r = { ...structuredColumns(), status: [] as number[], port: [] as (string | null)[], output: [] as (string | null)[] }
  const a = { ...structuredColumns(), retry: [] as (number | null)[] }
  const w = { ws: [] as string[], run: [] as string[], step: [] as string[], kind: [] as string[], ms: [] as number[] }
  const e = { ws: [] as string[], run: [] as string[], status: [] as number[], started: [] as number[], error: [] as (string | null)[], fan: [] as (string | null)[] }
  const p = { ws: [] as string[], run: [] as string[], state: [] as string[], due: [] as (number | null)[], why: [] as string[], started: [] as (number | null)[], hold: [] as (string | null)[] }
  for (const item of items) {
    for (const result of item.results) {
      addRow(r, item, result, now)
      r.status.push(result.status)
      r.port.push(result.port)
      r.output.push(result.output)
    }
    for (const attempt of item.attempts) {
      addRow(a, item, attempt, now)
      a.retry.push(attempt.retryInMs)
    }
    for (const sleep of item.sleeps) {
      w.ws.push(item.workspaceId)
      w.run.push(item.runId)
      w.step.push(sleep.step)
      w.kind.push('sleep')
      w.ms.push(sleep.ms)
    }
    if (item.end !== undefined) {
      e.ws.push(item.workspaceId)
      e.run.push(item.runId)
      e.status.push(item.end.status)
      e.started.push(now - item.end.startedAt)
      e.fan.push(item.end.fanOut ?? null)
      e.error.push(item.end.error === null ? null : JSON.stringify(item.end.error))
    }
    if (item.park !== undefined) {
      p.ws.push(item.workspaceId)
      p.run.push(item.runId)
      p.state.push(item.park.state)
      p.due.push(item.park.dueInMs)
      p.why.push(item.park.why)
      p.hold.push(item.park.holdId ?? null)
      p.started.push(item.park.startedAt === null ? null : now - item.park.startedAt)
    }
  }
  return [
    uuids(r.ws), uuids(r.run), texts(r.step), numbers(r.attempt), numbers(r.status), texts(r.port), numbers(r.started), numbers(r.ended), texts(r.input), texts(r.output), texts(r.error),
    uuids(a.ws), uuids(a.run), texts(a.step), numbers(a.attempt), numbers(a.started), numbers(a.ended), texts(a.input), texts(a.error), numbers(a.retry),
    uuids(w.ws), uuids(w.run), texts(w.step), texts(w.kind), numbers(w.ms),
    uuids(e.ws), uuids(e.run), numbers(e.status), numbers(e.started), texts(e.error),
    uuids(p.ws), uuids(p.run), texts(p.state), numbers(p.due), texts(p.why), numbers(p.started),
    uuids(e.fan), uuids(p.hold),
  ]
}

const structuredColumns = () => ({
  ws: [] as string[], run: [] as string[], step: [] as string[], attempt: [] as number[],
  started: [] as number[], ended: [] as number[], input: [] as (string | null)[], error: [] as (string | null)[],
})

function addRow(
  to: ReturnType<typeof structuredColumns>, item: FlushItem,
  row: { step: string; attempt: number; startedAt: number; endedAt: number; input: string | null; error: string | null }, now: number,
): void {
  to.ws.push(item.workspaceId)
  to.run.push(item.runId)
  to.step.push(row.step)
  to.attempt.push(row.attempt)
  to.started.push(now - row.startedAt)
  to.ended.push(now - row.endedAt)
  to.input.push(row.input)
  to.error.push(row.error)
}
