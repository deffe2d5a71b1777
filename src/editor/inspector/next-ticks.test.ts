import { expect, test } from 'vitest'
import { nextTicks } from './next-ticks.ts'

test('the next times are those after the moment that is given, in the time zone of the schedule', () => {
  expect(nextTicks('0 9 * * *', 'Europe/Berlin', new Date('2026-11-30T07:59:59Z')).slice(0, 2)).toEqual(['Mon, 30 Nov 2026, 09:00', 'Tue, 1 Dec 2026, 09:00'])
  // Once it has come it is none of the next.
  expect(nextTicks('0 9 * * *', 'Europe/Berlin', new Date('2026-11-30T08:00:00Z'))).toHaveLength(5)
  expect(nextTicks('0 9 * * *', 'Europe/Berlin', new Date('2026-11-30T08:00:00Z'))[0]).toBe('Tue, 1 Dec 2026, 09:00')
  expect(nextTicks('0 9 * *', 'UTC', new Date())).toEqual([])
})
