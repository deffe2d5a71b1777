/** Events as the stream shows them, each with what became of its runs. */
import type pg from 'pg'
import { publicId, uuidFloor } from '#base/ids.ts'
import { runStateOf, type JobState } from '#engine/states.ts'
import { cursorUuid, toPage, type Page, type PageRequest } from '#server/page.ts'
import { tellingValue } from '#server/runs/telling-value.ts'

export interface RunOutcomes {
  total: number
  completed: number
  failed: number
  cancelled: number
  /** Flow control let them not begin. */
  skipped: number
  running: number
  /** Queued, sleeping or waiting. */
  resting: number
}

export interface EventSummary {
  id: string
  name: string
  source: string
  key: string | null
  /** Sender's clock. */
  ts: number
  receivedAt: string
  runs: RunOutcomes
}

export interface EventFilter {
  name?: string
  since?: number
}

interface Row {
  id: string
  name: string
  source: string
  ts: string
  data_start: string
  received_ms: number
}

/** Newest first. Wildcards `user/*` match a prefix. */
export async function listEvents(pool: pg.Pool, workspaceId: string, filter: EventFilter, page: PageRequest): Promise<Page<EventSummary>> {
  const prefix = filter.name?.endsWith('*') === true ? filter.name.slice(0, -1) : null
  const { rows } = await pool.query<Row>({
    text: `select id, name, source, ts::text as ts, left(data::text, 2000) as data_start, (extract(epoch from received_at) * 1000)::float8 as received_ms
      from event where workspace_id = $1 and ($3::uuid is null or id < $3) and ($4::uuid is null or id >= $4)
        and ($5::text is null or name = $5) and ($6::text is null or starts_with(name, $6))
      order by id desc limit $2`,
    values: [
      workspaceId, page.limit + 1, cursorUuid('evt', page.cursor), filter.since === undefined ? null : uuidFloor(filter.since),
      prefix === null ? (filter.name ?? null) : null, prefix,
    ],
  })
  const outcomes = await outcomesOf(pool, workspaceId, rows.slice(0, page.limit).map((row) => row.id))
  return toPage(rows.map((row) => ({
    id: publicId('evt', row.id), name: row.name, source: row.source, key: tellingValue(row.data_start), ts: Number(row.ts),
    receivedAt: new Date(row.received_ms).toISOString(), runs: outcomes.get(row.id) ?? noRuns(),
  })), page.limit)
}

export function noRuns(): RunOutcomes {
  return { total: 0, completed: 0, failed: 0, cancelled: 0, skipped: 0, running: 0, resting: 0 }
}

/** How the runs of these events stand, by event: those it began, and those that took it together with others. */
export async function outcomesOf(pool: pg.Pool, workspaceId: string, eventIds: string[]): Promise<Map<string, RunOutcomes>> {
  const outcomes = new Map<string, RunOutcomes>()
  if (eventIds.length === 0) return outcomes
  const { rows } = await pool.query<{ event_id: string; status: number; state: JobState | null; count: number }>({
    name: 'event-outcomes',
    text: `select taken.event_id, r.status, j.state, count(*)::int as count
      from (
        select event_id, id from run where workspace_id = $1 and event_id = any($2::uuid[])
        union select event_id, run_id from run_event where workspace_id = $1 and event_id = any($2::uuid[])
      ) taken
      join run r on r.workspace_id = $1 and r.id = taken.id
      left join job j on j.workspace_id = r.workspace_id and j.run_id = r.id group by taken.event_id, r.status, j.state`,
    values: [workspaceId, eventIds],
  })
  for (const row of rows) {
    let outcome = outcomes.get(row.event_id)
    if (outcome === undefined) outcomes.set(row.event_id, (outcome = noRuns()))
    const state = runStateOf(row.status, row.state)
    outcome.total += row.count
    if (state === 'completed' || state === 'failed' || state === 'cancelled' || state === 'skipped' || state === 'running') outcome[state] += row.count
    else outcome.resting += row.count
  }
  return outcomes
}
