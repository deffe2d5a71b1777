'use client'
/** A short CEL text, mostly one path of the event: typed, or chosen from real paths with their value beside them. */
import { Autocomplete } from '@mantine/core'
import { useId } from 'react'
import { FieldFrame } from './field-frame.tsx'
import { setInsertionTarget, targetOfInput } from './insertion.ts'
import { useLeave, useProblem } from './use-field.ts'
import classes from './form.module.css'

export interface EventPath {
  path: string
  /** In the sample; empty when unknown. */
  value: string
}

/** The same paths in an event that arrives later; its values are not known. */
export const asyncPaths = (paths: EventPath[]): EventPath[] => paths.map(({ path }) => ({ path: path.replace(/^event/, 'async'), value: '' }))

/** Lists and objects are no keys. */
const isKey = ({ value }: EventPath): boolean => !/^[[{]/.test(value)

/** The path that most likely tells one from another: an id in the data. */
export function likelyKey(paths: EventPath[]): string | undefined {
  return paths.find((one) => isKey(one) && /\.data\..*id$/i.test(one.path))?.path
}

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

export function KeyField({ label, field, value, onChange, paths, help, placeholder }: KeyFieldProps) {
  const id = useId()
  const leave = useLeave()
  const problem = useProblem(field)
  const values = new Map(paths.filter(isKey).map((one) => [one.path, one.value]))
  return (
    <FieldFrame label={label} htmlFor={id} help={help} problem={problem}>
      <Autocomplete
        id={id} value={value ?? ''} data={[...values.keys()]} limit={30} placeholder={placeholder ?? likelyKey(paths) ?? 'event.data.accountId'}
        error={problem?.severity === 'error'} spellCheck={false} classNames={{ input: classes.mono }} comboboxProps={{ shadow: 'md', width: 320, position: 'bottom-end' }}
        aria-describedby={problem ? `${id}-problem` : undefined} onBlur={leave}
        onFocus={(event) => setInsertionTarget(targetOfInput(event.currentTarget, 'cel'))}
        onChange={(next) => onChange(next.trim() === '' ? undefined : next)}
        renderOption={({ option }) => (
          <span className={classes.choice}><span className="mono">{option.value}</span><span className="mono cut">{values.get(option.value)}</span></span>
        )}
      />
    </FieldFrame>
  )
}
