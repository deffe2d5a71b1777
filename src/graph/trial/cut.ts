/**
 * Cuts a drawing down to the part that is tested, before it is compiled: what the part does not need
 * is not there, so an unfinished step beyond it keeps nobody from trying this one. Pure.
 */
import type { FunctionNode, GraphDocument, StepNode } from '#graph/document.ts'

export interface Part {
  /** `step`: this step alone. `from`: it and everything after it. `function`: the whole function. */
  mode: 'step' | 'from' | 'function'
  /** Of the step, or of the function. */
  node: string
}

export interface Cut {
  document: GraphDocument
  frame: FunctionNode
  /** Null for a whole function. */
  here: StepNode | null
  /** Node ids of the steps that run, unless their output is given for another reason. */
  running: ReadonlySet<string>
  /** Node ids of the steps whose outputs are given, since they come before what runs. */
  before: ReadonlySet<string>
}

/** Null when the part is not drawn. */
export function cutDrawing(document: GraphDocument, part: Part): Cut | null {
  const node = Object.hasOwn(document.nodes, part.node) ? document.nodes[part.node] : undefined
  if (part.mode === 'function') {
    if (node?.type !== 'function') return null
    return { document, frame: node, here: null, running: new Set(stepsIn(document, node.id).map((step) => step.id)), before: new Set() }
  }
  if (node?.type !== 'step') return null
  const frame = Object.hasOwn(document.nodes, node.parent) ? document.nodes[node.parent] : undefined
  if (frame?.type !== 'function') return null
  const running = part.mode === 'step' ? new Set([node.id]) : reached(document, frame.id, [node.id], 'forwards')
  const before = reached(document, frame.id, [...running], 'backwards')
  for (const id of running) before.delete(id)
  const gone = new Set(stepsIn(document, frame.id).map((step) => step.id).filter((id) => !running.has(id) && !before.has(id)))
  return { document: without(document, gone), frame, here: node, running, before }
}

function stepsIn(document: GraphDocument, frame: string): StepNode[] {
  return Object.values(document.nodes).flatMap((node) => (node.type === 'step' && node.parent === frame ? [node] : []))
}

/** The steps themselves and all that follow, or come before, by any way out. */
function reached(document: GraphDocument, frame: string, from: string[], way: 'forwards' | 'backwards'): Set<string> {
  const inside = new Set(stepsIn(document, frame).map((step) => step.id))
  const next = new Map<string, string[]>()
  for (const edge of Object.values(document.edges)) {
    if (edge.type !== 'order' || !inside.has(edge.source) || !inside.has(edge.target)) continue
    const [a, b] = way === 'forwards' ? [edge.source, edge.target] : [edge.target, edge.source]
    next.set(a, [...(next.get(a) ?? []), b])
  }
  const found = new Set(from)
  for (const id of found) for (const other of next.get(id) ?? []) found.add(other)
  return found
}

function without(document: GraphDocument, gone: ReadonlySet<string>): GraphDocument {
  if (gone.size === 0) return document
  return {
    ...document,
    nodes: Object.fromEntries(Object.entries(document.nodes).filter(([id]) => !gone.has(id))),
    edges: Object.fromEntries(Object.entries(document.edges).filter(([, edge]) => !gone.has(edge.source) && !gone.has(edge.target))),
  }
}
