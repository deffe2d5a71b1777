import { describe, expect, test } from 'vitest'
import { emptyDocument } from '#graph/document.ts'
import { addEvent, addFunction, addStep } from '#graph/edit/add-node.ts'
import { connect } from '#graph/edit/connect.ts'
import { stackGroups, stackRibs, stepLevels } from './stack.ts'

function joined(document: Parameters<typeof connect>[0], source: string, target: string) {
  const result = connect(document, { source, target })
  if (!('document' in result)) throw new Error(result.refused)
  return result.document
}

describe('stack', () => {
  test('functions stand under what starts them, top to bottom, and loners at the end', () => {
    const event = addEvent(emptyDocument(), { position: { x: 0, y: 0 }, event: 'order/placed' })
    const low = addFunction(event.document, { position: { x: 300, y: 400 }, slug: 'low' })
    const high = addFunction(low.document, { position: { x: 300, y: 0 }, slug: 'high' })
    const alone = addFunction(high.document, { position: { x: 300, y: 800 }, slug: 'alone' })
    const document = joined(joined(alone.document, event.id, low.id), event.id, high.id)
    expect(stackGroups(document).map((group) => [group.source?.id ?? null, group.functions.map((one) => one.node.slug)]))
      .toEqual([[event.id, ['high', 'low']], [null, ['alone']]])
  })

  test('parallel steps share a place, a join comes after both', () => {
    const frame = addFunction(emptyDocument(), { position: { x: 0, y: 0 }, slug: 'f' })
    const a = addStep(frame.document, { parent: frame.id, kind: 'http' })
    const b = addStep(a.document, { parent: frame.id, kind: 'http', after: a.id })
    const c = addStep(b.document, { parent: frame.id, kind: 'http', after: a.id })
    const d = addStep(c.document, { parent: frame.id, kind: 'http', after: b.id })
    const document = joined(d.document, c.id, d.id)
    expect(stepLevels(document, frame.id).map((row) => row.length)).toEqual([1, 2, 1])
  })

  test('each card has its rib, none in the place of another', () => {
    const starts = stackRibs(6).map((path) => Number(/^M(-?[\d.]+)/.exec(path)?.[1]))
    expect(new Set(starts).size).toBe(6)
    expect([...starts].sort((x, y) => y - x)).toEqual(starts)
    expect(Math.min(...starts)).toBeGreaterThan(0)
  })
})
