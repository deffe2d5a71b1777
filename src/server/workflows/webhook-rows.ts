/**
 * The addresses of a draft's webhook nodes, kept as rows so that a webhook answers as soon as it
 * is drawn. An address that another workflow holds is left to it: an import gets new ones.
 */
import { webhookSources } from '#graph/compile/sources.ts'
import type { GraphDocument } from '#graph/document.ts'
import type { Transaction } from '#server/db.ts'

export async function storeWebhooks(tx: Transaction, workspaceId: string, workflowId: string, document: GraphDocument): Promise<void> {
  const sources = webhookSources(document)
  const kept = sources.map((source) => source.hookId)
  await tx.webhookSource.deleteMany({ where: { workspaceId, workflowId, id: { notIn: kept } } })
  for (const source of sources) {
    const row = { nodeId: source.nodeId, name: source.name, eventName: source.event, dedupePath: source.dedupePath ?? null }
    const { count } = await tx.webhookSource.updateMany({ where: { id: source.hookId, workspaceId, workflowId }, data: row })
    if (count === 0) await tx.webhookSource.createMany({ data: [{ id: source.hookId, workspaceId, workflowId, ...row }], skipDuplicates: true })
  }
}

/** True when the two drawings give their webhooks different rows. */
export function webhooksDiffer(before: GraphDocument, after: GraphDocument): boolean {
  return JSON.stringify(webhookSources(before)) !== JSON.stringify(webhookSources(after))
}
