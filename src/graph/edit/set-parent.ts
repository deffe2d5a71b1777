/** Moving steps into other frames. */
import type { GraphDocument, Position, StepNode } from '#graph/document.ts'
import { setCollapsed } from '#graph/edit/collapse.ts'
import { fitFrame } from '#graph/edit/fit-frame.ts'
import { freeName, keysOf, stepKeyMax } from '#graph/edit/names.ts'
import { removeElements } from '#graph/edit/remove.ts'
import { rewriteReads } from '#graph/edit/update-node.ts'
import { roundTo, snap } from '#graph/sizes.ts'

/**
 * `position` is relative to the new frame. The step leaves its chain, which closes over it; its
 * key stays unless the new frame has one like it. Unchanged when it is already there.
 */
export function setParent(document: GraphDocument, stepId: string, frameId: string, position: Position): GraphDocument {
  const step = Object.hasOwn(document.nodes, stepId) ? document.nodes[stepId] : undefined
  const target = Object.hasOwn(document.nodes, frameId) ? document.nodes[frameId] : undefined
  if (step?.type !== 'step' || target?.type !== 'function' || step.parent === frameId) return document
  const without = removeElements(document, [stepId])
  const key = freeName(step.key, keysOf(document, frameId), '_', stepKeyMax)
  const moved = { ...step, parent: frameId, key, position: { x: roundTo(position.x, snap), y: roundTo(position.y, snap) } }
  return fitFrame(setCollapsed({ ...without, nodes: { ...without.nodes, [stepId]: moved } }, [frameId], false), frameId)
}

/**
 * After several steps were moved one by one: those that went from one frame to another together keep the lines between
 * them, and read each other by the keys they have now.
 */
export function keepTogether(before: GraphDocument, after: GraphDocument, moved: Iterable<string>): GraphDocument {
  const groups = new Map<string, StepNode[]>()
  for (const id of moved) {
    const [was, is] = [before.nodes[id], after.nodes[id]]
    if (was?.type !== 'step' || is?.type !== 'step' || was.parent === is.parent) continue
    const way = `${was.parent} ${is.parent}`
    groups.set(way, [...(groups.get(way) ?? []), is])
  }
  const next: GraphDocument = { ...after, nodes: { ...after.nodes }, edges: { ...after.edges } }
  for (const steps of groups.values()) {
    const ids = new Set(steps.map((step) => step.id))
    for (const edge of Object.values(before.edges)) if (edge.type === 'order' && ids.has(edge.source) && ids.has(edge.target)) next.edges[edge.id] = edge
    const renames = new Map(steps.map((step) => [(before.nodes[step.id] as StepNode).key, step.key]))
    for (const step of steps) next.nodes[step.id] = rewriteReads(step, renames)
  }
  return next
}
