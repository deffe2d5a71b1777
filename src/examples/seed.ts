/** Puts the examples into a workspace, published. Run again, it adds only what was never there. */
import { examples } from '#examples/list.ts'
import { db } from '#server/db.ts'
import { createWorkflow } from '#server/workflows/import.ts'
import { publish } from '#server/workflows/publish.ts'

export async function seedExamples(workspaceId: string, userId: string): Promise<void> {
  for (const example of examples) {
    const known = await db().workflow.findUnique({ where: { workspaceId_slug: { workspaceId, slug: example.slug } } })
    const id = known?.id ?? (await createWorkflow(workspaceId, { name: example.name, slug: example.slug, document: example.draw(), authorId: userId })).id
    // A start that died between the two is completed here; what a person unpublished or edited stays theirs.
    if (known === null || (known.publishedAt === null && known.draftRevision === 0 && known.archivedAt === null)) await publish(workspaceId, id, { authorId: userId })
  }
}
