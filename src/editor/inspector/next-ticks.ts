/** When a schedule comes next. */
import { Cron } from 'croner'

const shown = 5

/** Those after a moment, or after now, in the words of its time zone; none where the line names no time. */
export function nextTicks(cron: string, timezone: string, after: Date | null): string[] {
  try {
    const format = new Intl.DateTimeFormat('en-GB', { weekday: 'short', day: 'numeric', month: 'short', year: 'numeric', hour: '2-digit', minute: '2-digit', timeZone: timezone })
    return new Cron(cron, { timezone }).nextRuns(shown, after ?? undefined).map((date) => format.format(date))
  } catch {
    return []
  }
}
