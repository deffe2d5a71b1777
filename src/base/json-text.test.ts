import { expect, test } from 'vitest'
import { longNumberWords, readObject } from '#base/json-text.ts'

const words = 'The number 12345678901234567890 has more digits than a number can keep: another one would be taken. Put it in quotes.'

test('a number that would become another one is named; in quotes it is a text', () => {
  expect(longNumberWords('{"id": 12345678901234567890}')).toBe(words)
  for (const text of ['{"id": "12345678901234567890"}', '{"id": 1234567890}', '{', '']) expect(longNumberWords(text)).toBeNull()
})

test('an object is read; anything else says what to write', () => {
  expect(readObject('{"id": 7}', 'Write an object.')).toEqual({ value: { id: 7 } })
  for (const text of ['', '[]', '7', 'null', '{"id": }']) expect(readObject(text, 'Write an object.')).toEqual({ problem: 'Write an object.' })
  expect(readObject('{"id": 12345678901234567890}', 'Write an object.')).toEqual({ problem: words })
})
