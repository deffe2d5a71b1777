import { expect, test } from 'vitest'
import { emptyDocument } from '#graph/document.ts'
import { addEvent, addFunction } from '#graph/edit/add-node.ts'
import { connect } from '#graph/edit/connect.ts'
import { likelyKey } from '../form/event-path.ts'
import { eventPaths } from './event-paths.ts'

let drawn = addEvent(emptyDocument(), { id: 'ev', position: { x: 0, y: 0 }, event: 'order/placed', sample: { items: [1], orderId: 'o_1' } }).document
drawn = addEvent(drawn, { id: 'far', position: { x: 0, y: 0 }, event: 'order/lost', sample: { reason: 'x' } }).document
drawn = addFunction(drawn, { id: 'fn', position: { x: 0, y: 0 }, slug: 'book' }).document
const joined = connect(drawn, { source: 'ev', target: 'fn' })
if ('refused' in joined) throw new Error(joined.refused)

test('paths of what starts the function: its sample first, then what arrived; each once, nothing of other events', () => {
  expect(eventPaths(joined.document, 'fn', { 'order/placed': [{ orderId: 'o_2', total: 5 }], 'order/lost': [{ other: 1 }] })).toEqual([
    { path: 'event.data.items', value: '[1]' }, { path: 'event.data.orderId', value: '"o_1"' }, { path: 'event.data.total', value: '5' }, { path: 'event.id', value: '' }, { path: 'event.name', value: '' },
  ])
})
test('the likely key is an id in the data, and no list', () => {
  expect(likelyKey(eventPaths(joined.document, 'fn', {}))).toBe('event.data.orderId')
  expect(likelyKey([{ path: 'event.data.ids', value: '[1]' }, { path: 'event.id', value: '' }])).toBeUndefined()
})
