/** The last real events of a name, so that the compiler can say which fields are not always there. */
import type { Json } from '#base/json.ts'
import type { GraphDocument } from '#graph/document.ts'
import { db, type Transaction } from '#server/db.ts'

export const samplesMost = 20
export const sampleNamesMost = 50
const sampleCharactersMost = 20_000
const newestMost = 1000

interface Row {
  name: string
  data: string
}

/**
 * Data of the newest events, newest first, by name; a name may be a pattern such as `order/*`.
 * What people typed by hand (source ui, tests among them) is no evidence of what senders send.
 */
export async function eventSamples(
  workspaceId: string, names: readonly string[], limit = samplesMost, within: Transaction | ReturnType<typeof db> = db(),
): Promise<Record<string, Json[]>> {
  const asked = [...new Set(names)].filter((name) => name !== '').slice(0, sampleNamesMost)
  if (asked.length === 0) return {}
  const exact = asked.filter((name) => !name.endsWith('*'))
  const patterns = asked.filter((name) => name.endsWith('*'))
  const rows = [
    ...(exact.length === 0 ? [] : await ofNames(workspaceId, exact, limit, within)),
    ...(patterns.length === 0 ? [] : await ofPatterns(workspaceId, patterns, limit, within)),
  ]
  const samples = new Map<string, Json[]>()
  for (const { name, data } of rows) samples.set(name, [...(samples.get(name) ?? []), JSON.parse(data) as Json])
  return Object.fromEntries(samples)
}

function ofNames(workspaceId: string, names: string[], limit: number, within: Transaction | ReturnType<typeof db>): Promise<Row[]> {
  return within.$queryRaw<Row[]>`
    select asked.name, e.data::text as data from unnest(${names}::text[]) as asked(name)
    cross join lateral (
      select data from event where workspace_id = ${workspaceId}::uuid and name = asked.name and source <> 'ui' order by id desc limit ${limit}
    ) e where length(e.data::text) <= ${sampleCharactersMost}`
}

/** A pattern has no index of its own: it is looked for among the newest events only. */
function ofPatterns(workspaceId: string, patterns: string[], limit: number, within: Transaction | ReturnType<typeof db>): Promise<Row[]> {
  return within.$queryRaw<Row[]>`
    with newest as materialized (
      select id, name, data from event where workspace_id = ${workspaceId}::uuid and source <> 'ui' order by id desc limit ${newestMost}
    )
    select asked.name, e.data::text as data from unnest(${patterns}::text[]) as asked(name)
    cross join lateral (
      select data from newest n where starts_with(n.name, left(asked.name, -1)) and length(n.name) >= length(asked.name) order by n.id desc limit ${limit}
    ) e where length(e.data::text) <= ${sampleCharactersMost}`
}

/** Names and patterns of a drawing's events. */
export function eventNamesOf(document: GraphDocument): string[] {
  return Object.values(document.nodes).flatMap((node) => (node.type === 'event' ? [node.event] : []))
}
