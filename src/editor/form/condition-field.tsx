'use client'
/** A condition in rows anybody can fill in, or as the text they stand for. What rows cannot say stays text. */
import { ActionIcon, Button, Select, Tooltip } from '@mantine/core'
import { IconPlus, IconX } from '@tabler/icons-react'
import { useEffect, useId, useState } from 'react'
import { isWhole, operators, rowsOfText, takesValue, textOfRows, unfinishedRow, type Condition, type ConditionLanguage, type ConditionRow, type Operator } from './condition-rows.ts'
import { ExpressionInput } from './expression-input.tsx'
import { FieldFrame, Problem } from './field-frame.tsx'
import type { EventPath } from './event-path.ts'
import { OutcomeLine } from './outcome-line.tsx'
import { useLeave, type FieldProblem } from './use-field.ts'
import { useCandidates } from './use-readable.ts'
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
  const unfinished = rows ? unfinishedRow(condition.rows) : null
  const turn = (): void => {
    // Rows that were not filled in are in no text: they do not come back from it.
    setCondition(filled(rowsOfText(value, language)))
    setAsText(!asText)
  }
  return (
    <FieldFrame
      label={label} {...(rows ? {} : { htmlFor: id })} help={help} problem={problem ?? null}
      aside={condition === null
        ? <span className={classes.quiet}>more than rows can say</span>
        : <Button size="compact-xs" variant="subtle" onClick={turn}>{asText ? 'As rows' : 'As text'}</Button>}
    >
      {rows
        ? <Rows label={label} condition={condition} write={write} paths={paths} language={language} />
        : (
          <ExpressionInput
            multiline rows={1} id={id} value={value} onChange={onChange} language={language} paths={paths} placeholder={placeholder} error={problem?.severity === 'error'}
            describedBy={`${id}-outcome${problem ? ` ${id}-problem` : ''}`}
          />
        )}
      {problem?.severity !== 'error' && unfinished !== null && <Problem problem={{ severity: 'warning', text: unfinished }} />}
      {problem?.severity !== 'error' && <OutcomeLine text={value} language={language} id={`${id}-outcome`} />}
    </FieldFrame>
  )
}

/** At least one row to fill in. */
const filled = (condition: Condition | null): Condition | null => (condition?.rows.length === 0 ? { ...condition, rows: [emptyRow] } : condition)

function Rows({ label, condition, write, paths, language }: { label: string; condition: Condition; write(next: Condition): void; paths: EventPath[]; language: ConditionLanguage }) {
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
        <Row key={index} name={`${label}, row ${index + 1}`} row={row} paths={paths} language={language} onChange={(patch) => set(index, patch)} onRemove={rows.length === 1 && !isWhole(row) && row.left === '' ? null : () => remove(index)} />
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
  language: ConditionLanguage
  onChange(patch: Partial<ConditionRow>): void
  /** Null when there is nothing to remove. */
  onRemove: (() => void) | null
}

function Row({ name, row, paths, language, onChange, onRemove }: RowProps) {
  const leave = useLeave()
  const known = useCandidates(language, { paths })
  const shown = known.find((one) => one.path === row.left.trim())?.value.replace(/^"(.*)"$/, '$1')
  return (
    <div className={classes.condition}>
      <ExpressionInput
        size="xs" label={`${name}, path`} value={row.left} language={language} paths={paths} opensEmpty placeholder={paths[0]?.path ?? 'event.data.plan'} className={classes.conditionPath}
        onChange={(left) => onChange({ left })}
      />
      {onRemove
        ? <Tooltip label="Remove this row"><ActionIcon size={24} variant="subtle" aria-label={`Remove ${name}`} onClick={onRemove}><IconX size={13} stroke={1.7} /></ActionIcon></Tooltip>
        : <span />}
      <Select
        size="xs" aria-label={`${name}, comparison`} value={row.operator} data={options} allowDeselect={false} onBlur={leave} comboboxProps={{ shadow: 'md', width: 150, position: 'bottom-start' }}
        onChange={(next) => { if (next !== null) onChange({ operator: next as Operator }) }}
      />
      {takesValue(row.operator)
        ? <ExpressionInput size="xs" label={`${name}, value`} value={row.value} language={language} paths={paths} placeholder={shown || 'value'} onChange={(value) => onChange({ value })} />
        : <span />}
    </div>
  )
}
