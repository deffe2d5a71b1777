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

export async function readProgress(pool: pg.Pool, workspaceId: string, id: string): Promise<FanOutProgress> {
  const { rows } = await pool.query<FoundRow>({ ...fanOutFind, values: [workspaceId, id] })
  const row = rows[0]
  if (row === undefined) throw new FanwiseError('not_found', `There is no fan-out ${publicId('fan', id)} in this workspace.`, { fix: 'Look in the list of fan-outs.' })
  const open = Math.max(0, row.runs - endedOf(row))
  const ranges = rangesOf(row)
  const held = open === 0 ? 0 : (await pool.query<{ running: number }>({
    ...fanOutRunning, values: [workspaceId, uuids(ranges.map((range) => range.from)), uuids(ranges.map((range) => range.to))],
  })).rows[0]!.running
  const running = Math.min(open, held)
  return progressOf(row, running, open)
}

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
