import { expect, test } from 'vitest'
import { emptyDocument, type GraphDocument, type OrderEdge, type StepNode } from '#graph/document.ts'
import { addFunction, addStep } from '#graph/edit/add-node.ts'
import { stepSize } from '#graph/sizes.ts'
import { spliceStep } from './splice.ts'

function chain() {
  const made = addFunction(emptyDocument(), { position: { x: 0, y: 0 }, slug: 'orders' })
  const a = addStep(made.document, { parent: made.id, kind: 'http', after: 'last' })
  const b = addStep(a.document, { parent: made.id, kind: 'mail', after: 'last' })
  const c = addStep(b.document, { parent: made.id, kind: 'transform', after: 'last' })
  return { document: c.document, frame: made.id, a: a.id, b: b.id, c: c.id }
}
const orders = (document: GraphDocument) => Object.values(document.edges).filter((edge): edge is OrderEdge => edge.type === 'order')
const between = (document: GraphDocument, source: string, target: string) => orders(document).find((edge) => edge.source === source && edge.target === target)
const at = (document: GraphDocument, id: string) => (document.nodes[id] as StepNode).position

test('a step takes over the line of the two it stands between', () => {
  const { document, a, b, c } = chain()
  const { document: after, id } = spliceStep(document, between(document, a, b)!.id, 'wait')
  expect(between(after, a, b)).toBeUndefined()
  expect(between(after, a, id)).toBeDefined()
  expect(between(after, id, b)).toBeDefined()
  expect(between(after, b, c)).toBeDefined()
  expect(orders(after)).toHaveLength(3)
})

test('later steps make room by the same distance, earlier ones stay, and the frame holds them all', () => {
  const { document, frame, a, b, c } = chain()
  const { document: after, id } = spliceStep(document, between(document, a, b)!.id, 'wait')
  expect(at(after, a)).toEqual(at(document, a))
  expect(at(after, b).x - at(document, b).x).toBe(at(after, c).x - at(document, c).x)
  expect(at(after, b).x).toBeGreaterThanOrEqual(at(after, id).x + stepSize('wait').w + 16)
  const { size } = after.nodes[frame] as { size: { w: number } }
  expect(size.w).toBeGreaterThan(at(after, c).x + stepSize('transform').w)
})

test('where there is room already nothing moves', () => {
  const { document, a, b } = chain()
  const wide = { ...document, nodes: { ...document.nodes, [b]: { ...(document.nodes[b] as StepNode), position: { x: 600, y: 40 } } } }
  const { document: after } = spliceStep(wide, between(wide, a, b)!.id, 'wait')
  expect(at(after, b)).toEqual({ x: 600, y: 40 })
})

test('a line that does not join two steps is left alone', () => {
  const { document } = chain()
  expect(spliceStep(document, 'nothing', 'wait').document).toBe(document)
})
