'use client'
/** One function of a review: what becomes of it, in what it differs, and whether it goes live now. */
import { Checkbox } from '@mantine/core'
import type { Difference } from '#graph/differences.ts'
import type { FunctionChange } from '#graph/diff.ts'
import { Differences } from './differences.tsx'
import classes from './review.module.css'

export interface FunctionChangeItemProps {
  change: FunctionChange
  differences: Difference[]
  /** Absent: nothing is chosen here. */
  picked?: boolean
  onPick?: (picked: boolean) => void
  onFocus?: (nodeId: string | null) => void
}

export function FunctionChangeItem({ change, differences, picked, onPick, onFocus }: FunctionChangeItemProps) {
  const words = outcome(change)
  return (
    <li className={classes.function} data-testid={`review-${change.slug}`} onPointerLeave={() => onFocus?.(null)}>
      {picked === undefined
        ? <span className={classes.name}><b>{change.slug}</b><span className={classes.quiet}>{words}</span></span>
        : <Checkbox checked={picked} onChange={(event) => onPick?.(event.currentTarget.checked)} label={<span className={classes.name}><b>{change.slug}</b><span className={classes.quiet}>{words}</span></span>} />}
      {change.change === 'changed' && <Differences list={differences} onFocus={onFocus} />}
      {change.change === 'new' && <p className={classes.quiet} style={{ paddingLeft: 28 }}>{newText(differences)}</p>}
    </li>
  )
}

export function outcome({ change, from, to, returns }: FunctionChange): string {
  switch (change) {
    case 'new': return returns ? `comes back, v${to}` : to === null ? 'new' : `is new, v${to}`
    case 'changed': return from === null || to === null ? 'changed' : `v${from} becomes v${to}`
    case 'removed': return from === null ? 'removed' : 'starts no new runs; those in flight finish'
    case 'unchanged': return from === null ? 'stays as it is' : `stays v${from}`
  }
}

function newText(differences: Difference[]): string {
  const steps = differences.filter((one) => one.part.startsWith('Step ')).map((one) => String(one.to ?? one.part))
  const triggers = differences.filter((one) => one.part === 'Trigger').map((one) => String(one.to))
  return `${triggers.length === 0 ? 'Nothing starts it' : `Starts on ${triggers.join(', ')}`}. ${steps.length === 0 ? '' : `${steps.join(', ')}.`}`
}
