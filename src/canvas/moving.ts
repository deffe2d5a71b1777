/**
 * A drag without a new document: only what is under the pointer gets new objects, and only lines
 * that end there are drawn anew. Everything else stays the very object it was.
 */
import type { GraphDocument, GraphEdge, Position } from '#graph/document.ts'
import type { DerivedLink } from '#graph/links.ts'
import { movedNode, type Flow, type FlowNode } from './flow.ts'
import { drawLines, type Line } from './lines.ts'
import { moveScene, shownAs } from './scene.ts'

/** What follows the pointer while these nodes are dragged; the same for the whole drag. */
export interface Reach {
  /** Nodes that get a new place or a new inside. */
  nodes: ReadonlySet<string>
  edges: GraphEdge[]
  links: DerivedLink[]
  /** Ids of the lines that are drawn anew. */
  lines: ReadonlySet<string>
}

export function reachOf(flow: Flow, document: GraphDocument, links: readonly DerivedLink[], dragged: readonly string[]): Reach {
  const nodes = new Set(dragged)
  const ends = new Set(dragged)
  for (const id of dragged) {
    const node = document.nodes[id]
    const frame = node?.type === 'function' ? id : node?.type === 'step' ? node.parent : undefined
    if (frame === undefined) continue
    // The frame's hinge and its bars follow its steps, and every line inside follows both.
    nodes.add(frame)
    ends.add(frame)
    for (const step of flow.scene.steps.get(frame) ?? []) ends.add(step.id)
  }
  const all = Object.values(document.edges)
  const events = new Set<string>()
  for (const edge of all) if (edge.type === 'subscription' && (ends.has(edge.source) || ends.has(edge.target))) events.add(edge.source)
  const edges = all.filter((edge) => ends.has(edge.source) || ends.has(edge.target) || events.has(edge.source))
  const near = links.filter((link) => ends.has(shownAs(flow.scene, document, link.stepId)) || ends.has(link.eventNodeId))
  return { nodes, edges, links: near, lines: new Set(drawLines(document, flow.scene, near, edges).map((line) => line.id)) }
}

export interface Moved {
  nodes: FlowNode[]
  lines: Line[]
}

export function moveFlow(flow: Flow, document: GraphDocument, reach: Reach, positions: Readonly<Record<string, Position>>): Moved {
  const scene = moveScene(flow.scene, positions)
  return {
    nodes: flow.nodes.map((node) => (reach.nodes.has(node.id) ? movedNode(node, scene) : node)),
    lines: drawLines(document, scene, reach.links, reach.edges),
  }
}
