import { expect, test } from 'vitest'
import { compareDrawings } from '#graph/compare.ts'
import { functionDifferences } from '#graph/differences.ts'
import { emptyDocument, type GraphDocument } from '#graph/document.ts'
import { addEvent, addFunction, addStep } from '#graph/edit/add-node.ts'
import { connect } from '#graph/edit/connect.ts'
import { updateNode } from '#graph/edit/update-node.ts'

const catalog = { functionsElsewhere: [] }

function drawing(): GraphDocument {
  let document = addEvent(emptyDocument(), { id: 'ev', position: { x: 0, y: 0 }, event: 'a/b' }).document
  document = addFunction(document, { id: 'fn', position: { x: 300, y: 0 }, slug: 'charge' }).document
  for (const id of ['s1', 's2']) document = addStep(document, { id, parent: 'fn', kind: 'http', config: { url: 'https://x.example', method: 'GET' }, after: 'last' }).document
  const joined = connect(document, { source: 'ev', target: 'fn' })
  if ('refused' in joined) throw new Error(joined.refused)
  return joined.document
}

test('a function with something to fix is changed, not removed or new', () => {
  const good = drawing()
  const broken = updateNode(good, 's1', { config: { url: '' } })
  for (const [before, after] of [[good, broken], [broken, good]] as const) {
    const { changes, was, is } = compareDrawings(before, after, catalog)
    expect(changes).toEqual([{ slug: 'charge', change: 'changed', from: null, to: null }])
    expect(functionDifferences(was.get('charge')!, is.get('charge')!)).toEqual([expect.objectContaining({ change: 'changed', nodeId: 's1', field: 'url' })])
  }
  expect(compareDrawings(broken, broken, catalog).changes).toMatchObject([{ change: 'unchanged' }])
})

test('steps in a circle are still steps of it', () => {
  const good = drawing()
  const circle: GraphDocument = { ...good, edges: { ...good.edges, back: { id: 'back', type: 'order', source: 's2', target: 's1', port: 'out' } } }
  const { was, is } = compareDrawings(good, circle, catalog)
  expect(functionDifferences(was.get('charge')!, is.get('charge')!).map((one) => one.change)).not.toContain('removed')
})
