/** The drawing around a run: its event, its function frame and the frame's steps, as published; of a test, as the draft was. */
import type pg from 'pg'
import type { GraphDocument, GraphNode } from '#graph/document.ts'
import { parse } from '#server/runs/run-row.ts'
import { draftRevisionSql } from '#server/workflows/draft-version.ts'

const text = `select v.definition->>'nodeId' as node_id, e.name as event_name, w.slug, case when r.version > 0 then w.published else s.document end::text as drawing
  from run r
  join event e on e.workspace_id = r.workspace_id and e.id = r.event_id
  join function f on f.workspace_id = r.workspace_id and f.id = r.function_id
  join function_version v on v.workspace_id = r.workspace_id and v.function_id = r.function_id and v.version = r.version
  join workflow w on w.workspace_id = f.workspace_id and w.id = f.workflow_id
  left join workflow_snapshot s on r.version <= 0 and s.workspace_id = w.workspace_id and s.workflow_id = w.id
    and s.revision = ${draftRevisionSql('r.version', 'v.definition')} and s.reason = 'test'
  where r.workspace_id = $1 and r.id = $2`

export interface RunCanvas {
  workflow: string
  functionNode: string
  document: GraphDocument
}

/** Null when the workflow no longer draws that function. */
export async function runCanvas(pool: pg.Pool, workspaceId: string, runId: string): Promise<RunCanvas | null> {
  const { rows } = await pool.query<{ node_id: string; event_name: string; slug: string; drawing: string | null }>({ text, values: [workspaceId, runId] })
  const row = rows[0]
  const drawing = parse<GraphDocument>(row?.drawing ?? null)
  if (row === undefined || drawing?.nodes[row.node_id] === undefined) return null
  return { workflow: row.slug, functionNode: row.node_id, document: aroundFunction(drawing, row.node_id) }
}

/** Keeps the frame, its steps, what triggers it and what feeds that. */
export function aroundFunction(document: GraphDocument, functionNode: string): GraphDocument {
  const kept = new Set([functionNode])
  for (const node of Object.values(document.nodes)) if (node.type === 'step' && node.parent === functionNode) kept.add(node.id)
  for (const edge of Object.values(document.edges)) if (edge.type === 'subscription' && edge.target === functionNode) kept.add(edge.source)
  for (const edge of Object.values(document.edges)) if (edge.type === 'feed' && kept.has(edge.target)) kept.add(edge.source)
  const nodes: Record<string, GraphNode> = {}
  for (const id of kept) if (document.nodes[id] !== undefined) nodes[id] = document.nodes[id]
  const edges = Object.fromEntries(Object.entries(document.edges).filter(([, edge]) => kept.has(edge.source) && kept.has(edge.target)))
  return { ...document, nodes, edges }
}
