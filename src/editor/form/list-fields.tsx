'use client'
/** Lists in a form: name and value pairs, and the cases of a condition. */
import { ActionIcon, Button, TextInput, Tooltip } from '@mantine/core'
import { IconPlus, IconX } from '@tabler/icons-react'
import type { Json, JsonObject } from '#base/json.ts'
import { ConditionField } from './condition-field.tsx'
import { FieldFrame, Problem } from './field-frame.tsx'
import { ExpressionInput } from './expression-input.tsx'
import { languageOf, setInsertionTarget } from './insertion.ts'
import { OutcomeLine } from './outcome-line.tsx'
import type { EventPath } from './event-path.ts'
import type { FieldSpec } from './schema.ts'
import { useLeave, useProblem } from './use-field.ts'
import classes from './form.module.css'

interface ListProps {
  field: FieldSpec
  path: string
  value: JsonObject[]
  onChange(value: Json): void
  /** The condition has one case and no labels. */
  single?: boolean
}

const text = (value: Json | undefined): string => (typeof value === 'string' ? value : '')

export function PairsField({ field, path, value, onChange }: ListProps) {
  const problem = useProblem(path)
  const leave = useLeave()
  const [nameField, valueField] = field.item
  const set = (index: number, patch: JsonObject): void => onChange(value.map((pair, i) => (i === index ? { ...pair, ...patch } : pair)))
  return (
    <FieldFrame
      label={field.meta.label} help={field.meta.help} problem={problem}
      aside={(
        <Button
          size="compact-xs" variant="subtle" leftSection={<IconPlus size={13} stroke={1.7} />} aria-label={`Add to ${field.meta.label}`}
          onClick={() => {
            onChange([...value, { name: '', value: '' }])
            leave()
          }}
        >
          Add
        </Button>
      )}
    >
      {value.map((pair, index) => (
        <Row key={index} path={`${path}.${index}`} text={text(pair.value)} expr={valueField?.meta.expr}>
          <Cell label={`${nameField?.meta.label ?? 'Name'} ${index + 1}`} placeholder={nameField?.meta.placeholder} value={text(pair.name)} onChange={(name) => set(index, { name })} />
          <Cell wide label={`${valueField?.meta.label ?? 'Value'} ${index + 1}`} placeholder={valueField?.meta.placeholder ?? valueField?.meta.label} expr={valueField?.meta.expr} value={text(pair.value)} onChange={(next) => set(index, { value: next })} />
          <Remove
            label={`Remove ${text(pair.name) || `row ${index + 1}`}`}
            onClick={() => {
              onChange(value.filter((_, i) => i !== index))
              leave()
            }}
          />
        </Row>
      ))}
    </FieldFrame>
  )
}

export function CasesField({ field, path, value, onChange, paths, single = false }: ListProps & { paths: EventPath[] }) {
  const first = useProblem(`${path}.0`, true)
  const problem = useProblem(path)
  const leave = useLeave()
  const set = (index: number, patch: JsonObject): void => onChange(value.map((entry, i) => (i === index ? { ...entry, ...patch } : entry)))
  const [, whenField] = field.item
  if (single) {
    return (
      <ConditionField
        label="If" help={whenField?.meta.help} problem={first ?? problem} language="expression" paths={paths} placeholder={whenField?.meta.placeholder}
        value={text(value[0]?.when)} onChange={(when) => onChange([{ id: 'c1', label: '', ...value[0], when }])}
      />
    )
  }
  const add = (): void => {
    const ids = new Set(value.map((entry) => entry.id))
    let n = value.length + 1
    while (ids.has(`c${n}`)) n++
    onChange([...value, { id: `c${n}`, label: '', when: '' }])
    leave()
  }
  return (
    <FieldFrame
      label={field.meta.label} help={field.meta.help} problem={problem}
      aside={<Button size="compact-xs" variant="subtle" leftSection={<IconPlus size={13} stroke={1.7} />} onClick={add}>Add a case</Button>}
    >
      {value.map((entry, index) => (
        <div key={text(entry.id) || index} className={classes.case}>
          <div className={classes.pair}>
            <Cell wide label={`Label of case ${index + 1}`} placeholder={`Case ${index + 1}`} value={text(entry.label)} onChange={(label) => set(index, { label })} />
            <Remove
              label={`Remove case ${index + 1}`} disabled={value.length === 1}
              onClick={() => {
                onChange(value.filter((_, i) => i !== index))
                leave()
              }}
            />
          </div>
          <CaseCondition path={`${path}.${index}`} label={`Case ${index + 1}, when`} placeholder={whenField?.meta.placeholder} paths={paths} value={text(entry.when)} onChange={(when) => set(index, { when })} />
        </div>
      ))}
      <div className={classes.help}>Else: none of them is true.</div>
    </FieldFrame>
  )
}

interface CaseProps {
  path: string
  label: string
  value: string
  onChange(value: string): void
  placeholder: string | undefined
  paths: EventPath[]
}

function CaseCondition({ path, ...rest }: CaseProps) {
  const problem = useProblem(path, true)
  return <ConditionField {...rest} language="expression" problem={problem} />
}

function Row({ path, text: written, expr, children }: { path: string; text: string; expr: string | undefined; children: React.ReactNode }) {
  const problem = useProblem(path, true)
  return (
    <>
      <div className={classes.pair}>{children}</div>
      {problem?.severity !== 'error' && <div className={classes.under}><OutcomeLine text={written} language={languageOf(expr)} /></div>}
      {problem && <Problem problem={problem} />}
    </>
  )
}

interface CellProps {
  label: string
  value: string
  onChange(value: string): void
  placeholder?: string | undefined
  expr?: string | undefined
  wide?: boolean
}

function Cell({ label, value, onChange, placeholder, expr, wide }: CellProps) {
  const leave = useLeave()
  const language = languageOf(expr)
  const className = wide ? classes.wide : classes.narrow
  if (language !== undefined) return <ExpressionInput size="xs" label={label} value={value} onChange={onChange} language={language} placeholder={placeholder} className={className} />
  return (
    <TextInput
      size="xs" aria-label={label} value={value} placeholder={placeholder} spellCheck={false} autoComplete="off"
      className={className} classNames={{ input: classes.mono }} onBlur={leave} onFocus={() => setInsertionTarget(null)} onChange={(event) => onChange(event.currentTarget.value)}
    />
  )
}

function Remove({ label, onClick, disabled = false }: { label: string; onClick(): void; disabled?: boolean }) {
  return (
    <Tooltip label={label}>
      <ActionIcon size={24} variant="subtle" aria-label={label} disabled={disabled} onClick={onClick}><IconX size={13} stroke={1.7} /></ActionIcon>
    </Tooltip>
  )
}
