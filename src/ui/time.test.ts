import { expect, test } from 'vitest'
import { formatAgo, formatIn } from '#ui/time.ts'

test.each([[0, 'just now'], [1400, 'just now'], [38_000, '38 s'], [125_000, '2 min'], [5 * 3_600_000, '5 h'], [3 * 86_400_000, '3 d'], [-5000, 'just now']])('%i ms ago is %s', (age, text) => {
  expect(formatAgo(1_000_000_000_000 - age, 1_000_000_000_000)).toBe(text)
})

test('a time to come counts whole seconds at the end', () => {
  expect(formatIn(8200, 0)).toBe('in 9 s')
  expect(formatIn(400, 0)).toBe('now')
  expect(formatIn(-5, 0)).toBe('now')
  expect(formatIn(7_500_000, 0)).toBe('in 2 h 5 m')
})
