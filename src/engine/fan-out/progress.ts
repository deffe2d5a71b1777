/**
 * How far a fan-out is: counts that are kept anyway, and a bounded look at what workers hold. The same cost
 * for ten children and for a million.
 */
import type pg from 'pg'
import { FanwiseError } from '#base/errors.ts'
import { publicId } from '#base/ids.ts'
import { endedOf, rangesOf, type FanOutRow, type FanOutState } from '#engine/fan-out/row.ts'
import { perSecond } from '#engine/fan-out/rate.ts'
import { fanOutFind, fanOutRunning } from '#engine/sql/fan-out.ts'
import { uuids } from '#engine/sql/arrays.ts'

export interface FanOutProgress {
  id: string
  runId: string
  step: string
  functionId: string
  targetIds: string[]
  event: string
  state: FanOutState
  reason: string | null
  /** Negative for a test of a draft. */
  version: number | null
  total: number
  sent: number
  runs: number
  skipped: number
  done: number
  failed: number
  cancelled: number
  /** With workers: executing, or taken to be next. Exact to some of the latter. */
  running: number
  waiting: number
  canary: number | null
  stopShare: number | null
  /** Runs that ended a second, lately. */
  rate: number
  /** Null when it cannot be said: nothing ends, or it rests. */
  leftMs: number | null
  startedAt: string
  settledAt: string | null
}

interface FoundRow extends FanOutRow {
  reason: string | null
  event_name: string
  function_id: string
  started_ms: number
  settled_ms: number | null
  version: number | null
}

/** @throws not_found */
export async function readProgress(pool: pg.Pool, workspaceId: string, id: string): Promise<FanOutProgress> {
  const found = (await readProgressOf(pool, workspaceId, [id]))[0]
  if (found === undefined) throw new FanwiseError('not_found', `There is no fan-out ${publicId('fan', id)} in this workspace.`, { fix: 'Look in the list of fan-outs.' })
  return found
}

/** In the order of `ids`, with two statements for any number of them; those that are not there any more are left out. */
export async function readProgressOf(pool: pg.Pool, workspaceId: string, ids: string[]): Promise<FanOutProgress[]> {
  if (ids.length === 0) return []
  const { rows } = await pool.query<FoundRow>({ ...fanOutFind, values: [workspaceId, uuids(ids)] })
  const ranges = rows.filter((row) => openOf(row) > 0).flatMap((row) => rangesOf(row).map(({ from, to }) => ({ id: row.id, from, to })))
  const held = ranges.length === 0 ? [] : (await pool.query<{ id: string; running: number }>({
    ...fanOutRunning, values: [workspaceId, uuids(ranges.map((range) => range.id)), uuids(ranges.map((range) => range.from)), uuids(ranges.map((range) => range.to))],
  })).rows
  const running = new Map(held.map((one) => [one.id, one.running]))
  const found = new Map(rows.map((row) => [row.id, row]))
  return ids.flatMap((id) => found.get(id) ?? []).map((row) => progressOf(row, Math.min(openOf(row), running.get(row.id) ?? 0), openOf(row)))
}

const openOf = (row: FoundRow): number => Math.max(0, row.runs - endedOf(row))

function progressOf(row: FoundRow, running: number, open: number): FanOutProgress {
  const going = row.state === 'emitting' || row.state === 'running' || row.state === 'canary'
  const rate = open === 0 ? 0 : perSecond(row.id, endedOf(row), row.started_ms)
  // While items are still being sent, so many runs follow as their share so far says.
  const expected = row.items === 0 ? row.runs : Math.round((row.runs / row.items) * row.total)
  const left = Math.max(open, expected - endedOf(row))
  return {
    id: row.id, runId: row.run_id, step: row.step, functionId: row.function_id, targetIds: row.targets, event: row.event_name,
    state: row.state, reason: row.reason, version: row.version, total: row.total, sent: row.items, runs: row.runs, skipped: row.skipped,
    done: row.done, failed: row.failed, cancelled: row.cancelled, running, waiting: open - running,
    canary: row.canary, stopShare: row.stop_share, rate,
    leftMs: !going || rate <= 0 || left === 0 ? null : Math.round((left / rate) * 1000),
    startedAt: new Date(row.started_ms).toISOString(), settledAt: row.settled_ms === null ? null : new Date(row.settled_ms).toISOString(),
  }
}
