/** A workflow that begins as a template of the gallery: a draft of its own, which nothing starts before it is published. */
import { FanwiseError } from '#base/errors.ts'
import { fromTemplate, templates } from '#examples/templates/list.ts'
import type { Actor } from '#server/audit/record.ts'
import { db } from '#server/db.ts'
import type { WorkflowRef } from '#server/workflows/find-workflow.ts'
import { createWorkflow } from '#server/workflows/import.ts'

export interface FromTemplate {
  name: string
  /** Slug of the template. */
  template: string
  authorId: string | null
  by?: Actor
}

export async function createFromTemplate(workspaceId: string, { name, template: slug, authorId, by }: FromTemplate): Promise<WorkflowRef> {
  const template = templates.find((one) => one.slug === slug)
  if (template === undefined) throw new FanwiseError('not_found', `There is no template "${slug}".`, { field: 'template', fix: 'Choose one of the gallery.' })
  return createWorkflow(workspaceId, { name: name.trim() === '' ? template.name : name, document: fromTemplate(template, await takenSlugs(workspaceId)), authorId, by })
}

/** Of functions that are live, and of those that other drafts draw. */
export async function takenSlugs(workspaceId: string): Promise<string[]> {
  const rows = await db().$queryRaw<{ slug: string }[]>`
    select slug from function where workspace_id = ${workspaceId}::uuid
    union select n.value->>'slug' from workflow w, jsonb_each(w.draft->'nodes') n
    where w.workspace_id = ${workspaceId}::uuid and w.archived_at is null and n.value->>'type' = 'function' and n.value->>'slug' is not null`
  return rows.map((row) => row.slug)
}
