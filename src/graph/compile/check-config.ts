/** Each step's config against its kind's schema, and the language of each of its texts. Answers what the texts read. */
import type { z } from 'zod'
import { FanwiseError } from '#base/errors.ts'
import { memberAt, type JsonObject } from '#base/json.ts'
import { expressionFields, parseShown } from '#expressions/fields.ts'
import { repeatScope } from '#graph/compile/check-each.ts'
import { atStep, type Findings, type FrameModel } from '#graph/compile/model.ts'
import { readsOf, type Read } from '#graph/compile/reads.ts'
import type { StepNode } from '#graph/document.ts'
import { stepDefinition } from '#steps/definitions.ts'

export interface CheckedConfig {
  /** With the defaults of its schema; as drawn when it does not fit it. */
  config: JsonObject
  reads: { field: string; read: Read }[]
}

export function checkConfig(frame: FrameModel, step: StepNode, findings: Findings): CheckedConfig {
  const definition = stepDefinition(step.kind)
  const parsed = parseShown(definition.config, step.config)
  const broken = new Set<string>()
  if (!parsed.success) {
    for (const issue of parsed.error.issues) {
      const path = issue.path.map(String)
      const field = ['config', ...path].join('.')
      broken.add(field)
      const { message, fix } = wordsOf(issue, memberAt(step.config, path), labelAt(definition.config, path))
      findings.error(atStep(frame, step, field), 'config-invalid', message, fix)
    }
  }
  const checked: CheckedConfig = { config: parsed.success ? (parsed.data as JsonObject) : step.config, reads: [] }
  for (const { path, text, kind, scope: own } of expressionFields(definition.config, checked.config)) {
    const scope = [...(own ?? []), ...repeatScope(step)]
    const field = ['config', ...path].join('.')
    if (broken.has(field)) continue
    try {
      const reads = readsOf(text, kind, scope)
      // Names of the field's own scope stand for each item, which is not known here.
      for (const read of reads.references) if (!scope.includes(read.root)) checked.reads.push({ field, read })
      for (const name of new Set(reads.unknown)) {
        findings.error(atStep(frame, step, field), 'name-unknown', `\`${name}\` is not something this step can read.`, `Read ${['event', 'steps', 'run', 'env', ...scope].join(', ')}, as in event.data.${name}.`)
      }
    } catch (error) {
      if (!(error instanceof FanwiseError)) throw error
      const position = typeof error.facts?.position === 'number' ? error.facts.position : undefined
      findings.error({ ...atStep(frame, step, field), position }, `${kind}-syntax`, error.message, error.fix ?? 'Correct the text at that place.')
    }
  }
  return checked
}

interface Words {
  message: string
  fix: string
}

/** Schema messages are one or two sentences: what is wrong, then what to do; an empty field's message is only the latter. */
function wordsOf(issue: z.core.$ZodIssue, value: unknown, label: string): Words {
  const own = unsaid.test(issue.message) ? generalWords(issue, value, label) : null
  if (own !== null) return own
  const text = issue.message
  if (value === undefined || value === '' || (typeof value === 'string' && value.trim() === '')) return { message: `${label} is empty.`, fix: text }
  // What was written may have a full stop of its own.
  const cut = text.indexOf('. ', text.startsWith('"') ? text.lastIndexOf('"') : 0)
  if (cut > 0) return { message: text.slice(0, cut + 1), fix: text.slice(cut + 2) }
  return { message: text.endsWith('.') ? text : `${text}.`, fix: `Correct ${label}.` }
}

/** How zod itself speaks, where the schema has no message of its own. */
const unsaid = /^(?:Too big|Too small|Invalid (?:input|option)): /

function generalWords(issue: z.core.$ZodIssue, value: unknown, label: string): Words | null {
  if (issue.code === 'too_big') {
    const most = Number(issue.maximum).toLocaleString('en')
    if (typeof value === 'string') return { message: `${label} has ${value.length.toLocaleString('en')} characters; ${most} is the most.`, fix: 'Shorten it.' }
    if (Array.isArray(value)) return { message: `${label} has ${value.length.toLocaleString('en')} entries; ${most} is the most.`, fix: 'Remove some.' }
  }
  if (issue.code === 'invalid_type' && issue.expected === 'int') return { message: `${String(value)} is not a whole number.`, fix: `Correct ${label}.` }
  if (issue.code === 'invalid_value') return { message: `${JSON.stringify(value)} is not one of the choices.`, fix: `Choose ${label} again.` }
  return null
}

/** The form's label of a field, or its name. */
function labelAt(schema: z.ZodType, path: string[]): string {
  let current: z.ZodType | undefined = schema
  let label = path.at(-1) ?? 'The step'
  for (const key of path) {
    while (current !== undefined && 'innerType' in current.def) current = (current.def as { innerType?: z.ZodType }).innerType
    const def = current?.def as { shape?: Record<string, z.ZodType>; element?: z.ZodType } | undefined
    current = def?.shape?.[key] ?? def?.element
    for (let layer = current; layer !== undefined; layer = (layer.def as { innerType?: z.ZodType }).innerType) {
      const meta = layer.meta() as { label?: string } | undefined
      if (meta?.label !== undefined) label = meta.label
    }
  }
  return label
}
