import { expect, test } from 'vitest'
import { emptyDocument } from '#graph/document.ts'
import { addFunction, addStep } from '#graph/edit/add-node.ts'
import { connect } from '#graph/edit/connect.ts'
import { errorLines, setOnError } from '#graph/edit/set-on-error.ts'

let drawn = addFunction(emptyDocument(), { id: 'fn', position: { x: 0, y: 0 }, slug: 'greet' }).document
for (const id of ['one', 'two', 'sorry']) drawn = addStep(drawn, { id, parent: 'fn', kind: 'transform', key: id, ...(id === 'two' ? { after: 'one' } : {}) }).document

test('a branch opens the way out, and closing it removes its line and no other', () => {
  expect(connect(drawn, { source: 'one', target: 'sorry', port: 'error' })).toHaveProperty('refused')
  const open = setOnError(drawn, 'one', 'branch')
  const led = connect(open, { id: 'e', source: 'one', target: 'sorry', port: 'error' })
  if ('refused' in led) throw new Error(led.refused)
  expect(errorLines(led.document, 'one')).toEqual(['e'])
  for (const onError of ['fail', 'continue'] as const) {
    const closed = setOnError(led.document, 'one', onError)
    expect(errorLines(closed, 'one')).toEqual([])
    expect(closed.edges).toEqual(drawn.edges)
    expect(closed.nodes.one).toEqual(onError === 'fail' ? drawn.nodes.one : { ...drawn.nodes.one, onError })
  }
})
test('an unknown step changes nothing', () => expect(setOnError(drawn, 'none', 'branch')).toBe(drawn))
