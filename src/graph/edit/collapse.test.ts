import { expect, test } from 'vitest'
import { emptyDocument } from '#graph/document.ts'
import { addFunction, addStep } from '#graph/edit/add-node.ts'
import { functionsMeant, setCollapsed } from '#graph/edit/collapse.ts'
import { applyChanges, diffDocuments } from '#graph/operations.ts'

function oneFunction() {
  const frame = addFunction(emptyDocument(), { position: { x: 0, y: 0 }, slug: 'f' })
  const step = addStep(frame.document, { parent: frame.id, kind: 'http' })
  return { document: step.document, frame: frame.id, step: step.id }
}

test('collapsing is one change, and expanding takes it away again', () => {
  const { document, frame } = oneFunction()
  const small = setCollapsed(document, [frame], true)
  expect(diffDocuments(document, small)).toEqual([{ path: ['nodes', frame, 'collapsed'], value: true }])
  expect(applyChanges(document, diffDocuments(document, small))).toEqual(small)
  expect(applyChanges(small, diffDocuments(small, document))).toEqual(document)
})

test('what is not a function, or is so already, changes nothing', () => {
  const { document, frame, step } = oneFunction()
  expect(setCollapsed(document, [step, 'nobody', '__proto__'], true)).toBe(document)
  expect(setCollapsed(document, [frame], false)).toBe(document)
})

test('a step means its function', () => {
  const { document, frame, step } = oneFunction()
  expect(functionsMeant(document, [step, frame])).toEqual([frame])
})

test('a step that is added to a collapsed function opens it', () => {
  const { document, frame } = oneFunction()
  const added = addStep(setCollapsed(document, [frame], true), { parent: frame, kind: 'mail', after: 'last' })
  expect(added.document.nodes[frame]).not.toHaveProperty('collapsed')
})
