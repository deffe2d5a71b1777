/**
 * Ends open runs from outside: cancelled by a person, by an event, by a newer run, or for having taken too
 * long. One way for all, in the caller's transaction: the job goes (whoever executes it finds that at its
 * next commit), the run gets its end and reason, a caller that waits gets an answer, a fan-out its count.
 */
import type pg from 'pg'
import type { ErrorShape } from '#base/errors.ts'
import { fanOutOf } from '#engine/fan-out/of-job.ts'
import { emitsEnd, fanOutCancelled, runsEnd } from '#engine/sql/run-control.ts'
import { waitResolve } from '#engine/sql/wait.ts'
import { numbers, texts, uuids } from '#engine/sql/arrays.ts'

export interface RunToEnd {
  workspaceId: string
  runId: string
  reason: ErrorShape
}

export interface EndedRun {
  workspaceId: string
  runId: string
  functionId: string
  version: number
  eventId: string
  eventName: string
  reason: ErrorShape
  /** The caller that has been answered. */
  wokenRunId: string | null
}

interface Row {
  workspace_id: string
  run: string
  function_id: string
  version: number
  again: boolean
  parent_run: string | null
  parent_step: string | null
  event_id: string
  event_name: string
  event_source: string
  event_ref: string | null
  event_emit_run: string | null
}

/** Answers those that were open; whoever came first has ended the others. */
export async function endRuns(client: pg.ClientBase, runs: RunToEnd[]): Promise<EndedRun[]> {
  if (runs.length === 0) return []
  const reasons = new Map(runs.map((run) => [run.runId, run.reason]))
  const { rows } = await client.query<Row>({
    ...runsEnd,
    values: [uuids(runs.map((r) => r.workspaceId)), uuids(runs.map((r) => r.runId)), texts(runs.map((r) => JSON.stringify(r.reason)))],
  })
  if (rows.length === 0) return []
  await client.query({ ...emitsEnd, values: [uuids(rows.map((row) => row.workspace_id)), uuids(rows.map((row) => row.run))] })
  const called = rows.filter((row) => row.parent_run !== null && row.parent_step !== null)
  if (called.length > 0) {
    const results = called.map((row) => JSON.stringify({ status: 'cancelled', error: reasons.get(row.run) }))
    await client.query({ ...waitResolve, values: [uuids(called.map((r) => r.workspace_id)), uuids(called.map((r) => r.parent_run)), texts(called.map((r) => r.parent_step)), texts(results)] })
  }
  await countForFanOuts(client, rows)
  return rows.map((row) => ({
    workspaceId: row.workspace_id, runId: row.run, functionId: row.function_id, version: row.version, eventId: row.event_id, eventName: row.event_name,
    reason: reasons.get(row.run)!, wokenRunId: row.parent_step === null ? null : row.parent_run,
  }))
}

async function countForFanOuts(client: pg.ClientBase, rows: Row[]): Promise<void> {
  const counts = new Map<string, { workspaceId: string; id: string; functionId: string; n: number }>()
  for (const row of rows) {
    const id = fanOutOf(row)
    if (id === null) continue
    const key = `${id} ${row.function_id}`
    const entry = counts.get(key)
    if (entry === undefined) counts.set(key, { workspaceId: row.workspace_id, id, functionId: row.function_id, n: 1 })
    else entry.n += 1
  }
  if (counts.size === 0) return
  const all = [...counts.values()].sort((a, b) => (a.id < b.id ? -1 : 1))
  await client.query({ ...fanOutCancelled, values: [uuids(all.map((c) => c.workspaceId)), uuids(all.map((c) => c.id)), uuids(all.map((c) => c.functionId)), numbers(all.map((c) => c.n))] })
}
