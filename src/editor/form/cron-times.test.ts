import fc from 'fast-check'
import { Cron } from 'croner'
import { expect, test } from 'vitest'
import { cronOfTimes, timesEvery, timesOfCron, type Times } from './cron-times.ts'

test.each<[string, Times | null]>([
  ['0 9 * * MON', { every: 'week', hour: 9, minute: 0, days: [1] }],
  ['30 17 * * 1-5', { every: 'week', hour: 17, minute: 30, days: [1, 2, 3, 4, 5] }],
  ['0 8 * * sat,0', { every: 'week', hour: 8, minute: 0, days: [6, 7] }],
  ['*/5 * * * *', { every: 'minutes', step: 5 }],
  ['* * * * *', { every: 'minutes', step: 1 }],
  ['15 * * * *', { every: 'hours', step: 1, minute: 15 }],
  ['0 */6 * * *', { every: 'hours', step: 6, minute: 0 }],
  ['0 7 * * *', { every: 'day', hour: 7, minute: 0 }],
  ['0 6 1 * *', { every: 'month', hour: 6, minute: 0, day: 1 }],
  ['0 6 L * *', { every: 'month', hour: 6, minute: 0, day: 'L' }],
  ['*/7 * * * *', null],
  ['*/45 * * * *', null],
  ['0 */5 * * *', null],
  ['0 9 * 3 *', null],
  ['0 9 1 * MON', null],
  ['0 9-17 * * *', null],
  ['0,30 9 * * *', null],
  ['0 9 * * FRI-MON', null],
  ['0 9 * * MON#1', null],
  ['61 9 * * *', null],
  ['0 9 * *', null],
  ['', null],
])('%s', (cron, times) => {
  expect(timesOfCron(cron)).toEqual(times)
})

const hour = fc.integer({ min: 0, max: 23 })
const minute = fc.integer({ min: 0, max: 59 })
const anyTimes: fc.Arbitrary<Times> = fc.oneof(
  fc.record({ every: fc.constant('minutes' as const), step: fc.constantFrom(1, 2, 3, 4, 5, 6, 10, 12, 15, 20, 30) }),
  fc.record({ every: fc.constant('hours' as const), step: fc.constantFrom(1, 2, 3, 4, 6, 8, 12), minute }),
  fc.record({ every: fc.constant('day' as const), hour, minute }),
  fc.record({ every: fc.constant('week' as const), hour, minute, days: fc.uniqueArray(fc.integer({ min: 1, max: 7 }), { minLength: 1 }).map((days) => days.sort((a, b) => a - b)) }),
  fc.record({ every: fc.constant('month' as const), hour, minute, day: fc.oneof(fc.integer({ min: 1, max: 31 }), fc.constant('L' as const)) }),
)

test('what is chosen is read back as it was chosen, and is a schedule', () => {
  fc.assert(fc.property(anyTimes, (times) => {
    const cron = cronOfTimes(times)
    expect(timesOfCron(cron)).toEqual(times)
    expect(new Cron(cron, { paused: true, timezone: 'UTC' }).nextRun(new Date(Date.UTC(2020, 0, 1)))).not.toBeNull()
  }))
})

test('another rhythm keeps the time of day', () => {
  expect(timesEvery('month', timesOfCron('45 16 * * FRI'))).toEqual({ every: 'month', hour: 16, minute: 45, day: 1 })
  expect(timesEvery('day', null)).toEqual({ every: 'day', hour: 9, minute: 0 })
})
