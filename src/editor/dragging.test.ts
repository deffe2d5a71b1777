import { expect, test } from 'vitest'
import { guideBoxes } from '#canvas/guides.ts'
import { layScene } from '#canvas/scene.ts'
import { emptyDocument } from '#graph/document.ts'
import { addFunction } from '#graph/edit/add-node.ts'
import { settle } from './dragging.tsx'

function twoFrames() {
  const a = addFunction(emptyDocument(), { position: { x: 0, y: 0 }, slug: 'a' })
  const b = addFunction(a.document, { position: { x: 16, y: 400 }, slug: 'b' })
  return { document: b.document, a: a.id, b: b.id }
}

function dragged(wanted: { x: number; y: number }, zoom: number, free = false) {
  const { document, b } = twoFrames()
  const boxes = guideBoxes(layScene(document), [b])
  return settle(boxes, { [b]: document.nodes[b]!.position }, { [b]: wanted }, zoom, free).positions[b]
}

test('what is dragged near a line goes there, elsewhere to the grid', () => {
  expect(dragged({ x: 5, y: 403 }, 1)).toEqual({ x: 0, y: 400 })
  expect(dragged({ x: 51, y: 403 }, 1)).toEqual({ x: 48, y: 400 })
})

test('near is meant on the screen: zoomed in, less of the canvas is', () => {
  expect(dragged({ x: 5, y: 403 }, 2)).toEqual({ x: 8, y: 400 })
})

test('a free hand keeps to the grid only', () => {
  expect(dragged({ x: 5, y: 403 }, 1, true)).toEqual({ x: 8, y: 400 })
})

test('several things keep their distances', () => {
  const { document, a, b } = twoFrames()
  const start = { [a]: { x: 0, y: 0 }, [b]: { x: 16, y: 400 } }
  const { positions } = settle(guideBoxes(layScene(document), [a, b]), start, { [a]: { x: 13, y: 2 }, [b]: { x: 29, y: 402 } }, 1, false)
  expect(positions[b]!.x - positions[a]!.x).toBe(16)
  expect(positions[b]!.y - positions[a]!.y).toBe(400)
})
