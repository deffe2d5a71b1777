'use client'
/** Label, control, help and what is wrong: the same around every field. */
import type { ReactNode } from 'react'
import { StatusGlyph } from '#ui/status-glyph.tsx'
import { MarkedText } from './marked-text.tsx'
import type { FieldProblem } from './use-field.ts'
import classes from './form.module.css'

export interface FieldFrameProps {
  label: string
  /** Id of the control, when it is one element. */
  htmlFor?: string
  aside?: ReactNode
  help?: string | undefined
  problem?: FieldProblem | null
  children: ReactNode
}

export function FieldFrame({ label, htmlFor, aside, help, problem, children }: FieldFrameProps) {
  return (
    <div className={classes.field}>
      <div className={classes.label}>
        {htmlFor ? <label htmlFor={htmlFor}>{label}</label> : <span>{label}</span>}
        {aside}
      </div>
      {children}
      {problem && <Problem problem={problem} id={htmlFor ? `${htmlFor}-problem` : undefined} />}
      {help && !problem && <div className={classes.help}>{help}</div>}
    </div>
  )
}

export function Problem({ problem, id }: { problem: FieldProblem; id?: string | undefined }) {
  return (
    <div className={classes.problem} data-severity={problem.severity} id={id} role="note">
      <StatusGlyph state={problem.severity} size={12} label="" />
      <span><MarkedText text={problem.text} /></span>
    </div>
  )
}
