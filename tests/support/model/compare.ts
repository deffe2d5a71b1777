/** Holds a workspace that has come to rest against what the history must have made of it. */
import type pg from 'pg'
import { expect } from 'vitest'
import type { Json } from '#base/json.ts'
import { failuresOf, flakyRetries, refused } from '#tests/support/model/history.ts'
import type { Model, Sent } from '#tests/support/model/play.ts'

interface RunRow {
  id: string
  slug: string
  event: string
  status: number
  again: boolean
  error: { code: string; message: string } | null
  n: number
  i: number | null
  key: string | null
  ended: number
  received: number
}
interface StepRow {
  run: string
  step: string
  status: number
  port: string | null
  output: Json
}

const [completed, failed, cancelled, skipped] = [1, 2, 3, 4]
/** Between the moment a transaction began and the moment it saw something, at most. */
const apartMs = 5000

export async function compare(pool: pg.Pool, model: Model, mayGiveUp: boolean): Promise<void> {
  const found = await look(pool, model.ws)
  const comparison = new Comparison(model, found, mayGiveUp)
  for (const sent of model.sent) comparison.sent(sent)
  comparison.others()
}

interface Found {
  runs: RunRow[]
  steps: Map<string, StepRow[]>
  attempts: Map<string, number>
  events: Map<string, number>
  left: Record<string, number>
}

async function look(pool: pg.Pool, ws: string): Promise<Found> {
  const rows = async <R extends pg.QueryResultRow>(sql: string) => (await pool.query<R>(sql, [ws])).rows
  const runs = await rows<RunRow>(`select r.id::text as id, f.slug, r.event_id::text as event, r.status, r.retry_of is not null as again, r.error, (e.data->>'n')::int as n, (e.data->>'i')::int as i,
      e.data->>'key' as key, extract(epoch from r.ended_at)::float8 * 1000 as ended, extract(epoch from e.received_at)::float8 * 1000 as received
    from run r join function f on f.workspace_id = r.workspace_id and f.id = r.function_id join event e on e.workspace_id = r.workspace_id and e.id = r.event_id where r.workspace_id = $1`)
  const steps = new Map<string, StepRow[]>()
  for (const row of await rows<StepRow>('select run_id::text as run, step, status, port, output from step where workspace_id = $1 order by step')) steps.set(row.run, [...(steps.get(row.run) ?? []), row])
  const attempts = await rows<{ run: string; n: number }>('select run_id::text as run, count(*)::int as n from attempt where workspace_id = $1 group by 1')
  const events = await rows<{ name: string; n: number }>('select name, count(*)::int as n from event where workspace_id = $1 group by 1')
  const left = await rows<Record<string, number>>(`select (select count(*)::int from wait where workspace_id = $1 and resolved_at is null and kind <> 'sleep') as waits, (select count(*)::int from emit_progress where workspace_id = $1) as emits,
    (select count(*)::int from hold where workspace_id = $1) as holds, (select count(*)::int from fan_out where workspace_id = $1 and state <> 'settled') as "fanOuts", (select count(*)::int from run where workspace_id = $1 and status = 0) as runs`)
  return { runs, steps, attempts: new Map(attempts.map((row) => [row.run, row.n])), events: new Map(events.map((row) => [row.name, row.n])), left: left[0]! }
}

class Comparison {
  private readonly accounted = new Set<string>()
  private readonly emitted = { items: 0, told: 0 }
  private readonly keysBegun = new Set<string>()

  constructor(private readonly model: Model, private readonly found: Found, private readonly mayGiveUp: boolean) {}

  sent(sent: Sent): void {
    const name = `${sent.work} ${sent.n}`
    const runs = this.found.runs.filter((run) => (sent.againRunId === undefined ? run.slug === sent.work && run.event === sent.eventId && !run.again : run.id === sent.againRunId))
    expect(runs.length, `${name} has one run`).toBe(1)
    const run = runs[0]!
    this.accounted.add(run.id)
    this.status(run, this.expected(sent, run), name)
    this.steps(sent, run, name)
    if (sent.work === 'list') this.children(sent, run, name)
  }

  /** Nothing beside what was accounted for. */
  others(): void {
    const { model, found, emitted } = this
    for (const id of model.itemsAgain) {
      const run = found.runs.find((other) => other.id === id)!
      this.accounted.add(id)
      this.status(run, completed!, `item ${run.i} of ${run.n} once more`)
    }
    expect(found.runs.filter((run) => !this.accounted.has(run.id)), 'no run that nobody asked for').toEqual([])
    expect(new Set(found.runs.map((run) => run.id)).size).toBe(found.runs.length)
    expect(found.events.get('item/go') ?? 0, 'items').toBe(emitted.items)
    expect(found.events.get('told/go') ?? 0, 'told').toBe(emitted.told)
    expect(found.events.get('order/paid') ?? 0, 'payments').toBe(model.payments)
    const fromOutside = [...found.events].filter(([name]) => name.endsWith('/go') && name !== 'item/go' && name !== 'told/go').reduce((sum, [, n]) => sum + n, 0)
    expect(fromOutside, 'events from outside').toBe(model.sent.filter((one) => one.againRunId === undefined).length)
    const everFailed = found.runs.filter((run) => run.status === failed || model.retried.has(run.id)).length
    if (!this.mayGiveUp) expect(found.events.get('fanwise/function.failed') ?? 0, 'failures told').toBe(everFailed)
    expect(found.left, 'left behind').toEqual({ waits: 0, emits: 0, holds: 0, fanOuts: 0, runs: 0 })
  }

  private expected(sent: Sent, run: RunRow): number {
    if (sent.work === 'once' && sent.againRunId === undefined) {
      if (this.keysBegun.has(sent.key)) return skipped!
      this.keysBegun.add(sent.key)
    }
    if (sent.work === 'single' && run.status === skipped) {
      const inTheWay = this.found.runs.some((other) => other.slug === 'single' && other.key === sent.key && other.status !== skipped && other.n < sent.n && other.ended + apartMs >= run.received)
      expect(inTheWay, `single ${sent.n} was skipped for an open run`).toBe(true)
      return skipped!
    }
    if (sent.work === 'flaky' && failuresOf(sent.x) > flakyRetries && !this.model.retried.has(run.id)) return failed!
    return completed!
  }

  /** A cancel that was told it came in time has ended the run, one that came too late has not. */
  private status(run: RunRow, expected: number, name: string): void {
    if (this.model.cancelled.has(run.id)) return void expect(run.status, `${name} was cancelled`).toBe(cancelled)
    if (this.gaveUp(run)) return
    expect({ status: run.status, error: run.status === expected ? null : run.error }, name).toEqual({ status: expected, error: null })
  }

  /** Taken for a run that brings its workers down, after three leases had passed under it. */
  private gaveUp(run: RunRow): boolean {
    return this.mayGiveUp && run.status === failed && run.error?.code === 'step_limit' && run.error.message.includes('brought down')
  }

  private steps(sent: Sent, run: RunRow, name: string): void {
    const steps = this.found.steps.get(run.id) ?? []
    const told = steps.map((step) => `${step.step}:${step.status}:${step.port}`)
    const wanted = stepsOf(sent, run.status === failed)
    if (run.status === skipped) return void expect(told, `${name} has no steps`).toEqual([])
    if (run.status === cancelled || this.gaveUp(run)) return void expect(wanted, `${name} got some of its steps`).toEqual(expect.arrayContaining(told.filter((one) => sent.work !== 'flaky' || !one.startsWith('call:2'))))
    expect(told, `steps of ${name}`).toEqual(wanted)
    expect(steps.find((step) => step.step === 'end')?.output, `output of ${name}`).toEqual(run.status === failed ? undefined : outputOf(sent))
    if (sent.work === 'flaky') {
      const attempts = this.model.retried.has(run.id) ? 0 : Math.min(failuresOf(sent.x), flakyRetries + 1)
      expect(this.found.attempts.get(run.id) ?? 0, `failed attempts of ${name}`).toBe(attempts)
    }
  }

  /** Every item once, whoever died; only a cancel cuts a list short. */
  private children(sent: Sent, run: RunRow, name: string): void {
    const items = this.found.runs.filter((other) => other.slug === 'item' && other.n === sent.n && !other.again)
    const told = this.found.runs.filter((other) => other.slug === 'told' && other.n === sent.n)
    for (const child of [...items, ...told]) {
      this.accounted.add(child.id)
      this.status(child, completed!, `${child.slug} ${child.i ?? ''} of ${name}`)
      if (child.status === completed) expect((this.found.steps.get(child.id) ?? []).map((step) => [step.step, step.output]), `steps of ${child.slug} of ${name}`).toEqual([['end', child.i === null ? { n: sent.n } : { n: sent.n, i: child.i }]])
    }
    this.emitted.items += items.length
    this.emitted.told += told.length
    const places = items.map((item) => item.i!).sort((a, b) => a - b)
    const all = Array.from({ length: sent.x }, (_, i) => i)
    if (run.status !== completed) {
      expect(all.slice(0, places.length), `items of ${name}`).toEqual(places)
      expect(told.length).toBeLessThanOrEqual(1)
      return
    }
    expect(places, `items of ${name}`).toEqual(all)
    expect(told.length, `${name} told once`).toBe(1)
    const count = (status: number) => items.filter((item) => item.status === status).length
    const gathered = this.found.steps.get(run.id)!.find((step) => step.step === 'all')!.output
    expect(gathered, `what ${name} gathered`).toMatchObject({ total: sent.x, completed: count(completed!), failed: count(failed!), cancelled: count(cancelled!) })
  }
}

/** `step:status:port` in order of names. */
function stepsOf(sent: Sent, ended: boolean): string[] {
  if (sent.work === 'flaky' && ended) return ['call:2:null']
  if (sent.work === 'fork') return refused(sent.x) ? ['bad:1:out', 'call:2:error', 'end:1:out'] : ['call:1:out', 'end:1:out', 'good:1:out']
  const names = { plain: ['call', 'end'], flaky: ['call', 'end'], nap: ['end', 'nap'], order: ['end', 'paid'], list: ['all', 'each', 'end', 'tell'], lane: ['call', 'end'], once: ['end'], single: ['call', 'end'] }[sent.work]
  return names.map((name) => `${name}:1:out`)
}

function outputOf({ work, n, x, paid }: Sent): Json {
  if (work === 'fork') return { n, why: refused(x) ? 'step_refused' : 'none' }
  if (work === 'order') return { n, seq: paid! }
  return { n }
}
