/** The events that a run took: the one that began it, or all that a batch or a debounce collected. */
import type pg from 'pg'
import { FanwiseError } from '#base/errors.ts'
import { publicId } from '#base/ids.ts'
import type { Page } from '#server/page.ts'

export interface RunEvent {
  id: string
  name: string
  /** The sender's time, ms. */
  ts: number
  receivedAt: string
}

interface Row {
  n: number
  id: string
  name: string
  ts: string
  received_ms: number
}

const columns = `e.id::text as id, e.name, e.ts::text as ts, (extract(epoch from e.received_at) * 1000)::float8 as received_ms`

/** In the order they came, which is that of `events` in its steps. Throws bad_request when the cursor is not one of this list. */
export async function listRunEvents(pool: pg.Pool, workspaceId: string, runId: string, page: { cursor?: string | undefined; limit: number }): Promise<Page<RunEvent>> {
  const after = placeOf(page.cursor)
  const { rows } = await pool.query<Row>({
    name: 'run-events',
    text: `select x.n, ${columns} from run_event x join event e on e.workspace_id = x.workspace_id and e.id = x.event_id
      where x.workspace_id = $1 and x.run_id = $2 and x.n > $3 order by x.n limit $4`,
    values: [workspaceId, runId, after, page.limit + 1],
  })
  if (rows.length === 0 && after < 0) return ownEvent(pool, workspaceId, runId)
  const data = rows.slice(0, page.limit)
  return { data: data.map(shown), nextCursor: rows.length > page.limit ? String(data.at(-1)!.n) : null }
}

/** Of a run that neither collects nor debounces. */
async function ownEvent(pool: pg.Pool, workspaceId: string, runId: string): Promise<Page<RunEvent>> {
  const { rows } = await pool.query<Row>({
    name: 'run-event',
    text: `select 0 as n, ${columns} from run r join event e on e.workspace_id = r.workspace_id and e.id = r.event_id where r.workspace_id = $1 and r.id = $2`,
    values: [workspaceId, runId],
  })
  return { data: rows.map(shown), nextCursor: null }
}

function shown(row: Row): RunEvent {
  return { id: publicId('evt', row.id), name: row.name, ts: Number(row.ts), receivedAt: new Date(row.received_ms).toISOString() }
}

function placeOf(cursor: string | undefined): number {
  if (cursor === undefined || cursor === '') return -1
  if (/^\d{1,9}$/.test(cursor)) return Number(cursor)
  throw new FanwiseError('bad_request', 'The cursor is not one of this list.', { field: 'cursor', fix: 'Use `nextCursor` of the previous answer, or leave it out.' })
}
