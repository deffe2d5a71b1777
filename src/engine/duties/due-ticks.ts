/** Which ticks of a schedule fire, when it is looked at later than it was due. */
import { Cron } from 'croner'

export type MissedPolicy = 'skip' | 'last' | 'all'

/** A tick this late has not been missed: a process was only just starting, or busy. */
const punctualMs = 60_000
/** More are not caught up; the newest count. */
const caughtUpMax = 1000
export const never = new Date(Date.UTC(9999, 0, 1))

/** Oldest first. `dueAt` is the stored next tick; it is not later than `now`. */
export function dueTicks(cron: Cron, dueAt: Date, now: Date, missed: MissedPolicy): Date[] {
  const passed = cron.previousRuns(missed === 'all' ? caughtUpMax : 1, new Date(now.getTime() + 1)).filter((tick) => tick > dueAt).reverse()
  const ticks = passed.length < caughtUpMax ? [dueAt, ...passed] : passed
  if (missed === 'all') return ticks
  const last = ticks.at(-1)!
  return missed === 'skip' && now.getTime() - last.getTime() > punctualMs ? [] : [last]
}

export function nextTick(cron: string, timezone: string, after: Date): Date {
  return new Cron(cron, { paused: true, timezone }).nextRun(after) ?? never
}

/** For showing: the next `count` ticks. */
export function nextTicks(cron: string, timezone: string, count: number, after: Date): Date[] {
  return new Cron(cron, { paused: true, timezone }).nextRuns(count, after)
}

/** Which ticks of a due schedule fire, and when it is due again. Times that cannot be read are told, and never due: they were checked when they were stored, maybe by a version that knew another zone, and must not come first for ever. */
export function timesOf(schedule: { cron: string; timezone: string; next_at: Date; now: Date; missed: MissedPolicy }, unreadable: (error: unknown) => void): { ticks: Date[]; next: Date } {
  try {
    const cron = new Cron(schedule.cron, { paused: true, timezone: schedule.timezone })
    return { ticks: dueTicks(cron, schedule.next_at, schedule.now, schedule.missed), next: cron.nextRun(schedule.now) ?? never }
  } catch (error) {
    unreadable(error)
    return { ticks: [], next: never }
  }
}
