'use client'
/** How often to try again, with the first waits beside it. */
import { ActionIcon } from '@mantine/core'
import { IconMinus, IconPlus } from '@tabler/icons-react'
import { useId } from 'react'
import { formatDuration } from '#base/duration.ts'
import type { Backoff } from '#graph/definition.ts'
import { waitsOf } from '#canvas/flow-words.ts'
import { RetryBars } from '#ui/retry-bars.tsx'
import { FieldFrame } from '../form/field-frame.tsx'
import { useLeave, type FieldProblem } from '../form/use-field.ts'
import classes from './inspector.module.css'

interface RetriesProps {
  label: string
  value: number
  onChange(value: number): void
  problem: FieldProblem | null
  backoff: Backoff
  aside?: React.ReactNode
}

export function RetriesField({ label, value, onChange, problem, backoff, aside }: RetriesProps) {
  const id = useId()
  const leave = useLeave()
  const set = (next: number): void => onChange(Math.max(0, Math.min(20, next)))
  return (
    <FieldFrame label={label} htmlFor={id} problem={problem} aside={aside}>
      <div className={classes.retries}>
        <div className={classes.stepper}>
          <ActionIcon size={30} aria-label="One retry fewer" disabled={value <= 0} onClick={() => set(value - 1)}><IconMinus size={14} stroke={1.7} /></ActionIcon>
          <input
            id={id} className="num" inputMode="numeric" value={value} onBlur={leave}
            // What is typed stays, also when it is too many: the finding says so.
            onChange={(event) => onChange(Number(/-?\d{1,3}/.exec(event.currentTarget.value)?.[0] ?? 0))}
            onKeyDown={(event) => {
              if (event.key === 'ArrowUp') set(value + 1)
              if (event.key === 'ArrowDown') set(value - 1)
            }}
          />
          <ActionIcon size={30} aria-label="One retry more" disabled={value >= 20} onClick={() => set(value + 1)}><IconPlus size={14} stroke={1.7} /></ActionIcon>
        </div>
        <RetryBars left={value} />
        <span className={classes.quiet}>{delays(value, backoff)}</span>
      </div>
    </FieldFrame>
  )
}

/** "10 s → 20 s → 40 s …, spread" */
function delays(retries: number, backoff: Backoff): string {
  if (retries === 0) return 'one try only'
  return `${waitsOf(Math.min(3, retries), backoff).map(formatDuration).join(' → ')}${retries > 3 ? ' …' : ''}${backoff.jitter > 0 ? ', spread' : ''}`
}
