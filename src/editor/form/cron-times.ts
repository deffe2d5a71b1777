/** Times as people say them, and the cron line they stand for. What these words cannot say stays a cron line. Pure. */

/** Mondays are 1, Sundays 7. */
export type Times =
  | { every: 'minutes'; step: number }
  | { every: 'hours'; step: number; minute: number }
  | { every: 'day'; hour: number; minute: number }
  | { every: 'week'; hour: number; minute: number; days: number[] }
  | { every: 'month'; hour: number; minute: number; day: number | 'L' }

export type Every = Times['every']

const dayNames = ['MON', 'TUE', 'WED', 'THU', 'FRI', 'SAT', 'SUN']
const workdays = '1,2,3,4,5'

export function timesOfCron(cron: string): Times | null {
  const fields = cron.trim().toUpperCase().split(/\s+/)
  if (fields.length !== 5) return null
  const [minutes, hours, day, month, weekday] = fields as [string, string, string, string, string]
  if (month !== '*') return null
  const always = day === '*' && weekday === '*'
  const step = stepOf(minutes, 60)
  if (step !== null) return always && hours === '*' ? { every: 'minutes', step } : null
  const minute = numberOf(minutes, 0, 59)
  if (minute === null) return null
  const hourStep = stepOf(hours, 24)
  if (hourStep !== null) return always ? { every: 'hours', step: hourStep, minute } : null
  const hour = numberOf(hours, 0, 23)
  if (hour === null) return null
  if (always) return { every: 'day', hour, minute }
  if (day === '*') {
    const days = daysOf(weekday)
    return days === null ? null : { every: 'week', hour, minute, days }
  }
  const date = day === 'L' ? 'L' : numberOf(day, 1, 31)
  return weekday === '*' && date !== null ? { every: 'month', hour, minute, day: date } : null
}

export function cronOfTimes(times: Times): string {
  switch (times.every) {
    case 'minutes': return `${times.step === 1 ? '*' : `*/${times.step}`} * * * *`
    case 'hours': return `${times.minute} ${times.step === 1 ? '*' : `*/${times.step}`} * * *`
    case 'day': return `${times.minute} ${times.hour} * * *`
    case 'week': return `${times.minute} ${times.hour} * * ${weekdayField(times.days)}`
    case 'month': return `${times.minute} ${times.hour} ${times.day} * *`
  }
}

/** The same moment of the day, as often as `every` says. */
export function timesEvery(every: Every, before: Times | null): Times {
  const hour = before !== null && 'hour' in before ? before.hour : 9
  const minute = before !== null && 'minute' in before ? before.minute : 0
  switch (every) {
    case 'minutes': return { every, step: 5 }
    case 'hours': return { every, step: 1, minute }
    case 'day': return { every, hour, minute }
    case 'week': return { every, hour, minute, days: [1] }
    case 'month': return { every, hour, minute, day: 1 }
  }
}

function weekdayField(days: number[]): string {
  const sorted = [...new Set(days)].sort((a, b) => a - b)
  return sorted.join() === workdays ? 'MON-FRI' : sorted.map((day) => dayNames[day - 1]).join(',')
}

/** How far apart: every one, or every fifth; null for anything else, as for seventh minutes, of which the last before a full hour is shorter. */
function stepOf(field: string, whole: number): number | null {
  if (field === '*') return 1
  const step = /^\*\/(\d{1,2})$/.exec(field)
  const apart = step ? numberOf(step[1]!, 1, whole - 1) : null
  return apart === null || whole % apart !== 0 ? null : apart
}

function numberOf(text: string, least: number, most: number): number | null {
  if (!/^\d{1,2}$/.test(text)) return null
  const value = Number(text)
  return value >= least && value <= most ? value : null
}

/** "MON-FRI", "1,3,5", "SUN": days in their order; null when it says something else. */
function daysOf(field: string): number[] | null {
  const days = new Set<number>()
  for (const part of field.split(',')) {
    const ends = part.split('-').map(dayOf)
    const [from, to = from] = ends
    if (ends.length > 2 || from === undefined || from === null || to === undefined || to === null || from > to) return null
    for (let day = from; day <= to; day++) days.add(day)
  }
  return [...days].sort((a, b) => a - b)
}

function dayOf(text: string): number | null {
  const named = dayNames.indexOf(text)
  if (named >= 0) return named + 1
  const number = numberOf(text, 0, 7)
  return number === 0 ? 7 : number
}
