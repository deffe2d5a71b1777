import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { emptyDocument } from '#graph/document.ts'
import { addEvent, addFunction, addStep } from '#graph/edit/add-node.ts'
import { connect } from '#graph/edit/connect.ts'
import { clip, paste } from '#graph/edit/paste.ts'
import { readClipping, writeClipping } from './read-clipping.ts'

function drawing() {
  const event = addEvent(emptyDocument(), { position: { x: 0, y: 0 }, event: 'order/placed' })
  const made = addFunction(event.document, { position: { x: 300, y: 0 }, slug: 'book' })
  const step = addStep(made.document, { parent: made.id, kind: 'http' })
  const joined = connect(step.document, { source: event.id, target: made.id })
  if ('refused' in joined) throw new Error(joined.refused)
  return { document: joined.document, event: event.id, frame: made.id }
}

describe('a clipboard text', () => {
  test('of a drawing comes back whole', () => {
    const { document, event, frame } = drawing()
    const clipping = clip(document, [event, frame])
    expect(readClipping(writeClipping(clipping))).toEqual({ clipping, leftOut: 0 })
  })

  test('of another kind is refused with a sentence', () => {
    for (const text of ['', '  ', 'hello', '42', '[]', '{"kind":"x"}', '{"kind":"fanwise/drawing"}', '{"kind":"fanwise/drawing","nodes":[]}']) {
      expect(readClipping(text)).toHaveProperty('refused')
    }
  })

  test('with parts that do not fit keeps the rest and counts them', () => {
    const { document, event } = drawing()
    const text = JSON.stringify({
      kind: 'fanwise/drawing',
      nodes: [document.nodes[event], { id: 'x', type: 'bomb' }, { ...document.nodes[event], id: '__proto__' }, { ...document.nodes[event], id: 'far', position: { x: 1e300, y: 0 } }],
      edges: [{ id: 'e', type: 'feed', source: event, target: event }, null],
    })
    const read = readClipping(text)
    expect(read).toMatchObject({ leftOut: 5 })
    expect('clipping' in read && read.clipping.nodes.map((node) => node.id)).toEqual([event])
  })

  test('leaves out what no drawing can keep', () => {
    const { document, event } = drawing()
    const good = JSON.stringify(document.nodes[event])
    const holding = (sample: string): string => `{"id":"bad","type":"event","position":{"x":0,"y":0},"event":"a/bad","sample":{"x":${sample}}}`
    for (const bad of [holding('"a\\u0000b"'), holding('"\\ud800"'), holding(`${'['.repeat(100_000)}${']'.repeat(100_000)}`)]) {
      const read = readClipping(`{"kind":"fanwise/drawing","nodes":[${good},${bad}],"edges":[]}`)
      expect(read).toMatchObject({ leftOut: 1, clipping: { nodes: [{ id: event }] } })
    }
  })

  test('of any shape never breaks reading or pasting', () => {
    const node = fc.oneof(fc.jsonValue(), fc.record({ id: fc.string(), type: fc.constantFrom('event', 'note', 'step', 'function'), position: fc.record({ x: fc.double(), y: fc.double() }), event: fc.string(), text: fc.string(), parent: fc.string(), size: fc.record({ w: fc.double(), h: fc.double() }) }))
    fc.assert(fc.property(fc.array(node), fc.array(fc.jsonValue()), (nodes, edges) => {
      const read = readClipping(JSON.stringify({ kind: 'fanwise/drawing', nodes, edges }))
      if ('clipping' in read) paste(emptyDocument(), read.clipping)
    }))
  })
})
