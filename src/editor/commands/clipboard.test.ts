import { expect, test } from 'vitest'
import { emptyDocument, type StepNode } from '#graph/document.ts'
import { addEvent, addFunction, addStep } from '#graph/edit/add-node.ts'
import { clip } from '#graph/edit/paste.ts'
import { pasteAt } from './clipboard.ts'

function drawing() {
  const event = addEvent(emptyDocument(), { position: { x: 0, y: 0 }, event: 'a/b' })
  const frame = addFunction(event.document, { position: { x: 400, y: 0 }, slug: 'one' })
  const step = addStep(frame.document, { parent: frame.id, kind: 'http' })
  return { document: step.document, event: event.id, frame: frame.id, step: step.id }
}

test('a step that is copied with something else, but without its function, gets one in another drawing', () => {
  const { document, event, step } = drawing()
  for (const pointer of [null, { x: 50, y: 50 }]) {
    const pasted = pasteAt(emptyDocument(), clip(document, [event, step]), { pointer, selected: new Set(), taken: [] })
    const nodes = pasted.ids.map((id) => pasted.document.nodes[id]!)
    expect(nodes.map((node) => node.type)).toEqual(['event', 'step'])
    expect(pasted.document.nodes[(nodes[1] as StepNode).parent]).toMatchObject({ type: 'function' })
  }
})

test('a step that is duplicated with something else stays in its function, near where it was', () => {
  const { document, event, frame, step } = drawing()
  const pasted = pasteAt(document, clip(document, [event, step]), { pointer: null, selected: new Set([event, step]), taken: [] })
  const copy = pasted.document.nodes[pasted.ids[1]!] as StepNode
  expect(copy.parent).toBe(frame)
  expect(copy.position.x).toBeLessThan(200)
})
