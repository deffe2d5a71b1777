'use client'
/** A step's form, made from its config schema. */
import { Fragment, useMemo, type ComponentProps } from 'react'
import type { Json, JsonObject } from '#base/json.ts'
import type { StepNode } from '#graph/document.ts'
import { setCases, setField } from '#graph/edit/set-cases.ts'
import { updateNode } from '#graph/edit/update-node.ts'
import { stepDefinition } from '#steps/definitions.ts'
import { CodeField } from '../code/code-field.tsx'
import type { CodeTemplate } from '../code/code-templates.ts'
import { CodeTemplatesMenu } from '../code/code-templates-menu.tsx'
import { ConnectionBase } from './connection-base.tsx'
import { ConnectionPicker } from './connection-field.tsx'
import { useEditor } from '../context.ts'
import { useStepPaths } from '../inspector/event-paths.ts'
import { dataRows } from '../inspector/readable-data.ts'
import { ConditionField } from './condition-field.tsx'
import { useAwaitedPaths } from './awaited-paths.ts'
import { likelyKey, sharedPaths, type EventPath } from './event-path.ts'
import { KeyField } from './key-field.tsx'
import { CasesField, PairsField } from './list-fields.tsx'
import { EventNameField, NamePicker, useFanOutChoices, useFunctionChoices } from './name-fields.tsx'
import { isShown, sideBySide, stepFields, valueOf, type FieldSpec } from './schema.ts'
import { NumberField, SelectField, SwitchField, TextField } from './text-field.tsx'
import { useProblem } from './use-field.ts'
import { InItemProvider, useReadable } from './use-readable.ts'
import classes from './form.module.css'

export function SchemaForm({ step }: { step: StepNode }) {
  const fields = stepFields(stepDefinition(step.kind))
  const shown = fields.filter((field) => isShown(field, fields, step.config))
  const second = new Set(shown.map((field) => sideBySide[field.name]))
  return (
    <>
      {shown.map((field) => {
        const partner = shown.find((one) => one.name === sideBySide[field.name])
        if (second.has(field.name)) return null
        if (partner === undefined) return <FieldInScope key={field.name} step={step} field={field} />
        return (
          <Fragment key={field.name}>
            <div className={classes.together} data-first={field.name}>
              <FieldInScope step={step} field={field} />
              <FieldInScope step={step} field={partner} />
            </div>
            {field.name === 'method' && <ConnectionBase step={step} />}
          </Fragment>
        )
      })}
    </>
  )
}

/** `item` and `index` can be read in every field of a repeating step, and where the kind says so. */
function FieldInScope({ step, field }: { step: StepNode; field: FieldSpec }) {
  return <InItemProvider value={step.each !== undefined || field.meta.scope?.includes('item') === true}><Field step={step} field={field} /></InItemProvider>
}

function Field({ step, field }: { step: StepNode; field: FieldSpec }) {
  const { editor } = useEditor()
  const path = `config.${field.name}`
  const problem = useProblem(path)
  const paths = useStepPaths(step)
  const arriving = useAwaitedPaths(step, paths)
  const waited = useMemo(() => [...arriving, ...paths], [arriving, paths])
  const value = valueOf(field, step.config)
  const { meta } = field
  const set = (next: Json | undefined): void => editor.edit(
    `Edit ${meta.label.toLowerCase()} of ${step.name}`,
    (document) => setField(document, step.id, field.name, next),
    { group: `${step.id}.${path}` },
  )
  const shared = { label: meta.label, help: meta.help, placeholder: meta.placeholder, problem }
  const text = typeof value === 'string' ? value : JSON.stringify(value)
  if (field.type === 'boolean') return <SwitchField {...shared} value={value === true} onChange={set} />
  if (field.type === 'number') return <NumberField {...shared} value={typeof value === 'number' && (value !== 0 || step.config[field.name] === 0) ? value : undefined} onChange={(next) => set(next)} />
  if (field.type === 'enum') {
    return <SelectField {...shared} value={text} onChange={set} options={field.values.map((one) => ({ value: one, label: meta.options?.[one] ?? one }))} />
  }
  const setList = (next: Json | undefined): void => editor.edit(`Edit ${meta.label.toLowerCase()} of ${step.name}`, (document) => setCases(document, step.id, field.name, next), { group: `${step.id}.${path}` })
  if (field.type === 'array') {
    const list = Array.isArray(value) ? value.filter((one): one is JsonObject => typeof one === 'object' && one !== null && !Array.isArray(one)) : []
    const single = meta.control === 'cases' && step.config.mode !== 'switch'
    return meta.control === 'cases'
      ? <CasesField field={field} path={path} value={list} onChange={setList} single={single} paths={paths} />
      : <PairsField field={field} path={path} value={list} onChange={set} />
  }
  if (meta.control === 'code' || meta.control === 'json') {
    const start = ({ label, code }: CodeTemplate): void => {
      editor.edit(`Start ${step.name} from “${label}”`, (document) => updateNode(document, step.id, { config: { [field.name]: code } }))
      editor.closeGesture()
    }
    return (
      <CodeField
        {...shared} language={meta.control === 'code' ? 'typescript' : 'json'} value={text} onChange={set} expr={meta.expr}
        aside={meta.control === 'code' ? <CodeTemplatesMenu onPick={start} /> : undefined}
      />
    )
  }
  if (meta.expr === 'cel') return <ConditionField {...shared} language="cel" value={text} onChange={set} paths={waited} />
  if (meta.control === 'same-value') return <SameValue meta={meta} field={path} value={text} onChange={set} starting={paths} arriving={arriving} />
  if (meta.control === 'event-name') return <EventNameField {...shared} value={text} onChange={set} />
  if (meta.control === 'function-slug') return <FunctionPicker {...shared} value={text} onChange={set} />
  if (meta.control === 'connection') return <ConnectionPicker {...shared} value={text} onChange={set} />
  if (meta.control === 'fan-out') return <FanOutPicker {...shared} step={step} value={text} onChange={set} />
  return <TextField {...shared} value={text} onChange={set} expr={meta.expr} escape={meta.escape} wants={meta.wants} multiline={meta.control === 'multiline'} />
}

interface SameValueProps {
  meta: FieldSpec['meta']
  field: string
  value: string
  onChange(next: string): void
  starting: EventPath[]
  arriving: EventPath[]
}

function SameValue({ meta, field, value, onChange, starting, arriving }: SameValueProps) {
  const data = useReadable().scope.event?.data
  const paths = useMemo(() => {
    // The event at hand first: it is there before samples of the name are.
    const known = data === undefined ? [] : dataRows('event.data', data)
    const seen = new Set(known.map((one) => one.path))
    return sharedPaths([...known, ...starting.filter((one) => !seen.has(one.path))], arriving)
  }, [data, starting, arriving])
  return (
    <KeyField
      label={meta.label} field={field} value={value} paths={paths} help={meta.help ?? ''} placeholder={likelyKey(paths) ?? meta.placeholder ?? ''}
      onChange={(next) => onChange(next ?? '')}
    />
  )
}

type PickerProps = Omit<ComponentProps<typeof NamePicker>, 'choices' | 'nothing'>

function FunctionPicker(props: PickerProps) {
  return <NamePicker {...props} placeholder="Choose a function" choices={useFunctionChoices()} nothing="There is no other function yet" />
}

function FanOutPicker({ step, ...props }: PickerProps & { step: StepNode }) {
  return <NamePicker {...props} placeholder="Choose a step" choices={useFanOutChoices(step)} nothing="No Emit per item before this" />
}
