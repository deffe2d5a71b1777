import { expect, test } from 'vitest'
import { emptyDocument } from '#graph/document.ts'
import { addEvent, addFunction, addStep } from '#graph/edit/add-node.ts'
import { connect } from '#graph/edit/connect.ts'
import { neighbour } from './walk.ts'

function drawing() {
  const event = addEvent(emptyDocument(), { position: { x: 0, y: 200 }, event: 'order/placed' })
  const top = addFunction(event.document, { position: { x: 300, y: 0 }, slug: 'top' })
  const low = addFunction(top.document, { position: { x: 300, y: 300 }, slug: 'low' })
  const a = addStep(low.document, { parent: top.id, kind: 'http' })
  const b = addStep(a.document, { parent: top.id, kind: 'emit', after: a.id, config: { event: 'order/booked', data: {} } })
  const booked = addEvent(b.document, { position: { x: 900, y: 0 }, event: 'order/booked' })
  let document = booked.document
  for (const target of [top.id, low.id]) {
    const joined = connect(document, { source: event.id, target })
    if ('document' in joined) document = joined.document
  }
  return { document, event: event.id, top: top.id, low: low.id, a: a.id, b: b.id, booked: booked.id }
}

test('right follows the lines from an event through a function to the event it sends', () => {
  const { document, event, top, a, b, booked } = drawing()
  const path = [event]
  for (let id = neighbour(document, event, 'right'); id !== null; id = neighbour(document, id, 'right')) path.push(id)
  expect(path).toEqual([event, top, a, b, booked])
})

test('left leads back the same way', () => {
  const { document, event, top, a, b, booked } = drawing()
  const path = [booked]
  for (let id = neighbour(document, booked, 'left'); id !== null; id = neighbour(document, id, 'left')) path.push(id)
  expect(path).toEqual([booked, b, a, top, event])
})

test('down and up stay on one level', () => {
  const { document, top, low, a } = drawing()
  expect(neighbour(document, top, 'down')).toBe(low)
  expect(neighbour(document, low, 'up')).toBe(top)
  expect(neighbour(document, a, 'down')).toBeNull()
})

test('without a start it is the first of the drawing', () => {
  const { document, top } = drawing()
  expect(neighbour(document, null, 'right')).toBe(top)
  expect(neighbour(emptyDocument(), null, 'right')).toBeNull()
})
