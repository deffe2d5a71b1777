/** Which texts are dates. Only what means the same moment on every server; what JavaScript guesses of other texts is no date. */

const written = /^(\d{4})-(\d\d)-(\d\d)(?:[T ](\d\d:\d\d)(:\d\d(?:\.\d+)?)?\s?(Z|[+-]\d\d:?\d\d)?)?$/i
/** The way of mails and HTTP headers, which always names its zone. */
const mailed = /^(?:[A-Z][a-z]{2}, )?((\d{1,2}) [A-Z][a-z]{2} \d{4}) \d\d:\d\d(?::\d\d)? (?:GMT|UTC|[+-]\d{4})$/

/** Below it a number of milliseconds lies before 1973: nobody waits for that, and services that count seconds mean today. */
const secondsBelow = 100_000_000_000

/** How a date is to be written, for whoever wrote none. */
export const dateFix = 'Write it as 2026-12-24 09:00, which is UTC, or with its offset, such as 2026-12-24T09:00:00+01:00.'

/** Milliseconds since 1970, or null for what is no date. A date without an offset is UTC; a small number counts seconds. */
export function dateMs(value: unknown): number | null {
  if (typeof value === 'number') {
    const ms = Math.abs(value) < secondsBelow ? Math.trunc(value * 1000) : Math.trunc(value)
    return Number.isNaN(new Date(ms).getTime()) ? null : ms
  }
  const text = typeof value === 'string' ? value.trim() : ''
  const parts = written.exec(text)
  if (parts === null) return mailedMs(text)
  const [, year, month, day, minutes = '00:00', seconds = ':00', zone = 'Z'] = parts
  // The 30th of February would become the 2nd of March.
  const midnight = new Date(`${year}-${month}-${day}T00:00:00Z`)
  if (Number.isNaN(midnight.getTime()) || midnight.getUTCDate() !== Number(day)) return null
  const ms = Date.parse(`${year}-${month}-${day}T${minutes}${seconds}${zone.toUpperCase().replace(/^([+-]\d\d)(\d\d)$/, '$1:$2')}`)
  return Number.isNaN(ms) ? null : ms
}

function mailedMs(text: string): number | null {
  const [, date, day] = mailed.exec(text) ?? []
  const ms = date !== undefined && new Date(`${date} UTC`).getUTCDate() === Number(day) ? Date.parse(text) : Number.NaN
  return Number.isNaN(ms) ? null : ms
}
