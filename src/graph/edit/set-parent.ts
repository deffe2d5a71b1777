/** Moving a step into another frame. */
import type { GraphDocument, Position } from '#graph/document.ts'
import { setCollapsed } from '#graph/edit/collapse.ts'
import { fitFrame } from '#graph/edit/fit-frame.ts'
import { freeName, keysOf, stepKeyMax } from '#graph/edit/names.ts'
import { removeElements } from '#graph/edit/remove.ts'
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
