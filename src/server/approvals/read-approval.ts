/** What a person sees of an approval, and the list of those that wait. */
import type pg from 'pg'
import { publicId } from '#base/ids.ts'
import type { Decision } from '#engine/end-of-wait.ts'
import type { ApprovalPlace } from '#server/approvals/link.ts'

export type ApprovalState = 'open' | 'approved' | 'rejected' | 'late' | 'unasked' | 'over'

export interface ApprovalView {
  state: ApprovalState
  title: string
  message: string
  workflow: string | null
  function: string
  workspace: string
  /** Public id. */
  run: string
  expiresAt: string | null
  decision: { by: string | null; comment: string; at: string } | null
}

interface Row {
  asked: { title?: string; message?: string } | null
  resolved: boolean | null
  result: Decision | null
  late: boolean | null
  port: string | null
  run_open: boolean
  slug: string
  workflow: string | null
  workspace: string
  expires_at: Date | null
}

/** Null when the run is not kept any more. `unasked`: not yet; `over`: the run ended before it asked, or while it did. */
export async function readApproval(pool: pg.Pool, place: ApprovalPlace): Promise<ApprovalView | null> {
  const { rows } = await pool.query<Row>({
    name: 'approval-read',
    text: `select coalesce(w.input, s.input) as asked, w.resolved_at is not null as resolved, w.result, w.expires_at <= clock_timestamp() as late,
        s.port, j.run_id is not null as run_open, f.slug, wf.name as workflow, ws.name as workspace, w.expires_at
      from run r
      join workspace ws on ws.id = r.workspace_id and ws.deleted_at is null
      join function f on f.workspace_id = r.workspace_id and f.id = r.function_id
      left join workflow wf on wf.workspace_id = f.workspace_id and wf.id = f.workflow_id
      left join job j on j.workspace_id = r.workspace_id and j.run_id = r.id
      left join wait w on w.workspace_id = r.workspace_id and w.run_id = r.id and w.step = $3 and w.kind = 'approval'
      left join step s on s.workspace_id = r.workspace_id and s.run_id = r.id and s.step = $3
      where r.workspace_id = $1 and r.id = $2`,
    values: [place.workspaceId, place.runId, place.step],
  })
  const row = rows[0]
  if (row === undefined) return null
  return {
    state: stateOf(row), title: row.asked?.title ?? '', message: row.asked?.message ?? '', workflow: row.workflow, function: row.slug, workspace: row.workspace,
    run: publicId('run', place.runId), expiresAt: row.expires_at?.toISOString() ?? null,
    decision: row.result === null ? null : { by: row.result.by, comment: row.result.comment, at: row.result.at },
  }
}

function stateOf(row: Row): ApprovalState {
  if (row.result !== null) return row.result.decision
  if (row.port === 'timeout') return 'late'
  if (!row.run_open) return 'over'
  if (row.asked === null) return 'unasked'
  return row.late === true ? 'late' : 'open'
}

export interface WaitingApproval {
  /** Public id. */
  run: string
  step: string
  title: string
  message: string
  function: string
  workflow: string | null
  askedAt: string
  expiresAt: string | null
}

/** Those that wait for a person, the oldest first. */
export async function listApprovals(pool: pg.Pool, workspaceId: string, limit = 50): Promise<WaitingApproval[]> {
  const { rows } = await pool.query<{ run: string; step: string; asked: { title: string; message: string }; slug: string; workflow: string | null; created_at: Date; expires_at: Date | null }>({
    name: 'approvals-waiting',
    text: `select w.run_id::text as run, w.step, w.input as asked, f.slug, wf.name as workflow, w.created_at, w.expires_at
      from wait w
      join run r on r.workspace_id = w.workspace_id and r.id = w.run_id and r.status = 0
      join function f on f.workspace_id = r.workspace_id and f.id = r.function_id
      left join workflow wf on wf.workspace_id = f.workspace_id and wf.id = f.workflow_id
      where w.workspace_id = $1 and w.kind = 'approval' and w.resolved_at is null and (w.expires_at is null or w.expires_at > clock_timestamp())
      order by w.created_at limit $2`,
    values: [workspaceId, limit],
  })
  return rows.map((row) => ({
    run: publicId('run', row.run), step: row.step, title: row.asked.title, message: row.asked.message, function: row.slug, workflow: row.workflow,
    askedAt: row.created_at.toISOString(), expiresAt: row.expires_at?.toISOString() ?? null,
  }))
}
