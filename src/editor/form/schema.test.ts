import { describe, expect, test } from 'vitest'
import type { JsonObject } from '#base/json.ts'
import { stepDefinition } from '#steps/definitions.ts'
import { stepKinds } from '#steps/kind.ts'
import { isShown, stepFields, valueOf } from './schema.ts'

describe('forms from schemas', () => {
  test.each(stepKinds)('%s: every field has a label, a known type and an initial value', (kind) => {
    const definition = stepDefinition(kind)
    const fields = stepFields(definition)
    const initial = definition.initial() as JsonObject
    expect(fields.length).toBeGreaterThan(0)
    for (const field of fields) {
      expect(field.meta.label).not.toBe('')
      expect(field.type).not.toBe('other')
      expect(valueOf(field, initial)).not.toBeUndefined()
      if (field.type === 'array') expect(field.item.length).toBeGreaterThan(0)
      if (field.type === 'enum') expect(field.values.length).toBeGreaterThan(1)
    }
  })

  test('a field that depends on another shows with it', () => {
    const fields = stepFields(stepDefinition('http'))
    const shown = (config: JsonObject) => fields.filter((field) => isShown(field, fields, config)).map((field) => field.name)
    expect(shown({ bodyType: 'json' })).toContain('body')
    expect(shown({ bodyType: 'json' })).not.toContain('form')
    expect(shown({})).not.toContain('body')
  })
})
