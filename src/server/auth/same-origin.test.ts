import { expect, test } from 'vitest'
import { isSameOrigin } from '#server/auth/same-origin.ts'

const from = (headers: Record<string, string>) => isSameOrigin(new Request('http://fanwise.test/api/trpc/x', { method: 'POST', headers }))

test('believes what the browser says about the site', () => {
  expect(from({ 'sec-fetch-site': 'same-origin' })).toBe(true)
  expect(from({ 'sec-fetch-site': 'cross-site', host: 'fanwise.test', origin: 'http://fanwise.test' })).toBe(false)
  expect(from({ 'sec-fetch-site': 'same-site' })).toBe(false)
})

test('compares origin and host where the browser is older', () => {
  expect(from({ origin: 'http://fanwise.test', host: 'fanwise.test' })).toBe(true)
  expect(from({ origin: 'http://evil.test', host: 'fanwise.test' })).toBe(false)
  expect(from({ origin: 'null', host: 'fanwise.test' })).toBe(false)
  expect(from({})).toBe(true)
})
