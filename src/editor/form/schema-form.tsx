'use client'
/** A step's form, made from its config schema. */
import type { Json, JsonObject } from '#base/json.ts'
import type { StepNode } from '#graph/document.ts'
import { updateNode } from '#graph/edit/update-node.ts'
import { stepDefinition } from '#steps/definitions.ts'
import { CodeField } from '../code/code-field.tsx'
import { useEditor } from '../context.ts'
import { useEventNames, useFunctionSlugs } from '../inspector/known-names.ts'
import { useStepPaths } from '../inspector/event-paths.ts'
import { ConditionField } from './condition-field.tsx'
import { asyncPaths } from './key-field.tsx'
import { CasesField, PairsField } from './list-fields.tsx'
import { isShown, sideBySide, stepFields, valueOf, type FieldSpec } from './schema.ts'
import { NumberField, SelectField, SwitchField, TextField } from './text-field.tsx'
import { useProblem } from './use-field.ts'
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
        if (partner === undefined) return <Field key={field.name} step={step} field={field} />
        return (
          <div key={field.name} className={classes.together} data-first={field.name}>
            <Field step={step} field={field} />
            <Field step={step} field={partner} />
          </div>
        )
      })}
    </>
  )
}

function Field({ step, field }: { step: StepNode; field: FieldSpec }) {
  const { editor } = useEditor()
  const path = `config.${field.name}`
  const problem = useProblem(path)
  const eventNames = useEventNames()
  const slugs = useFunctionSlugs()
  const paths = useStepPaths(step)
  const value = valueOf(field, step.config)
  const { meta } = field
  const set = (next: Json | undefined): void => editor.edit(
    `Edit ${meta.label.toLowerCase()} of ${step.name}`,
    (document) => updateNode(document, step.id, { config: { [field.name]: next } }),
    { group: `${step.id}.${path}` },
  )
  const shared = { label: meta.label, help: meta.help, placeholder: meta.placeholder, problem }
  const text = typeof value === 'string' ? value : JSON.stringify(value)
  if (field.type === 'boolean') return <SwitchField {...shared} value={value === true} onChange={set} />
  if (field.type === 'number') return <NumberField {...shared} value={typeof value === 'number' && (value !== 0 || step.config[field.name] === 0) ? value : undefined} onChange={(next) => set(next)} />
  if (field.type === 'enum') {
    return <SelectField {...shared} value={text} onChange={set} options={field.values.map((one) => ({ value: one, label: meta.options?.[one] ?? one }))} />
  }
  if (field.type === 'array') {
    const list = Array.isArray(value) ? value.filter((one): one is JsonObject => typeof one === 'object' && one !== null && !Array.isArray(one)) : []
    const single = meta.control === 'cases' && step.config.mode !== 'switch'
    return meta.control === 'cases'
      ? <CasesField field={field} path={path} value={list} onChange={set} single={single} paths={paths} />
      : <PairsField field={field} path={path} value={list} onChange={set} />
  }
  if (meta.control === 'code' || meta.control === 'json') {
    return <CodeField {...shared} language={meta.control === 'code' ? 'typescript' : 'json'} value={text} onChange={set} nodeId={step.id} expr={meta.expr} />
  }
  if (meta.expr === 'cel') return <ConditionField {...shared} language="cel" value={text} onChange={set} paths={[...asyncPaths(paths), ...paths]} />
  const suggestions = meta.control === 'event-name' ? eventNames : meta.control === 'function-slug' ? slugs : undefined
  return (
    <TextField
      {...shared} value={text} onChange={set} expr={meta.expr} multiline={meta.control === 'multiline'}
      mono={suggestions !== undefined} {...(suggestions ? { suggestions } : {})}
    />
  )
}
