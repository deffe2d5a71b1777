/** Plays a history in a workspace of its own and notes what must come of it. */
import { expect } from 'vitest'
import type { FanwiseError } from '#base/errors.ts'
import { publicId } from '#base/ids.ts'
import type { AcceptedEvent, Engine } from '#engine/api.ts'
import { createWorkspace, publish } from '#tests/support/factories.ts'
import { fed, functions, works, type Act, type Sending, type Slug } from '#tests/support/model/history.ts'
import type { World } from '#tests/support/model/world.ts'
import { until } from '#tests/support/until.ts'

export interface Sent extends Sending {
  n: number
  eventId: string
  clientId: string | undefined
  /** A run again by hand; its rules do not count, and it is a run of its own. */
  againRunId?: string
  /** Of the first payment since it was placed. */
  paid?: number
}

export interface Model {
  ws: string
  ids: Record<string, string>
  sent: Sent[]
  payments: number
  /** Runs that a cancel has ended, and those that one came too late for. */
  cancelled: Set<string>
  ended: Set<string>
  retried: Set<string>
  /** Items of lists that were run once more. */
  itemsAgain: string[]
  startedAt: number
}

const actor = { id: null, name: 'Model' }
const expireEveryMs = 1500

export async function play(world: World, acts: readonly Act[]): Promise<Model> {
  const pool = world.engines[0].pool
  const ws = await createWorkspace(pool)
  const ids = await publish(pool, ws, functions)
  const player = new Player(world, { ws, ids, sent: [], payments: 0, cancelled: new Set(), ended: new Set(), retried: new Set(), itemsAgain: [], startedAt: performance.now() })
  for (const act of acts) await player.act(act)
  await player.finish()
  return player.model
}

class Player {
  private numbers = 0

  constructor(private readonly world: World, readonly model: Model) {}

  private get pool() {
    return this.world.engines[0].pool
  }

  async act(act: Act): Promise<void> {
    switch (act.type) {
      case 'send': return this.send(act.engine, act.events, act.both)
      case 'repeat': return this.repeat(act.engine, act.pick)
      case 'pay': return this.payOne(act.engine, act.pick)
      case 'cancel': return this.cancel(act.engine, act.pick)
      case 'retry': return this.retry(act.pick)
      case 'restart': return this.restart(act.engine, act.pick)
      case 'pause': return this.engine(act.engine).holds.pauseFunction(this.model.ws, this.fn(act.slug), actor)
      case 'resume': return void (await this.engine(act.engine).holds.resumeFunction(this.model.ws, this.fn(act.slug), actor))
      case 'breathe':
        for (let i = 0; i < act.trips; i++) await this.pool.query('select 1')
        return
      case 'expire': return this.expire(act.engine)
      case 'drop':
        await this.pool.query('select pg_terminate_backend(pid) from pg_stat_activity where datname = current_database() and application_name = $1', [`fanwise ${act.connection}`])
    }
  }

  /** Everything goes on, everything is paid; nothing is left to wait for. */
  async finish(): Promise<void> {
    for (const slug of [...works, ...fed]) await this.engine(0).holds.resumeFunction(this.model.ws, this.fn(slug), actor)
    for (const order of this.model.sent) if (order.work === 'order') await this.pay(0, order)
    await until(async () => {
      const { rows } = await this.pool.query<{ busy: boolean }>(`select exists (select 1 from job where workspace_id = $1) or exists (select 1 from fan_out where workspace_id = $1 and state <> 'settled') as busy, pg_sleep(0.02)`, [this.model.ws])
      return !rows[0]!.busy
    }, 'the workspace comes to rest', 30_000).catch(async (error: unknown) => {
      const { rows } = await this.pool.query('select j.state, j.run_id, j.worker_id, exists (select 1 from worker w where w.id = j.worker_id) as alive, j.crashes, j.why, j.due, j.hold_id, f.slug, array(select step from step s where s.workspace_id = j.workspace_id and s.run_id = j.run_id) as steps from job j join run r on r.workspace_id = j.workspace_id and r.id = j.run_id join function f on f.workspace_id = j.workspace_id and f.id = r.function_id where j.workspace_id = $1', [this.model.ws])
      const fans = await this.pool.query('select * from fan_out where workspace_id = $1 and state <> $2', [this.model.ws, 'settled'])
      rows.push(...fans.rows)
      throw new Error(`${String(error)}\n${rows.slice(0, 8).map((row) => JSON.stringify(row)).join('\n')}`)
    })
  }

  private engine(n: number): Engine {
    return this.world.engines[n]!
  }

  private fn(slug: Slug): { id: string; slug: string } {
    return { id: this.model.ids[slug]!, slug }
  }

  private async send(engine: number, events: Sending[], both: boolean): Promise<void> {
    const { ws, sent } = this.model
    const fresh = events.map((event) => ({ ...event, n: this.numbers++ })).map((event) => ({ ...event, clientId: both || event.n % 3 > 0 ? `c${event.n}` : undefined }))
    const request = () => fresh.map(wire)
    const answers = await Promise.all((both ? [engine, 1 - engine] : [engine]).map((each) => this.engine(each).ingest(ws, request(), { source: 'api' })))
    fresh.forEach((event, i) => {
      const mine = answers.map((answer) => answer[i]!)
      expect(mine.filter((one) => !one.duplicate).length, `event ${event.n} is stored once`).toBe(1)
      expect(new Set(mine.map((one) => one.id)).size, `event ${event.n} has one id`).toBe(1)
      sent.push({ ...event, eventId: mine[0]!.id })
    })
  }

  private async repeat(engine: number, pick: number): Promise<void> {
    const event = picked(this.model.sent.filter((one) => one.clientId !== undefined && one.againRunId === undefined), pick)
    if (event === undefined) return
    const [answer] = (await this.engine(engine).ingest(this.model.ws, [wire(event)], { source: 'api' })) as [AcceptedEvent]
    expect(answer, `event ${event.n} is known already`).toEqual({ id: event.eventId, duplicate: true, runs: 0 })
  }

  private async payOne(engine: number, pick: number): Promise<void> {
    const order = picked(this.model.sent.filter((one) => one.work === 'order'), pick)
    if (order !== undefined) await this.pay(engine, order)
  }

  private async pay(engine: number, order: Sent): Promise<void> {
    const seq = ++this.model.payments
    await this.engine(engine).ingest(this.model.ws, [{ name: 'order/paid', data: { n: order.n, seq } }], { source: 'api' })
    order.paid ??= seq
  }

  /** Any run that is open, of those that others started too. */
  private async cancel(engine: number, pick: number): Promise<void> {
    const { ws } = this.model
    const { rows } = await this.pool.query<{ id: string }>('select id::text as id from run where workspace_id = $1 and status = 0 order by id', [ws])
    const run = picked(rows, pick)
    if (run === undefined) return
    const done = await this.engine(engine).cancelRun(ws, run.id)
    if (done) this.world.cancelled.add(publicId('run', run.id))
    if (done) this.model.cancelled.add(run.id)
    else this.model.ended.add(run.id)
  }

  /** Whoever comes second is told. */
  private async retry(pick: number): Promise<void> {
    const { ws } = this.model
    const { rows } = await this.pool.query<{ id: string }>('select r.id::text as id from run r where r.workspace_id = $1 and r.status = 2 and r.function_id = $2 order by id', [ws, this.model.ids['flaky']])
    const run = picked(rows, pick)
    if (run === undefined) return
    this.world.mended.add(publicId('run', run.id))
    const answers = await Promise.allSettled([0, 1].map((engine) => this.engine(engine).retryRun(ws, run.id, { from: 'failed' })))
    expect(answers.filter((answer) => answer.status === 'fulfilled').length, 'one retry counts').toBe(1)
    for (const answer of answers) if (answer.status === 'rejected') expect((answer.reason as FanwiseError).code).toBe('conflict')
    this.model.retried.add(run.id)
  }

  /** What somebody has sent, or every third time an item of a list: the fan-out must not count that. */
  private async restart(engine: number, pick: number): Promise<void> {
    const { ws, sent, itemsAgain } = this.model
    const items = pick % 3 > 0 ? [] : (await this.pool.query<{ id: string }>('select id::text as id from run where workspace_id = $1 and function_id = $2 and retry_of is null order by id', [ws, this.model.ids['item']])).rows
    const item = picked(items, pick)
    if (item !== undefined) return void itemsAgain.push((await this.engine(engine).retryRun(ws, item.id, { from: 'start' })).runId)
    const event = picked(sent.filter((one) => one.againRunId === undefined && ['plain', 'flaky', 'fork', 'nap', 'lane', 'once'].includes(one.work)), pick)
    if (event === undefined) return
    const { rows } = await this.pool.query<{ id: string }>('select id::text as id from run where workspace_id = $1 and event_id = $2 and retry_of is null', [ws, event.eventId])
    const { runId } = await this.engine(engine).retryRun(ws, rows[0]!.id, { from: 'start' })
    sent.push({ ...event, againRunId: runId })
  }

  /** Not so often that a run is taken for the one that brings its workers down. */
  private async expire(engine: number): Promise<void> {
    const { expired } = this.world
    if (performance.now() - (expired.at(-1) ?? -Infinity) < expireEveryMs) return
    expired.push(performance.now())
    await this.pool.query(`update worker set lease_until = clock_timestamp() - interval '1 s' where id = $1`, [this.engine(engine).status().workerId])
  }
}

const picked = <T>(from: readonly T[], pick: number): T | undefined => (from.length === 0 ? undefined : from[pick % from.length])

const wire = ({ work, n, x, key, clientId }: Omit<Sent, 'eventId'>) => ({
  name: `${work}/go`, data: { n, x, key, ...(work === 'list' ? { items: Array.from({ length: x }, (_, i) => i) } : {}) }, ...(clientId === undefined ? {} : { id: clientId }),
})
