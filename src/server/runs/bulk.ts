/** Cancelling and retrying many runs with one call: a page of them at a time, so that no call takes long. */
import type pg from 'pg'
import { FanwiseError, isFanwiseError } from '#base/errors.ts'
import { publicId } from '#base/ids.ts'
import type { Engine } from '#engine/api.ts'
import { audit, type Actor } from '#engine/audit.ts'
import { untilAnswered } from '#engine/try-again.ts'
import { functionBySlug } from '#server/holds/list-holds.ts'
import type { PageRequest } from '#server/page.ts'
import { findRuns, type RunFilter } from '#server/runs/list-runs.ts'

export const bulkMost = 1000
const retriedAtOnce = 6

export interface BulkPage {
  /** Runs that fitted, of this page. */
  found: number
  nextCursor: string | null
}

/** Ends open runs that fit, newest first. */
export async function cancelMany(engine: Engine, workspaceId: string, by: Actor, filter: RunFilter, page: PageRequest): Promise<BulkPage & { cancelled: number }> {
  const { ids, nextCursor } = await choose(engine.pool, workspaceId, filter.status === undefined ? { ...filter, open: true } : filter, page)
  const cancelled = await engine.cancelRuns(workspaceId, ids, (client, open) => audit(client, workspaceId, by, 'runs.cancel', filter.function ?? 'runs', { ...told(filter), cancelled: open }))
  return { found: ids.length, cancelled, nextCursor }
}

export interface Refusal {
  code: string
  message: string
  fix: string | null
  runs: number
}

/** Runs that fit go on from their failed step, or are run again; one that cannot be is counted with its reason. */
export async function retryMany(engine: Engine, workspaceId: string, by: Actor, from: 'failed' | 'start', filter: RunFilter, page: PageRequest): Promise<BulkPage & { retried: number; refused: Refusal[] }> {
  const { ids, nextCursor } = await choose(engine.pool, workspaceId, filter, page)
  const refused = new Map<string, Refusal>()
  let retried = 0
  const left = ids.values()
  let failed: unknown = null
  const work = async () => {
    for (const id of left) {
      if (failed !== null) return
      try {
        await engine.retryRun(workspaceId, id, { from })
        retried += 1
      } catch (error) {
        if (!isFanwiseError(error) || error.code === 'internal' || error.code === 'unavailable') {
          failed ??= error
          return
        }
        const known = refused.get(error.message)
        if (known === undefined) refused.set(error.message, { code: error.code, message: error.message, fix: error.fix ?? null, runs: 1 })
        else known.runs += 1
      }
    }
  }
  await Promise.all(Array.from({ length: retriedAtOnce }, work))
  // Those before the one that failed go on all the same, so that is on record.
  if (retried > 0) await untilAnswered(() => audit(engine.pool, workspaceId, by, 'runs.retry', filter.function ?? 'runs', { ...told(filter), from, retried }))
  if (failed !== null) throw failed
  return { found: ids.length, retried, refused: [...refused.values()], nextCursor }
}

/** Row ids of a page; tests of drafts are left alone. A function nobody knows is a mistake, not an empty list. */
async function choose(pool: pg.Pool, workspaceId: string, filter: RunFilter, page: PageRequest): Promise<{ ids: string[]; nextCursor: string | null }> {
  if (filter.function !== undefined && (await functionBySlug(pool, workspaceId, filter.function)) === null) {
    throw new FanwiseError('not_found', `There is no function "${filter.function}" in this workspace.`, { field: 'function', fix: 'Look in the list of functions.' })
  }
  const found = await findRuns(pool, workspaceId, { ...filter, published: true }, page)
  const ids = found.slice(0, page.limit)
  return { ids, nextCursor: found.length > page.limit ? publicId('run', ids.at(-1)!) : null }
}

function told({ status, event, since, until }: RunFilter): Record<string, string> {
  const moment = (ms: number | undefined) => (ms === undefined ? undefined : new Date(ms).toISOString())
  return Object.fromEntries(Object.entries({ status, event, since: moment(since), until: moment(until) }).filter((pair): pair is [string, string] => pair[1] !== undefined))
}
