'use client'
import { Autocomplete, NumberInput, Select, Switch, Textarea, TextInput } from '@mantine/core'
import { useEffect, useId, useRef, useState } from 'react'
import { FieldFrame } from './field-frame.tsx'
import { ExpressionInput } from './expression-input.tsx'
import { languageOf, setInsertionTarget } from './insertion.ts'
import { OutcomeLine } from './outcome-line.tsx'
import { useLeave, type FieldProblem } from './use-field.ts'
import { useSteadyCaret } from './use-steady-caret.ts'
import classes from './form.module.css'

interface Common {
  label: string
  help?: string | undefined
  problem?: FieldProblem | null
  placeholder?: string | undefined
  /** Takes the focus: its node was just added. */
  fresh?: boolean
}

export interface TextFieldProps extends Common {
  value: string
  onChange(value: string): void
  onLeave?(): void
  expr?: string | undefined
  /** How values put into the text are escaped; see FieldMeta. */
  escape?: 'html' | 'url' | undefined
  wants?: 'list' | undefined
  mono?: boolean
  multiline?: boolean
  suggestions?: string[]
  aside?: React.ReactNode
  testId?: string
  /** More characters than this are not taken, and the field says so. */
  most?: number | null
}

export function TextField({ label, help, problem: found, placeholder, fresh, value, onChange: take, onLeave, expr, escape, wants, mono, multiline, suggestions, aside, testId, most = null }: TextFieldProps) {
  const id = useId()
  const [tooLong, setTooLong] = useState<number | null>(null)
  const onChange = (next: string): void => {
    const isTooLong = most !== null && next.length > most
    setTooLong(isTooLong ? next.length : null)
    if (!isTooLong) take(next)
  }
  const problem: FieldProblem | null | undefined = tooLong === null ? found : { severity: 'error', text: `There is room for ${most!.toLocaleString('en')} characters; this would be ${tooLong.toLocaleString('en')}, so it was not taken.` }
  const close = useLeave()
  const leave = (): void => {
    setTooLong(null)
    onLeave?.()
    close()
  }
  const input = useRef<HTMLInputElement & HTMLTextAreaElement>(null)
  useSteadyCaret(input, value)
  useEffect(() => {
    if (fresh) input.current?.select()
  }, [fresh])
  const language = languageOf(expr)
  if (language !== undefined) {
    return (
      <FieldFrame label={label} htmlFor={id} help={help} problem={problem} aside={aside}>
        <ExpressionInput
          id={id} value={value} onChange={onChange} language={language} placeholder={placeholder} error={problem?.severity === 'error'} multiline={multiline === true}
          describedBy={`${id}-outcome${problem ? ` ${id}-problem` : ''}`} testId={testId}
        />
        {/* A mail's body has a preview of its own. */}
        {problem?.severity !== 'error' && escape !== 'html' && <OutcomeLine text={value} language={language} escape={escape} wants={wants} id={`${id}-outcome`} />}
      </FieldFrame>
    )
  }
  const shared = {
    id, value, placeholder, error: problem?.severity === 'error', 'data-testid': testId,
    spellCheck: false, autoComplete: 'off', 'aria-describedby': problem ? `${id}-problem` : undefined,
    classNames: { input: mono ? classes.mono : '' },
    onBlur: leave,
    onFocus: () => setInsertionTarget(null),
  }
  return (
    <FieldFrame label={label} htmlFor={id} help={help} problem={problem} aside={aside}>
      {multiline
        ? <Textarea {...shared} ref={input} autosize minRows={3} maxRows={14} onChange={(event) => onChange(event.currentTarget.value)} />
        : suggestions
          ? <Autocomplete {...shared} ref={input} data={suggestions} limit={30} onChange={onChange} comboboxProps={{ shadow: 'md' }} />
          : <TextInput {...shared} ref={input} onChange={(event) => onChange(event.currentTarget.value)} />}
    </FieldFrame>
  )
}

export interface SelectFieldProps extends Common {
  value: string
  onChange(value: string): void
  options: { value: string; label: string }[]
  searchable?: boolean
}

export function SelectField({ label, help, problem, value, onChange, options, searchable = false }: SelectFieldProps) {
  const id = useId()
  const leave = useLeave()
  return (
    <FieldFrame label={label} htmlFor={id} help={help} problem={problem}>
      <Select
        id={id} value={value} data={options} allowDeselect={false} searchable={searchable} error={problem?.severity === 'error'} onBlur={leave}
        onChange={(next) => { if (next !== null) onChange(next) }}
      />
    </FieldFrame>
  )
}

export interface NumberFieldProps extends Common {
  value: number | undefined
  onChange(value: number | undefined): void
  min?: number
  max?: number
}

export function NumberField({ label, help, problem, placeholder, value, onChange, min, max }: NumberFieldProps) {
  const id = useId()
  const leave = useLeave()
  return (
    <FieldFrame label={label} htmlFor={id} help={help} problem={problem}>
      <NumberInput
        id={id} value={value ?? ''} placeholder={placeholder} min={min} max={max} clampBehavior="blur" allowDecimal={false} error={problem?.severity === 'error'} onBlur={leave}
        onChange={(next) => {
          if (next === '') onChange(undefined)
          else if (typeof next === 'number' && Number.isFinite(next)) onChange(next)
        }}
      />
    </FieldFrame>
  )
}

export function SwitchField({ label, help, value, onChange }: Common & { value: boolean; onChange(value: boolean): void }) {
  const leave = useLeave()
  return (
    <div className={classes.field}>
      <Switch
        label={label} description={help} checked={value}
        onChange={(event) => {
          onChange(event.currentTarget.checked)
          leave()
        }}
      />
    </div>
  )
}
