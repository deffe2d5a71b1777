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
  if (every && 60 % Number(every[1]) === 0 && hour === '*' && day === '*' && month === '*' && weekday === '*') return `Every ${every[1]} min`
  if (parts.every((part) => part === '*')) return 'Every minute'
  const hours = /^\*(?:\/(\d+))?$/.exec(hour)
  if (hours && 24 % Number(hours[1] ?? 1) === 0 && /^\d+$/.test(minute) && day === '*' && month === '*' && weekday === '*') {
    const at = minute === '0' ? '' : ` :${minute.padStart(2, '0')}`
    return hours[1] === undefined || hours[1] === '1' ? `Every hour${at}` : `Every ${hours[1]} h${at}`
  }
  if (/^\d+$/.test(minute) && /^\d+$/.test(hour)) {
    const clock = `${hour.padStart(2, '0')}:${minute.padStart(2, '0')}`
    if (month === '*' && weekday === '*' && /^(\d+|L)$/.test(day)) return `${day === 'L' ? 'Last day' : `Day ${day}`} ${clock}`
    if (day === '*' && month === '*' && weekday === '*') return `Daily ${clock}`
    if (month === '*' && weekday === '*' && /^\*\/[1-9]\d?$/.test(day)) return `${daysApart(Number(day.slice(2)))} ${clock}`
    if (day === '*' && month === '*' && !/[*/]/.test(weekday)) return `${weekdayName(weekday)} ${clock}`
  }
  return cron
}

/** Every second day begins anew with each month, so its dates are said. */
function daysApart(step: number): string {
  if (step === 1) return 'Daily'
  const dates = Array.from({ length: Math.ceil(31 / step) }, (_, n) => 1 + n * step)
  return `Day ${dates.slice(0, 3).join(', ')}${dates.length > 3 ? ' …' : ''}`
}

function weekdayName(text: string): string {
  const name = (part: string): string => (/^\d$/.test(part) ? (days[Number(part)] ?? part) : part.length === 3 ? part.charAt(0).toUpperCase() + part.slice(1).toLowerCase() : part)
  return text.split(/([,-])/).map(name).join('').replaceAll(',', ', ')
}

function long(cron: string): string | null {
  try {
    return cronstrue.toString(cron, { use24HourTimeFormat: true, throwExceptionOnParseError: true }) + anew(cron)
  } catch {
    return null
  }
}

/** Cron counts from the beginning of the hour or day: every 7 minutes is :00, :07 … :56, and :00 again; so is every 2 days after a 31st. */
function anew(cron: string): string {
  const [minute, hour, day] = cron.trim().split(/\s+/).slice(-5)
  const breaks = (part: string | undefined, of: number): boolean => {
    const every = /^\*\/(\d+)$/.exec(part ?? '')
    return every !== null && of % Number(every[1]) !== 0
  }
  if (breaks(minute, 60)) return ', counted anew from each full hour'
  if (breaks(hour, 24)) return ', counted anew from each midnight'
  return /^\*\/\d+$/.test(day ?? '') && day !== '*/1' ? ', counted anew from the first of each month' : ''
}

function zoneName(timezone: string): string {
  return (timezone.split('/').at(-1) || 'UTC').replaceAll('_', ' ')
}
