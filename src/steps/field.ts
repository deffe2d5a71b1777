/**
 * Building blocks of config schemas, so that every kind asks for the same thing the same way.
 * Each puts its FieldMeta on the schema as zod metadata; form, compiler and resolver read it there.
 */
import { z } from 'zod'
import { formatDuration, parseDuration } from '#base/duration.ts'
import { dateFix, dateMs } from '#steps/date.ts'
import type { FieldMeta, Port } from '#steps/kind.ts'

/** FieldMeta as zod metadata: `z.string().meta(field({ label: 'To' }))`. */
export function field(meta: FieldMeta): Record<string, unknown> {
  return { ...meta }
}

/** The FieldMeta of a schema, also under `.optional()` and `.default()`. */
export function fieldMeta(schema: z.ZodType): FieldMeta | undefined {
  let current: z.ZodType | undefined = schema
  while (current !== undefined) {
    const meta = current.meta()
    if (meta !== undefined && typeof meta.label === 'string') return meta as unknown as FieldMeta
    current = (current.def as { innerType?: z.ZodType }).innerType
  }
  return undefined
}

/** Text that must not be empty; `missing` says what to give. */
export function required(missing: string, meta: FieldMeta, max = 20_000) {
  return z.string({ error: missing }).max(max).refine((text) => text.trim() !== '', missing).meta(field(meta))
}

/** Text that may be left out; an absent one is empty. */
export function optionalText(meta: FieldMeta, max = 20_000) {
  return z.string().max(max).default('').meta(field(meta))
}

export interface DurationOptions {
  label: string
  help?: string
  initial: string
  minMs: number
  maxMs: number
  when?: FieldMeta['when']
  /** Allows `{{ }}`; the value is then checked when the step runs. */
  template?: boolean
}

/** A duration such as "30s" or "7d" within bounds. */
export function durationField(options: DurationOptions) {
  const { label, help, when, minMs, maxMs } = options
  const meta: FieldMeta = { label, control: 'duration', minMs, maxMs, placeholder: options.initial }
  if (help !== undefined) meta.help = help
  if (when !== undefined) meta.when = when
  if (options.template) meta.expr = 'template'
  return z.string().max(options.template ? 2000 : 60).default(options.initial).superRefine((text, context) => {
    if (options.template && text.includes('{{')) return
    // An empty field is said to be empty; what is left to say is what to do.
    const problem = text.trim() === '' ? 'Write one such as 30s, 5m or 7d.' : durationProblem(text, minMs, maxMs)
    if (problem !== null) context.addIssue({ code: 'custom', message: problem })
  }).meta(field(meta))
}

/** What is wrong with a duration text, or null. */
export function durationProblem(text: string, minMs: number, maxMs: number): string | null {
  const ms = parseDuration(text)
  if (ms === null) return `"${text}" is not a duration. Write one such as 30s, 5m or 7d.`
  if (ms < minMs) return `${formatDuration(ms)} is too short: the least is ${formatDuration(minMs)}.`
  if (ms > maxMs) return `${formatDuration(ms)} is too long: the most is ${formatDuration(maxMs)}.`
  return null
}

/** Milliseconds of a config's duration, or the fallback when a draft holds something else. */
export function durationOr(text: unknown, fallbackMs: number): number {
  return (typeof text === 'string' ? parseDuration(text) : null) ?? fallbackMs
}

const eventNamePattern = /^[^\s*{}]+$/

/** The exact name of an event (no wildcard, no template). */
export function eventNameField(meta: Omit<FieldMeta, 'control'>, missing: string) {
  return z.string({ error: missing }).superRefine((text, context) => {
    if (text.trim() === '') context.addIssue({ code: 'custom', message: missing })
    else if (text.length > 256) context.addIssue({ code: 'custom', message: 'An event name has at most 256 characters.' })
    else if (!eventNamePattern.test(text)) {
      context.addIssue({ code: 'custom', message: 'An event name has no spaces, braces or *. Write one such as order/confirmed.' })
    }
  }).meta(field({ ...meta, control: 'event-name' }))
}

/** When the runs of a sent event start; the value is checked when the step runs (`asStart`), a plain text at once. */
export function startsField(meta: Pick<FieldMeta, 'scope' | 'placeholder'>) {
  // Optional, not empty by default: definitions published before it existed stay as they are.
  return z.string().max(2000).superRefine((text, context) => {
    if (text.trim() === '' || text.includes('{{')) return
    if (parseDuration(text.trim()) === null && dateMs(text) === null) context.addIssue({ code: 'custom', message: `"${text}" is neither a date nor a time from now. Give a time such as 2h, or a date. ${dateFix}` })
  }).optional().meta(field({ ...meta, label: 'Starts its runs', expr: 'template', help: 'Optional: a date, or a time from now such as 30m or 2d. Empty = at once.' }))
}

/** A list of name and value; values are templates, and names too. */
export function pairsField(meta: Omit<FieldMeta, 'control'>, texts: { name: string; value: string; missing: string }) {
  const pair = z.object({
    name: required(texts.missing, { label: texts.name }, 256),
    value: optionalText({ label: texts.value, expr: 'template' }),
  })
  return z.array(pair).max(100).default([]).meta(field({ ...meta, control: 'pairs' }))
}

export const outPort: Port[] = [{ id: 'out', label: 'then' }]

/** First line of a text, cut for the second line of a ticket. */
export function brief(text: unknown, max = 40): string {
  const line = typeof text === 'string' ? (text.trim().split('\n')[0] ?? '') : ''
  return line.length > max ? `${line.slice(0, max - 1)}…` : line
}
