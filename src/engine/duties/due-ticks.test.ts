import { Cron } from 'croner'
import { expect, test } from 'vitest'
import { dueTicks, nextTicks } from '#engine/duties/due-ticks.ts'

const hourly = new Cron('0 * * * *', { paused: true, timezone: 'UTC' })
const at = (text: string) => new Date(`2026-05-04T${text}Z`)
const due = (from: string, now: string, missed: 'skip' | 'last' | 'all') => dueTicks(hourly, at(from), at(now), missed).map((tick) => tick.toISOString().slice(11, 16))

test('on time, every policy fires the one tick', () => {
  for (const missed of ['skip', 'last', 'all'] as const) expect(due('09:00:00', '09:00:01', missed)).toEqual(['09:00'])
})
test('after a downtime: none, the last, or all in their order', () => {
  expect(due('09:00:00', '12:30:00', 'skip')).toEqual([])
  expect(due('09:00:00', '12:00:30', 'skip')).toEqual(['12:00'])
  expect(due('09:00:00', '12:30:00', 'last')).toEqual(['12:00'])
  expect(due('09:00:00', '12:30:00', 'all')).toEqual(['09:00', '10:00', '11:00', '12:00'])
})
test('a thousand are caught up at most, the newest', () => {
  const ticks = dueTicks(new Cron('* * * * *', { paused: true, timezone: 'UTC' }), at('00:00:00'), new Date('2026-05-06T00:00:00Z'), 'all')
  expect(ticks).toHaveLength(1000)
  expect(ticks.at(-1)!.toISOString()).toBe('2026-05-06T00:00:00.000Z')
  expect(ticks[0]!.toISOString()).toBe('2026-05-05T07:21:00.000Z')
})
test.each([
  ['an hour that comes twice: a time of day once, at the first', '30 2 * * *', '2026-10-24T12:00:00Z', ['2026-10-25T00:30:00.000Z', '2026-10-26T01:30:00.000Z']],
  ['an hour that comes twice: every hour in both', '30 * * * *', '2026-10-24T23:45:00Z', ['2026-10-25T00:30:00.000Z', '2026-10-25T01:30:00.000Z', '2026-10-25T02:30:00.000Z']],
  ['an hour that does not come: a time of day once, right after it', '30 2 * * *', '2026-03-28T12:00:00Z', ['2026-03-29T01:00:00.000Z', '2026-03-30T00:30:00.000Z']],
  ['an hour that does not come: every hour goes on', '30 * * * *', '2026-03-28T23:45:00Z', ['2026-03-29T00:30:00.000Z', '2026-03-29T01:30:00.000Z', '2026-03-29T02:30:00.000Z']],
])('clock changes in Berlin, %s', (_, cron, after, ticks) => {
  expect(nextTicks(cron, 'Europe/Berlin', ticks.length, new Date(after)).map((tick) => tick.toISOString())).toEqual(ticks)
})
