import { expect, test } from 'vitest'
import { readSample } from './read-sample.ts'

test('a sample is any JSON that stays as it is written', () => {
  expect(readSample(' ')).toEqual({ ok: true, value: undefined })
  expect(readSample('{"id": 7}')).toEqual({ ok: true, value: { id: 7 } })
  expect(readSample('{"id": }')).toMatchObject({ ok: false, message: expect.stringMatching(/^Not JSON yet: /) as string })
  expect(readSample('"a\\u0000b"')).toMatchObject({ ok: false })
  expect(readSample('{"id": 12345678901234567890}')).toMatchObject({ ok: false, message: expect.stringContaining('Put it in quotes.') as string })
})
