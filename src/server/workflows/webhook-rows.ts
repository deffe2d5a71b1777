/**
 * The addresses of a workflow's webhook nodes, kept as rows so that a webhook answers as soon as it is drawn. What is
 * published goes on as it was published until the next publish, whatever becomes of it in the draft. An address that
 * another workflow holds is left to it: an import gets new ones.
 */
import { webhookSources, type WebhookSource } from '#graph/compile/sources.ts'
import type { GraphDocument } from '#graph/document.ts'
import type { Transaction } from '#server/db.ts'
import { storedDocument } from '#server/workflows/find-workflow.ts'

/** After a change of the draft, and after a publish. */
export async function storeWebhooks(tx: Transaction, workspaceId: string, workflowId: string, draft: GraphDocument): Promise<void> {
  const { published } = await tx.workflow.findUniqueOrThrow({ where: { workspaceId_id: { workspaceId, id: workflowId } }, select: { published: true } })
  const sources = answering(draft, published === null ? null : storedDocument(published))
  const kept = sources.map((source) => source.hookId)
  await tx.webhookSource.deleteMany({ where: { workspaceId, workflowId, id: { notIn: kept } } })
  for (const source of sources) {
    const row = { nodeId: source.nodeId, name: source.name, eventName: source.event, dedupePath: source.dedupePath ?? null }
    const { count } = await tx.webhookSource.updateMany({ where: { id: source.hookId, workspaceId, workflowId }, data: row })
    if (count === 0) await tx.webhookSource.createMany({ data: [{ id: source.hookId, workspaceId, workflowId, ...row }], skipDuplicates: true })
  }
}

/** One that was published without an event starts nothing that could be kept: it is as the draft has it. */
function answering(draft: GraphDocument, published: GraphDocument | null): WebhookSource[] {
  const live = published === null ? [] : webhookSources(published).filter((source) => source.event !== null)
  const ids = new Set(live.map((source) => source.hookId))
  return [...live, ...webhookSources(draft).filter((source) => !ids.has(source.hookId))]
}

/** True when the two drawings give their webhooks different rows. */
export function webhooksDiffer(before: GraphDocument, after: GraphDocument): boolean {
  return JSON.stringify(webhookSources(before)) !== JSON.stringify(webhookSources(after))
}
