import { expect, test } from 'vitest'
import { emptyCatalog } from '#graph/compile/catalog.ts'
import { emptyDocument } from '#graph/document.ts'
import { addFunction, addSchedule, addStep } from '#graph/edit/add-node.ts'
import { connect } from '#graph/edit/connect.ts'
import { removeElements } from '#graph/edit/remove.ts'
import { updateNode } from '#graph/edit/update-node.ts'
import { draftChanges, findingsOf } from './findings.ts'

test('a function whose schedule cannot be read is not said to be gone; one that is gone is', () => {
  const clock = addSchedule(emptyDocument(), { id: 'clock', position: { x: 0, y: 0 } })
  const frame = addFunction(clock.document, { id: 'fn', position: { x: 300, y: 0 }, slug: 'nightly' })
  const step = addStep(frame.document, { parent: 'fn', kind: 'transform', config: { fields: [] } })
  const joined = connect(step.document, { source: 'clock', target: 'fn' })
  if ('refused' in joined) throw new Error(joined.refused)
  const { functions } = findingsOf(joined.document, emptyCatalog)
  const live = functions.map(({ slug, hash }) => ({ slug, hash, version: 1 }))
  const changes = (document: typeof joined.document) => draftChanges(live, findingsOf(document, emptyCatalog))
  expect(changes(joined.document)).toMatchObject([{ slug: 'nightly', change: 'unchanged' }])
  expect(changes(updateNode(joined.document, 'clock', { cron: '61 * * * *' }))).toEqual([])
  expect(changes(removeElements(joined.document, ['fn']))).toMatchObject([{ slug: 'nightly', change: 'removed' }])
})
