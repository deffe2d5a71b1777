import { expect, test } from 'vitest'
import { emptyDocument, type GraphDocument } from '#graph/document.ts'
import { addEvent } from '#graph/edit/add-node.ts'
import { updateNode } from '#graph/edit/update-node.ts'
import { countsText, reasonText, restoreText } from './history-words.ts'

const event = (document: GraphDocument, id: string) => addEvent(document, { id, position: { x: 0, y: 0 }, event: `${id}/x` }).document

test('reasons are words, also ones that are not known here', () => {
  expect(['publish v3', 'test', 'before layout', 'something new'].map(reasonText)).toEqual(['Published as v3', 'Tested', 'Before a tidy-up', 'Kept'])
})

test('counts agree with their nouns', () => {
  expect(countsText({ events: 1, functions: 4, steps: 0 })).toBe('4 functions, 0 steps, 1 event')
})

test('what restoring would change', () => {
  const two = event(event(emptyDocument(), 'a'), 'b')
  expect(restoreText(two, two)).toBe('The same as what you see now.')
  expect(restoreText(emptyDocument(), two)).toBe('Restoring brings back 2 things.')
  const now = updateNode(event(event(emptyDocument(), 'a'), 'c'), 'a', { event: 'other/x' })
  expect(restoreText(now, two)).toBe('Restoring brings back 1 thing, removes 1 thing and changes 1 thing.')
})
