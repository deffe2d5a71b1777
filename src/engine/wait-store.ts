/**
 * Registers waits, off the hot path: each in a transaction that first proves that the run is still
 * ours. A wait for an event takes the exclusive lock of (workspace, name), stores itself, and with a
 * new snapshot looks back at what came since the run's own event. Of very many events it looks at those of before
 * without the lock, since nobody can store one of that name meanwhile. A call stores its event and the
 * called run together with the wait, so a repeat after a crash calls nothing twice.
 */
import type pg from 'pg'
import { FanwiseError } from '#base/errors.ts'
import { newUuid, publicId, uuidFloor, uuidTime } from '#base/ids.ts'
import { databaseNow } from '#engine/clock.ts'
import { emittedIds, emittedRange } from '#engine/derived-ids.ts'
import { eventResult, type EventWaits, type WaitEvent } from '#engine/event-waits.ts'
import { anyValue } from '#engine/wait-match.ts'
import { eventOf, type ClaimedJob } from '#engine/lanes.ts'
import type { Routes } from '#engine/match.ts'
import type { Session } from '#engine/session.ts'
import { eventIngest } from '#engine/sql/event-store.ts'
import { lookBackPage, runHold, signalFree, waitLock, waitLookBack, waitLookedBackUntil, waitOldFanOuts, waitRegister, waitRegisterOutside, waitResolve } from '#engine/sql/wait.ts'
import { numbers, texts, uuids } from '#engine/sql/arrays.ts'
import type { KnownLanes } from '#engine/known-lanes.ts'
import { emptyPlan, planEvent, planParameters, type Plan } from '#engine/store-events.ts'
import type { StepOutcome } from '#steps/kind.ts'

type EventOutcome = Extract<StepOutcome, { type: 'wait' }>
type OutsideOutcome = Extract<StepOutcome, { type: 'signal' | 'approval' }>
type InvokeOutcome = Extract<StepOutcome, { type: 'invoke' }>
export type WaitOutcome = EventOutcome | OutsideOutcome | InvokeOutcome
export type Registered = 'lost' | { waiting: true } | { event: unknown; input: string }

/** A wait that looks back, and what it passes over. */
interface Looking {
  job: ClaimedJob
  outcome: EventOutcome
  taken: ReadonlySet<string>
}

/** What a look back without the lock has found, and from when on it may have missed something. */
interface Before {
  match: WaitEvent | null
  since: string
}

/** Ids carry the clocks of different processes: an event that came after another may have an id so much older. */
const clocksApartMs = 600_000
const lastId = 'ffffffff-ffff-ffff-ffff-ffffffffffff'

export interface WaitStoreContext {
  pool: pg.Pool
  session: Session
  routes: Routes
  lanes: KnownLanes
  waits: EventWaits
  stored(plan: Plan): void
}

export class WaitStore {
  constructor(private readonly context: WaitStoreContext) {}

  /** @param taken events that waits in front of this one have got already; looking back passes over them */
  register(job: ClaimedJob, step: string, outcome: WaitOutcome, taken: ReadonlySet<string> = new Set()): Promise<Registered> {
    if (outcome.type === 'wait') return this.registerEvent({ job, outcome, taken }, step)
    return outcome.type === 'invoke' ? this.registerCall(job, step, outcome) : this.registerOutside(job, step, outcome)
  }

  private async registerOutside(job: ClaimedJob, step: string, outcome: OutsideOutcome): Promise<Registered> {
    const { type, timeoutMs, ...asked } = outcome
    const signal = outcome.type === 'signal' ? outcome.signal : null
    try {
      return await this.whileHeld(job, async (client) => {
        if (signal !== null) await client.query({ ...signalFree, values: [job.workspace_id, signal] })
        await client.query({ ...waitRegisterOutside, values: [job.workspace_id, job.run_id, step, type, signal, timeoutMs, JSON.stringify({ ...asked, timeoutMs })] })
        return { waiting: true }
      })
    } catch (error) {
      if ((error as { code?: string }).code !== '23505') throw error
      throw new FanwiseError('step_input', `Another run waits for the signal "${signal}" already.`, { field: 'signal', fix: 'Give each run a name of its own, such as one with the id of the order.' })
    }
  }

  private async registerEvent(looking: Looking, step: string): Promise<Registered> {
    const { job, outcome } = looking
    const input = JSON.stringify({ event: outcome.event, if: outcome.condition, lookBack: outcome.lookBack, timeoutMs: outcome.timeoutMs })
    const registered = (before: Before | null) => this.whileHeld<Registered | 'stale'>(job, async (client) => {
      await client.query({ ...waitLock, values: [`${job.workspace_id}:${outcome.event}`] })
      const { path, key } = this.context.waits.wanted(outcome.condition ?? null, eventOf(job))
      await client.query({ ...waitRegister, values: [job.workspace_id, job.run_id, step, 'event', outcome.event, outcome.condition ?? null, outcome.timeoutMs, input, path, key] })
      if (!outcome.lookBack) return { waiting: true }
      const match = before?.match ?? (await this.lookBack(client, looking, before?.since ?? null, before === null ? 1 : Infinity))
      if (match === 'more') return 'stale'
      if (match === null) return { waiting: true }
      const found = eventResult(match)
      await client.query({ ...waitResolve, values: [uuids([job.workspace_id]), uuids([job.run_id]), texts([step]), texts([JSON.stringify(found)])] })
      return { event: found, input }
    })
    const answer = await registered(null)
    return answer === 'stale' ? ((await registered(await this.lookBefore(looking))) as Registered) : answer
  }

  /** Everything that is stored by now, without keeping anybody from storing more. */
  private async lookBefore(looking: Looking): Promise<Before> {
    const { pool } = this.context
    const { rows } = await pool.query<{ since: string }>({ ...waitLookedBackUntil, values: [] })
    return { since: rows[0]!.since, match: (await this.lookBack(pool, looking, null, Infinity)) as WaitEvent | null }
  }

  /** The first event that matches, or null; `more` when so many pages do not tell. */
  private async lookBack(client: pg.Pool | pg.PoolClient, looking: Looking, since: string | null, pagesMax: number): Promise<WaitEvent | null | 'more'> {
    const { job, outcome } = looking
    const from = uuidFloor(uuidTime(job.event_id) - clocksApartMs)
    const found = await this.lookThrough(client, looking, since, pagesMax, { behind: from, last: lastId })
    if (found !== null) return found
    const { rows } = await client.query<{ base: string }>({ ...waitOldFanOuts, values: [job.workspace_id, outcome.event, from, job.event_id] })
    for (const { base } of rows) {
      const match = await this.lookThrough(client, looking, since, pagesMax, emittedRange(base))
      if (match !== null) return match
    }
    return null
  }

  private async lookThrough(
    client: pg.Pool | pg.PoolClient, { job, outcome, taken }: Looking, since: string | null, pagesMax: number, { behind: first, last }: { behind: string; last: string },
  ): Promise<WaitEvent | null | 'more'> {
    const origin = eventOf(job)
    let behind = first
    for (let page = 0; page < pagesMax; page++) {
      const { rows } = await client.query<WaitEvent>({ ...waitLookBack, values: [job.workspace_id, outcome.event, behind, job.version < 0, job.event_id, since, last] })
      const match = rows.find((event) => !taken.has(publicId('evt', event.id)) && this.context.waits.matches(outcome.condition ?? null, origin, event))
      if (match !== undefined) return match
      if (rows.length < lookBackPage) return null
      behind = rows.at(-1)!.id
    }
    return 'more'
  }

  private async registerCall(job: ClaimedJob, step: string, outcome: InvokeOutcome): Promise<Registered> {
    for (;;) {
      const { routes } = this.context
      const table = await (job.version < 0 ? routes.ofDraft(job.workspace_id, job.function_id, job.version) : routes.get(job.workspace_id))
      const route = table.bySlug.get(outcome.function)
      if (route === undefined) {
        throw new FanwiseError('step_input', `There is no published function "${outcome.function}".`, { field: 'function', fix: 'Publish it, or choose another function in this step.' })
      }
      const plan = emptyPlan()
      const data = { ...outcome.data }
      planEvent(plan, table, {
        workspaceId: job.workspace_id, id: emittedIds(job.run_id, step, uuidTime(newUuid()))(0), name: 'fanwise/function.invoked', data, dataText: JSON.stringify(data),
        ts: databaseNow(), source: 'invoke', sourceRef: step, emitRunId: job.run_id,
      }, [route])
      plan.runs[0]!.parentRunId = job.run_id
      plan.runs[0]!.parentStep = step
      await this.context.lanes.ensure(this.context.pool, plan.runs)
      const answer = await this.whileHeld<Registered | 'stale'>(job, async (client) => {
        const input = JSON.stringify({ function: outcome.function, data: outcome.data })
        const registered = await client.query({ ...waitRegister, values: [job.workspace_id, job.run_id, step, 'invoke', null, null, outcome.timeoutMs, input, anyValue.path, anyValue.key] })
        if (registered.rowCount === 0) return { waiting: true }
        const { rows } = await client.query<{ current: boolean }>({ ...eventIngest, values: [...planParameters(plan), uuids([job.workspace_id]), numbers([table.epoch])] })
        return rows[0]!.current ? { waiting: true } : 'stale'
      })
      if (answer === 'stale') {
        this.context.routes.forget(job.workspace_id)
        continue
      }
      if (answer !== 'lost') this.context.stored(plan)
      return answer
    }
  }

  /** One transaction that holds the run; 'lost' when it is not ours, 'stale' rolls back. */
  private async whileHeld<T>(job: ClaimedJob, work: (client: pg.PoolClient) => Promise<T>): Promise<T | 'lost'> {
    const { pool, session } = this.context
    const client = await pool.connect()
    try {
      await client.query('begin')
      const held = await client.query({ ...runHold, values: [session.id, job.workspace_id, job.run_id] })
      const result = held.rowCount === 0 ? 'lost' : await work(client)
      await client.query(result === 'lost' || result === 'stale' ? 'rollback' : 'commit')
      return result
    } catch (error) {
      await client.query('rollback').catch(() => {})
      throw error
    } finally {
      client.release()
    }
  }
}
