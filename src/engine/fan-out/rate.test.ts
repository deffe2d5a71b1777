import { expect, test } from 'vitest'
import { perSecond } from '#engine/fan-out/rate.ts'

const wall = (at: number) => performance.timeOrigin + at

test('at first the average since it began, then what was seen lately', () => {
  expect(perSecond('a', 500, wall(0) - 5000, 0)).toBe(100)
  expect(perSecond('a', 900, wall(0) - 5000, 1000)).toBe(150)
  expect(perSecond('a', 2500, wall(0) - 5000, 2000)).toBe(1000)
})
test('what lies ten seconds back counts no more', () => {
  for (let second = 0; second <= 10; second++) perSecond('b', second * 100, wall(0), second * 1000)
  for (let second = 11; second <= 22; second++) perSecond('b', 1000, wall(0), second * 1000)
  expect(perSecond('b', 1000, wall(0), 23_000)).toBe(0)
})
test('what was seen before a long pause counts no more', () => {
  const hour = 3_600_000
  perSecond('d', 100, wall(0), 0)
  perSecond('d', 100, wall(0), hour)
  expect(perSecond('d', 300, wall(0), hour + 2000)).toBe(100)
})
test('retried runs make no negative rate', () => {
  perSecond('c', 100, wall(0), 0)
  expect(perSecond('c', 40, wall(0), 3000)).toBe(0)
})
