import { expect, test } from 'vitest'
import { shapeOf, typeText } from './shape.ts'
import { declareScope, typeOf } from './scope-types.ts'

test('types follow the sample', () => {
  expect(typeOf({ email: 'ada@north.io', size: 42, tags: ['a', 1], nested: { on: true } }))
    .toBe('{ email: string; size: number; tags: (string | number)[]; nested: { on: boolean } }')
  expect(typeOf([])).toBe('any[]')
  expect(typeOf({})).toBe('{ [key: string]: any }')
})

test('what was only ever null may be anything', () => {
  expect(typeOf({ 'first name': null })).toBe('{ "first name": any }')
  expect(typeText(shapeOf([{ a: null }, { a: 1 }]))).toBe('{ a: number | null }')
})

test('fields missing in some are optional, also in the items of a list', () => {
  expect(typeText(shapeOf([{ id: 1, plan: 'pro' }, { id: 2 }]))).toBe('{ id: number; plan?: string }')
  expect(typeOf([{ sku: 'a' }, { sku: 'b', n: 2 }])).toBe('{ sku: string; n?: number }[]')
})

test('deep, wide and endless values end', () => {
  let deep: never = 1 as never
  for (let i = 0; i < 60; i++) deep = { a: deep } as never
  expect(typeOf(deep).length).toBeLessThan(400)
  expect(typeOf(Object.fromEntries(Array.from({ length: 5000 }, (_, i) => [`k${i}`, i]))).length).toBeLessThan(3000)
})

test('a scope names every step before, the item of a repetition, and ends comments safely', () => {
  const text = declareScope({ events: ['{ a: number }', '{ a: string }', '{ a: number }'], steps: [{ key: 'load', about: 'HTTP request: */ Load', type: 'any' }], item: '{ id: number }' })
  expect(text).toContain('data: { a: number } | { a: string };')
  expect(text).toContain('load: any')
  expect(text).toContain('declare const item: { id: number }')
  expect(text).toMatch(/declare const console: .*'log'/)
  expect(text.match(/\*\//g)).toHaveLength(7)
  expect(declareScope({ events: [], steps: [] })).toContain('data: any')
  expect(declareScope({ events: [], steps: [] })).not.toContain('item')
})

test('events of a batch and addresses of approvals are there where the function has them', () => {
  const text = declareScope({ events: ['{ a: number }'], steps: [], batch: true, approvals: ['boss', 'legal'] })
  expect(text).toContain('declare const events: (typeof event)[]')
  expect(text).toContain('declare const approvals: { boss: string; legal: string }')
  expect(declareScope({ events: [], steps: [] })).not.toMatch(/declare const (?:events|approvals)/)
})
