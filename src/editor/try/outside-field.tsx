'use client'
/** Real or stubbed calls, in the dialog of a test, with how many steps would call whom. */
import { SegmentedControl } from '@mantine/core'
import { outsideWords, type Outside, type OutsideCalls } from './outside-calls.ts'
import classes from './try.module.css'

export function OutsideField({ calls, value, onChange }: { calls: OutsideCalls; value: Outside; onChange: (value: Outside) => void }) {
  // Nothing to choose, and nothing was chosen that would matter.
  if (calls.steps === 0 && value === 'real') return <p className={classes.source} data-testid="outside-calls">{outsideWords(calls, value)}</p>
  return (
    <div className={classes.outside} data-testid="outside-calls">
      <div className={classes.outsideHead}>
        <span id="outside-calls-label">Calls to the outside</span>
        <SegmentedControl
          size="xs" aria-labelledby="outside-calls-label" value={value} onChange={(next) => onChange(next as Outside)}
          data={[{ value: 'real', label: 'Real' }, { value: 'stubbed', label: 'Stubbed' }]}
        />
      </div>
      <p className={classes.source}>{outsideWords(calls, value)}</p>
    </div>
  )
}
