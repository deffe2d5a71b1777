/**
 * Whole drafts kept for 30 days, so that there is a way back from any edit: after every five
 * minutes of activity, before edits that change much at once, with each publish and each test.
 */
import type { GraphDocument } from '#graph/document.ts'
import type { Transaction } from '#server/db.ts'
import type { Prisma } from '#server/generated/client.ts'

export const snapshotDays = 30
const quietMs = 5 * 60_000

/** Edits that change much at once, by the label the editor gives them. */
const largeEdits: [RegExp, string][] = [
  [/^(paste|insert|duplicate)\b/i, 'before paste'],
  [/^(tidy|layout|arrange)\b/i, 'before layout'],
  [/^restore\b/i, 'before restore'],
  [/^(discard|back to)\b/i, 'before discard'],
  [/^import\b/i, 'before import'],
]

/** Why the draft before an edit with this label is kept; null when it need not be. */
export function reasonBefore(label: string): string | null {
  return largeEdits.find(([pattern]) => pattern.test(label))?.[1] ?? null
}

/** Under the lock of the workflow's row, before the edit is stored. */
export async function keepBeforeActivity(tx: Transaction, workspaceId: string, workflowId: string, draft: { document: GraphDocument; revision: number }): Promise<void> {
  const last = await tx.workflowSnapshot.findFirst({ where: { workspaceId, workflowId }, orderBy: { at: 'desc' }, select: { at: true, revision: true } })
  if (last !== null && (last.revision === draft.revision || Date.now() - last.at.getTime() < quietMs)) return
  const { updatedAt } = await tx.workflow.findUniqueOrThrow({ where: { workspaceId_id: { workspaceId, id: workflowId } }, select: { updatedAt: true } })
  await keepSnapshots(tx, [{ ...snapshotOf(workspaceId, workflowId, draft, 'autosave', null), at: updatedAt }])
}

export function snapshotOf(
  workspaceId: string, workflowId: string, draft: { document: GraphDocument; revision: number }, reason: string, authorId: string | null,
): Prisma.WorkflowSnapshotCreateManyInput {
  return { workspaceId, workflowId, revision: draft.revision, reason, document: draft.document as unknown as Prisma.InputJsonValue, authorId }
}

/** Adds them and lets go of what is past its time. What was published is kept. */
export async function keepSnapshots(tx: Transaction, snapshots: Prisma.WorkflowSnapshotCreateManyInput[]): Promise<void> {
  const first = snapshots[0]
  if (first === undefined) return
  await tx.workflowSnapshot.createMany({ data: snapshots, skipDuplicates: true })
  await tx.$executeRaw`delete from workflow_snapshot where workspace_id = ${first.workspaceId}::uuid and workflow_id = ${first.workflowId}::uuid
    and at < now() - make_interval(days => ${snapshotDays}) and reason not like 'publish%'`
}
