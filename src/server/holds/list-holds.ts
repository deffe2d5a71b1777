/** What is held in a workspace, and how many runs rest there. */
import type pg from 'pg'

export interface HoldSummary {
  id: string
  kind: 'function' | 'fan-out' | 'service'
  target: string
  reason: string | null
  auto: boolean
  by: string | null
  since: string
  /** When the breaker tries again. */
  until: string | null
  /** It is being let go. */
  resuming: boolean
  /** Held runs, counted to 10,000. */
  held: number
}

export async function listHolds(pool: pg.Pool, workspaceId: string): Promise<HoldSummary[]> {
  const { rows } = await pool.query<{ id: string; kind: HoldSummary['kind']; target: string; reason: string | null; auto: boolean; by_name: string | null; since: Date; until: Date | null; ramp: number | null; held: number }>({
    name: 'hold-list',
    text: `select h.id::text, h.kind, h.target, h.reason, h.auto, coalesce(u.name, u.email, 'the API key ' || k.name) as by_name, h.since, h.until, h.ramp,
        (select count(*)::int from (select 1 from job j where j.workspace_id = h.workspace_id and j.hold_id = h.id and j.state = 'h' limit 10000) c) as held
      from hold h left join user_account u on u.id = h.by left join api_key k on k.workspace_id = h.workspace_id and k.id = h.by where h.workspace_id = $1 order by h.since desc`,
    values: [workspaceId],
  })
  return rows.map((row) => ({
    id: row.id, kind: row.kind, target: row.target, reason: row.reason, auto: row.auto, by: row.by_name,
    since: row.since.toISOString(), until: row.ramp !== null && row.ramp > 0 ? null : (row.until?.toISOString() ?? null), resuming: row.ramp !== null && row.ramp > 0, held: row.held,
  }))
}

/** A published function's id by slug; null when there is none. */
export async function functionBySlug(pool: pg.Pool, workspaceId: string, slug: string): Promise<{ id: string; slug: string } | null> {
  const { rows } = await pool.query<{ id: string }>({ name: 'function-by-slug', text: 'select id::text from function where workspace_id = $1 and slug = $2', values: [workspaceId, slug] })
  return rows[0] === undefined ? null : { id: rows[0].id, slug }
}
