import { expect, test } from 'vitest'
import { emptyDocument, type FunctionNode, type GraphDocument, type StepNode } from '#graph/document.ts'
import { addEvent, addFunction, addStep } from '#graph/edit/add-node.ts'
import { namersOf, renameEvent } from '#graph/edit/rename-event.ts'
import { updateNode } from '#graph/edit/update-node.ts'

const at = { x: 0, y: 0 }

function drawing(): GraphDocument {
  let document = addEvent(emptyDocument(), { id: 'ev', position: at, event: 'order/placed' }).document
  document = addFunction(document, { id: 'fn', position: at, slug: 'take' }).document
  document = updateNode(document, 'fn', { cancelOn: [{ event: 'order/undone' }, { event: 'order/placed', match: 'data.id' }] })
  document = addStep(document, { id: 'send', parent: 'fn', kind: 'emit', config: { event: 'order/placed', data: '{}' } }).document
  document = addStep(document, { id: 'wait', parent: 'fn', kind: 'wait', config: { event: ' order/placed ' } }).document
  return addStep(document, { id: 'other', parent: 'fn', kind: 'emit', config: { event: 'order/other', data: '{}' } }).document
}
const names = ({ nodes }: GraphDocument) => [
  ...['send', 'wait', 'other'].map((id) => (nodes[id] as StepNode).config.event), (nodes['fn'] as FunctionNode).cancelOn!.map((one) => one.event),
]
const typed = (document: GraphDocument, texts: string[], known: string[] = []): GraphDocument => {
  const namers = namersOf(document, 'ev')
  return texts.reduce((now, text) => renameEvent(now, 'ev', text, namers, new Set(known)), document)
}

test('what sends an event, waits for it and ends by it follows its new name, letter by letter', () => {
  expect(names(typed(drawing(), ['order/', '', 'order/made']))).toEqual(['order/made', 'order/made', 'order/other', ['order/undone', 'order/made']])
})

test('a pattern, and a name that means something else already, are followed by nothing: what names the old one goes on naming it', () => {
  expect(names(typed(drawing(), ['order/', 'order/*']))).toEqual(['order/placed', 'order/placed', 'order/other', ['order/undone', 'order/placed']])
  expect(names(typed(drawing(), ['order/p', 'order/paid'], ['order/paid']))).toEqual(['order/placed', 'order/placed', 'order/other', ['order/undone', 'order/placed']])
  // On the way through a name of others.
  expect(names(typed(drawing(), ['order/paid', 'order/paid-late'], ['order/paid']))[0]).toBe('order/paid-late')
})

test('nothing follows while another event here has the name, too', () => {
  const document = addEvent(drawing(), { id: 'twin', position: at, event: 'order/placed' }).document
  expect(namersOf(document, 'ev').size).toBe(0)
  expect(namersOf(drawing(), 'ev').size).toBe(3)
})
