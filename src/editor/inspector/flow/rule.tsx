'use client'
/** One rule: a switch that says in plain words what it does, and its fields once it is on. */
import { Switch } from '@mantine/core'
import type { ReactNode } from 'react'
import { Problem } from '../../form/field-frame.tsx'
import { useLeave, useProblem } from '../../form/use-field.ts'
import classes from './flow.module.css'

export interface RuleProps {
  label: string
  about: string
  example: string
  /** Path of the rule, for findings about it as a whole. */
  field: string
  on: boolean
  onToggle(on: boolean): void
  children?: ReactNode
}

export function Rule({ label, about, example, field, on, onToggle, children }: RuleProps) {
  const leave = useLeave()
  const problem = useProblem(field)
  return (
    <div className={classes.rule} data-on={on || undefined} data-rule={field}>
      <Switch
        label={label} checked={on} classNames={{ description: classes.about ?? '' }}
        description={<>{about} <span className={classes.example}>{example}</span></>}
        onChange={(event) => {
          onToggle(event.currentTarget.checked)
          leave()
        }}
      />
      {problem && <Problem problem={problem} />}
      {on && children && <div className={classes.inner}>{children}</div>}
    </div>
  )
}
