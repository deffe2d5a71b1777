import { expect, test } from 'vitest'
import { emptyDocument, type GraphDocument, type OrderEdge, type StepNode } from '#graph/document.ts'
import { addFunction, addStep } from '#graph/edit/add-node.ts'
import { stepSize } from '#graph/sizes.ts'
import { moveOntoLine, spliceStep } from './splice.ts'

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

test('a step that is there already goes between two others; its old neighbours are joined and the way out is kept', () => {
  const { document, frame, a, b, c } = chain()
  const d = addStep(document, { parent: frame, kind: 'wait', after: 'last' })
  const after = moveOntoLine(d.document, between(d.document, a, b)!.id, c)
  expect(orders(after).map(({ source, target, port }) => [source, target, port]).sort()).toEqual([[a, c, 'out'], [c, b, 'out'], [b, d.id, 'out']].sort())
  expect(at(after, a)).toEqual(at(d.document, a))
  expect(at(after, c).x).toBeLessThan(at(after, b).x)
  expect(at(after, d.id), 'behind it there was room already').toEqual(at(d.document, d.id))
  expect(at(after, b).x + stepSize('mail').w).toBeLessThan(at(after, d.id).x)
})

test('a step of another function joins the one whose line it takes over', () => {
  const { document, a, b } = chain()
  const other = addFunction(document, { position: { x: 0, y: 400 }, slug: 'other' })
  const x = addStep(other.document, { parent: other.id, kind: 'http', after: 'last' })
  const y = addStep(x.document, { parent: other.id, kind: 'transform', after: 'last' })
  const z = addStep(y.document, { parent: other.id, kind: 'mail', after: 'last' })
  const after = moveOntoLine(z.document, between(document, a, b)!.id, y.id)
  expect((after.nodes[y.id] as StepNode).parent).toBe((after.nodes[a] as StepNode).parent)
  expect(new Set(Object.values(after.nodes).flatMap((node) => (node.type === 'step' && node.parent === (after.nodes[a] as StepNode).parent ? [node.key] : []))).size).toBe(4)
  expect(between(after, a, y.id)).toBeDefined()
  expect(between(after, y.id, b)).toBeDefined()
  expect(between(after, x.id, z.id)).toBeDefined()
  expect(orders(after)).toHaveLength(4)
})

test('with several before or behind it nothing is joined in its place; on a line of its own it changes nothing', () => {
  const { document, frame, a, b, c } = chain()
  const d = addStep(document, { parent: frame, kind: 'wait', after: b, position: { x: 400, y: 160 } })
  const after = moveOntoLine(d.document, between(d.document, a, b)!.id, b)
  expect(after).toBe(d.document)
  const e = addStep(d.document, { parent: frame, kind: 'wait', after: c })
  const moved = moveOntoLine(e.document, between(e.document, c, e.id)!.id, b)
  expect(between(moved, a, c)).toBeUndefined()
  expect(between(moved, a, d.id)).toBeUndefined()
  expect(orders(moved)).toHaveLength(2)
  expect(between(moved, c, b)).toBeDefined()
  expect(between(moved, b, e.id)).toBeDefined()
})
