/**
 * The one place that records what became of runs. Items of all runs of this worker gather while its
 * writing connections are busy and go out together in one fenced statement; each item's promise
 * resolves after COMMIT. A run has at most one end or parking in the air, and nothing else beside it,
 * so it does not matter which of two writes commits first.
 *
 * If a connection is lost with a write in the air, its outcome is unknown: after reconnecting, the
 * number kept in worker_writer tells whether it was committed, and only if not is it sent again.
 */
import type { ErrorShape } from '#base/errors.ts'
import type { Json } from '#base/json.ts'
import { ConnectionLost, isTransient, type HotConnection } from '#engine/connection.ts'
import type { ClaimedJob } from '#engine/lanes.ts'
import type { Session } from '#engine/session.ts'
import { emitsFailed, jobHeld, runAdvance, runAdvanceShort, runsEndedByThemselves } from '#engine/sql/run-advance.ts'
import { numbers, safeText, texts, uuids } from '#engine/sql/arrays.ts'
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
  run?: { job: ClaimedJob; output: Json; slug: string; onFailure?: string }
  /** An emit that has failed for good while its run goes on: it sends no more, so nothing of its progress stays. */
  emitOver?: string
  /** Tells of the run when its end turns out to be another than it was sent with. */
  facts?: { afterEnd(): NonNullable<FlushItem['run']>; fanOut(): string | null }
  /** Its values were refused once already. */
  poisoned?: boolean
  /** `held` false: the run is not ours any more (cancelled, or taken over). */
  resolve(held: boolean): void
}

export interface FlushContext {
  /** While one of them commits, the other is being filled. */
  connections: readonly HotConnection[]
  session: Session
  /** In the same transaction as the ends themselves. */
  aftermath(client: pg.Client, items: FlushItem[]): Promise<() => void>
  /** @param ended runs that have ended as their items say; null = all. Of the others somebody else was first. */
  flushed(items: FlushItem[], parked: string[], ended: ReadonlySet<string> | null): void
  leaseLost(): void
  unreachable(error: unknown): void
}

interface Answer extends Record<string, unknown> {
  fence: number
  results: number
  ended: number
  parked: string[]
}

/** A connection and the number of its last write, which the database keeps too (table worker_writer). */
interface Writer {
  connection: HotConnection
  index: number
  number: number
}

const itemsMax = 1000
/** From this many on, what waits is halved over two idle writers: this process prepares one half while Postgres stores the other. */
const itemsToHalve = 16
/** Fewer wait for the writer that is busy: a statement costs more than its rows, and one beside it for a row or two takes the processor from the runs. */
const itemsForSecond = 8
/** They wait no longer than a commit should take. */
const patienceMs = 5
const retryMs = 200

export class Flusher {
  private queue: FlushItem[] = []
  private readonly idleWriters: Writer[]
  private writing = 0
  private scheduled = false
  /** Runs out when the one writer takes too long for what waits behind it. */
  private patience: NodeJS.Timeout | null = null

  constructor(private readonly context: FlushContext) {
    this.idleWriters = context.connections.map((connection, index) => ({ connection, index, number: 0 }))
  }

  push(item: FlushItem): void {
    this.queue.push(item)
    if (this.scheduled || this.idleWriters.length === 0) return
    if (this.writing === 0 || this.queue.length >= itemsForSecond) this.schedule()
    else this.patience ??= setTimeout(() => this.schedule(), patienceMs)
  }

  get idle(): boolean {
    return this.queue.length === 0 && this.writing === 0
  }

  /** Items of one turn of the event loop go together. */
  private schedule(): void {
    this.scheduled = true
    if (this.patience !== null) clearTimeout(this.patience)
    this.patience = null
    setImmediate(() => {
      this.scheduled = false
      this.pump()
    })
  }

  private pump(): void {
    while (this.queue.length > 0 && this.idleWriters.length > 0) {
      if (!this.context.session.standing()) return this.context.leaseLost()
      const share = this.idleWriters.length > 1 && this.queue.length >= itemsToHalve ? Math.ceil(this.queue.length / 2) : this.queue.length
      const items = this.queue.splice(0, Math.min(itemsMax, share))
      const writer = this.idleWriters.shift()!
      this.writing += 1
      void this.write(items, writer).finally(() => {
        this.writing -= 1
        this.idleWriters.push(writer)
        if (this.queue.length > 0 && !this.scheduled) this.schedule()
      })
    }
  }

  private async write(items: FlushItem[], writer: Writer): Promise<void> {
    const number = (writer.number += 1)
    for (let sent = false; ; sent = true) {
      try {
        if (sent && (await this.alreadyCommitted(writer, number))) return this.acknowledge(items, null, [], await this.endedBySelf(items, writer))
        const answer = await this.send(items, writer, number)
        if (answer.fence === 0) return this.context.leaseLost()
        return await this.judge(items, writer, answer)
      } catch (error) {
        if (!(error instanceof ConnectionLost) && !isTransient(error)) return await this.isolate(items, writer, error)
        if (!this.context.session.standing()) return this.context.leaseLost()
        this.context.unreachable(error)
        await new Promise((resolve) => setTimeout(resolve, retryMs))
      }
    }
  }

  /** A value that Postgres refuses must not take other runs down: halve until it stands alone, then fail its run. */
  private async isolate(items: FlushItem[], writer: Writer, error: unknown): Promise<void> {
    if (items.length > 1) {
      const middle = items.length >> 1
      await this.write(items.slice(0, middle), writer)
      return this.write(items.slice(middle), writer)
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
      status: 2, startedAt: item.results[0]?.startedAt ?? now, fanOut: item.end?.fanOut ?? item.facts?.fanOut() ?? null,
      error: { code: 'step_limit', message: `The result cannot be stored: ${(error as Error).message}`, fix: 'Return plain JSON of at most 4 MB without broken characters.' },
    }
    item.results = []
    item.attempts = []
    item.sleeps = []
    item.park = undefined
    if (item.facts !== undefined) {
      item.aftermath = true
      item.run = item.facts.afterEnd()
    }
    await this.write(items, writer)
  }

  private async send(items: FlushItem[], { connection, index }: Writer, number: number): Promise<Answer> {
    const values = columns(items)
    const query = { ...(values.short ? runAdvanceShort : runAdvance), values: [this.context.session.id, index, number, ...values.list] }
    const special = items.filter((item) => item.aftermath)
    const emitsOver = items.filter((item) => item.emitOver !== undefined)
    if (special.length + emitsOver.length === 0) return (await connection.query<Answer>(query))[0]!
    let afterCommit = () => {}
    const answer = await connection.transaction(async (client) => {
      const { rows } = await client.query<Answer>(query)
      if (rows[0]!.fence > 0) {
        if (emitsOver.length > 0) await client.query({ ...emitsFailed, values: [uuids(emitsOver.map((i) => i.workspaceId)), uuids(emitsOver.map((i) => i.runId)), texts(emitsOver.map((i) => i.emitOver!))] })
        const ended = special.length === 0 || rows[0]!.ended === items.filter((item) => item.end !== undefined).length ? special : await endedOf(client, special)
        if (ended.length > 0) afterCommit = await this.context.aftermath(client, ended)
      }
      return rows[0]!
    })
    afterCommit()
    return answer
  }

  private async alreadyCommitted({ connection, index }: Writer, number: number): Promise<boolean> {
    const rows = await connection.query<{ flush_no: string }>({ ...workerLastFlush, values: [this.context.session.id, index] })
    return rows[0] !== undefined && Number(rows[0].flush_no) === number
  }

  private async judge(items: FlushItem[], writer: Writer, answer: Answer): Promise<void> {
    const ends = items.filter((item) => item.end !== undefined).length
    const parks = items.filter((item) => item.park !== undefined).length
    const results = items.reduce((sum, item) => sum + item.results.length, 0)
    if (answer.results === results && answer.ended === ends && answer.parked.length === parks) return this.acknowledge(items, null, answer.parked)
    const ended = answer.ended === ends ? null : await this.endedBySelf(items, writer)
    const open = items.filter((item) => item.end === undefined && item.park === undefined)
    const rows = await writer.connection.query<{ run: string }>({
      ...jobHeld,
      values: [this.context.session.id, uuids(open.map((i) => i.workspaceId)), uuids(open.map((i) => i.runId))],
    })
    this.acknowledge(items, new Set(rows.map((row) => row.run)), answer.parked, ended)
  }

  private async endedBySelf(items: FlushItem[], { connection }: Writer): Promise<Set<string>> {
    const ends = items.filter((item) => item.end !== undefined)
    const rows = await connection.query<{ run: string }>({ ...runsEndedByThemselves, values: [uuids(ends.map((i) => i.workspaceId)), uuids(ends.map((i) => i.runId))] })
    return new Set(rows.map((row) => row.run))
  }

  /** @param held runs still ours, or null when all are */
  private acknowledge(items: FlushItem[], held: ReadonlySet<string> | null, parked: string[] = [], ended: ReadonlySet<string> | null = null): void {
    this.context.flushed(items, parked, ended)
    for (const item of items) item.resolve(held === null || item.end !== undefined || item.park !== undefined || held.has(item.runId))
  }
}

/** Without those that somebody cancelled first: such an end is told by whoever made it. */
async function endedOf(client: pg.Client, items: FlushItem[]): Promise<FlushItem[]> {
  const { rows } = await client.query<{ run: string }>({ ...runsEndedByThemselves, values: [uuids(items.map((i) => i.workspaceId)), uuids(items.map((i) => i.runId))] })
  const ended = new Set(rows.map((row) => row.run))
  return items.filter((item) => ended.has(item.runId))
}

/** Parameters $4… of run-advance, or of its short form when there is nothing but results and ends. */
function columns(items: FlushItem[]): { short: boolean; list: string[] } {
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
      // Names of cases come from a drawing, which may be a file that somebody wrote.
      r.port.push(result.port === null ? null : safeText(result.port))
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
      e.started.push(age(now, item.end.startedAt))
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
  const results = [uuids(r.ws), uuids(r.run), texts(r.step), numbers(r.attempt), numbers(r.status), texts(r.port), numbers(r.started), numbers(r.ended), texts(r.input), texts(r.output), texts(r.error)]
  const ends = [uuids(e.ws), uuids(e.run), numbers(e.status), numbers(e.started), texts(e.error)]
  if (a.ws.length === 0 && w.ws.length === 0 && p.ws.length === 0) return { short: true, list: [...results, ...ends, uuids(e.fan)] }
  return {
    short: false,
    list: [
      ...results,
      uuids(a.ws), uuids(a.run), texts(a.step), numbers(a.attempt), numbers(a.started), numbers(a.ended), texts(a.input), texts(a.error), numbers(a.retry),
      uuids(w.ws), uuids(w.run), texts(w.step), texts(w.kind), numbers(w.ms),
      ...ends,
      uuids(p.ws), uuids(p.run), texts(p.state), numbers(p.due), texts(p.why), numbers(p.started),
      uuids(e.fan), uuids(p.hold),
    ],
  }
}

/** Milliseconds ago, to the microsecond: more digits only make the statement longer. */
const age = (now: number, at: number): number => Math.round((now - at) * 1000) / 1000

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
  to.started.push(age(now, row.startedAt))
  to.ended.push(age(now, row.endedAt))
  to.input.push(row.input)
  to.error.push(row.error)
}
