import { expect, test } from 'vitest'
import { emptyDocument, type GraphDocument } from '#graph/document.ts'
import { addFunction, addStep } from '#graph/edit/add-node.ts'
import { connect } from '#graph/edit/connect.ts'
import { removeElements } from '#graph/edit/remove.ts'
import { moveOntoLine } from '#graph/edit/splice.ts'
import { updateNode } from '#graph/edit/update-node.ts'
import { dropWords } from './drop.ts'
import { looseWords } from './loose-words.ts'

/** a → b → c → d, and b's failure → each of `handlers`. */
function drawing(...handlers: string[]): GraphDocument {
  let document = addFunction(emptyDocument(), { id: 'fn', position: { x: 0, y: 0 }, slug: 'one' }).document
  for (const id of ['a', 'b', 'c', 'd']) document = addStep(document, { id, parent: 'fn', kind: 'http', name: id, after: 'last' }).document
  document = updateNode(document, 'b', { onError: 'branch' })
  for (const id of handlers) {
    const joined = connect(addStep(document, { id, parent: 'fn', kind: 'mail', name: id }).document, { source: 'b', target: id, port: 'error' })
    if ('refused' in joined) throw new Error(joined.refused)
    document = joined.document
  }
  return document
}

test.each([
  [[], null],
  [['Alarm'], 'Nothing leads to "Alarm" any more, so it would start at once. Connect it or remove it; Undo takes this back.'],
  [['Alarm', 'Refund'], 'Nothing leads to "Alarm" and "Refund" any more, so they would start at once. Connect or remove them; Undo takes this back.'],
  [['A', 'B', 'C', 'D', 'E'], 'Nothing leads to "A", "B", "C" and 2 more any more, so they would start at once. Connect or remove them; Undo takes this back.'],
])('a deleted step with the handlers %j', (handlers, words) => {
  const before = drawing(...handlers)
  expect(looseWords(before, removeElements(before, ['b']))).toBe(words)
})

test('a line that is removed says nothing: that was asked for', () => {
  const before = drawing()
  expect(looseWords(before, removeElements(before, Object.keys(before.edges)))).toBeNull()
})

test('a step that goes between two others leaves its chain joined by its way on, and says what handled its failure', () => {
  const before = drawing('Alarm')
  const line = Object.values(before.edges).find((edge) => edge.source === 'c' && edge.target === 'd')!
  const after = moveOntoLine(before, line.id, 'b')
  expect(Object.values(after.edges).map((edge) => `${edge.source}>${edge.target}`).sort()).toEqual(['a>c', 'b>d', 'c>b'])
  expect(dropWords(before, after, ['b'])).toContain('Nothing leads to "Alarm" any more')
})
