/** What the compiler knows of a workspace's other workflows, from their published versions. */
import type { Catalog } from '#graph/compile/catalog.ts'
import type { FunctionDefinition } from '#graph/definition.ts'
import type { GraphDocument } from '#graph/document.ts'
import { namesIn } from '#graph/links.ts'
import { knownValues } from '#server/connections/known-values.ts'
import { db, type Transaction } from '#server/db.ts'
import { eventNamesOf, eventSamples } from '#server/events/samples.ts'

interface Row {
  slug: string
  workflow: string
  definition: FunctionDefinition
}

/** With `document`, also the last real events of the names in it. */
export async function loadCatalog(workspaceId: string, exceptWorkflowId: string | null, document: GraphDocument | null = null, within: Transaction | ReturnType<typeof db> = db()): Promise<Catalog> {
  const rows = await within.$queryRaw<Row[]>`
    select f.slug, w.slug as workflow, v.definition
    from function f
    join function_version v on v.workspace_id = f.workspace_id and v.function_id = f.id and v.version = f.current_version
    join workflow w on w.workspace_id = f.workspace_id and w.id = f.workflow_id
    where f.workspace_id = ${workspaceId}::uuid and f.archived_at is null and (${exceptWorkflowId}::uuid is null or f.workflow_id <> ${exceptWorkflowId}::uuid)
    order by f.slug`
  return {
    values: await knownValues(workspaceId, within),
    ...(document === null ? {} : { samples: await eventSamples(workspaceId, eventNamesOf(document), undefined, within) }),
    functionsElsewhere: rows.map(({ slug, workflow, definition }) => ({ slug, workflow, nodeId: definition.nodeId, ...namesIn(definition) })),
  }
}
