import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { canonicalJson } from '#base/json.ts'
import { emptyDocument, type GraphDocument } from '#graph/document.ts'
import { addEvent, addNote } from '#graph/edit/add-node.ts'
import { removeElements } from '#graph/edit/remove.ts'
import { updateNode } from '#graph/edit/update-node.ts'
import { applyChanges, diffDocuments } from '#graph/operations.ts'
import { applyRandomEdit, randomEdit } from '#graph/random-edits.ts'
import { History } from './history.ts'

function edit(history: History, before: GraphDocument, after: GraphDocument, group?: string): GraphDocument {
  const changes = diffDocuments(before, after)
  if (changes.length > 0) history.record('Edit', before, changes, group)
  return applyChanges(before, changes)
}

function all(history: History, which: 'undo' | 'redo', document: GraphDocument): GraphDocument {
  for (let step = history[which](document); step !== null; step = history[which](document)) {
    document = applyChanges(document, step.changes)
  }
  return document
}

describe('history', () => {
  test('undo all is the start, redo all is the end, any number of times', () => {
    fc.assert(fc.property(fc.array(fc.record({ edit: randomEdit, group: fc.option(fc.constantFrom('g1', 'g2'), { nil: undefined }) }), { maxLength: 40 }), (steps) => {
      const history = new History()
      const start = addEvent(emptyDocument(), { position: { x: 0, y: 0 }, event: 'user/created' }).document
      let document = start
      for (const { edit: random, group } of steps) document = edit(history, document, applyRandomEdit(document, random), group)
      const end = canonicalJson(document)
      for (let round = 0; round < 2; round++) {
        document = all(history, 'undo', document)
        expect(canonicalJson(document)).toBe(canonicalJson(start))
        document = all(history, 'redo', document)
        expect(canonicalJson(document)).toBe(end)
      }
    }), { numRuns: 200 })
  })

  test('typing in one field is one entry; a pause in the gesture starts another', () => {
    const history = new History()
    const added = addNote(emptyDocument(), { position: { x: 0, y: 0 } })
    let document = edit(history, emptyDocument(), added.document)
    for (const text of ['h', 'he', 'hey']) document = edit(history, document, updateNode(document, added.id, { text }), 'note.text')
    history.close()
    document = edit(history, document, updateNode(document, added.id, { text: 'hey you' }), 'note.text')
    document = applyChanges(document, history.undo(document)!.changes)
    expect(document.nodes[added.id]).toMatchObject({ text: 'hey' })
    document = applyChanges(document, history.undo(document)!.changes)
    expect(document.nodes[added.id]).toMatchObject({ text: '' })
  })

  test('leaves what others did in place', () => {
    const history = new History()
    const mine = addEvent(emptyDocument(), { position: { x: 0, y: 0 }, event: 'a/b' })
    let document = edit(history, emptyDocument(), mine.document)
    const theirs = addNote(document, { position: { x: 9, y: 9 }, text: 'theirs' })
    document = theirs.document
    history.interrupt()
    document = applyChanges(document, history.undo(document)!.changes)
    expect(Object.keys(document.nodes)).toEqual([theirs.id])
    document = applyChanges(document, history.redo(document)!.changes)
    expect(document.nodes[mine.id]).toMatchObject({ event: 'a/b' })
  })

  test('leaves a field as a colleague has set it since, and undoes the rest', () => {
    const history = new History()
    const added = addEvent(emptyDocument(), { position: { x: 0, y: 0 }, event: 'a/b' })
    const mine = updateNode(added.document, added.id, { event: 'mine/now' })
    let document = edit(history, added.document, { ...mine, nodes: { [added.id]: { ...mine.nodes[added.id]!, position: { x: 80, y: 0 } } } })
    document = updateNode(document, added.id, { event: 'theirs/later' })
    history.interrupt()
    document = applyChanges(document, history.undo(document)!.changes)
    expect(document.nodes[added.id]).toMatchObject({ event: 'theirs/later', position: { x: 0, y: 0 } })
    document = applyChanges(document, history.redo(document)!.changes)
    expect(document.nodes[added.id]).toMatchObject({ event: 'theirs/later', position: { x: 80, y: 0 } })
  })

  test('undoing an edit of what a colleague removed does nothing and does not throw', () => {
    const history = new History()
    const added = addNote(emptyDocument(), { position: { x: 0, y: 0 }, text: 'one' })
    let document = edit(history, added.document, updateNode(added.document, added.id, { text: 'two' }))
    document = removeElements(document, [added.id])
    expect(applyChanges(document, history.undo(document)!.changes)).toEqual(document)
  })
})
