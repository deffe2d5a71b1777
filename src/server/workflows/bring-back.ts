/**
 * A deletion is undone: the workflow is a draft again, with its drawing, history and comments, and its webhooks answer.
 * Its functions react again once it is published.
 */
import { webhookSources } from '#graph/compile/sources.ts'
import { audit, type Actor } from '#server/audit/record.ts'
import { db } from '#server/db.ts'
import { storedDocument, workflowNotFound, type WorkflowRef } from '#server/workflows/find-workflow.ts'
import { openAgain } from '#server/workflows/import.ts'
import { tellEngine } from '#server/workflows/tell-engine.ts'

export interface BroughtBack extends WorkflowRef {
  /** Webhooks whose address another workflow took in between. */
  newAddresses: number
}

/** Those that can be brought back, the last deleted first. */
export async function deletedWorkflows(workspaceId: string): Promise<{ slug: string; name: string; deletedAt: number }[]> {
  const rows = await db().workflow.findMany({ where: { workspaceId, archivedAt: { not: null } }, select: { slug: true, name: true, archivedAt: true }, orderBy: { archivedAt: 'desc' }, take: deletedMost })
  return rows.map(({ slug, name, archivedAt }) => ({ slug, name, deletedAt: archivedAt!.getTime() }))
}

const deletedMost = 100

/** One that is there stays as it is. @throws not_found when there was never one */
export async function bringBack(workspaceId: string, slug: string, authorId: string, by: Actor): Promise<BroughtBack> {
  const back = await db().$transaction(async (tx) => {
    const row = await tx.workflow.findUnique({ where: { workspaceId_slug: { workspaceId, slug } } })
    if (row === null) throw workflowNotFound(slug)
    const { id, name } = row
    if (row.archivedAt === null) return { id, slug, name, newAddresses: 0 }
    const drawn = storedDocument(row.draft)
    const own = new Set(webhookSources(drawn).map((source) => source.hookId))
    const document = await openAgain(tx, workspaceId, id, drawn, { label: 'Undo: delete workflow', authorId })
    await audit(tx, workspaceId, by, 'workflow.bring-back', slug, { name })
    return { id, slug, name, newAddresses: webhookSources(document).filter((source) => !own.has(source.hookId)).length }
  })
  tellEngine((engine) => engine.live.workflowChanged(workspaceId, back.id))
  return back
}
