import { expect, test } from 'vitest'
import { emptyDocument } from '#graph/document.ts'
import { addEvent, addFunction, addSchedule } from '#graph/edit/add-node.ts'
import { connect } from '#graph/edit/connect.ts'
import { sampleFor } from './sample-for.ts'

const joined = (document: ReturnType<typeof emptyDocument>, source: string) => {
  const answer = connect(document, { source, target: 'fn' })
  if ('refused' in answer) throw new Error(answer.refused)
  return answer.document
}
const frame = addFunction(emptyDocument(), { id: 'fn', position: { x: 300, y: 0 }, slug: 'work' }).document
const one = (name: string, data: unknown, id: string | null) => ({ id, name, data: data as never, ts: 1 })

test('a real event goes first, then a sample, then an empty one of that name', () => {
  let document = addEvent(frame, { id: 'a', position: { x: 0, y: 0 }, event: 'a/b', sample: { n: 1 } }).document
  document = joined(document, 'a')
  document = joined(addEvent(document, { id: 'c', position: { x: 0, y: 100 }, event: 'c/d' }).document, 'c')
  expect(sampleFor(document, 'fn', new Map())).toEqual({ name: 'a/b', data: { n: 1 } })
  expect(sampleFor(document, 'fn', new Map([['a', one('a/b', { n: 1 }, null)], ['c', one('c/d', { n: 2 }, 'evt_1')]]))).toEqual({ name: 'c/d', data: { n: 2 } })
})

test('patterns, schedules and functions that are only called have an event, too', () => {
  const pattern = joined(addEvent(frame, { id: 'p', position: { x: 0, y: 0 }, event: 'order/*' }).document, 'p')
  expect(sampleFor(pattern, 'fn', new Map())).toEqual({ name: 'order/example', data: {} })
  const clock = joined(addSchedule(frame, { id: 's', position: { x: 0, y: 0 }, cron: '0 9 * * *', timezone: 'UTC' }).document, 's')
  expect(sampleFor(clock, 'fn', new Map())).toEqual({ name: 'fanwise/schedule.ticked', data: {} })
  expect(sampleFor(frame, 'fn', new Map())).toEqual({ name: 'fanwise/function.invoked', data: {} })
})
