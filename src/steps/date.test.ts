import { expect, test } from 'vitest'
import { dateMs } from '#steps/date.ts'

const nine = Date.UTC(2026, 11, 24, 9)

test.each([
  ['2026-12-24T09:00:00Z', nine], ['2026-12-24T09:00:00.000Z', nine], ['2026-12-24T09:00:00.1234567Z', nine + 123], ['2026-12-24T09:00Z', nine], ['2026-12-24 09:00', nine], ['2026-12-24T09:00:00', nine],
  [' 2026-12-24 09:00:00z ', nine], ['2026-12-24T10:00:00+01:00', nine], ['2026-12-24T10:00:00+0100', nine], ['2026-12-24 03:30 -05:30', nine], ['2026-12-24', Date.UTC(2026, 11, 24)], ['2024-02-29', Date.UTC(2024, 1, 29)],
  ['Thu, 24 Dec 2026 09:00:00 GMT', nine], ['24 Dec 2026 10:00 +0100', nine],
  [nine, nine], [nine / 1000, nine],
])('%j', (value, ms) => {
  expect(dateMs(value)).toBe(ms)
})

test.each([
  'tomorrow 9', '24 Dec 2026 09:00', 'Dec 24, 2026', '12/24/2026', '24.12.2026', '2026', '2026-12', '2026-12-24T9:00', '2026-12-24T09', '2026-12-24Z', '2026-02-30', '2026-13-01', '2026-12-24T25:00Z', '2026-12-24T09:61', '30 Feb 2026 09:00 GMT', 'Thu, 24 Dec 2026 09:00:00', '+002026-12-24',
  '1798102800', '', 'soon', NaN, Infinity, 1e300, null, true, {}, [2026],
])('%j is no date', (value) => {
  expect(dateMs(value)).toBeNull()
})
