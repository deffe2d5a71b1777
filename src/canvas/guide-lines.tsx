/** The lines that show what a dragged thing lines up with. One pixel wide at every zoom. */
import { ViewportPortal } from '@xyflow/react'
import type { Guide } from './guides.ts'
import classes from './canvas.module.css'

export function GuideLines({ guides }: { guides: readonly Guide[] }) {
  if (guides.length === 0) return null
  return (
    <ViewportPortal>
      <svg className={classes.guides} aria-hidden="true" data-testid="guides">
        {guides.map((guide, i) => <path key={i} data-kind={guide.kind} d={guide.kind === 'align' ? lineOf(guide) : gapOf(guide)} vectorEffect="non-scaling-stroke" />)}
      </svg>
    </ViewportPortal>
  )
}

const past = 12

const lineOf = ({ axis, at, from, to }: Guide): string => (axis === 'x' ? `M${at} ${from - past}V${to + past}` : `M${from - past} ${at}H${to + past}`)

/** A gap has a stop at each end. */
function gapOf({ axis, at, from, to }: Guide): string {
  return axis === 'x'
    ? `M${from} ${at}H${to}M${from} ${at - 5}v10M${to} ${at - 5}v10`
    : `M${at} ${from}V${to}M${at - 5} ${from}h10M${at - 5} ${to}h10`
}
