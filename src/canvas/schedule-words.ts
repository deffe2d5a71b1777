/** A cron line in words, short enough to stand under a clock. */
import cronstrue from 'cronstrue'

export interface ScheduleWords {
  /** Where the hands stand. */
  hour: number
  minute: number
  /** "Mon 09:00", "Every 5 min", or the cron line itself. */
  short: string
  /** "At 09:00, only on Monday", or null when the line cannot be read. */
  long: string | null
  /** "Berlin", "UTC". */
  zone: string
}

const days = ['Sun', 'Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat', 'Sun']

export function scheduleWords(cron: string, timezone: string): ScheduleWords {
  const parts = cron.trim().split(/\s+/).slice(-5)
  const minute = /^\d+$/.test(parts[0] ?? '') ? Number(parts[0]) : 0
  const hour = /^\d+$/.test(parts[1] ?? '') ? Number(parts[1]) : 9
  return { hour, minute, short: short(cron, parts), long: long(cron), zone: zoneName(timezone) }
}

/** "At 09:00, only on Monday"; the line itself where it cannot be said in words. */
export const cronWords = (cron: string): string => long(cron) ?? cron

function short(cron: string, parts: string[]): string {
  // While it is typed a line has fewer fields.
  if (parts.length !== 5) return cron.trim() || 'No time yet'
  const [minute, hour, day, month, weekday] = parts as [string, string, string, string, string]
  const every = /^\*\/(\d+)$/.exec(minute)
  if (every && hour === '*' && day === '*' && month === '*' && weekday === '*') return `Every ${every[1]} min`
  if (parts.every((part) => part === '*')) return 'Every minute'
  const hours = /^\*(?:\/(\d+))?$/.exec(hour)
  if (hours && /^\d+$/.test(minute) && day === '*' && month === '*' && weekday === '*') {
    const at = minute === '0' ? '' : ` :${minute.padStart(2, '0')}`
    return hours[1] === undefined || hours[1] === '1' ? `Every hour${at}` : `Every ${hours[1]} h${at}`
  }
  if (/^\d+$/.test(minute) && /^\d+$/.test(hour)) {
    const clock = `${hour.padStart(2, '0')}:${minute.padStart(2, '0')}`
    if (month === '*' && weekday === '*' && /^(\d+|L)$/.test(day)) return `${day === 'L' ? 'Last day' : `Day ${day}`} ${clock}`
    if (day === '*' && month === '*' && weekday === '*') return `Daily ${clock}`
    if (day === '*' && month === '*') return `${weekdayName(weekday)} ${clock}`
  }
  return cron
}

function weekdayName(text: string): string {
  if (/^\d$/.test(text)) return days[Number(text)] ?? text
  return text.split(/([,-])/).map((part) => part.length === 3 ? part.charAt(0).toUpperCase() + part.slice(1).toLowerCase() : part).join('').replaceAll(',', ', ')
}

function long(cron: string): string | null {
  try {
    return cronstrue.toString(cron, { use24HourTimeFormat: true, throwExceptionOnParseError: true })
  } catch {
    return null
  }
}

function zoneName(timezone: string): string {
  return (timezone.split('/').at(-1) || 'UTC').replaceAll('_', ' ')
}
