import { expect, test } from 'vitest'
import { emptyDocument, type GraphDocument } from '#graph/document.ts'
import { addEvent, addFunction, addStep } from '#graph/edit/add-node.ts'
import { clearOffset, makeRoom } from './make-room.ts'

/** Two steps in a frame, an event close to its right, another far away, a frame below and an event to the left. */
function drawing() {
  const one = addFunction(emptyDocument(), { position: { x: 0, y: 0 }, slug: 'one' })
  const a = addStep(one.document, { parent: one.id, kind: 'http' })
  const b = addStep(a.document, { parent: one.id, kind: 'mail', after: a.id })
  const frame = b.document.nodes[one.id] as { size: { w: number; h: number } }
  const near = addEvent(b.document, { position: { x: frame.size.w + 32, y: 20 }, event: 'near/event' })
  const far = addEvent(near.document, { position: { x: frame.size.w + 900, y: 600 }, event: 'far/event' })
  const below = addFunction(far.document, { position: { x: 0, y: frame.size.h + 24 }, slug: 'below' })
  const left = addEvent(below.document, { position: { x: -300, y: frame.size.h + 40 }, event: 'left/event' })
  return { document: left.document, one: one.id, near: near.id, far: far.id, below: below.id, left: left.id, last: b.id }
}
const at = (document: GraphDocument, id: string) => document.nodes[id]!.position

test('what stands right of a function that grows moves by as much, with everything behind it', () => {
  const { document, one, near, far, below, left, last } = drawing()
  const added = addStep(document, { parent: one, kind: 'code', after: last })
  const grown = (added.document.nodes[one] as { size: { w: number } }).size.w - (document.nodes[one] as { size: { w: number } }).size.w
  expect(grown).toBeGreaterThan(100)
  const roomy = makeRoom(document, added.document)
  for (const id of [near, far]) expect(at(roomy, id)).toEqual({ x: at(document, id).x + grown, y: at(document, id).y })
  for (const id of [below, left]) expect(at(roomy, id)).toEqual(at(document, id))
})

test('what stands below moves down, but not what is left of it; without need nothing moves', () => {
  const { document, one, below, left, near } = drawing()
  const frame = document.nodes[one] as { size: { w: number; h: number } }
  const taller: GraphDocument = { ...document, nodes: { ...document.nodes, [one]: { ...document.nodes[one], size: { ...frame.size, h: frame.size.h + 56 } } as never } }
  const roomy = makeRoom(document, taller)
  expect(at(roomy, below).y).toBe(at(document, below).y + 56)
  for (const id of [left, near]) expect(at(roomy, id)).toEqual(at(document, id))
  const slightly: GraphDocument = { ...document, nodes: { ...document.nodes, [one]: { ...document.nodes[one], size: { ...frame.size, w: frame.size.w + 8 } } as never } }
  expect(makeRoom(document, slightly)).toBe(slightly)
})

test('a copy goes as far down as it takes to cover nothing, on the canvas and inside a function', () => {
  const { document, one, below, last } = drawing()
  const [frame, under] = [document.nodes[one]!, document.nodes[below]!] as { position: { y: number }; size: { h: number } }[]
  const { x, y } = clearOffset(document, [document.nodes[one]!])
  expect(x).toBe(0)
  expect(frame!.position.y + y).toBeGreaterThanOrEqual(under!.position.y + under!.size.h)
  expect(clearOffset({ ...document, nodes: {} }, [document.nodes[one]!])).toEqual({ x: 0, y: 0 })
  const inside = clearOffset(document, [document.nodes[last]!], one)
  expect(inside.y).toBeGreaterThanOrEqual(44)
  expect(inside.y).toBeLessThan(80)
})
