import { expect, test } from 'vitest'
import { emptyDocument, type OrderEdge } from '#graph/document.ts'
import { addFunction, addStep } from '#graph/edit/add-node.ts'
import { setCases } from '#graph/edit/set-cases.ts'

test('a case that goes takes its line with it: one that is added later under its id does not lead there', () => {
  const cases = ['c1', 'c2'].map((id) => ({ id, label: id, when: 'event.ts > 1' }))
  let document = addFunction(emptyDocument(), { id: 'fn', position: { x: 0, y: 0 } }).document
  document = addStep(document, { id: 'if', parent: 'fn', kind: 'condition', config: { mode: 'switch', cases } }).document
  for (const port of ['c1', 'c2', 'else']) document = addStep(document, { id: `to_${port}`, parent: 'fn', kind: 'transform', after: 'if', port }).document
  const ports = (edges: typeof document.edges) => Object.values(edges).map((edge) => (edge as OrderEdge).port)
  const without = setCases(document, 'if', 'cases', [cases[0]!])
  expect(ports(without.edges)).toEqual(['c1', 'else'])
  expect(ports(setCases(without, 'if', 'cases', [cases[0]!, { ...cases[1]!, label: 'new' }]).edges)).toEqual(['c1', 'else'])
  expect(ports(setCases(document, 'if', 'cases', [{ ...cases[0]!, label: 'other' }, cases[1]!]).edges)).toEqual(['c1', 'c2', 'else'])
})
