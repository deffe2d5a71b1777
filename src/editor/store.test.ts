import { expect, test } from 'vitest'
import { emptyDocument } from '#graph/document.ts'
import { addNote } from '#graph/edit/add-node.ts'
import { updateNode } from '#graph/edit/update-node.ts'
import { createEditor } from './store.ts'

function editor() {
  return createEditor({
    clientId: 'here', document: emptyDocument(), revision: 0, pending: [], timers: { set: () => 0, clear: () => {} }, store: { save: async () => {} },
    transport: { push: () => new Promise(() => {}), load: () => new Promise(() => {}), explain: () => ({ kind: 'offline' }) },
  } as Parameters<typeof createEditor>[0])
}

test('what is read out is each thing that is done, the same twice, too; a gesture once, and nothing that is undone', () => {
  const one = editor()
  const heard: string[] = []
  one.store.subscribe(({ done }, before) => {
    if (done !== null && done !== before.done) heard.push(done.label)
  })
  const add = (): void => one.edit('Add note', (document) => addNote(document, { position: { x: 0, y: 0 } }).document)
  add()
  add()
  const [id] = Object.keys(one.store.getState().document.nodes)
  for (const text of ['N', 'No', 'Not']) one.edit('Edit note', (document) => updateNode(document, id!, { text }), { group: 'typing' })
  one.edit('Nothing', (document) => document)
  expect(heard).toEqual(['Add note', 'Add note', 'Edit note'])
  one.undo()
  one.undo()
  one.redo()
  expect(one.store.getState().undoLabel).toBe('Add note')
  expect(heard).toHaveLength(3)
  add()
  expect(heard).toHaveLength(4)
  one.dispose()
})
