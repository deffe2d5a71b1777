import { expect, test } from 'vitest'
import { formatAgo, formatDayAgo, formatIn } from '#ui/time.ts'

test.each([[0, 'just now'], [1400, 'just now'], [38_000, '38 s'], [125_000, '2 min'], [5 * 3_600_000, '5 h'], [3 * 86_400_000, '3 d'], [-5000, 'just now']])('%i ms ago is %s', (age, text) => {
  expect(formatAgo(1_000_000_000_000 - age, 1_000_000_000_000)).toBe(text)
})

test('yesterday is the day before, also when it had 23 or 25 hours', () => {
  const zone = process.env.TZ
  process.env.TZ = 'Europe/Berlin'
  const day = (at: string, now: string) => formatDayAgo(Date.parse(at), Date.parse(now))
  expect([day('2026-03-29T12:00+02:00', '2026-03-30T00:30+02:00'), day('2026-03-28T23:45+01:00', '2026-03-30T00:30+02:00')]).toEqual(['Yesterday', 'Saturday, 28 March 2026'])
  expect([day('2026-10-24T12:00+02:00', '2026-10-25T23:30+01:00'), day('2026-10-25T00:10+02:00', '2026-10-25T23:30+01:00')]).toEqual(['Yesterday', 'Today'])
  if (zone === undefined) delete process.env.TZ
  else process.env.TZ = zone
})

test('a time to come counts whole seconds at the end', () => {
  expect(formatIn(8200, 0)).toBe('in 9 s')
  expect(formatIn(400, 0)).toBe('now')
  expect(formatIn(-5, 0)).toBe('now')
  expect(formatIn(7_500_000, 0)).toBe('in 2 h 5 m')
})
