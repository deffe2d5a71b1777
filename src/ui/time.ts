/** Times for people. Everything takes milliseconds; nothing reads the clock unless told to. */
import { formatDuration } from '#base/duration.ts'

/** "just now", "38 s", "2 min", "5 h", "3 d". */
export function formatAgo(ms: number, nowMs: number = Date.now()): string {
  const age = Math.max(0, nowMs - ms)
  if (age < 1500) return 'just now'
  if (age < 60_000) return `${Math.floor(age / 1000)} s`
  if (age < 3_600_000) return `${Math.floor(age / 60_000)} min`
  if (age < 86_400_000) return `${Math.floor(age / 3_600_000)} h`
  return `${Math.floor(age / 86_400_000)} d`
}

/** "14:02:11", with the date in front when it is another day: "3 Nov 14:02:11". */
export function formatClock(ms: number, nowMs: number = Date.now()): string {
  const date = new Date(ms)
  const clock = date.toLocaleTimeString('en-GB', { hour: '2-digit', minute: '2-digit', second: '2-digit' })
  if (date.toDateString() === new Date(nowMs).toDateString()) return clock
  const sameYear = date.getFullYear() === new Date(nowMs).getFullYear()
  return `${date.toLocaleDateString('en-GB', { day: 'numeric', month: 'short', ...(sameYear ? {} : { year: 'numeric' }) })} ${clock}`
}

/** "14:02:11, 3 Nov 2026". */
export function formatMoment(ms: number): string {
  const date = new Date(ms)
  return `${date.toLocaleTimeString('en-GB')}, ${formatDay(ms)}`
}

/** "3 Nov 2026". */
export function formatDay(ms: number): string {
  return new Date(ms).toLocaleDateString('en-GB', { day: 'numeric', month: 'short', year: 'numeric' })
}

/** "Today", "Yesterday", "Saturday, 28 March 2026". `nowMs` 0: not known yet. */
export function formatDayAgo(ms: number, nowMs: number): string {
  const at = new Date(ms)
  if (nowMs !== 0) {
    const now = new Date(nowMs)
    if (at.toDateString() === now.toDateString()) return 'Today'
    // By the calendar: a day has 23 or 25 hours when clocks change.
    if (at.toDateString() === new Date(now.getFullYear(), now.getMonth(), now.getDate() - 1).toDateString()) return 'Yesterday'
  }
  return at.toLocaleDateString('en-GB', { weekday: 'long', day: 'numeric', month: 'long', year: 'numeric' })
}

/** "in 8 s", "in 2 h 5 m", "now". */
export function formatIn(ms: number, nowMs: number = Date.now()): string {
  const left = ms - nowMs
  return left < 500 ? 'now' : `in ${formatDuration(left < 60_000 ? Math.ceil(left / 1000) * 1000 : left)}`
}

export { formatDuration }
