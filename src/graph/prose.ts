/**
 * Texts in which people write at length: two who write in one at the same time both keep their words. A method, a
 * name or a duration is none: half of one and half of the other would be neither.
 */
import type { z } from 'zod'
import { stepDefinition } from '#steps/definitions.ts'
import { fieldMeta } from '#steps/field.ts'
import type { FieldMeta, StepKind } from '#steps/kind.ts'

const controls: ReadonlySet<FieldMeta['control']> = new Set([undefined, 'text', 'multiline', 'code', 'json'])
const known = new Map<StepKind, ReadonlySet<string>>()

/** @param path of a change: `['nodes', id, field]` or `['nodes', id, 'config', field]` */
export function isProse(node: { type?: unknown; kind?: unknown }, path: readonly string[]): boolean {
  if (node.type === 'note') return path.length === 3 && path[2] === 'text'
  return node.type === 'step' && path.length === 4 && path[2] === 'config' && proseOf(node.kind as StepKind).has(path[3]!)
}

function proseOf(kind: StepKind): ReadonlySet<string> {
  let names = known.get(kind)
  if (names === undefined) {
    const shape = (stepDefinition(kind).config as z.ZodObject).shape as Record<string, z.ZodType>
    names = new Set(Object.entries(shape).flatMap(([name, schema]) => (writtenAtLength(fieldMeta(schema)) ? [name] : [])))
    known.set(kind, names)
  }
  return names
}

function writtenAtLength(meta: FieldMeta | undefined): boolean {
  if (meta === undefined || !controls.has(meta.control)) return false
  return meta.control === 'multiline' || meta.expr === 'template' || meta.expr === 'json' || meta.expr === 'code'
}
