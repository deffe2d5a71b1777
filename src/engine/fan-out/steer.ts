/** What people do to a fan-out. Every change is one row in the audit, with who did it. */
import { FanwiseError } from '#base/errors.ts'
import { publicId } from '#base/ids.ts'
import { emittedRange } from '#engine/derived-ids.ts'
import type { FanOutContext } from '#engine/fan-out/context.ts'
import { inTransaction } from '#engine/transaction.ts'
import { audit, type Actor } from '#engine/audit.ts'
import { cancelRest, confirm, letGo, rest, resume } from '#engine/fan-out/rest.ts'
import { rangesOf, type FanOutRow } from '#engine/fan-out/row.ts'
import { readItems, type ItemPage, type ItemQuery } from '#engine/fan-out/items.ts'
import { readProgress, readProgressOf, type FanOutProgress } from '#engine/fan-out/progress.ts'
import { planAgain, routeAgain } from '#engine/plan-again.ts'
import { fanOutFailed, fanOutLook, fanOutReopen, limitOverride } from '#engine/sql/fan-out.ts'
import { uuids } from '#engine/sql/arrays.ts'
import { emptyPlan, keyLists } from '#engine/store-events.ts'
import { untilAnswered } from '#engine/try-again.ts'
import type { FunctionDefinition } from '#graph/definition.ts'

/** The engine's methods for one fan-out; ids are row ids. Those that find it in the wrong state throw `conflict`. */
export interface FanOutControls {
  progress(workspaceId: string, id: string): Promise<FanOutProgress>
  /** Of many at once, in their order; those that are not there any more are left out. */
  progressOf(workspaceId: string, ids: string[]): Promise<FanOutProgress[]>
  items(workspaceId: string, id: string, query: ItemQuery): Promise<ItemPage>
  pause(workspaceId: string, id: string, by: Actor, reason?: string): Promise<void>
  resume(workspaceId: string, id: string, by: Actor): Promise<void>
  /** @param running also those that are executed at this moment */
  cancel(workspaceId: string, id: string, by: Actor, options?: { running?: boolean }): Promise<{ cancelled: number }>
  /** Failed runs go on from their failed step, in the same runs. */
  retryFailed(workspaceId: string, id: string, by: Actor): Promise<{ retried: number }>
  /** After a canary: the rest goes. */
  go(workspaceId: string, id: string, by: Actor): Promise<void>
  /** Before its first item: it goes. Whether this person may say so is the host's business. */
  confirm(workspaceId: string, id: string, by: Actor): Promise<void>
  /** Runs at once of a function this fan-out starts, until the next publish with another drawn limit; null = as drawn. */
  setLimit(workspaceId: string, id: string, by: Actor, limit: number | null, functionSlug?: string): Promise<{ function: string; limit: number }>
}

export function fanOutControls(context: FanOutContext, routesChanged: (workspaceId: string) => void): FanOutControls {
  const find = (ws: string, id: string) => findFanOut(context, ws, id)
  return {
    progress: (ws, id) => readProgress(context.pool, ws, id),
    progressOf: (ws, ids) => readProgressOf(context.pool, ws, ids),
    items: async (ws, id, query) => readItems(context.pool, await find(ws, id), query),
    async pause(ws, id, by, reason) {
      const row = await find(ws, id)
      if (!(await rest(context, row, 'paused', reason ?? `Paused by ${by.name}.`, by))) throw wrongState(row, 'paused')
    },
    async resume(ws, id, by) {
      const row = await find(ws, id)
      if (!(await resume(context, row, by))) throw wrongState(row, 'resumed')
    },
    async cancel(ws, id, by, options = {}) {
      const row = await find(ws, id)
      const { changed, cancelled } = await cancelRest(context, row, options.running ?? false, by)
      if (!changed) throw wrongState(row, 'cancelled')
      return { cancelled }
    },
    async go(ws, id, by) {
      const row = await find(ws, id)
      if (!(await letGo(context, ws, id, by))) throw wrongState(row, 'let go')
    },
    async confirm(ws, id, by) {
      const row = await find(ws, id)
      if (!(await confirm(context, ws, id, by))) throw wrongState(row, 'let go')
    },
    async retryFailed(ws, id, by) {
      const row = await find(ws, id)
      if (row.state === 'cancelled') throw new FanwiseError('conflict', 'The rest of this fan-out is being cancelled.', { fix: 'Wait until it has settled, then retry what failed.' })
      return { retried: await retryFailed(context, row, by) }
    },
    setLimit: async (ws, id, by, limit, slug) => setLimit(context, await find(ws, id), by, limit, slug, routesChanged),
  }
}

async function findFanOut(context: FanOutContext, workspaceId: string, id: string): Promise<FanOutRow> {
  const { rows } = await context.pool.query<FanOutRow>({ ...fanOutLook, values: [uuids([workspaceId]), uuids([id])] })
  if (rows[0] === undefined) throw new FanwiseError('not_found', `There is no fan-out ${publicId('fan', id)} in this workspace.`, { fix: 'Look in the list of fan-outs.' })
  return rows[0]
}

const stateWords: Record<FanOutRow['state'], string> = {
  confirm: 'waits until a person says go', emitting: 'is being sent', canary: 'waits after its first items', running: 'is running', paused: 'is paused', stopped: 'has stopped by itself',
  cancelled: 'is being cancelled', settled: 'has settled',
}

function wrongState(row: FanOutRow, what: string): FanwiseError {
  return new FanwiseError('conflict', `This fan-out ${stateWords[row.state]}, so it cannot be ${what}.`, { fix: 'Look at its state again; somebody may have been faster.' })
}

async function retryFailed(context: FanOutContext, row: FanOutRow, by: Actor): Promise<number> {
  let retried = 0
  try {
    for await (const count of reopenFailed(context, row)) retried += count
  } finally {
    // Those before a chunk that failed go on all the same, so that is on record.
    if (retried > 0) await untilAnswered(() => audit(context.pool, row.workspace_id, by, 'fan-out.retry-failed', publicId('fan', row.id), { runs: retried }))
  }
  if (retried === 0) throw new FanwiseError('conflict', 'None of its runs has failed.', { fix: 'Look at the runs that are still open.' })
  context.changed(row.workspace_id, row.id, row.run_id)
  return retried
}

/** Chunk by chunk; how many of each. */
async function* reopenFailed(context: FanOutContext, row: FanOutRow): AsyncGenerator<number> {
  for (const range of rangesOf(row)) {
    let { behind } = emittedRange(range.from)
    for (;;) {
      const { rows } = await context.pool.query<{ run: string; version: number; event_id: string; name: string; data: unknown; ts: number; v: string | null }>({ ...fanOutFailed, values: [row.workspace_id, behind, range.to] })
      if (rows.length === 0) break
      behind = rows.at(-1)!.run
      const plan = emptyPlan()
      for (const failed of rows) {
        const routed = await routeAgain(context.routes, row.workspace_id, range.functionId, failed.version, 'A function of this fan-out is not published any more.')
        const event = { id: failed.event_id, name: failed.name, data: failed.data, ts: failed.ts, ...(failed.v === null ? {} : { v: failed.v }) }
        plan.runs.push({ ...planAgain(routed, row.workspace_id, failed.version, event), runId: failed.run })
      }
      await context.lanes.ensure(context.pool, plan.runs)
      const answer = await context.pool.query<{ n: number }>({ ...fanOutReopen, values: [row.workspace_id, row.id, uuids(plan.runs.map((run) => run.runId)), uuids(plan.runs.map((run) => run.laneId)), keyLists(plan.runs)] })
      context.woken([])
      yield answer.rows[0]!.n
    }
  }
}

const limitMax = 100_000

async function setLimit(context: FanOutContext, row: FanOutRow, by: Actor, limit: number | null, slug: string | undefined, routesChanged: (workspaceId: string) => void): Promise<{ function: string; limit: number }> {
  if (limit !== null && (!Number.isInteger(limit) || limit < 1 || limit > limitMax)) {
    throw new FanwiseError('bad_request', `A limit is a whole number from 1 to ${limitMax.toLocaleString('en')}.`, { field: 'limit', fix: 'Pause the fan-out to let nothing run.' })
  }
  const target = await limitTarget(context, row, slug)
  const drawn = target.drawn
  if (drawn === null) throw new FanwiseError('conflict', `${target.slug} has no concurrency limit of its own that could be changed.`, { field: 'function', fix: 'Give it one in its settings and publish; from then on it can be changed here.' })
  await inTransaction(context.pool, async (client) => {
    await client.query({ ...limitOverride, values: [row.workspace_id, target.id, limit, drawn] })
    await audit(client, row.workspace_id, by, 'fan-out.limit', publicId('fan', row.id), { function: target.slug, limit: limit ?? drawn, before: target.override ?? drawn, drawn })
  })
  routesChanged(row.workspace_id)
  context.woken([])
  context.changed(row.workspace_id, row.id, row.run_id)
  return { function: target.slug, limit: limit ?? drawn }
}

async function limitTarget(context: FanOutContext, row: FanOutRow, slug: string | undefined): Promise<{ id: string; slug: string; drawn: number | null; override: number | null }> {
  const { rows } = await context.pool.query<{ id: string; slug: string; limit_override: number | null; definition: FunctionDefinition | null }>({
    name: 'limit-target',
    text: `select f.id::text as id, f.slug, f.limit_override, v.definition from function f
      left join function_version v on v.workspace_id = f.workspace_id and v.function_id = f.id and v.version = f.current_version
      where f.workspace_id = $1 and f.id = any($2::uuid[]) order by f.slug`,
    values: [row.workspace_id, row.targets],
  })
  const found = slug === undefined ? rows : rows.filter((one) => one.slug === slug)
  if (found.length === 0) throw new FanwiseError('not_found', slug === undefined ? 'This fan-out has started no function yet.' : `This fan-out starts no function ${slug}.`, { field: 'function', fix: 'Choose one of its functions.' })
  if (found.length > 1) throw new FanwiseError('bad_request', `This fan-out starts ${found.length} functions.`, { field: 'function', fix: `Say which: ${found.map((one) => one.slug).join(', ')}.` })
  const { id, slug: name, limit_override: override, definition } = found[0]!
  return { id, slug: name, override, drawn: definition?.concurrency?.scope === 'workspace' ? null : (definition?.concurrency?.limit ?? null) }
}
