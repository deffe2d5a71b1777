import { expect, test } from 'vitest'
import { hashKey, isKeyText, newKeyText } from '#server/keys/key-text.ts'

test('keys have their shape and a checksum', () => {
  const key = newKeyText('event')
  expect(key).toMatch(/^fw_event_live_[0-9A-Za-z]{36}$/)
  expect(isKeyText(key)).toBe(true)
  expect(newKeyText('api')).toMatch(/^fw_api_live_/)
  expect(newKeyText('event')).not.toBe(key)
})

test('one wrong character is noticed', () => {
  const key = newKeyText('api')
  const index = 15
  const other = key[index] === 'a' ? 'b' : 'a'
  expect(isKeyText(key.slice(0, index) + other + key.slice(index + 1))).toBe(false)
  expect(isKeyText(key.slice(0, -1))).toBe(false)
})

test('the stored hash is SHA-256', () => {
  expect(Buffer.from(hashKey('abc')).toString('hex')).toBe('ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad')
})
