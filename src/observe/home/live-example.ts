/** Chooses what the home page shows live: the event with most reactions, of the sign-up example if it is there. Pure. */
import type { Overlay } from '#canvas/marks.ts'
import type { Json } from '#base/json.ts'
import type { GraphDocument, GraphNode } from '#graph/document.ts'
import { eventHeight, firstStep, nodeSize } from '#graph/sizes.ts'
import { runStatusOf } from '#observe/runs/sentence.ts'
import type { RunSummary } from '#server/runs/run-row.ts'
import type { WorkflowSummary } from '#server/workflows/find-workflow.ts'

export interface LiveExample {
  event: string
  sample: Json
  document: GraphDocument
  /** Function slug → its node and steps. */
  functions: Record<string, { node: string; steps: string[] }>
}

export function exampleOf(workflows: WorkflowSummary[]): LiveExample | null {
  const published = workflows.filter((one) => one.publishedAt !== null)
  const workflow = published.find((one) => one.slug === 'signup-pipeline') ?? published[0]
  if (workflow === undefined) return null
  const { nodes, edges } = workflow.document
  const reactions = (id: string) => Object.values(edges).filter((edge) => edge.type === 'subscription' && edge.source === id)
  const events = Object.values(nodes).flatMap((node) => (node.type === 'event' && !node.event.includes('*') ? [node] : []))
  const event = events.sort((a, b) => reactions(b.id).length - reactions(a.id).length)[0]
  if (event === undefined || reactions(event.id).length === 0) return null
  const frames = new Set(reactions(event.id).map((edge) => edge.target))
  const kept = (node: GraphNode) => node.id === event.id || frames.has(node.id) || (node.type === 'step' && frames.has(node.parent))
  const shown = Object.fromEntries(Object.entries(nodes).filter(([, node]) => kept(node)))
  const functions: LiveExample['functions'] = {}
  for (const node of Object.values(shown)) {
    if (node.type === 'function') functions[node.slug] = { node: node.id, steps: Object.values(shown).flatMap((one) => (one.type === 'step' && one.parent === node.id ? [one.id] : [])) }
  }
  return {
    event: event.event, sample: (event.sample as Json | undefined) ?? {}, functions,
    document: { ...workflow.document, nodes: pack(shown, event.id), edges: Object.fromEntries(Object.entries(edges).filter(([, edge]) => shown[edge.source] !== undefined && shown[edge.target] !== undefined)) },
  }
}

const gap = 10
const eventToFrames = 260
/** So many frames are drawn too small for what stands under their steps. */
const manyFrames = 4

/** Frames one close below the other, the event at their middle: a small place shows them larger. */
function pack(nodes: Record<string, GraphNode>, eventId: string): Record<string, GraphNode> {
  const frames = Object.values(nodes).flatMap((node) => (node.type === 'function' ? [node] : [])).sort((a, b) => a.position.y - b.position.y)
  const packed = { ...nodes }
  let y = 0
  for (const frame of frames) {
    const h = frames.length < manyFrames ? frame.size.h : Math.min(frame.size.h, lowestStep(nodes, frame.id) + gap)
    packed[frame.id] = { ...frame, position: { x: eventToFrames, y }, size: { ...frame.size, h } }
    y += h + gap
  }
  const event = nodes[eventId]
  if (event !== undefined) packed[eventId] = { ...event, position: { x: 0, y: (y - gap - eventHeight) / 2 } }
  return packed
}

function lowestStep(nodes: Record<string, GraphNode>, frame: string): number {
  return Object.values(nodes).reduce((lowest, node) => (node.type === 'step' && node.parent === frame ? Math.max(lowest, node.position.y + nodeSize(node).h) : lowest), firstStep.y)
}

export function overlayOf(example: LiveExample, runs: RunSummary[]): Overlay {
  const overlay: Overlay = {}
  for (const run of runs) {
    const drawn = example.functions[run.function]
    if (drawn === undefined) continue
    const state = runStatusOf(run)
    overlay[drawn.node] = { state, used: run.retries.used }
    if (state === 'completed') for (const step of drawn.steps) overlay[step] = { state: 'completed' }
  }
  return overlay
}
