/** Retries as upright bars: full = left, hollow amber = used, hollow red = spent by a failure. */
import classes from './retry-bars.module.css'

export interface RetryBarsProps {
  left: number
  used?: number
  /** The budget ended in a failure. */
  failed?: boolean
}

export function RetryBars({ left, used = 0, failed = false }: RetryBarsProps) {
  const total = left + used
  const name = used === 0 ? `${total} ${total === 1 ? 'retry' : 'retries'}` : `${used} of ${total} retries used`
  if (total === 0) return <span className={classes.text} title="No retries">0×</span>
  if (total > 8) {
    return (
      <span className={classes.bars} role="img" aria-label={name} title={name}>
        <i className={classes.bar} data-kind={failed ? 'failed' : used > 0 ? 'used' : 'left'} />
        <span className={classes.text}>{total}×</span>
      </span>
    )
  }
  return (
    <span className={classes.bars} role="img" aria-label={name} title={name}>
      {Array.from({ length: total }, (_, index) => (
        <i key={index} className={classes.bar} data-kind={index < used ? (failed ? 'failed' : 'used') : 'left'} />
      ))}
    </span>
  )
}
