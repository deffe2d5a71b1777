import { expect, test } from 'vitest'
import { tellingValue } from '#server/runs/telling-value.ts'

test('prefers an address, then ids, whatever the order', () => {
  expect(tellingValue('{"id":"u1","user":{"email":"ada@north.io"}}')).toBe('ada@north.io')
  expect(tellingValue('{"name":"Ada","orderId":"ORD-1"}')).toBe('ORD-1')
  expect(tellingValue('{"id":42}')).toBe('42')
})

test('reads cut-off text and escapes', () => {
  expect(tellingValue('{"email":"a\\"b@x.io","items":[{"sku":"lon')).toBe('a"b@x.io')
  expect(tellingValue('{"total":12,"email":"never-clos')).toBeNull()
  expect(tellingValue('{}')).toBeNull()
})
