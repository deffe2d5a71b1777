/** A workflow as a file that import reads back. */
import type { GraphDocument } from '#graph/document.ts'
import { findWorkflow, storedDocument } from '#server/workflows/find-workflow.ts'

export interface ExportedWorkflow {
  slug: string
  name: string
  graph: GraphDocument
  revision: number
  /** `revision` is null when only some of the draft's functions were published. */
  published: { version: number; revision: number | null; at: string } | null
}

/** The draft; for one that never was edited after its publish that is also what runs. */
export async function exportWorkflow(workspaceId: string, slug: string): Promise<ExportedWorkflow> {
  const row = await findWorkflow(workspaceId, slug)
  return {
    slug: row.slug, name: row.name, graph: storedDocument(row.draft), revision: row.draftRevision,
    published: row.publishedAt === null ? null : { version: row.publishedVersion, revision: row.publishedRevision, at: row.publishedAt.toISOString() },
  }
}
