'use client'
/** A CEL condition of a function's rules. */
import { ConditionField } from '../../form/condition-field.tsx'
import type { EventPath } from '../../form/event-path.ts'
import { useProblem } from '../../form/use-field.ts'

export interface ConditionTextProps {
  label: string
  field: string
  value: string | undefined
  /** Undefined when it was emptied. */
  onChange(value: string | undefined): void
  paths: EventPath[]
  help?: string
}

export function ConditionText({ label, field, value, onChange, paths, help }: ConditionTextProps) {
  const problem = useProblem(field)
  return (
    <ConditionField
      label={label} value={value ?? ''} language="cel" paths={paths} problem={problem} help={help} placeholder={'event.data.plan == "pro"'}
      onChange={(next) => onChange(next.trim() === '' ? undefined : next)}
    />
  )
}
