'use client'
/** A short CEL text, mostly one path of the event: typed, or chosen from real paths with their value beside them. */
import { useId, useMemo } from 'react'
import { ExpressionInput } from './expression-input.tsx'
import { inBothEvents, isKey, likelyKey, type EventPath } from './event-path.ts'
import { FieldFrame } from './field-frame.tsx'
import { OutcomeLine } from './outcome-line.tsx'
import { useProblem } from './use-field.ts'

export interface KeyFieldProps {
  label: string
  /** Where its findings are: `throttle.key`. */
  field: string
  value: string | undefined
  /** Undefined when it was emptied. */
  onChange(value: string | undefined): void
  paths: EventPath[]
  help?: string
  placeholder?: string
}

/** `data.id` as it is read of the event that starts the run. */
const inFirst = (value = ''): string => (value.trim() === '' ? '' : `event.${value.trim().replace(/^(?:event|async)\./, '')}`)

export function KeyField({ label, field, value, onChange, paths, help, placeholder }: KeyFieldProps) {
  const id = useId()
  const problem = useProblem(field)
  const keys = useMemo(() => paths.filter(isKey), [paths])
  // A path such as `data.id` is looked up in two events; what it comes to is said of the one that starts the run.
  const inBoth = field.endsWith('.match')
  return (
    <FieldFrame label={label} htmlFor={id} help={help} problem={problem}>
      <ExpressionInput
        id={id} value={value ?? ''} language="cel" paths={keys} opensEmpty placeholder={placeholder ?? likelyKey(paths) ?? 'event.data.accountId'} error={problem?.severity === 'error'}
        describedBy={`${id}-outcome${problem ? ` ${id}-problem` : ''}`} onlyPaths={inBoth} rewrite={inBoth ? inBothEvents : undefined} onChange={(next) => onChange(next.trim() === '' ? undefined : next)}
      />
      {problem?.severity !== 'error' && <OutcomeLine text={inBoth ? inFirst(value) : (value ?? '')} language="cel" id={`${id}-outcome`} />}
    </FieldFrame>
  )
}
