import fc from 'fast-check'
import { expect, test } from 'vitest'
import { compileTemplate } from '#expressions/template.ts'
import { addField, likelySource, wantedFields } from './payload.ts'

const reads = (...paths: string[]) => paths.map((one) => ({ path: one.replace('?', '').split('.'), required: !one.endsWith('?') }))
const missing = (text: string, value?: never, ...paths: string[]) => wantedFields([{ slug: 'charge', reads: reads(...paths) }], text, value).flatMap((one) => (one.sent ? [] : [one.path.join('.')]))

test('a field is sent when the text names it, whatever its value', () => {
  expect(missing('{ "a": {{ event.data.a }}, "b": { "c": 1 } }', undefined, 'a', 'a.deep', 'b.c', 'b.d', 'e')).toEqual(['b.d', 'e'])
  expect(missing('{}', undefined, 'a')).toEqual(['a'])
  expect(missing('{ "a": "x {{ event.id }}" }', undefined, 'a', 'a.b')).toEqual(['a.b'])
})

test('what one expression gives counts as sent, unless its value is known', () => {
  expect(missing('{{ item }}', undefined, 'a', 'b')).toEqual([])
  expect(missing('{{ item }}', { a: 1 } as never, 'a', 'b')).toEqual(['b'])
  expect(missing('{ "user": {{ item }} }', { user: { id: 1 } } as never, 'user.id', 'user.mail')).toEqual(['user.mail'])
})

test('missing fields come first, those somebody fails without before others; each names who reads it', () => {
  const fields = wantedFields([{ slug: 'charge', reads: reads('a', 'b?') }, { slug: 'tell', workflow: 'Ops', reads: reads('c', 'b?') }], '{ "c": 1 }', undefined)
  expect(fields.map(({ path, required, sent }) => [path[0], required, sent])).toEqual([['a', true, false], ['b', false, false], ['c', true, true]])
  expect(fields[1]?.by).toEqual([{ slug: 'charge', workflow: undefined }, { slug: 'tell', workflow: 'Ops' }])
})

test('text that cannot be read names nothing as missing', () => expect(missing('{ "a": ', undefined, 'z')).toEqual([]))

test.each([
  ['{}', 'a', '{ "a": "" }'],
  ['', 'a', '{ "a": "" }'],
  ['{ "b": 1 }', 'a', '{ "b": 1, "a": "" }'],
  ['{\n  "b": "x}",\n  "c": {{ event.data["}"] }}\n}', 'a', '{\n  "b": "x}",\n  "c": {{ event.data["}"] }},\n  "a": ""\n}'],
  ['{ "u": { "id": 1 } }', 'u.mail', '{ "u": { "id": 1, "mail": "" } }'],
  ['{ "b": [1, { "c": 2 }] }', 'u.mail', '{ "b": [1, { "c": 2 }], "u": { "mail": "" } }'],
])('adding to %j: %s', (text, path, after) => expect(addField(text, path.split('.'), undefined)).toBe(after))

test.each(['{{ item }}', '[1]', '"x"', '{ "u": {{ item }} }', '{ "u": 1 }'])('there is no place in %s', (text) => expect(addField(text, ['u', 'mail'], 'event.data.mail')).toBeNull())

test('any object stays as it was, with the field in it', () => {
  const scope = { event: { data: { mail: 'a@b.c' } } }
  const object = fc.dictionary(fc.string({ minLength: 1, maxLength: 6 }).filter((key) => !['__proto__', 'constructor', 'prototype'].includes(key) && !key.includes('{{')), fc.jsonValue({ maxDepth: 3 }).filter((value) => !/\{\{|__proto__|constructor|prototype/.test(JSON.stringify(value) ?? '')), { maxKeys: 5 })
  fc.assert(fc.property(object, fc.constantFrom(0, 2), (before, indent) => {
    fc.pre(!Object.hasOwn(before, 'mail') && !JSON.stringify(before, null, indent).includes('{{'))
    const after = addField(JSON.stringify(before, null, indent), ['mail'], 'event.data.mail')!
    expect(compileTemplate(after, 'json').render(scope)).toEqual({ ...JSON.parse(JSON.stringify(before)), mail: 'a@b.c' })
  }), { numRuns: 300 })
})

test('a field is most likely the one of the same path, of the item first', () => {
  const candidates = ['event.data.order.id', 'event.data.mail', 'steps.load.body.mail', 'steps.load.body.total', 'item.mail'].map((path) => ({ path, value: '', type: '' }))
  expect(likelySource(['mail'], candidates)).toBe('item.mail')
  expect(likelySource(['mail'], candidates.slice(0, 4))).toBe('event.data.mail')
  expect(likelySource(['total'], candidates)).toBe('steps.load.body.total')
  expect(likelySource(['nothing'], candidates)).toBeUndefined()
})

test('a whole item that is sent is spelled out before a field joins it, where its fields are known', () => {
  const text = addField('{{ item }}', ['customer'], 'event.data.customer', { sku: 'tea', 'line-no': 1 })
  expect(text).toBe('{\n  "sku": {{ item.sku }},\n  "line-no": {{ item["line-no"] }},\n  "customer": {{ event.data.customer }}\n}')
  expect(addField('{{ item }}', ['customer'], 'event.data.customer')).toBeNull()
  expect(addField('{{ item }}', ['customer'], 'event.data.customer', 'tea')).toBeNull()
})
