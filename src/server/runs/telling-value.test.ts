import { expect, test } from 'vitest'
import { tellingFields, tellingValue } from '#server/runs/telling-value.ts'

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

test('names the fields a payload is told by, cut short', () => {
  expect(tellingFields('{"total":12,"customer":{"email":"ada@north.io"},"orderId":"A-7","note":""}', 3)).toEqual([['email', 'ada@north.io'], ['orderId', 'A-7'], ['total', '12']])
  expect(tellingFields(`{"text":"${'x'.repeat(100)}"}`, 3)[0]![1]).toHaveLength(48)
})
