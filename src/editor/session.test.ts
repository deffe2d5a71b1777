import { afterEach, expect, test, vi } from 'vitest'
import { emptyDocument } from '#graph/document.ts'
import { addNote } from '#graph/edit/add-node.ts'
import { diffDocuments } from '#graph/operations.ts'
import { openSession } from './session.ts'

afterEach(() => vi.unstubAllGlobals())

test('the last edit before somebody goes to another page is sent', async () => {
  const page = new EventTarget()
  vi.stubGlobal('window', Object.assign(page, { document: Object.assign(new EventTarget(), { visibilityState: 'visible' }) }))
  const sent: string[] = []
  const mutate = async ({ operations }: { operations: { seq: number; label: string }[] }) => {
    sent.push(...operations.map((one) => one.label))
    return { revision: operations.length, acknowledgedSeq: Math.max(...operations.map((one) => one.seq)), others: [] }
  }
  const client = { workflows: { applyOperations: { mutate } } } as never
  const session = await openSession({ client, workspace: 'north', slug: 'one', id: '018f3a2e-0000-7000-8000-000000000000', author: 'usr_a', document: emptyDocument(), revision: 0 })
  session.editor.edit('Add note', (document) => addNote(document, { position: { x: 0, y: 0 } }).document)
  session.close()
  await vi.waitFor(() => expect(sent).toEqual(['Add note']))
})

test('whoever comes back to a drawing that the page still remembers sees what it is now, at once', async () => {
  const page = new EventTarget()
  vi.stubGlobal('window', Object.assign(page, { document: Object.assign(new EventTarget(), { visibilityState: 'visible' }) }))
  const now = addNote(emptyDocument(), { id: 'n', position: { x: 0, y: 0 } }).document
  const query = async () => ({ revision: 1, acknowledgedSeq: 0, others: [{ revision: 1, clientId: 'earlier', author: 'me', label: 'Add note', changes: diffDocuments(emptyDocument(), now) }] })
  const client = { workflows: { draftNews: { query } } } as never
  const session = await openSession({ client, workspace: 'north', slug: 'one', id: '018f3a2e-0000-7000-8000-000000000000', author: 'usr_a', document: emptyDocument(), revision: 0 })
  await vi.waitFor(() => expect(session.editor.store.getState().document).toEqual(now))
  session.close()
})
