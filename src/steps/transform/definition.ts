import { z } from 'zod'
import { field, optionalText, outPort, required } from '#steps/field.ts'
import type { StepKindDefinition } from '#steps/kind.ts'

const config = z.object({
  fields: z.array(z.object({
    name: required('Name the field.', { label: 'Name', placeholder: 'email' }, 200),
    value: optionalText({ label: 'Value', expr: 'template', placeholder: '{{ event.data.email }}' }),
  })).max(200).superRefine((fields, context) => {
    const seen = new Set<string>()
    fields.forEach((entry, index) => {
      if (seen.has(entry.name)) context.addIssue({ code: 'custom', path: [index, 'name'], message: `There are two fields named ${entry.name}. Rename one.` })
      seen.add(entry.name)
    })
  }).meta(field({ label: 'Fields', control: 'pairs', help: 'The step’s output is an object with these fields. A lone {{ }} keeps the type of its value.' })),
})

export type TransformConfig = z.infer<typeof config>

export const transformDefinition: StepKindDefinition<TransformConfig> = {
  kind: 'transform',
  label: 'Transform',
  blurb: 'Makes a new object from the event and earlier outputs.',
  icon: 'IconTransform',
  group: 'steps',
  config,
  initial: () => ({ fields: [] }),
  ports: () => outPort,
  describe: (c) => {
    const names = (c.fields ?? []).map((entry) => entry.name).filter(Boolean)
    if (names.length === 0) return 'No fields yet'
    return names.length <= 3 ? names.join(', ') : `${names.slice(0, 2).join(', ')} + ${names.length - 2}`
  },
  effect: 'computes',
  example: (c) => Object.fromEntries(c.fields.map(({ name, value }) => [name, value.includes('{{') ? null : value])),
  timeoutMs: () => 30_000,
  recordsInput: false,
}
