import { expect, test } from 'vitest'
import { emptyDocument } from '#graph/document.ts'
import { addEvent, addFunction, addNote, addStep } from '#graph/edit/add-node.ts'
import { boxAt, layScene } from './scene.ts'

test('under a point a step is meant before an event, that before a function, and a note last, whichever was drawn first', () => {
  const at = { x: 0, y: 0 }
  let document = addNote(emptyDocument(), { id: 'note', position: at, size: { w: 600, h: 400 } }).document
  document = addFunction(document, { id: 'fn', position: { x: 40, y: 40 } }).document
  document = addStep(document, { id: 'step', parent: 'fn', kind: 'http' }).document
  document = addEvent(document, { id: 'ev', position: { x: 60, y: 45 } }).document
  for (const turned of [document, { ...document, nodes: Object.fromEntries(Object.entries(document.nodes).reverse()) }]) {
    const scene = layScene(turned)
    const step = scene.boxes.get('step')!
    const event = scene.boxes.get('ev')!
    expect(boxAt(scene, { x: step.x + step.w - 1, y: step.y + step.h - 1 })?.id).toBe('step')
    expect(boxAt(scene, { x: event.x + 1, y: event.y + 1 })?.id).toBe('ev')
    expect(boxAt(scene, { x: 41, y: 41 })?.id).toBe('fn')
    expect(boxAt(scene, { x: 10, y: 10 })?.id).toBe('note')
    expect(boxAt(scene, { x: 10, y: 10 }, { notes: false })).toBeNull()
    expect(boxAt(scene, { x: 41, y: 41 }, { notes: false })?.id).toBe('fn')
  }
})
