/**
 * What a run needs of fan-outs: whether its emit may send on, to rest when it may not, to end it when the
 * rest was cancelled, and to gather. Each in a transaction that first proves that the run is still ours
 * and locks the fan-out's state, so a person's "go on" is seen by one side or the other.
 */
import type pg from 'pg'
import { FanwiseError } from '#base/errors.ts'
import { newUuid, uuidTime } from '#base/ids.ts'
import type { Json } from '#base/json.ts'
import { emittedIds, fanOutId } from '#engine/derived-ids.ts'
import { inTransaction } from '#engine/transaction.ts'
import { readItems } from '#engine/fan-out/items.ts'
import { cutShortOutput, type FanOutRow, type FanOutState } from '#engine/fan-out/row.ts'
import type { ClaimedJob } from '#engine/lanes.ts'
import type { Routes, RoutingTable } from '#engine/match.ts'
import type { Session } from '#engine/session.ts'
import { StepLists } from '#engine/step-lists.ts'
import { emitCutShort, fanOutAsk, fanOutLook, fanOutState, fanOutWait } from '#engine/sql/fan-out.ts'
import { runHold } from '#engine/sql/wait.ts'
import { uuids } from '#engine/sql/arrays.ts'
import type { StepOutcome } from '#steps/kind.ts'

export type GatherOutcome = Extract<StepOutcome, { type: 'gather' }>

export interface Halted {
  step: string
  attempt: number
  /** performance.now() */
  startedAt: number
  nextIndex: number
  baseMs: number
}

const settledItems = { all: undefined, completed: ['completed'], failed: ['failed'] } as const

/** An emit per item before its first item. */
export interface Beginning {
  step: string
  attempt: number
  /** performance.now() */
  startedAt: number
  event: string
  count: number
  canary?: number
  stopShare?: number
}

export class FanOutGate {
  /** What is sent item by item, or gone through. */
  readonly lists: StepLists

  constructor(private readonly pool: pg.Pool, private readonly session: Session, private readonly routes: Routes, private readonly changed: (workspaceId: string, fanOutId: string) => void) {
    this.lists = new StepLists(pool, session)
  }

  /** For an emit that is taken up again: may it send on, and from which id do its items count? */
  async mayEmit(job: ClaimedJob, step: string): Promise<{ may: boolean; baseMs: number | null }> {
    const found = await stateOf(this.pool, job, step)
    return { may: found === null || goes(found.state), baseMs: found === null ? null : uuidTime(found.base_id) }
  }

  /** It has been begun, sent or not. */
  async isThere(job: ClaimedJob, step: string): Promise<boolean> {
    return (await stateOf(this.pool, job, step)) !== null
  }

  /** Is it so many items that a person is asked first? What is known of the workspace anyway tells. */
  asksFirst(job: ClaimedJob, count: number): boolean | Promise<boolean> {
    const asks = ({ confirmAbove }: RoutingTable) => confirmAbove !== null && count > confirmAbove
    const table = this.routes.get(job.workspace_id)
    return table instanceof Promise ? table.then(asks) : asks(table)
  }

  /** The fan-out is there and waits; nothing of it is sent. `baseMs`: it was let go already, and this is what its items count from. `output`: it was cancelled, and the step recorded so. */
  async ask(job: ClaimedJob, { step, attempt, startedAt, event, count, canary, stopShare }: Beginning): Promise<'lost' | { baseMs: number } | { waiting: FanOutState } | { output: Json }> {
    const id = fanOutId(job.run_id, step)
    const answer = await this.whileHeld<{ baseMs: number } | { waiting: FanOutState } | { output: Json }>(job, async (client) => {
      const baseId = emittedIds(job.run_id, step, uuidTime(newUuid()))(0)
      const { rowCount } = await client.query({
        ...fanOutAsk, values: [job.workspace_id, id, job.run_id, step, job.function_id, event, baseId, count, canary ?? null, stopShare ?? null, performance.now() - startedAt],
      })
      const known = rowCount === 1 ? null : await stateOf(client, job, step)
      const state = known?.state ?? 'confirm'
      // Somebody said no while its run had failed.
      if (state === 'cancelled') return { output: await this.cutShort(client, job, { step, attempt, startedAt, nextIndex: 0, baseMs: 0 }) }
      if (known !== null && goes(state)) return { baseMs: uuidTime(known.base_id) }
      await client.query({ ...fanOutWait, values: [job.workspace_id, job.run_id, step, 'canary', JSON.stringify({ sent: 0, state }), null] })
      return { waiting: state }
    })
    this.changed(job.workspace_id, id)
    return answer
  }

  /** `go-on`: it has been let go meanwhile. `output`: the rest is cancelled and the step recorded so. */
  async halt(job: ClaimedJob, halted: Halted): Promise<'lost' | 'go-on' | { waiting: FanOutState } | { output: Json }> {
    return this.whileHeld(job, async (client) => {
      const found = await stateOf(client, job, halted.step)
      if (found === null || goes(found.state)) return 'go-on'
      const { state } = found
      if (state === 'cancelled') return { output: await this.cutShort(client, job, halted) }
      await client.query({ ...fanOutWait, values: [job.workspace_id, job.run_id, halted.step, 'canary', JSON.stringify({ sent: halted.nextIndex, state }), null] })
      return { waiting: state }
    })
  }

  private async cutShort(client: pg.PoolClient, job: ClaimedJob, halted: Halted): Promise<Json> {
    const id = fanOutId(job.run_id, halted.step)
    const output = cutShortOutput(id, halted.nextIndex, emittedIds(job.run_id, halted.step, halted.baseMs)(0))
    await client.query({ ...emitCutShort, values: [job.workspace_id, job.run_id, halted.step, halted.attempt, performance.now() - halted.startedAt, JSON.stringify(output)] })
    this.changed(job.workspace_id, id)
    return output
  }

  /** The page at once when the fan-out has settled, else a wait for that; when its time is up, the counts. */
  async gather(job: ClaimedJob, step: string, outcome: GatherOutcome): Promise<'lost' | 'waiting' | { output: Json; port: string }> {
    const answer = await this.whileHeld<'lost' | 'waiting' | 'settled' | 'expired'>(job, async (client) => {
      const state = (await stateOf(client, job, outcome.step))?.state
      if (state === undefined) throw new FanwiseError('step_input', `The step ${outcome.step} has sent nothing in this run.`, { field: 'of', fix: 'Gather only where the step that emits per item has run.' })
      if (state === 'settled') return 'settled'
      const { rows } = await client.query<{ expired: boolean | null }>({ ...fanOutWait, values: [job.workspace_id, job.run_id, step, 'gather', JSON.stringify({ of: outcome.step, timeoutMs: outcome.timeoutMs }), outcome.timeoutMs] })
      return rows[0]?.expired === true ? 'expired' : 'waiting'
    })
    if (answer === 'settled') return { output: await this.gathered(job, outcome, true), port: 'out' }
    return answer === 'expired' ? { output: await this.gathered(job, outcome, false), port: 'timeout' } : answer
  }

  /** Counts, and the asked page of results. @param page false = counts only: the time limit came first */
  private async gathered(job: ClaimedJob, outcome: GatherOutcome, page: boolean): Promise<Json> {
    const { rows } = await this.pool.query<FanOutRow>({ ...fanOutLook, values: [uuids([job.workspace_id]), uuids([fanOutId(job.run_id, outcome.step)])] })
    const row = rows[0]
    if (row === undefined) return { total: 0, completed: 0, failed: 0, cancelled: 0, items: [], next: null }
    const counts = { total: row.runs, completed: row.done, failed: row.failed, cancelled: row.cancelled }
    if (!page) return { ...counts, items: [], next: null }
    const only = settledItems[outcome.only]
    const { items, next } = await readItems(this.pool, row, { offset: outcome.offset, limit: outcome.limit, outputs: true, ...(only === undefined ? {} : { only }) })
    return {
      ...counts,
      items: items.map((item) => ({
        index: item.index, event_id: item.eventId, run_id: item.runId, function: item.function, status: item.status, output: item.output, error: item.error as Json,
      })),
      next,
    }
  }

  private async whileHeld<T>(job: ClaimedJob, work: (client: pg.PoolClient) => Promise<T>): Promise<T | 'lost'> {
    return inTransaction(this.pool, async (client) => {
      const held = await client.query({ ...runHold, values: [this.session.id, job.workspace_id, job.run_id] })
      return held.rowCount === 0 ? 'lost' : work(client)
    })
  }
}

const goes = (state: FanOutState): boolean => state === 'emitting' || state === 'running' || state === 'settled'

async function stateOf(client: pg.Pool | pg.PoolClient, job: ClaimedJob, step: string): Promise<{ state: FanOutState; base_id: string } | null> {
  const { rows } = await client.query<{ state: FanOutState; base_id: string }>({ ...fanOutState, values: [job.workspace_id, fanOutId(job.run_id, step)] })
  return rows[0] ?? null
}
