/**
 * A step's inputs from a run's data: the hot path. A config is compiled once per function
 * version; resolving it then costs a few property reads per field. Everything that needs the
 * sandbox goes there in one call.
 */
import type { z } from 'zod'
import { FanwiseError } from '#base/errors.ts'
import type { Json, JsonObject } from '#base/json.ts'
import { expressionFields, parseShown } from '#expressions/fields.ts'
import type { Scope } from '#expressions/interpret.ts'
import type { Reference } from '#expressions/references.ts'
import type { CompiledTemplate, TemplateKind } from '#expressions/template.ts'
import { compileTemplate } from '#expressions/template.ts'

export { compileTemplate } from '#expressions/template.ts'
export type { CompiledTemplate } from '#expressions/template.ts'


export interface Evaluator {
  evaluate(expressions: string[], scope: Record<string, unknown>): Promise<Json[]>
}

export interface ConfigResolver {
  needsSandbox: boolean
  /** Every path the config reads, also those its kind resolves itself. */
  pathsRead: Reference[]
  /** The config as drawn with its defaults filled in: `StepContext.rawConfig`. */
  raw: JsonObject
  /** The config with values in place of texts. Throws when `needsSandbox`. */
  resolveSync(scope: Scope | object): JsonObject
  resolve(scope: Scope | object, services: Evaluator): Promise<JsonObject>
}

interface Slot {
  path: string[]
  field: string
  template: CompiledTemplate
  /** Where its sandbox values begin among all of the config's. */
  offset: number
}

/**
 * Compiles a config against its kind's schema. Throws FanwiseError when the config does not fit it.
 * @param extra names every field can read beside the usual ones: `item` and `index` of a repeated step
 */
export function compileConfig(schema: z.ZodType, config: JsonObject, extra: readonly string[] = []): ConfigResolver {
  const parsed = parseShown(schema, config)
  if (!parsed.success) {
    const issue = parsed.error.issues[0]
    throw new FanwiseError('step_input', issue?.message ?? 'The step is not filled in.', { field: issue?.path.join('.') ?? '', fix: 'Open the step and mend the field.' })
  }
  const raw = parsed.data as JsonObject
  const slots: Slot[] = []
  const expressions: string[] = []
  const pathsRead: Reference[] = []
  for (const { path, kind, text, lazy, escape, scope } of expressionFields(schema, raw)) {
    if (kind === 'cel' || kind === 'code') continue
    const field = path.join('.')
    // An empty text is an empty text; a kind whose field must be JSON says so itself.
    const template = within(field, () => (text.trim() === '' ? null : compileTemplate(text, kind, { scope: extra.length === 0 ? scope : [...(scope ?? []), ...extra], escape })))
    if (template === null) continue
    pathsRead.push(...template.references)
    if (lazy) continue
    slots.push({ path, field, template, offset: expressions.length })
    expressions.push(...template.expressions)
  }
  const needsSandbox = expressions.length > 0
  const fill = filler(raw, slots)
  return {
    needsSandbox,
    pathsRead,
    raw,
    resolveSync(scope) {
      if (needsSandbox) throw new FanwiseError('internal', 'This config needs the sandbox.')
      return fill(scope as Scope, [])
    },
    async resolve(scope, services) {
      if (!needsSandbox) return fill(scope as Scope, [])
      for (const { field, template } of slots) within(field, () => template.check(scope as Scope))
      const read = slots.flatMap((slot) => (slot.template.needsSandbox ? slot.template.references : []))
      return fill(scope as Scope, await evaluateAt(slots, expressions, pruneScope(scope as Scope, read), services))
    },
  }
}

async function evaluateAt(slots: Slot[], expressions: string[], scope: Record<string, unknown>, services: Evaluator): Promise<Json[]> {
  try {
    return await services.evaluate(expressions, scope)
  } catch (thrown) {
    const index = thrown instanceof FanwiseError && typeof thrown.facts?.expression === 'number' ? thrown.facts.expression : -1
    const slot = slots.find((entry) => index >= entry.offset && index < entry.offset + entry.template.expressions.length)
    throw slot === undefined ? thrown : withField(thrown, slot.field)
  }
}

/** Only what the expressions read goes into the sandbox: outputs of other steps can be megabytes. */
export function pruneScope(scope: Scope, references: readonly Reference[]): Record<string, unknown> {
  const pruned: Record<string, unknown> = {}
  for (const root of Object.keys(scope)) {
    const reads = references.filter((reference) => reference.root === root)
    if (reads.length === 0) {
      pruned[root] = {}
      continue
    }
    const value = scope[root]
    if (root !== 'steps' || typeof value !== 'object' || value === null || reads.some((reference) => reference.path.length === 0)) {
      pruned[root] = value
      continue
    }
    const steps: Record<string, unknown> = {}
    for (const { path } of reads) if (Object.hasOwn(value, path[0]!)) steps[path[0]!] = (value as Record<string, unknown>)[path[0]!]
    pruned[root] = steps
  }
  return pruned
}

type Fill = (scope: Scope, values: readonly Json[]) => JsonObject

/** Rebuilds only the objects on the way to a slot; all else is shared with the config as drawn. */
function filler(raw: JsonObject, slots: Slot[]): Fill {
  const live = slots.filter((slot) => !slot.template.constant || slot.template.render({}) !== valueAt(raw, slot.path))
  if (live.length === 0) return () => raw
  const build = builder(raw, live, 0)
  return (scope, values) => build(scope, values) as JsonObject
}

type Build = (scope: Scope, values: readonly Json[]) => Json

function builder(value: Json, slots: Slot[], depth: number): Build {
  const own = slots.find((slot) => slot.path.length === depth)
  if (own !== undefined) return slotBuilder(own)
  const members = new Map<string, Slot[]>()
  for (const slot of slots) {
    const key = slot.path[depth]!
    members.set(key, [...(members.get(key) ?? []), slot])
  }
  if (Array.isArray(value)) {
    const items = value.map((item, index) => (members.has(String(index)) ? builder(item, members.get(String(index))!, depth + 1) : () => item))
    return (scope, values) => items.map((item) => item(scope, values))
  }
  const source = value as JsonObject
  const keys = Object.keys(source)
  const builds = keys.map((key): Build | null => (members.has(key) ? builder(source[key]!, members.get(key)!, depth + 1) : null))
  return (scope, values) => {
    const object: JsonObject = {}
    for (let i = 0; i < keys.length; i++) {
      const build = builds[i]!
      object[keys[i]!] = build === null ? source[keys[i]!]! : build(scope, values)
    }
    return object
  }
}

function slotBuilder({ field, template, offset }: Slot): Build {
  const count = template.expressions.length
  return (scope, values) => {
    try {
      return count === 0 ? template.renderWith(scope, values) : template.renderWith(scope, values.slice(offset, offset + count))
    } catch (thrown) {
      throw withField(thrown, field)
    }
  }
}

function valueAt(root: Json, path: string[]): Json | undefined {
  let value: Json | undefined = root
  for (const key of path) value = typeof value === 'object' && value !== null ? (value as JsonObject)[key] : undefined
  return value
}

function within<T>(field: string, act: () => T): T {
  try {
    return act()
  } catch (thrown) {
    throw withField(thrown, field)
  }
}

/** The same error, naming the field it came from. */
export function withField(thrown: unknown, field: string): unknown {
  if (!(thrown instanceof FanwiseError) || thrown.field !== undefined) return thrown
  const { code, message, fix, retriable, facts } = thrown
  return new FanwiseError(code, message, { field, retriable, cause: thrown, ...(fix === undefined ? {} : { fix }), ...(facts === undefined ? {} : { facts }) })
}


const templates = new Map<string, CompiledTemplate>()
const templatesKept = 5000

/** A compiled text, kept by its text: for kinds that resolve a field themselves while they run. */
export function cachedTemplate(text: string, kind: TemplateKind, scope?: readonly string[]): CompiledTemplate {
  const key = `${kind}:${scope?.join(',') ?? ''}:${text}`
  let template = templates.get(key)
  if (template === undefined) {
    template = compileTemplate(text, kind, { scope })
    if (templates.size >= templatesKept) templates.delete(templates.keys().next().value as string)
    templates.set(key, template)
  }
  return template
}
