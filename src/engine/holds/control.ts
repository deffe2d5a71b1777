/** Setting and lifting holds: a function is paused and resumed, a service parked and let go. */
import type pg from 'pg'
import { FanwiseError } from '#base/errors.ts'
import { newUuid } from '#base/ids.ts'
import { endRuns, type EndedRun } from '#engine/end-runs.ts'
import { serviceHoldId, type Holds } from '#engine/holds/holds.ts'
import { auditInsert } from '#engine/sql/fan-out.ts'
import { functionOpenRuns, holdFunctionJobs, holdLetGo, holdRamp, holdRemove, holdSet } from '#engine/sql/hold.ts'

export interface Actor {
  id: string | null
  /** Name of the person or of the key. */
  name: string
}

export interface HoldContext {
  pool: pg.Pool
  holds: Holds
  /** Every worker must know. */
  holdsChanged(): void
  ended(runs: EndedRun[]): void
  wake(): void
}

const chunk = 5000

export async function audit(client: pg.Pool | pg.ClientBase, workspaceId: string, actor: Actor, action: string, target: string, detail?: unknown): Promise<void> {
  await client.query({ ...auditInsert, values: [workspaceId, newUuid(), actor.id, actor.name, action, target, detail === undefined ? null : JSON.stringify(detail)] })
}

/** Running steps end first; then their runs are held, or cancelled if asked. New runs are accepted and held. */
export async function pauseFunction(context: HoldContext, workspaceId: string, fn: { id: string; slug: string }, actor: Actor, options: { reason?: string; cancelRunning?: boolean } = {}): Promise<void> {
  const { pool } = context
  await pool.query({ ...holdSet, values: [workspaceId, fn.id, 'function', fn.slug, options.reason ?? null, false, actor.id, null] })
  await audit(pool, workspaceId, actor, 'function.paused', fn.slug, { reason: options.reason, cancelRunning: options.cancelRunning })
  await context.holds.refresh()
  context.holdsChanged()
  const why = JSON.stringify({ kind: 'held', hold: 'function', target: fn.slug })
  while ((await pool.query({ ...holdFunctionJobs, values: [workspaceId, fn.id, why] })).rowCount === chunk);
  if (options.cancelRunning === true) await cancelStarted(context, workspaceId, fn.id, actor)
}

async function cancelStarted(context: HoldContext, workspaceId: string, functionId: string, actor: Actor): Promise<void> {
  const reason = new FanwiseError('run_cancelled', `Cancelled when ${actor.name} paused the function.`, { fix: 'Run it again from its page once the function is resumed.' }).toShape()
  for (;;) {
    const client = await context.pool.connect()
    try {
      await client.query('begin')
      const { rows } = await client.query<{ run: string }>({ ...functionOpenRuns, values: [workspaceId, functionId] })
      const ended = await endRuns(client, rows.map((row) => ({ workspaceId, runId: row.run, reason })))
      await client.query('commit')
      context.ended(ended)
      if (rows.length < 1000) return
    } catch (error) {
      await client.query('rollback').catch(() => {})
      throw error
    } finally {
      client.release()
    }
  }
}

/** False when it was not held. All its runs go on, oldest first. */
export async function release(context: HoldContext, workspaceId: string, holdId: string): Promise<boolean> {
  const { pool } = context
  const { rowCount } = await pool.query({ ...holdRemove, values: [workspaceId, holdId] })
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
  const was = await release(context, workspaceId, fn.id)
  if (was) await audit(context.pool, workspaceId, actor, 'function.resumed', fn.slug)
  return was
}

/** Every step that calls the host waits, without using up attempts, until it is let go. */
export async function parkService(context: HoldContext, workspaceId: string, host: string, actor: Actor, options: { reason?: string; auto?: boolean; tryAgainInMs?: number } = {}): Promise<void> {
  const { pool } = context
  await pool.query({ ...holdSet, values: [workspaceId, serviceHoldId(workspaceId, host), 'service', host, options.reason ?? null, options.auto === true, actor.id, options.tryAgainInMs ?? null] })
  await audit(pool, workspaceId, actor, 'service.parked', host, { reason: options.reason, auto: options.auto })
  await context.holds.refresh()
  context.holdsChanged()
}

/** Lets its runs go: a few, then twice as many each second. Answers false when it was not parked. */
export async function resumeService(context: HoldContext, workspaceId: string, host: string, actor: Actor): Promise<boolean> {
  const { rowCount } = await context.pool.query({ ...holdRamp, values: [workspaceId, serviceHoldId(workspaceId, host), rampFirst] })
  if (rowCount === 0) return false
  await audit(context.pool, workspaceId, actor, 'service.resumed', host)
  await context.holds.refresh()
  context.holdsChanged()
  return true
}

const rampFirst = 10
