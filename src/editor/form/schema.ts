/** Reads a step's zod schema into what a form shows. Pure. */
import type { z } from 'zod'
import type { Json, JsonObject } from '#base/json.ts'
import { fieldMeta } from '#steps/field.ts'
import type { FieldMeta, StepKindDefinition } from '#steps/kind.ts'

export type FieldType = 'string' | 'number' | 'boolean' | 'enum' | 'array' | 'other'

export interface FieldSpec {
  name: string
  meta: FieldMeta
  type: FieldType
  /** Values of an enum. */
  values: string[]
  /** Members of each item of a list. */
  item: FieldSpec[]
  /** What an absent value means. */
  initial: Json | undefined
}

interface Def {
  type: string
  innerType?: z.ZodType
  defaultValue?: unknown
  entries?: Record<string, string>
  element?: z.ZodType
  shape?: Record<string, z.ZodType>
}

const defOf = (schema: z.ZodType): Def => schema.def as unknown as Def

export function fieldsOf(schema: z.ZodType): FieldSpec[] {
  const { shape } = defOf(unwrap(schema).schema)
  return Object.entries(shape ?? {}).flatMap(([name, member]) => {
    const meta = fieldMeta(member)
    return meta === undefined || meta.control === 'hidden' ? [] : [readField(name, member, meta)]
  })
}

function readField(name: string, member: z.ZodType, meta: FieldMeta): FieldSpec {
  const { schema, initial } = unwrap(member)
  const def = defOf(schema)
  const known: FieldType[] = ['string', 'number', 'boolean', 'enum', 'array']
  const type = known.find((one) => one === def.type) ?? 'other'
  return {
    name, meta, type, initial,
    values: type === 'enum' ? Object.values(def.entries ?? {}) : [],
    item: type === 'array' && def.element ? fieldsOf(def.element) : [],
  }
}

function unwrap(schema: z.ZodType): { schema: z.ZodType; initial: Json | undefined } {
  let initial: Json | undefined
  let current = schema
  for (;;) {
    const def = defOf(current)
    if (def.type === 'default' && initial === undefined) initial = def.defaultValue as Json
    if (def.innerType === undefined || !['default', 'optional', 'nullable', 'prefault'].includes(def.type)) return { schema: current, initial }
    current = def.innerType
  }
}

const cache = new WeakMap<z.ZodType, FieldSpec[]>()

export function stepFields(definition: StepKindDefinition): FieldSpec[] {
  let fields = cache.get(definition.config)
  if (fields === undefined) {
    fields = fieldsOf(definition.config)
    cache.set(definition.config, fields)
  }
  return fields
}

/** A field's value in a config, or what its absence means. */
export function valueOf(field: FieldSpec, config: JsonObject): Json {
  const value = config[field.name]
  if (value !== undefined) return value
  return field.initial ?? (field.type === 'enum' ? field.values[0] ?? '' : field.type === 'array' ? [] : field.type === 'boolean' ? false : field.type === 'number' ? 0 : '')
}

/** True when another field's value says that this one counts. */
export function isShown(field: FieldSpec, fields: FieldSpec[], config: JsonObject): boolean {
  const { when } = field.meta
  if (when === undefined) return true
  const other = fields.find((one) => one.name === when.field)
  const value = other ? valueOf(other, config) : config[when.field]
  return when.in.some((one) => one === value)
}

/** Fields that stand side by side, by the names of the first. */
export const sideBySide: Record<string, string> = { method: 'url', timeout: 'memoryMb', cursorPath: 'cursorParam' }
