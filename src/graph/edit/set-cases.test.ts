import { expect, test } from 'vitest'
import { emptyDocument, type OrderEdge } from '#graph/document.ts'
import { addFunction, addStep } from '#graph/edit/add-node.ts'
import { compile } from '#graph/compile/index.ts'
import { setCases, setField } from '#graph/edit/set-cases.ts'

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

test('a switch that becomes if and else keeps its first case and the lines of the first and the last way, and so back', () => {
  const cases = [{ id: 'c1', label: '', when: 'event.ts > 1' }, { id: 'c2', label: '', when: '' }]
  let document = addFunction(emptyDocument(), { id: 'fn', position: { x: 0, y: 0 } }).document
  document = addStep(document, { id: 'if', parent: 'fn', kind: 'condition', config: { mode: 'switch', cases } }).document
  for (const port of ['c1', 'c2', 'else']) document = addStep(document, { id: `to_${port}`, parent: 'fn', kind: 'sleep', config: { mode: 'for', duration: '1h' }, after: 'if', port }).document
  const lines = (edges: typeof document.edges) => Object.values(edges).map((edge) => [(edge as OrderEdge).port, edge.target])
  const single = setField(document, 'if', 'mode', 'if')
  expect(single.nodes['if']).toMatchObject({ config: { mode: 'if', cases: [cases[0]] } })
  expect(lines(single.edges)).toEqual([['true', 'to_c1'], ['false', 'to_else']])
  // The case without a condition is no longer checked: it could not be seen, and so not be corrected.
  expect(compile(single, { functionsElsewhere: [] }).diagnostics.filter((one) => one.nodeId === 'if')).toEqual([])
  expect(lines(setField(single, 'if', 'mode', 'switch').edges)).toEqual([['c1', 'to_c1'], ['else', 'to_else']])
  expect(lines(setField(document, 'if', 'mode', 'switch').edges)).toEqual(lines(document.edges))
})
