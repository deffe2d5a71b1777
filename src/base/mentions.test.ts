import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { handlesOf, mentionedIn, mentionPlaces } from '#base/mentions.ts'

const people = handlesOf([
  { id: 'ada', name: 'Ada', email: 'ada@north.io' },
  { id: 'adab', name: 'Ada Brandt', email: 'ada.brandt@north.io' },
  { id: 'ben1', name: 'Ben', email: 'ben@north.io' },
  { id: 'ben2', name: 'ben', email: 'ben@south.io' },
  { id: 'none', name: null, email: 'ops@north.io' },
])

test('two of one name are called by their addresses', () => {
  expect(people.map((one) => one.handle)).toEqual(['Ada', 'Ada Brandt', 'ben@north.io', 'ben@south.io', 'ops@north.io'])
})

describe('who is mentioned', () => {
  test.each([
    ['@Ada look', ['ada']],
    ['@ada brandt, and @Ada.', ['adab', 'ada']],
    ['(@ben@south.io) please', ['ben2']],
    ['@ada@north.io', ['ada']],
    ['@Ada @Ada @Ada', ['ada']],
    ['write to ada@north.io', []],
    ['@Adam and @ada-lovelace and @ada.x', []],
    ['@Ben', []],
    ['@', []],
    ['İ İ İ @Ada look', ['ada']],
  ])('%s', (text, ids) => {
    expect(mentionedIn(text, people).map((one) => one.id)).toEqual(ids)
  })

  test('places never overlap and begin with @', () => {
    fc.assert(fc.property(fc.array(fc.constantFrom('@', 'Ada', ' ', 'Brandt', 'ben@north.io', '.', 'x', 'ß', '😀')).map((parts) => parts.join('')), (text) => {
      let end = 0
      for (const place of mentionPlaces(text, people)) {
        expect(place.start).toBeGreaterThanOrEqual(end)
        expect(text[place.start]).toBe('@')
        end = place.start + place.length
      }
      expect(end).toBeLessThanOrEqual(text.length)
    }))
  })
})
