import { expect, test } from 'vitest'
import { emptyDocument, type GraphDocument, type StepNode } from '#graph/document.ts'
import { addEvent, addFunction, addNote, addSchedule, addStep } from '#graph/edit/add-node.ts'
import { connect } from '#graph/edit/connect.ts'
import { removeElements } from '#graph/edit/remove.ts'
import { updateNode } from '#graph/edit/update-node.ts'
import { connectTargets, moveTargets } from './targets.ts'

function drawing(): GraphDocument {
  let document = addEvent(emptyDocument(), { id: 'placed', position: { x: 0, y: 0 }, event: 'order/placed' }).document
  document = addSchedule(document, { id: 'daily', position: { x: 0, y: 200 } }).document
  document = addNote(document, { id: 'note', position: { x: 0, y: 400 } }).document
  document = addFunction(document, { id: 'charge', position: { x: 300, y: 0 }, slug: 'charge' }).document
  document = addFunction(document, { id: 'notify', position: { x: 300, y: 300 }, slug: 'notify' }).document
  for (const name of ['First', 'Second', 'Third']) document = addStep(document, { id: name, parent: 'charge', kind: 'transform', name, after: 'last' }).document
  document = addStep(document, { id: 'Say', parent: 'notify', kind: 'condition', name: 'Say' }).document
  const joined = connect(document, { source: 'placed', target: 'charge' })
  return 'document' in joined ? joined.document : document
}

const edges = (document: GraphDocument): string[] => Object.values(document.edges).map((edge) => `${edge.source} ${edge.target}`).sort()

test('only what a line may lead to is offered, and nothing twice', () => {
  expect(connectTargets(drawing(), 'placed').map((one) => one.label)).toEqual(['notify'])
  expect(connectTargets(drawing(), 'First').map((one) => one.label)).toEqual(['Third'])
  expect(connectTargets(drawing(), 'Third')).toEqual([])
  expect(connectTargets(drawing(), 'note')).toEqual([])
})

test('a function, which has no way out, offers what may start it', () => {
  const [first, ...more] = connectTargets(drawing(), 'charge')
  expect(more).toEqual([])
  expect(edges(first!.apply(drawing()))).toContain('daily charge')
})

test('each way of a branch is a choice of its own', () => {
  const document = addStep(drawing(), { id: 'Then', parent: 'notify', kind: 'transform', name: 'Then' }).document
  const targets = connectTargets(document, 'Say')
  expect(targets.map((one) => one.label)).toEqual(['Then', 'Then'])
  expect(new Set(targets.map((one) => one.detail)).size).toBe(2)
  expect(Object.values(targets[1]!.apply(document).edges).find((edge) => edge.target === 'Then')).toMatchObject({ source: 'Say', port: 'false' })
})

test('a step goes to the end of another function, which leads to it', () => {
  const target = moveTargets(drawing(), 'Say').find((one) => one.label === 'charge')!
  const moved = target.apply(drawing())
  expect((moved.nodes['Say'] as StepNode).parent).toBe('charge')
  expect(edges(moved)).toContain('Third Say')
})

test('a step goes between two others, also of its own function, and its chain closes', () => {
  const document = drawing()
  const target = moveTargets(document, 'Third').find((one) => one.label === 'Between First and Second')!
  expect(edges(target.apply(document))).toEqual(['First Third', 'Third Second', 'placed charge'])
  expect(moveTargets(drawing(), 'Second').map((one) => one.label)).toEqual(['notify', 'A function of its own'])
})

test('a step gets a function of its own, unless it has one', () => {
  const own = moveTargets(drawing(), 'Second').find((one) => one.value === 'own')!
  const moved = own.apply(drawing())
  expect(edges(moved)).toContain('First Third')
  expect((moved.nodes['Second'] as StepNode).parent).not.toBe('charge')
  expect(moveTargets(drawing(), 'Say').map((one) => one.value)).not.toContain('own')
  // What somebody else did while the list was open stays; gone meanwhile, nothing happens.
  const edited = addNote(updateNode(drawing(), 'First', { name: 'Look up' }), { id: 'theirs', position: { x: 0, y: 600 } }).document
  expect(own.apply(edited).nodes).toMatchObject({ First: { name: 'Look up' }, theirs: { type: 'note' } })
  const gone = removeElements(drawing(), ['Second'])
  expect(own.apply(gone)).toBe(gone)
})
