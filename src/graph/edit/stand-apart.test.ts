import { expect, test } from 'vitest'
import { emptyDocument } from '#graph/document.ts'
import { addFunction, addNote, addStep } from '#graph/edit/add-node.ts'
import { standApart } from '#graph/edit/stand-apart.ts'

test('what lies exactly on what somebody else put there moves aside, past what stands there already; the rest stays', () => {
  let document = emptyDocument()
  for (const [id, x] of [['mine', 0], ['theirs', 0], ['there', 32], ['alone', 500]] as const) document = addNote(document, { id, position: { x, y: x } }).document
  const apart = standApart(document, ['mine', 'alone'], ['theirs'])
  expect(apart.nodes['mine']!.position).toEqual({ x: 64, y: 64 })
  expect(['theirs', 'there', 'alone'].map((id) => apart.nodes[id])).toEqual(['theirs', 'there', 'alone'].map((id) => document.nodes[id]))
  expect(standApart(document, ['alone'], ['theirs'])).toBe(document)
})

test('steps of one function stand below each other, and the function grows with them', () => {
  let document = addFunction(emptyDocument(), { id: 'fn', position: { x: 0, y: 0 } }).document
  for (const id of ['mine', 'theirs']) document = addStep(document, { id, parent: 'fn', kind: 'transform', position: { x: 24, y: 100 } }).document
  const apart = standApart(document, ['mine'], ['theirs'])
  expect(apart.nodes['mine']!.position).toEqual({ x: 24, y: 156 })
  expect((apart.nodes['fn'] as { size: { h: number } }).size.h).toBeGreaterThan((document.nodes['fn'] as { size: { h: number } }).size.h)
})
