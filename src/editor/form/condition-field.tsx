'use client'
/** A condition in rows anybody can fill in, or as the text they stand for. What rows cannot say stays text. */
import { ActionIcon, Autocomplete, Button, Select, TextInput, Tooltip } from '@mantine/core'
import { IconPlus, IconX } from '@tabler/icons-react'
import { useEffect, useId, useState } from 'react'
import { isWhole, operators, rowsOfText, takesValue, textOfRows, type Condition, type ConditionLanguage, type ConditionRow, type Operator } from './condition-rows.ts'
import { FieldFrame } from './field-frame.tsx'
import { setInsertionTarget, targetOfInput } from './insertion.ts'
import type { EventPath } from './key-field.tsx'
import { useLeave, type FieldProblem } from './use-field.ts'
import classes from './form.module.css'

const words: Record<Operator, string> = {
  is: 'is', 'is-not': 'is not', '>': 'more than', '>=': 'at least', '<': 'less than', '<=': 'at most', contains: 'contains', 'not-contains': 'contains no', starts: 'starts with', ends: 'ends with',
  there: 'is there', missing: 'is missing',
}
const options = operators.map((value) => ({ value, label: words[value] }))
const emptyRow: ConditionRow = { left: '', operator: 'is', value: '' }

export interface ConditionFieldProps {
  label: string
  value: string
  onChange(value: string): void
  language: ConditionLanguage
  paths: EventPath[]
  problem?: FieldProblem | null
  help?: string | undefined
  placeholder?: string | undefined
}

export function ConditionField({ label, value, onChange, language, paths, problem, help, placeholder }: ConditionFieldProps) {
  const id = useId()
  const leave = useLeave()
  const [condition, setCondition] = useState<Condition | null>(() => filled(rowsOfText(value, language)))
  const [asText, setAsText] = useState(condition === null)
  useEffect(() => {
    // An undo, a colleague or the text field changed it; rows that are still being filled in are kept.
    setCondition((now) => (now !== null && textOfRows(now, language) === value ? now : filled(rowsOfText(value, language))))
  }, [value, language])
  const write = (next: Condition): void => {
    setCondition(next)
    const text = textOfRows(next, language)
    if (text !== value) onChange(text)
  }
  const rows = condition !== null && !asText
  return (
    <FieldFrame
      label={label} {...(rows ? {} : { htmlFor: id })} help={help} problem={problem ?? null}
      aside={condition === null
        ? <span className={classes.quiet}>more than rows can say</span>
        : <Button size="compact-xs" variant="subtle" onClick={() => setAsText(!asText)}>{asText ? 'As rows' : 'As text'}</Button>}
    >
      {rows
        ? <Rows label={label} condition={condition} write={write} paths={paths} />
        : (
          <TextInput
            id={id} value={value} placeholder={placeholder} error={problem?.severity === 'error'} spellCheck={false} autoComplete="off" classNames={{ input: classes.mono }} onBlur={leave}
            onFocus={(event) => setInsertionTarget(targetOfInput(event.currentTarget, language))} onChange={(event) => onChange(event.currentTarget.value)}
          />
        )}
    </FieldFrame>
  )
}

/** At least one row to fill in. */
const filled = (condition: Condition | null): Condition | null => (condition?.rows.length === 0 ? { ...condition, rows: [emptyRow] } : condition)

function Rows({ label, condition, write, paths }: { label: string; condition: Condition; write(next: Condition): void; paths: EventPath[] }) {
  const leave = useLeave()
  const { rows, join } = condition
  const set = (index: number, patch: Partial<ConditionRow>): void => write({ join, rows: rows.map((row, i) => (i === index ? { ...row, ...patch } : row)) })
  const remove = (index: number): void => {
    const left = rows.filter((_, i) => i !== index)
    write({ join, rows: left.length === 0 ? [emptyRow] : left })
    leave()
  }
  return (
    <div className={classes.conditions} role="group" aria-label={label}>
      {rows.map((row, index) => (
        <Row key={index} name={`${label}, row ${index + 1}`} row={row} paths={paths} onChange={(patch) => set(index, patch)} onRemove={rows.length === 1 && !isWhole(row) && row.left === '' ? null : () => remove(index)} />
      ))}
      <div className={classes.conditionFoot}>
        <Button size="compact-xs" variant="subtle" leftSection={<IconPlus size={13} stroke={1.7} />} onClick={() => write({ join, rows: [...rows, emptyRow] })}>Add a row</Button>
        {rows.length > 1 && (
          <Select
            size="xs" w={132} aria-label={`${label}, all or any`} value={join} allowDeselect={false} data={[{ value: 'all', label: 'All must hold' }, { value: 'any', label: 'One is enough' }]}
            onChange={(next) => { if (next === 'all' || next === 'any') write({ join: next, rows }) }}
          />
        )}
      </div>
    </div>
  )
}

interface RowProps {
  name: string
  row: ConditionRow
  paths: EventPath[]
  onChange(patch: Partial<ConditionRow>): void
  /** Null when there is nothing to remove. */
  onRemove: (() => void) | null
}

function Row({ name, row, paths, onChange, onRemove }: RowProps) {
  const leave = useLeave()
  const values = new Map(paths.map((one) => [one.path, one.value]))
  const shown = values.get(row.left.trim())?.replace(/^"(.*)"$/, '$1')
  const mono = { input: classes.mono ?? '' }
  return (
    <div className={classes.condition}>
      <Autocomplete
        size="xs" aria-label={`${name}, path`} value={row.left} data={[...values.keys()]} limit={30} placeholder={paths[0]?.path ?? 'event.data.plan'} spellCheck={false} classNames={mono}
        comboboxProps={{ shadow: 'md', width: 320, position: 'bottom-end' }} onBlur={leave} onChange={(left) => onChange({ left })} className={classes.conditionPath}
        onFocus={(event) => setInsertionTarget(targetOfInput(event.currentTarget, 'cel'))}
        renderOption={({ option }) => <span className={classes.choice}><span className="mono">{option.value}</span><span className="mono cut">{values.get(option.value)}</span></span>}
      />
      {onRemove
        ? <Tooltip label="Remove this row"><ActionIcon size={24} variant="subtle" aria-label={`Remove ${name}`} onClick={onRemove}><IconX size={13} stroke={1.7} /></ActionIcon></Tooltip>
        : <span />}
      <Select
        size="xs" aria-label={`${name}, comparison`} value={row.operator} data={options} allowDeselect={false} onBlur={leave} comboboxProps={{ shadow: 'md', width: 150, position: 'bottom-start' }}
        onChange={(next) => { if (next !== null) onChange({ operator: next as Operator }) }}
      />
      {takesValue(row.operator)
        ? <TextInput size="xs" aria-label={`${name}, value`} value={row.value} placeholder={shown || 'value'} spellCheck={false} autoComplete="off" classNames={mono} onBlur={leave} onChange={(event) => onChange({ value: event.currentTarget.value })} />
        : <span />}
    </div>
  )
}
