import { describe, expect, test } from 'vitest'
import { emptyDocument, type StepNode } from '#graph/document.ts'
import { addFunction, addStep } from '#graph/edit/add-node.ts'
import { dropNodes } from './drop.ts'

function twoFrames() {
  const one = addFunction(emptyDocument(), { position: { x: 0, y: 0 }, slug: 'one' })
  const two = addFunction(one.document, { position: { x: 600, y: 0 }, slug: 'two' })
  const a = addStep(two.document, { parent: one.id, kind: 'http' })
  const b = addStep(a.document, { parent: one.id, kind: 'mail', after: a.id })
  return { document: b.document, one: one.id, two: two.id, a: a.id, b: b.id }
}
const parentOf = (document: ReturnType<typeof twoFrames>['document'], id: string) => (document.nodes[id] as StepNode).parent

describe('dropping', () => {
  test('inside its frame a step moves and keeps its lines', () => {
    const { document, one, b } = twoFrames()
    const after = dropNodes(document, { [b]: { x: 200, y: 64 } })
    expect(parentOf(after, b)).toBe(one)
    expect(Object.keys(after.edges)).toHaveLength(1)
  })

  test('over another frame it joins that one', () => {
    const { document, two, b } = twoFrames()
    const after = dropNodes(document, { [b]: { x: 630, y: 40 } })
    expect(parentOf(after, b)).toBe(two)
    expect(Object.keys(after.edges)).toHaveLength(0)
  })

  test('on empty canvas it gets a function around it', () => {
    const { document, one, two, b } = twoFrames()
    const after = dropNodes(document, { [b]: { x: 0, y: 800 } })
    const frame = after.nodes[parentOf(after, b)]!
    expect([one, two]).not.toContain(frame.id)
    expect(frame.position.y + (after.nodes[b] as StepNode).position.y).toBeCloseTo(800, -1)
  })

  test('still touching its own frame it stays, and the frame grows', () => {
    const { document, one, b } = twoFrames()
    const { size } = document.nodes[one] as { size: { w: number; h: number } }
    const after = dropNodes(document, { [b]: { x: size.w - 20, y: 40 } })
    expect(parentOf(after, b)).toBe(one)
    expect((after.nodes[one] as { size: { w: number } }).size.w).toBeGreaterThan(size.w)
  })
})
