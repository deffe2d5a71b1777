import { expect, test } from 'vitest'
import { emptyDocument } from '#graph/document.ts'
import { addNote } from '#graph/edit/add-node.ts'
import { writeNote } from './fit-note.ts'

test('a note grows with its text, and not with one that is too long to be taken', () => {
  const { document } = addNote(emptyDocument(), { id: 'n', position: { x: 0, y: 0 } })
  expect(writeNote(document, 'n', 'line\n'.repeat(9)).nodes['n']).toMatchObject({ size: { h: 168 } })
  expect(writeNote(document, 'n', 'x'.repeat(10_001))).toBe(document)
})
