/** Setting and lifting holds: a function is paused and resumed, a service parked and let go. */
import type pg from 'pg'
import { FanwiseError } from '#base/errors.ts'
import { audit, fanwise, type Actor } from '#engine/audit.ts'
import { endRuns, type EndedRun, type RunToEnd } from '#engine/end-runs.ts'
import { Breaker, type ServiceNews } from '#engine/holds/breaker.ts'
import { serviceHoldId, type Holds } from '#engine/holds/holds.ts'
import { functionOpenRuns, holdFunctionJobs, holdLetGo, holdProved, holdRamp, holdRemove, holdSet, holdSlow } from '#engine/sql/hold.ts'
import { inTransaction } from '#engine/transaction.ts'
import { tryAgain } from '#engine/try-again.ts'

export interface HoldControls {
  /** Running steps end, then their runs are held (or cancelled); new ones are accepted and held. */
  pauseFunction(workspaceId: string, fn: { id: string; slug: string }, actor: Actor, options?: { reason?: string; cancelRunning?: boolean }): Promise<void>
  resumeFunction(workspaceId: string, fn: { id: string; slug: string }, actor: Actor): Promise<boolean>
  /** Steps that call the host wait without using up attempts. */
  parkService(workspaceId: string, host: string, actor: Actor, options?: { reason?: string }): Promise<void>
  /** Its runs go on, more each second. */
  resumeService(workspaceId: string, host: string, actor: Actor): Promise<boolean>
  /** Takes a hold away and lets all its runs go. */
  release(workspaceId: string, holdId: string): Promise<boolean>
  /** A row of the hold table was written by somebody else. */
  changed(): Promise<void>
}

export interface HoldContext {
  pool: pg.Pool
  holds: Holds
  /** Every worker must know. */
  holdsChanged(): void
  ended(runs: EndedRun[]): void
  wake(): void
  /** Runs of the function that this process executes now. */
  executing(functionId: string): string[]
  /** Every process is to call cancelBegun for what it executes. */
  cancelEverywhere(workspaceId: string, functionId: string, by: string): void
}

const chunk = 5000

/** Running steps end first; then their runs are held, or cancelled if asked. New runs are accepted and held. */
export async function pauseFunction(context: HoldContext, workspaceId: string, fn: { id: string; slug: string }, actor: Actor, options: { reason?: string; cancelRunning?: boolean } = {}): Promise<void> {
  const { pool } = context
  await inTransaction(pool, async (client) => {
    await client.query({ ...holdSet, values: [workspaceId, fn.id, 'function', fn.slug, options.reason ?? null, false, actor.id, null] })
    await audit(client, workspaceId, actor, 'function.paused', fn.slug, { reason: options.reason, cancelRunning: options.cancelRunning })
  })
  await context.holds.refresh()
  context.holdsChanged()
  const why = JSON.stringify({ kind: 'held', hold: 'function', target: fn.slug })
  while ((await pool.query({ ...holdFunctionJobs, values: [workspaceId, fn.id, why] })).rowCount === chunk);
  if (options.cancelRunning !== true) return
  await cancelBegun(context, workspaceId, fn.id, actor.name)
  context.cancelEverywhere(workspaceId, fn.id, actor.name)
}

/**
 * Cancels what has begun, as far as this process can tell: a run in its first step has written nothing yet, so
 * only its worker knows. Those are ended first: what comes to rest meanwhile has left its mark by then.
 */
export async function cancelBegun(context: HoldContext, workspaceId: string, functionId: string, by: string): Promise<void> {
  const reason = new FanwiseError('run_cancelled', `Cancelled when ${by} paused the function.`, { fix: 'Run it again from its page once the function is resumed.' }).toShape()
  await cancelRuns(context, context.executing(functionId).map((runId) => ({ workspaceId, runId, reason })))
  for (;;) {
    const { rows } = await context.pool.query<{ run: string }>({ ...functionOpenRuns, values: [workspaceId, functionId] })
    await cancelRuns(context, rows.map((row) => ({ workspaceId, runId: row.run, reason })))
    if (rows.length < 1000) return
  }
}

async function cancelRuns(context: HoldContext, runs: RunToEnd[]): Promise<void> {
  if (runs.length === 0) return
  context.ended(await tryAgain(() => inTransaction(context.pool, (client) => endRuns(client, runs))))
}

/** False when it was not held. All its runs go on, oldest first. */
export async function release(context: HoldContext, workspaceId: string, holdId: string, record?: (client: pg.PoolClient) => Promise<void>): Promise<boolean> {
  const { pool } = context
  const rowCount = await inTransaction(pool, async (client) => {
    const removed = await client.query({ ...holdRemove, values: [workspaceId, holdId] })
    if ((removed.rowCount ?? 0) > 0) await record?.(client)
    return removed.rowCount
  })
  await context.holds.refresh()
  context.holdsChanged()
  // A new statement, so that it sees what was parked until the moment the hold went.
  for (;;) {
    const { rows } = await pool.query<{ n: number }>({ ...holdLetGo, values: [workspaceId, holdId, chunk] })
    context.wake()
    if (rows[0]!.n < chunk) return (rowCount ?? 0) > 0
  }
}

export async function resumeFunction(context: HoldContext, workspaceId: string, fn: { id: string; slug: string }, actor: Actor): Promise<boolean> {
  return release(context, workspaceId, fn.id, (client) => audit(client, workspaceId, actor, 'function.resumed', fn.slug))
}

/** Every step that calls the host waits, without using up attempts, until it is let go. False: it is parked already, and the breaker leaves it as it is. */
export async function parkService(context: HoldContext, workspaceId: string, host: string, actor: Actor, options: { reason?: string; auto?: boolean; tryAgainInMs?: number } = {}): Promise<boolean> {
  const parked = await inTransaction(context.pool, async (client) => {
    const { rowCount } = await client.query({ ...holdSet, values: [workspaceId, serviceHoldId(workspaceId, host), 'service', host, options.reason ?? null, options.auto === true, actor.id, options.tryAgainInMs ?? null] })
    // A person has parked it meanwhile.
    if (rowCount === 0) return false
    await audit(client, workspaceId, actor, 'service.parked', host, { reason: options.reason, auto: options.auto })
    return true
  })
  if (!parked) return false
  await context.holds.refresh()
  context.holdsChanged()
  return true
}

/** Lets its runs go: a few, then twice as many each second. Answers false when it was not parked. */
export async function resumeService(context: HoldContext, workspaceId: string, host: string, actor: Actor): Promise<boolean> {
  const going = await inTransaction(context.pool, async (client) => {
    const { rowCount } = await client.query({ ...holdRamp, values: [workspaceId, serviceHoldId(workspaceId, host), rampFirst] })
    if (rowCount === 0) return false
    await audit(client, workspaceId, actor, 'service.resumed', host)
    return true
  })
  if (!going) return false
  await context.holds.refresh()
  context.holdsChanged()
  return true
}

const rampFirst = 10

/** What the breaker has learned of a service that is being tried, or let go. */
export async function serviceAnswered(context: HoldContext, workspaceId: string, holdId: string, ok: boolean): Promise<void> {
  const { rowCount } = await context.pool.query(ok ? { ...holdProved, values: [workspaceId, holdId, rampFirst] } : { ...holdSlow, values: [workspaceId, holdId] })
  if (rowCount === 0) return
  await context.holds.refresh()
  context.holdsChanged()
}

/** The engine's controls over holds. */
export function holdControls(context: HoldContext): HoldControls {
  return {
    pauseFunction: (workspaceId, fn, actor, options) => pauseFunction(context, workspaceId, fn, actor, options),
    resumeFunction: (workspaceId, fn, actor) => resumeFunction(context, workspaceId, fn, actor),
    parkService: async (workspaceId, host, actor, options) => void (await parkService(context, workspaceId, host, actor, options)),
    resumeService: (workspaceId, host, actor) => resumeService(context, workspaceId, host, actor),
    release: (workspaceId, holdId) => release(context, workspaceId, holdId),
    async changed() {
      await context.holds.refresh()
      context.holdsChanged()
    },
  }
}

/** The breaker, acting through the same controls as a person. @param tell other processes */
export function automaticBreaker(context: () => HoldContext, holds: Holds, parked: (facts: { workspaceId: string; host: string; reason: string }) => void, tell: (news: ServiceNews[]) => void): Breaker {
  return new Breaker(holds, {
    trip({ workspaceId, host, reason, waitMs }) {
      void parkService(context(), workspaceId, host, fanwise, { auto: true, reason, ...(waitMs === null ? {} : { tryAgainInMs: waitMs }) }).then((now) => now && parked({ workspaceId, host, reason }), () => {})
    },
    proved: (workspaceId, holdId) => void serviceAnswered(context(), workspaceId, holdId, true).catch(() => {}),
    slow: (workspaceId, holdId) => void serviceAnswered(context(), workspaceId, holdId, false).catch(() => {}),
    tell,
  })
}
