/**
 * Walks a config beside its zod schema and visits every text whose metadata says it holds
 * expressions. Compiler and resolver use the same walk, so they see the same fields.
 */
import type { z } from 'zod'
import type { Json, JsonObject } from '#base/json.ts'

export type ExpressionKind = 'template' | 'json' | 'expression' | 'cel' | 'code'

export interface ExpressionField {
  /** From the config's root: ["headers", "0", "value"]. */
  path: string[]
  kind: ExpressionKind
  text: string
  /** Extra names in scope. */
  scope: string[] | undefined
  /** The kind resolves it itself. */
  lazy: boolean
  escape: 'html' | 'url' | undefined
}

interface Meta {
  expr?: ExpressionKind
  scope?: string[]
  lazy?: boolean
  escape?: 'html' | 'url'
  when?: { field: string; in: unknown[] }
}

interface AnyDef {
  type: string
  innerType?: z.ZodType
  shape?: Record<string, z.ZodType>
  element?: z.ZodType
  valueType?: z.ZodType
  options?: z.ZodType[]
  in?: z.ZodType
  items?: z.ZodType[]
}

const defOf = (schema: z.ZodType) => schema.def as unknown as AnyDef

/** Metadata of a schema and of what it wraps; the outer wins. */
export function schemaMeta(schema: z.ZodType): Meta {
  let meta: Meta = {}
  for (let current: z.ZodType | undefined = schema; current !== undefined; current = defOf(current).innerType ?? defOf(current).in) {
    meta = { ...(current.meta() as Meta | undefined), ...meta }
  }
  return meta
}

function unwrap(schema: z.ZodType): z.ZodType {
  let current = schema
  for (;;) {
    const inner = defOf(current).innerType ?? defOf(current).in
    if (inner === undefined) return current
    current = inner
  }
}

/** The schema of a member of `value`, or undefined when the schema says nothing about it. */
function memberSchema(schema: z.ZodType, key: string, value: unknown): z.ZodType | undefined {
  const def = defOf(schema)
  switch (def.type) {
    case 'object': return def.shape?.[key]
    case 'array': return def.element
    case 'record': return def.valueType
    case 'tuple': return def.items?.[Number(key)]
    case 'union': {
      const fitting = def.options?.find((option) => option.safeParse(value).success) ?? def.options?.[0]
      return fitting === undefined ? undefined : memberSchema(unwrap(fitting), key, value)
    }
    default: return undefined
  }
}

/** True when the form shows the field: its `when` holds among its siblings. */
export function isShown(schema: z.ZodType, siblings: JsonObject): boolean {
  const { when } = schemaMeta(schema)
  return when === undefined || when.in.includes(siblings[when.field])
}

/**
 * Reads a config by its schema. A field of it that the form does not show, and that does not fit, counts as not given:
 * nobody could see what to mend, and nothing reads it.
 */
export function parseShown(schema: z.ZodType, config: JsonObject): z.ZodSafeParseResult<unknown> {
  const parsed = schema.safeParse(config)
  const shape = parsed.success ? undefined : defOf(unwrap(schema)).shape
  if (shape === undefined) return parsed
  const governing = (key: string): Json | undefined => {
    const read = shape[key]?.safeParse(config[key])
    return read?.success === true ? (read.data as Json) : config[key]
  }
  const hidden = new Set(parsed.error!.issues.map(({ path }) => String(path[0] ?? '')).filter((key) => {
    const when = shape[key] === undefined || !Object.hasOwn(config, key) ? undefined : schemaMeta(shape[key]).when
    return when !== undefined && !when.in.includes(governing(when.field))
  }))
  return hidden.size === 0 ? parsed : schema.safeParse(Object.fromEntries(Object.entries(config).filter(([key]) => !hidden.has(key))))
}

/** A config, also one that does not fit its schema, with the defaults of the fields that were left out. */
export function withDefaults(schema: z.ZodType, config: JsonObject): JsonObject {
  const filled: JsonObject = { ...config }
  for (const [key, member] of Object.entries(defOf(unwrap(schema)).shape ?? {})) {
    const read = Object.hasOwn(config, key) ? undefined : member.safeParse(undefined)
    if (read?.success === true && read.data !== undefined) filled[key] = read.data as Json
  }
  return filled
}

/** Every shown text of the config that holds expressions, in the order of the schema's fields. */
export function expressionFields(schema: z.ZodType, config: Json): ExpressionField[] {
  const fields: ExpressionField[] = []
  walk(schema, config, [], fields)
  return fields
}

function walk(schema: z.ZodType, value: Json, path: string[], fields: ExpressionField[]): void {
  if (typeof value === 'string') {
    const meta = schemaMeta(schema)
    if (meta.expr === undefined) return
    fields.push({ path, kind: meta.expr, text: value, scope: meta.scope, lazy: meta.lazy === true || meta.scope !== undefined, escape: meta.escape })
    return
  }
  if (typeof value !== 'object' || value === null) return
  const inner = unwrap(schema)
  for (const key of Object.keys(value)) {
    const member = memberSchema(inner, key, value)
    if (member === undefined) continue
    if (!Array.isArray(value) && !isShown(member, value)) continue
    walk(member, (value as JsonObject)[key]!, [...path, key], fields)
  }
}
