/** What functions of other workflows read of an event, or of the data they are called with, from their published versions. */
import type { FunctionDefinition } from '#graph/definition.ts'
import { eventReads, type EventRead } from '#graph/event-reads.ts'
import { matchesEvent } from '#graph/links.ts'
import { db } from '#server/db.ts'

export interface PayloadReader {
  slug: string
  /** Slug of its workflow. */
  workflow: string
  reads: EventRead[]
}

export async function payloadElsewhere(workspaceId: string, event: string, exceptSlug: string, called = ''): Promise<PayloadReader[]> {
  if (event === '' && called === '') return []
  const rows = await db().$queryRaw<{ slug: string; workflow: string; definition: FunctionDefinition }[]>`
    select f.slug, w.slug as workflow, v.definition
    from function f
    join function_version v on v.workspace_id = f.workspace_id and v.function_id = f.id and v.version = f.current_version
    join workflow w on w.workspace_id = f.workspace_id and w.id = f.workflow_id
    where f.workspace_id = ${workspaceId}::uuid and f.archived_at is null and w.slug <> ${exceptSlug}
    order by f.slug`
  return rows
    .filter(({ slug, definition }) => slug === called || definition.triggers.some((trigger) => event !== '' && trigger.type === 'event' && matchesEvent(trigger.event, event)))
    .map(({ slug, workflow, definition }) => ({ slug, workflow, reads: eventReads(definition) }))
}
