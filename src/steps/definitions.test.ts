import { describe, expect, test } from 'vitest'
import type { z } from 'zod'
import { expressionFields } from '#expressions/fields.ts'
import { stepDefinitions } from '#steps/definitions.ts'
import { fieldMeta } from '#steps/field.ts'
import { stepKinds } from '#steps/kind.ts'
import { stepRuns } from '#steps/runs.ts'

describe.each(stepKinds)('%s', (kind) => {
  const definition = stepDefinitions[kind]
  const shape = (definition.config as unknown as z.ZodObject).shape
  test('a new step compiles, but for texts a person must fill in', () => {
    const initial = definition.initial() as Record<string, unknown>
    const parsed = definition.config.safeParse(initial)
    for (const issue of parsed.error?.issues ?? []) {
      const value = issue.path.reduce<unknown>((at, key) => (at as Record<PropertyKey, unknown>)[key], initial)
      expect(value).toBe('')
      expect(issue.message).toMatch(/^[A-Z].*\.$/)
    }
    // What may be left out came later: steps of before keep their hash.
    const needed = Object.entries(shape).filter(([, schema]) => (schema as z.ZodType).def.type !== 'optional').map(([key]) => key)
    expect(Object.keys(initial).filter((key) => !(key in shape))).toEqual([])
    expect(needed.filter((key) => !(key in initial))).toEqual([])
  })
  test('every field has a label, also in lists', () => {
    const check = (schema: z.ZodType) => {
      const meta = fieldMeta(schema)
      expect(meta?.label).toMatch(/\S/)
      const element = ((schema.def as { innerType?: z.ZodType }).innerType ?? schema) as z.ZodArray<z.ZodObject>
      if (element.def.type === 'array') for (const inner of Object.values(element.def.element.shape)) check(inner as z.ZodType)
    }
    for (const schema of Object.values(shape)) check(schema as z.ZodType)
  })
  test('drafts that lack fields are described and have ports', () => {
    for (const draft of [{}, definition.initial()]) {
      expect((definition as { describe(c: unknown): string }).describe(draft)).toMatch(/\S/)
      expect((definition as { ports(c: unknown): { id: string }[] }).ports(draft).length).toBeGreaterThan(0)
      expect((definition as { timeoutMs(c: unknown): number }).timeoutMs(draft)).toBeGreaterThan(0)
    }
  })
  test('has a run, a label, a sentence and an icon', () => {
    expect(stepRuns[kind]).toBeTypeOf('function')
    expect(definition.kind).toBe(kind)
    expect(definition.blurb).toMatch(/^[A-Z].*\.$/)
    expect(definition.icon).toMatch(/^Icon/)
  })
})

test('texts with expressions are found by their metadata', () => {
  const kinds = expressionFields(stepDefinitions.http.config, { url: '{{ a }}', headers: [{ name: 'A', value: '{{ b }}' }], bodyType: 'json', body: '{}', text: 'hidden' })
  expect(kinds.map((field) => [field.path.join('.'), field.kind])).toEqual([['url', 'template'], ['headers.0.value', 'template'], ['body', 'json']])
})
test('unfinished configs say what to do', () => {
  const first = (kind: keyof typeof stepDefinitions, config: object) => stepDefinitions[kind].config.safeParse(config).error?.issues[0]?.message
  expect(first('http', { url: '' })).toBe('Give the address to call.')
  expect(first('http', {})).toBe('Give the address to call.')
  expect(first('http', { url: 'ftp://x' })).toMatch(/starts with https/)
  expect(first('http', { url: 'https://x', timeout: '1 year' })).toMatch(/not a duration/)
  expect(first('http', { url: 'https://x', timeout: '1h' })).toBe('1 h is too long: the most is 5 m.')
  expect(first('emit', { event: 'a b' })).toMatch(/no spaces/)
  expect(first('emit', { event: 'order/*' })).toMatch(/no spaces, braces or \*/)
  expect(first('transform', { fields: [{ name: 'a' }, { name: 'a' }] })).toMatch(/two fields named a/)
  expect(first('condition', { mode: 'switch', cases: [{ id: 'else', when: 'true' }] })).toMatch(/named else/)
  expect(first('sleep', { mode: 'until', until: 'tomorrow' })).toMatch(/not a date/)
  expect(first('wait', { event: 'a/b', match: 'data..x' })).toMatch(/not a path/)
  expect(first('sleep', { mode: 'for', duration: '{{ event.data.d }}' })).toBe(undefined)
})
