/** The whole of a fan-out as one bar: failed first, then done, cancelled, running; what waits is ruled, what is not sent is empty. */
import { number, type ShownFanOut } from '#observe/fan-outs/words.ts'
import classes from './fan-outs.module.css'

const parts = ['failed', 'done', 'cancelled', 'running', 'waiting'] as const

type Counts = Pick<ShownFanOut, 'failed' | 'done' | 'cancelled' | 'running' | 'waiting' | 'total' | 'sent' | 'runs'>

export function FanOutBar({ fan, small = false }: { fan: Counts; small?: boolean }) {
  const notSent = fan.total - fan.sent
  const label = [...parts.filter((part) => fan[part] > 0).map((part) => `${number(fan[part])} ${part}`), ...(notSent > 0 ? [`${number(notSent)} not sent`] : [])].join(', ')
  return (
    <div className={classes.bar} data-small={small || undefined} role="img" aria-label={label === '' ? 'Nothing to run' : label} title={label}>
      {parts.map((part) => (fan[part] > 0 ? <i key={part} data-part={part} style={{ flexGrow: fan[part] }} /> : null))}
      {notSent > 0 ? <i data-part="unsent" style={{ flexGrow: fan.sent === 0 ? 1 : Math.max(1, Math.round((notSent * Math.max(fan.runs, 1)) / fan.sent)) }} /> : null}
    </div>
  )
}
