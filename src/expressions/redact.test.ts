import { expect, test } from 'vitest'
import fc from 'fast-check'
import { redactor } from '#expressions/redact.ts'

test('masks a secret wherever it stands, in the forms it travels in', () => {
  const secret = 's3cr3t/with "quotes" & ü'
  const redact = redactor([secret, 'short'])
  const basic = Buffer.from(`user:${secret}`).toString('base64')
  const given = { a: `key=${secret}`, [secret]: 1, list: [encodeURIComponent(secret), new URLSearchParams({ q: secret }).toString(), JSON.stringify({ secret })], basic: `Basic ${basic}`, short: 'short', n: 5, nothing: null }
  const text = JSON.stringify(redact(given))
  expect(text).not.toContain('s3cr3t')
  expect(text).not.toContain(basic.slice(12, 24))
  expect(text).toContain('short')
  expect(redact(given)).toMatchObject({ n: 5, nothing: null })
})
test('base64 at any offset', () => {
  fc.assert(fc.property(fc.string({ minLength: 14, maxLength: 40, unit: 'grapheme-ascii' }), fc.string({ maxLength: 6 }), fc.string({ maxLength: 6 }), (secret, before, after) => {
    const encoded = Buffer.from(before + secret + after).toString('base64')
    expect(redactor([secret])(encoded)).not.toBe(encoded)
  }))
})
test('as other languages write JSON and addresses', () => {
  const secret = 'sk/liv+e&9="ü<k>\'\\x'
  const redact = redactor([{ value: secret, label: '‹it›' }], 4)
  const escaped = (hex: (code: string) => string) => [...secret].map((one) => (/[a-z0-9]/i.test(one) ? one : `\\u${hex(one.charCodeAt(0).toString(16).padStart(4, '0'))}`)).join('')
  // PHP escapes the slash, .NET whatever could mean something in HTML, Python what is not ASCII.
  const forms = [JSON.stringify(secret).slice(1, -1).replaceAll('/', '\\/'), escaped((hex) => hex), escaped((hex) => hex.toUpperCase()), encodeURIComponent(secret).toLowerCase(), encodeURIComponent(secret).replaceAll("'", '%27')]
  for (const form of forms) expect(redact(`{"token":"${form}","then":1}`)).toBe('{"token":"‹it›","then":1}')
  expect(redact(JSON.stringify({ inner: `{"token":"${forms[0]}"}` }))).toBe(JSON.stringify({ inner: '{"token":"‹it›"}' }))
})
test('a secret within another is hidden as the longer one, and marks of patterns are letters', () => {
  const redact = redactor([{ value: 'a.c*1', label: '‹short›' }, { value: 'x-a.c*1-y', label: '‹long›' }], 4)
  expect(redact('x-a.c*1-y a.c*1 abbc1')).toBe('‹long› ‹short› abbc1')
})
test('without secrets nothing is touched', () => {
  const value = { a: ['b'] }
  expect(redactor(['abc'])(value)).toBe(value)
})
