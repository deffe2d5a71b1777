import { expect, test } from 'vitest'
import { inBothEvents, likelyKey, sharedPaths } from './event-path.ts'

const starting = [{ path: 'event.data.note', value: '"hello"' }, { path: 'event.data.orderId', value: '"A-7"' }, { path: 'event.data.lines', value: '[1,2]' }, { path: 'event.id', value: '' }]

test('what both events have goes first, and lists are no keys', () => {
  expect(sharedPaths(starting, [{ path: 'async.data.orderId', value: '"A-8"' }, { path: 'async.data.paid', value: 'true' }])).toEqual([{ path: 'data.orderId', value: '"A-7"' }, { path: 'data.note', value: '"hello"' }])
  expect(likelyKey(sharedPaths(starting, []))).toBe('data.orderId')
})

test('a path of either event is written without its name, another one says why it is not', () => {
  expect(inBothEvents('event.data.orderId')).toEqual({ path: 'data.orderId' })
  expect(inBothEvents('async.data.order["the id"]')).toEqual({ path: 'data.order["the id"]' })
  expect(inBothEvents('steps.look.body')).toMatchObject({ why: expect.stringContaining('steps.look.body') })
})
