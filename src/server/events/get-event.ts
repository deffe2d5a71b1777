/** One event: payload, origin, and the runs it started. */
import type pg from 'pg'
import { FanwiseError } from '#base/errors.ts'
import { parsePublicId, publicId } from '#base/ids.ts'
import type { Json } from '#base/json.ts'
import { noRuns, outcomesOf, type RunOutcomes } from '#server/events/list-events.ts'
import { loadRuns, type RunSummary } from '#server/runs/run-row.ts'

export interface EventDetail {
  id: string
  name: string
  data: Json
  ts: number
  v: string | null
  /** The id the sender gave. */
  clientId: string | null
  source: string
  sourceRef: string | null
  /** The run whose emit step sent it. */
  emittedBy: string | null
  receivedAt: string
  outcomes: RunOutcomes
  /** Newest 200: those it began, and those that took it together with other events. */
  runs: RunSummary[]
  /** Of these runs, those that took other events too (a batch, a debounce), with how many in all. */
  joined: { run: string; events: number }[]
}

interface Row {
  id: string
  name: string
  data: string
  ts: string
  v: string | null
  client_id: string | null
  source: string
  source_ref: string | null
  emit_run_id: string | null
  received_ms: number
}

/** Throws not_found. `id` is the public id. */
export async function getEvent(pool: pg.Pool, workspaceId: string, id: string): Promise<EventDetail> {
  const uuid = parsePublicId('evt', id)
  const { rows } = await pool.query<Row>({
    text: `select id, name, data::text as data, ts::text as ts, v, client_id, source, source_ref, emit_run_id,
        (extract(epoch from received_at) * 1000)::float8 as received_ms
      from event where workspace_id = $1 and id = $2`,
    values: [workspaceId, uuid],
  })
  const row = rows[0]
  if (row === undefined) throw new FanwiseError('not_found', `There is no event ${id} in this workspace.`, { fix: 'Look in the list of events.' })
  const found = await pool.query<{ id: string }>({
    text: `select id from run where workspace_id = $1 and event_id = $2
      union select run_id from run_event where workspace_id = $1 and event_id = $2 order by id desc limit 200`,
    values: [workspaceId, row.id],
  })
  const [runs, outcomes, joined] = await Promise.all([
    loadRuns(pool, workspaceId, found.rows.map((one) => one.id)),
    outcomesOf(pool, workspaceId, [row.id]),
    pool.query<{ run: string; events: number }>({
      text: `select run_id::text as run, count(*)::int as events from run_event
        where workspace_id = $1 and run_id in (select run_id from run_event where workspace_id = $1 and event_id = $2) group by run_id having count(*) > 1 limit 200`,
      values: [workspaceId, row.id],
    }),
  ])
  return {
    id: publicId('evt', row.id), name: row.name, data: JSON.parse(row.data) as Json, ts: Number(row.ts), v: row.v, clientId: row.client_id,
    source: row.source, sourceRef: row.source_ref, emittedBy: row.emit_run_id === null ? null : publicId('run', row.emit_run_id),
    receivedAt: new Date(row.received_ms).toISOString(), outcomes: outcomes.get(row.id) ?? noRuns(), runs,
    joined: joined.rows.map(({ run, events }) => ({ run: publicId('run', run), events })),
  }
}
