import { expect, test } from 'vitest'
import { declareScope, typeOf } from './scope-types.ts'

test('types follow the sample', () => {
  expect(typeOf({ email: 'ada@north.io', size: 42, 'first name': null, tags: ['a', 1], nested: { on: true } }))
    .toBe('{ email: string; size: number; "first name": null; tags: (string | number)[]; nested: { on: boolean } }')
  expect(typeOf([])).toBe('any[]')
  expect(typeOf({})).toBe('{ [key: string]: any }')
})

test('a scope names every step before, and ends comments safely', () => {
  const text = declareScope([{ a: 1 }, { a: 'x' }], [{ key: 'load', about: 'HTTP request: */ Load', type: 'any' }])
  expect(text).toContain('data: { a: number } | { a: string };')
  expect(text).toContain('load: any')
  expect(text.match(/\*\//g)).toHaveLength(4)
  expect(declareScope([], [])).toContain('data: any')
})
