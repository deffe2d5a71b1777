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
test('without secrets nothing is touched', () => {
  const value = { a: ['b'] }
  expect(redactor(['abc'])(value)).toBe(value)
})
