/**
 * A frame is as large as its steps need, and never smaller than a person made it unless asked.
 * Steps that stand above or left of the room for them push the frame's corner out instead of
 * moving, so nothing jumps under the pointer.
 */
import type { FunctionNode, GraphDocument } from '#graph/document.ts'
import { stepsOf } from '#graph/edit/names.ts'
import { firstStep, frame, grid, roundUp, snap, stepSize } from '#graph/sizes.ts'

/** `tight`: also shrinks it to its steps. */
export function fitFrame(document: GraphDocument, frameId: string, options: { tight?: boolean } = {}): GraphDocument {
  const node = document.nodes[frameId]
  if (node?.type !== 'function') return document
  const steps = stepsOf(document, frameId)
  if (steps.length === 0) return withFrame(document, node, options.tight ? { ...frame.min } : node.size)
  const left = Math.min(...steps.map((step) => step.position.x))
  const top = Math.min(...steps.map((step) => step.position.y))
  const shiftX = left < firstStep.x || options.tight ? roundUp(firstStep.x - left, snap) : 0
  const shiftY = top < firstStep.y || options.tight ? roundUp(firstStep.y - top, snap) : 0
  const right = Math.max(...steps.map((step) => step.position.x + stepSize(step.kind).w)) + shiftX
  const bottom = Math.max(...steps.map((step) => step.position.y + stepSize(step.kind).h)) + shiftY
  const needed = {
    w: Math.max(frame.min.w, roundUp(right + frame.right, grid)),
    h: Math.max(frame.min.h, roundUp(bottom + frame.bottom + frame.footer, grid)),
  }
  const size = options.tight ? needed : { w: Math.max(node.size.w, needed.w), h: Math.max(node.size.h, needed.h) }
  if (shiftX === 0 && shiftY === 0) return withFrame(document, node, size)
  const nodes = { ...document.nodes }
  for (const step of steps) nodes[step.id] = { ...step, position: { x: step.position.x + shiftX, y: step.position.y + shiftY } }
  nodes[frameId] = { ...node, size, position: { x: node.position.x - shiftX, y: node.position.y - shiftY } }
  return { ...document, nodes }
}

function withFrame(document: GraphDocument, node: FunctionNode, size: FunctionNode['size']): GraphDocument {
  if (size.w === node.size.w && size.h === node.size.h) return document
  return { ...document, nodes: { ...document.nodes, [node.id]: { ...node, size } } }
}
