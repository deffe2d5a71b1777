import { expect, test } from 'vitest'
import { parseData } from '#observe/events/parse-data.ts'

test('takes objects, and nothing as an empty one', () => {
  expect(parseData('{"a":1}')).toEqual({ ok: true, data: { a: 1 } })
  expect(parseData('  ')).toEqual({ ok: true, data: {} })
})

test('says what is wrong and where', () => {
  expect(parseData('{"id": 12345678901234567890}')).toMatchObject({ ok: false, problem: expect.stringContaining('Put it in quotes.') as string })
  expect(parseData('[1]')).toMatchObject({ ok: false, problem: expect.stringContaining('object') })
  expect(parseData('{"a": 1,\n  b: 2}')).toMatchObject({ ok: false, problem: expect.stringContaining('line 2') })
  expect(parseData('{"a": ')).toMatchObject({ ok: false, problem: expect.stringContaining('too early') })
})
