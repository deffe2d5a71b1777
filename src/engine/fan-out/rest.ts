/**
 * A fan-out that rests: its queued children are held, its emit sends nothing more. The state changes in one
 * transaction together with the hold; children follow in chunks of their own, and whoever dies in between
 * leaves a state that the duty mends.
 */
import type pg from 'pg'
import { FanwiseError } from '#base/errors.ts'
import { publicId } from '#base/ids.ts'
import { audit, type Actor } from '#engine/audit.ts'
import type { FanOutContext } from '#engine/fan-out/context.ts'
import { inTransaction } from '#engine/transaction.ts'
import { tryAgain } from '#engine/try-again.ts'
import { cutShortOutput, rangesOf, type FanOutRow, type FanOutState } from '#engine/fan-out/row.ts'
import { restCancelled } from '#engine/holds/holds.ts'
import { endRuns } from '#engine/end-runs.ts'
import {
  emitCutShort, emittingRun, fanOutConfirm, fanOutFreeJobs, fanOutGo, fanOutHold, fanOutHoldJobs, fanOutOpenJobs, fanOutRest, fanOutResume, fanOutSentSoFar, fanOutUnhold,
} from '#engine/sql/fan-out.ts'
import { waitResolve } from '#engine/sql/wait.ts'
import { texts, uuids } from '#engine/sql/arrays.ts'

export const resting: FanOutState[] = ['emitting', 'canary', 'running']

/** @param state `paused` by a person, `stopped` by itself. False when it was not going. */
export async function rest(context: FanOutContext, row: FanOutRow, state: 'paused' | 'stopped', reason: string | null, by: Actor | null): Promise<boolean> {
  const { workspace_id: ws, id } = row
  const done = await inTransaction(context.pool, async (client) => {
    const { rows } = await client.query({ ...fanOutRest, values: [ws, id, resting, state, reason] })
    if (rows.length === 0) return false
    await client.query({ ...fanOutHold, values: [ws, id, publicId('fan', id), reason, by === null, by?.id ?? null] })
    await audit(client, ws, by, state === 'paused' ? 'fan-out.pause' : 'fan-out.stop', publicId('fan', id), reason === null ? null : { reason })
    return true
  })
  if (!done) return false
  context.holdsChanged(ws)
  context.changed(ws, id, row.run_id)
  await holdJobs(context, row)
  return true
}

export async function stopByItself(context: FanOutContext, row: FanOutRow, reason: string): Promise<void> {
  await rest(context, row, 'stopped', reason, null)
}

async function holdJobs(context: FanOutContext, row: FanOutRow): Promise<void> {
  const why = JSON.stringify({ kind: 'held', hold: 'fan-out', target: publicId('fan', row.id) })
  for (const { from, to } of rangesOf(row)) {
    for (;;) {
      const { rowCount } = await context.pool.query({ ...fanOutHoldJobs, values: [row.workspace_id, row.id, from, to, why] })
      if ((rowCount ?? 0) === 0) break
    }
  }
}

/** Held children back to their lanes, oldest first, unless it is held again. */
export async function freeJobs(context: FanOutContext, workspaceId: string, id: string): Promise<void> {
  for (;;) {
    const { rows } = await context.pool.query<{ n: number }>({ ...fanOutFreeJobs, values: [workspaceId, id] })
    if (rows[0]!.n === 0) return
    context.woken([])
    if (rows[0]!.n < 1000) return
  }
}

/** False when it did not rest. */
export async function resume(context: FanOutContext, row: FanOutRow, by: Actor): Promise<boolean> {
  const { workspace_id: ws, id } = row
  const woken = await inTransaction(context.pool, async (client) => {
    const { rows } = await client.query<{ run_id: string; step: string; state: FanOutState }>({ ...fanOutResume, values: [ws, id] })
    const found = rows[0]
    if (found === undefined) return null
    await client.query({ ...fanOutUnhold, values: [ws, id] })
    await audit(client, ws, by, 'fan-out.resume', publicId('fan', id))
    return found.state === 'emitting' ? await wakeEmit(client, ws, found) : []
  })
  if (woken === null) return false
  context.holdsChanged(ws)
  context.changed(ws, id, row.run_id)
  if (woken.length > 0) context.woken(woken)
  await freeJobs(context, ws, id)
  return true
}

/** The rest of a canary goes. @param by null = its runs succeeded */
export async function letGo(context: FanOutContext, workspaceId: string, id: string, by: Actor | null): Promise<boolean> {
  const found = await inTransaction(context.pool, async (client) => {
    const { rows } = await client.query<{ run_id: string; step: string }>({ ...fanOutGo, values: [workspaceId, id] })
    if (rows[0] === undefined) return null
    await audit(client, workspaceId, by, 'fan-out.go', publicId('fan', id))
    return { runId: rows[0].run_id, woken: await wakeEmit(client, workspaceId, rows[0]) }
  })
  if (found === null) return false
  context.changed(workspaceId, id, found.runId)
  if (found.woken.length > 0) context.woken(found.woken)
  return true
}

/** A person says go before the first item. False when it does not wait for that. */
export async function confirm(context: FanOutContext, workspaceId: string, id: string, by: Actor): Promise<boolean> {
  const found = await inTransaction(context.pool, async (client) => {
    const { rows } = await client.query<{ run_id: string; step: string; total: number }>({ ...fanOutConfirm, values: [workspaceId, id] })
    if (rows[0] === undefined) return null
    await audit(client, workspaceId, by, 'fan-out.confirm', publicId('fan', id), { items: rows[0].total })
    return { runId: rows[0].run_id, woken: await wakeEmit(client, workspaceId, rows[0]) }
  })
  if (found === null) return false
  context.changed(workspaceId, id, found.runId)
  if (found.woken.length > 0) context.woken(found.woken)
  return true
}

/** Emission ends; children that nobody executes are cancelled. @param running those that are executed, too */
export async function cancelRest(context: FanOutContext, row: FanOutRow, running: boolean, by: Actor): Promise<{ changed: boolean; cancelled: number }> {
  const { workspace_id: ws, id } = row
  const woken = await inTransaction(context.pool, async (client) => {
    const { rows } = await client.query<{ run_id: string; step: string }>({ ...fanOutRest, values: [ws, id, ['confirm', ...resting, 'paused', 'stopped'], 'cancelled', `The rest was cancelled by ${by.name}.`] })
    if (rows[0] === undefined) return null
    // Children that a worker has claimed ahead do not begin any more: this keeps them until they are cancelled.
    await client.query({ ...fanOutHold, values: [ws, id, publicId('fan', id) + restCancelled, 'The rest was cancelled.', false, by.id] })
    await audit(client, ws, by, 'fan-out.cancel', publicId('fan', id), { running })
    return await wakeEmit(client, ws, rows[0])
  })
  if (woken === null && !(row.state === 'cancelled' && running)) return { changed: false, cancelled: 0 }
  context.holdsChanged(ws)
  if (woken !== null && woken.length > 0) context.woken(woken)
  await endEmit(context, row)
  const cancelled = await cancelOpen(context, row, running)
  context.changed(ws, id, row.run_id)
  return { changed: true, cancelled }
}

/**
 * Of a fan-out whose rest is cancelled: the emitting run has failed, so nobody is there to end its step. It ends here with what
 * was sent, so that a retry of that run goes on behind it.
 */
export async function endEmit(context: FanOutContext, row: FanOutRow): Promise<void> {
  const { workspace_id: ws, id, run_id: run, step } = row
  await tryAgain(() => inTransaction(context.pool, async (client) => {
    const { rows: [emitting] } = await client.query<{ status: number }>({ ...emittingRun, values: [ws, run] })
    if (emitting === undefined || emitting.status === 0) return
    const { rows: [sent] } = await client.query<{ items: number; base_id: string; age_ms: number }>({ ...fanOutSentSoFar, values: [ws, id] })
    if (sent === undefined) return
    await client.query({ ...emitCutShort, values: [ws, run, step, 1, sent.age_ms, JSON.stringify(cutShortOutput(id, sent.items, sent.base_id))] })
  }))
}

/** Children that have not ended, in chunks, each a transaction of its own. */
export async function cancelOpen(context: FanOutContext, row: FanOutRow, running: boolean): Promise<number> {
  const reason = new FanwiseError('run_cancelled', 'The rest of its fan-out was cancelled.').toShape()
  let cancelled = 0
  for (const { from, to } of rangesOf(row)) {
    for (;;) {
      const { n, ended } = await tryAgain(() => inTransaction(context.pool, async (client) => {
        const { rows } = await client.query<{ run: string }>({ ...fanOutOpenJobs, values: [row.workspace_id, from, to, running] })
        const ended = await endRuns(client, rows.map((found) => ({ workspaceId: row.workspace_id, runId: found.run, reason })))
        return { n: rows.length, ended }
      }))
      context.ended(ended)
      cancelled += n
      if (n === 0) break
    }
  }
  return cancelled
}

/** The emitting step rests in a wait of its own. */
async function wakeEmit(client: pg.ClientBase, workspaceId: string, { run_id: run, step }: { run_id: string; step: string }): Promise<{ workspaceId: string; runId: string }[]> {
  const { rows } = await client.query<{ workspace_id: string; run: string }>({
    ...waitResolve, values: [uuids([workspaceId]), uuids([run]), texts([step]), texts(['{}'])],
  })
  return rows.map((row) => ({ workspaceId: row.workspace_id, runId: row.run }))
}
