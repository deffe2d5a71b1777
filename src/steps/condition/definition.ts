import { z } from 'zod'
import { isJsonObject } from '#base/json.ts'
import { brief, field, optionalText, required } from '#steps/field.ts'
import type { Port, StepKindDefinition } from '#steps/kind.ts'

const config = z.object({
  mode: z.enum(['if', 'switch']).default('if').meta(field({
    label: 'Kind', control: 'select', options: { if: 'If / else', switch: 'Switch: several ways' },
  })),
  cases: z.array(z.object({
    id: required('The case has no id.', { label: 'Id', control: 'hidden' }, 64),
    label: optionalText({ label: 'Label', placeholder: 'Large order' }, 60),
    when: required('Say when this way is taken.', {
      label: 'Condition', expr: 'expression', lazy: true, placeholder: 'event.data.amount > 100', help: 'Compares what the event or an earlier step gave. As text, it is JavaScript.',
    }, 4000),
  })).min(1, 'Add a case.').max(30).superRefine((cases, context) => {
    const seen = new Set<string>(['else'])
    cases.forEach((entry, index) => {
      if (/\p{Cc}/u.test(entry.id)) context.addIssue({ code: 'custom', path: [index, 'id'], message: 'The case’s id has a control character in it. Give it one of letters and digits.' })
      if (seen.has(entry.id)) context.addIssue({ code: 'custom', path: [index, 'id'], message: `Two ways out are named ${entry.id}. Give each its own id.` })
      seen.add(entry.id)
    })
  }).meta(field({ label: 'Cases', control: 'cases', help: 'The first case whose condition holds is taken. As text, conditions are JavaScript.' })),
})

export type ConditionConfig = z.infer<typeof config>

function ports(c: ConditionConfig): Port[] {
  if (c.mode !== 'switch') return [{ id: 'true', label: 'yes' }, { id: 'false', label: 'no' }]
  return [...(c.cases ?? []).map((entry) => ({ id: entry.id, label: entry.label || entry.id })), { id: 'else', label: 'else' }]
}

export const conditionDefinition: StepKindDefinition<ConditionConfig> = {
  kind: 'condition',
  label: 'Condition',
  blurb: 'Goes one way or another: if and else, or a switch.',
  icon: 'IconArrowsSplit2',
  group: 'flow',
  config,
  initial: () => ({ mode: 'if', cases: [{ id: 'c1', label: '', when: '' }] }),
  // If and else has one case: others would be checked, and could not be seen.
  along: (c, name, value) => (name === 'mode' && value === 'if' && Array.isArray(c.cases) ? { cases: c.cases.slice(0, 1) } : {}),
  ports,
  describe: (c) => {
    if (c.mode === 'switch') return `${(c.cases ?? []).length + 1} ways`
    return brief(c.cases?.[0]?.when) || 'If / else'
  },
  effect: 'computes',
  timeoutMs: () => 30_000,
  recordsInput: false,
  example: (c, port) => {
    const taken = c.mode === 'switch' ? c.cases.find((entry) => entry.id === port) : undefined
    return { branch: taken === undefined ? port : taken.label || taken.id }
  },
  exit: (output, c) => {
    const branch = isJsonObject(output) ? output['branch'] : undefined
    if (c.mode !== 'switch') return branch === 'true' || branch === 'false' ? branch : null
    return c.cases.find((entry) => (entry.label || entry.id) === branch)?.id ?? (branch === 'else' ? 'else' : null)
  },
}
