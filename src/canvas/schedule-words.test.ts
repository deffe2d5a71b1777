import fc from 'fast-check'
import { expect, test } from 'vitest'
import { cronWords, scheduleWords } from './schedule-words.ts'

test.each([
  ['0 9 * * MON', 'At 09:00, only on Monday'],
  ['*/5 * * * *', 'Every 5 minutes'],
  ['15 7 1,15 * *', 'At 07:15, on day 1 and 15 of the month'],
  ['0 9 * * FRI#L', '0 9 * * FRI#L'],
  ['*/7 * * * *', 'Every 7 minutes, counted anew from each full hour'],
  ['0 */5 * * *', 'On the hour, every 5 hours, counted anew from each midnight'],
  ['0 */6 * * *', 'On the hour, every 6 hours'],
  ['0 9 */2 * *', 'At 09:00, every 2 days in a month, counted anew from the first of each month'],
])('%s is said as %s', (cron, words) => expect(cronWords(cron)).toBe(words))

const short = (cron: string): string => scheduleWords(cron, 'Europe/Berlin').short

test('short enough to stand under a clock', () => {
  expect([short('0 9 * * MON'), short('30 17 * * MON,THU'), short('*/5 * * * *'), short('0 9 L * *')]).toEqual(['Mon 09:00', 'Mon, Thu 17:30', 'Every 5 min', 'Last day 09:00'])
})

test.each([
  ['0 9 * * 1-5', 'Mon-Fri 09:00'], ['0 9 * * 1,3', 'Mon, Wed 09:00'], ['0 9 * * 0', 'Sun 09:00'], ['0 9 * * 5-7', 'Fri-Sun 09:00'], ['0 9 * * MON-FRI', 'Mon-Fri 09:00'], ['0 9 * * */2', '0 9 * * */2'],
  ['0 9 */2 * *', 'Day 1, 3, 5 … 09:00'], ['0 9 */15 * *', 'Day 1, 16, 31 09:00'], ['0 9 */1 * *', 'Daily 09:00'],
  // These are not always as far apart as they say.
  ['*/7 * * * *', '*/7 * * * *'], ['0 */5 * * *', '0 */5 * * *'], ['*/15 * * * *', 'Every 15 min'], ['30 */6 * * *', 'Every 6 h :30'],
])('%s is short as %s', (cron, words) => expect(short(cron)).toBe(words))

test('a line that is still being typed stands there as it is', () => {
  for (const cron of ['0', '0 9', '0 9 *', '0 9 * *', '0 9 * * ']) expect(short(cron)).toBe(cron.trim())
  expect(short('')).toBe('No time yet')
})

test('whatever is written, there is something to show', () => {
  const part = fc.oneof(fc.constantFrom('*', '0', '9', '*/5', 'MON', 'L', '1-5', '?', '#'), fc.string({ maxLength: 4 }))
  fc.assert(fc.property(fc.array(part, { maxLength: 8 }), (parts) => { expect(short(parts.join(' '))).not.toBe('') }))
})
