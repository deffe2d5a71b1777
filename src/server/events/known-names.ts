/** Event names a person may mean: what functions react to, with samples from the drawings, and what arrived lately. */
import type pg from 'pg'
import type { Json } from '#base/json.ts'
import type { GraphDocument } from '#graph/document.ts'
import { db } from '#server/db.ts'

export interface KnownEvent {
  name: string
  /** Example payload from a drawing, or the last one that arrived. */
  sample: Json
  /** Functions drawn under it. */
  reactions: number
}

export async function knownEvents(pool: pg.Pool, workspaceId: string): Promise<KnownEvent[]> {
  const known = new Map<string, KnownEvent>()
  const workflows = await db().workflow.findMany({ where: { workspaceId, archivedAt: null }, select: { published: true } })
  for (const { published } of workflows) addDrawn(known, published as unknown as GraphDocument | null)
  const { rows } = await pool.query<{ name: string; data: string }>({
    text: `select distinct on (name) name, data::text as data from (
        select name, data, id from event where workspace_id = $1 and source <> 'system' order by id desc limit 200
      ) e where length(data::text) < 20000 order by name, id desc`,
    values: [workspaceId],
  })
  for (const row of rows) {
    const entry = known.get(row.name)
    if (entry === undefined) known.set(row.name, { name: row.name, sample: JSON.parse(row.data) as Json, reactions: 0 })
    else if (entry.sample === null) entry.sample = JSON.parse(row.data) as Json
  }
  return [...known.values()].filter((entry) => !entry.name.includes('*')).sort((a, b) => b.reactions - a.reactions || a.name.localeCompare(b.name))
}

function addDrawn(known: Map<string, KnownEvent>, document: GraphDocument | null): void {
  if (document === null) return
  for (const node of Object.values(document.nodes)) {
    if (node.type !== 'event') continue
    const reactions = Object.values(document.edges).filter((edge) => edge.type === 'subscription' && edge.source === node.id).length
    const entry = known.get(node.event)
    if (entry === undefined) known.set(node.event, { name: node.event, sample: (node.sample as Json | undefined) ?? null, reactions })
    else {
      entry.reactions += reactions
      entry.sample ??= (node.sample as Json | undefined) ?? null
    }
  }
}
