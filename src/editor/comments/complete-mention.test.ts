import { expect, test } from 'vitest'
import { handlesOf } from '#base/mentions.ts'
import { fittingPeople, insertMention, openMention } from './complete-mention.ts'

const people = handlesOf([
  { id: '1', name: 'Ada Brandt', email: 'ada@north.io' },
  { id: '2', name: 'Ben', email: 'ben@north.io' },
  { id: '3', name: null, email: 'ops@north.io' },
])
const fit = (typed: string) => fittingPeople(people, typed).map((one) => one.handle)

test('an @ opens a mention, an address does not', () => {
  expect(openMention('hello @ad', 9)).toEqual({ start: 6, typed: 'ad' })
  expect(openMention('@', 1)).toEqual({ start: 0, typed: '' })
  expect(openMention('mail ada@no', 11)).toBeNull()
  expect(openMention('@Ada\nnext', 9)).toBeNull()
  expect(openMention('no at', 5)).toBeNull()
  expect(openMention('@Ada look', 0)).toBeNull()
})

test('people are found by the beginning of any part of their name or address', () => {
  expect(fit('')).toEqual(['Ada Brandt', 'Ben', 'ops@north.io'])
  expect(fit('br')).toEqual(['Ada Brandt'])
  expect(fit('ada br')).toEqual(['Ada Brandt'])
  expect(fit('north')).toEqual(['Ada Brandt', 'Ben', 'ops@north.io'])
  expect(fit('Ada Brandt look')).toEqual([])
})

test('a name goes in with one blank after it', () => {
  expect(insertMention('see @ad now', { start: 4, typed: 'ad' }, 'Ada Brandt')).toEqual({ text: 'see @Ada Brandt now', caret: 15 })
  expect(insertMention('see @ad', { start: 4, typed: 'ad' }, 'Ben')).toEqual({ text: 'see @Ben ', caret: 9 })
})
