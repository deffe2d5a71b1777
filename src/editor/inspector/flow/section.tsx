'use client'
/** Part of a function's form: one sentence until it is opened, or until something in it is wrong. */
import { IconChevronRight } from '@tabler/icons-react'
import { useId, useState, type ReactNode } from 'react'
import { StatusGlyph } from '#ui/status-glyph.tsx'
import { useFieldHost } from '../../form/use-field.ts'
import classes from './flow.module.css'

export interface SectionProps {
  title: string
  /** What is set, as sentences; empty = nothing. */
  words: string[]
  /** What holds while nothing is set. */
  nothing: string
  /** First parts of the field paths inside it. */
  fields: string[]
  startsOpen?: boolean
  children: ReactNode
}

export function Section({ title, words, nothing, fields, startsOpen = false, children }: SectionProps) {
  const { findings } = useFieldHost()
  const inside = findings.filter((one) => one.field !== undefined && fields.includes(one.field.split('.')[0]!))
  const worst = inside.some((one) => one.severity === 'error') ? 'error' : inside.length > 0 ? 'warning' : null
  const [open, setOpen] = useState(startsOpen || worst !== null)
  const id = useId()
  return (
    <section className={classes.section} data-open={open || undefined}>
      <h3>
        <button type="button" aria-expanded={open} aria-controls={id} onClick={() => setOpen(!open)}>
          <IconChevronRight size={14} stroke={1.9} aria-hidden="true" />
          <span>{title}</span>
          {worst && <StatusGlyph state={worst} size={13} label={worst === 'error' ? 'To fix' : 'To check'} />}
        </button>
      </h3>
      <p className={classes.words} data-set={words.length > 0 || undefined}>{words.length > 0 ? words.join(' ') : nothing}</p>
      {open && <div id={id} className={classes.fields}>{children}</div>}
    </section>
  )
}
