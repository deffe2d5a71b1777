/** The way back: what a draft was in the last 30 days, and making it that again as one ordinary edit. */
import { FanwiseError } from '#base/errors.ts'
import type { GraphDocument } from '#graph/document.ts'
import { db } from '#server/db.ts'
import { storedDocument, workflowNotFound } from '#server/workflows/find-workflow.ts'
import { replaceDraft } from '#server/workflows/save-draft.ts'
import { snapshotDays } from '#server/workflows/snapshots.ts'
import { tellEngine } from '#server/workflows/tell-engine.ts'

export interface HistoryEntry {
  revision: number
  /** `autosave`, `publish v3`, `test`, or `before paste` and the like. */
  reason: string
  at: string
  /** Who made the edit that led to it; null when nobody is known. */
  author: string | null
  /** Why it was published, in the author's words. */
  note: string | null
  counts: { events: number; functions: number; steps: number }
}

interface Row {
  revision: number
  reason: string
  at: Date
  author: string | null
  note: string | null
  events: number
  functions: number
  steps: number
}

const entriesMost = 200

/**
 * Newest first, one entry a revision: published (all of them, for good) before kept for 30 days by the way, before tested.
 * Only the drawings that are listed are opened: there may be thousands.
 */
export async function listHistory(workspaceId: string, workflowId: string): Promise<HistoryEntry[]> {
  const rows = await db().$queryRaw<Row[]>`
    with kept as materialized (
      select * from (
        select distinct on (s.revision, case when s.reason like 'publish%' then s.reason end) s.revision, s.reason, s.at, s.note, coalesce(u.name, u.email) as author
        from workflow_snapshot s
        left join workflow_operation o on o.workspace_id = s.workspace_id and o.workflow_id = s.workflow_id and o.revision = s.revision
        left join user_account u on u.id = case when s.reason like 'publish%' then coalesce(s.author_id, o.author_id) else coalesce(o.author_id, s.author_id) end
        where s.workspace_id = ${workspaceId}::uuid and s.workflow_id = ${workflowId}::uuid and (s.at > now() - make_interval(days => ${snapshotDays}) or s.reason like 'publish%')
          and (s.reason like 'publish%' or not exists (select 1 from workflow_snapshot p where p.workspace_id = s.workspace_id and p.workflow_id = s.workflow_id and p.revision = s.revision and p.reason like 'publish%'))
        order by s.revision desc, case when s.reason like 'publish%' then s.reason end, case when s.reason like 'before%' then 1 when s.reason = 'test' then 2 else 3 end
      ) one order by revision desc, at desc limit ${entriesMost}
    )
    select kept.*, drawn.* from kept
    join workflow_snapshot s on s.workspace_id = ${workspaceId}::uuid and s.workflow_id = ${workflowId}::uuid and s.revision = kept.revision and s.reason = kept.reason
    cross join lateral (
      select count(*) filter (where n.value->>'type' = 'event')::int as events, count(*) filter (where n.value->>'type' = 'function')::int as functions,
        count(*) filter (where n.value->>'type' = 'step')::int as steps
      from jsonb_each(s.document->'nodes') n
    ) drawn
    order by kept.revision desc, kept.at desc`
  return rows.map(({ revision, reason, at, author, note, ...counts }) => ({ revision, reason, at: at.toISOString(), author, note, counts }))
}

export interface SnapshotRef {
  revision: number
  reason: string
}

/** The drawing of an entry. Throws not_found when its time is over. */
export async function readSnapshot(workspaceId: string, workflowId: string, { revision, reason }: SnapshotRef): Promise<{ document: GraphDocument; at: Date }> {
  const row = await db().workflowSnapshot.findUnique({ where: { workspaceId_workflowId_revision_reason: { workspaceId, workflowId, revision, reason } } })
  if (row === null) throw new FanwiseError('not_found', 'This version is not kept any more.', { fix: `Versions are kept for ${snapshotDays} days. Choose another one.` })
  return { document: storedDocument(row.document), at: row.at }
}

/** Makes the draft what it was, as one edit that others see and anybody can undo. */
export async function restore(workspaceId: string, workflowId: string, ref: SnapshotRef, authorId: string | null): Promise<{ revision: number }> {
  const { document, at } = await readSnapshot(workspaceId, workflowId, ref)
  return become(workspaceId, workflowId, document, `Restore version of ${at.toISOString().slice(0, 16).replace('T', ' ')} UTC`, authorId)
}

/** Makes the draft what was published last, the same way. Without a publish there is nothing to go back to. */
export async function discardDraft(workspaceId: string, workflowId: string, authorId: string | null): Promise<{ revision: number }> {
  const row = await db().workflow.findFirst({ where: { workspaceId, id: workflowId, archivedAt: null }, select: { published: true } })
  if (row === null) throw workflowNotFound(workflowId)
  if (row.published === null) throw new FanwiseError('conflict', 'This workflow was never published, so there is no version to go back to.', { fix: 'Choose an earlier state in its history.' })
  return become(workspaceId, workflowId, storedDocument(row.published), 'Discard draft', authorId)
}

async function become(workspaceId: string, workflowId: string, document: GraphDocument, label: string, authorId: string | null): Promise<{ revision: number }> {
  const revision = await db().$transaction((tx) => replaceDraft(tx, workspaceId, workflowId, document, label, authorId), { timeout: 20_000 })
  tellEngine((engine) => engine.live.workflowChanged(workspaceId, workflowId))
  return { revision }
}
