/** Reading workflows. A workspace's rows only: every question carries its id. */
import { FanwiseError } from '#base/errors.ts'
import { isStorableText } from '#base/storable-text.ts'
import type { GraphDocument } from '#graph/document.ts'
import { emptyDocument } from '#graph/document.ts'
import { readDocument } from '#graph/operations.ts'
import { db, type Transaction } from '#server/db.ts'

export interface WorkflowRef {
  id: string
  slug: string
  name: string
}

/** Throws not_found for an unknown or archived one. */
export async function findWorkflow(workspaceId: string, slug: string, within: Transaction | ReturnType<typeof db> = db()) {
  // No workflow has a name that no database takes.
  const row = isStorableText(slug) ? await within.workflow.findFirst({ where: { workspaceId, slug, archivedAt: null } }) : null
  if (row === null) throw workflowNotFound(slug)
  return row
}

export function workflowNotFound(slug: string): FanwiseError {
  return new FanwiseError('not_found', `There is no workflow "${slug}" in this workspace.`, { field: 'slug', fix: 'Look in the list of workflows.' })
}

/** A stored drawing. Written only through operations, so it is one; an unreadable one is shown empty rather than breaking the page. */
export function storedDocument(value: unknown): GraphDocument {
  return readDocument(value) ?? emptyDocument()
}

export interface WorkflowSummary {
  slug: string
  name: string
  updatedAt: string
  /** Null before the first publish. */
  publishedAt: string | null
  publishedVersion: number
  /** The draft has edits that are not published. */
  draftChanged: boolean
  functions: string[]
  /** What is drawn, for thumbnails. */
  document: GraphDocument
}

/** Newest edit first. */
export async function listWorkflows(workspaceId: string): Promise<WorkflowSummary[]> {
  const [rows, functions] = await Promise.all([
    db().workflow.findMany({ where: { workspaceId, archivedAt: null }, orderBy: [{ createdAt: 'asc' }, { slug: 'asc' }] }),
    db().function.findMany({ where: { workspaceId, archivedAt: null, currentVersion: { not: null } }, orderBy: { slug: 'asc' }, select: { slug: true, workflowId: true } }),
  ])
  return rows.map((row) => ({
    slug: row.slug, name: row.name, updatedAt: row.updatedAt.toISOString(),
    publishedAt: row.publishedAt?.toISOString() ?? null, publishedVersion: row.publishedVersion,
    draftChanged: row.publishedRevision !== row.draftRevision,
    functions: functions.filter((one) => one.workflowId === row.id).map((one) => one.slug),
    document: storedDocument(row.draft),
  }))
}
