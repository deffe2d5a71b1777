import { expect, test } from 'vitest'
import type { Json } from '#base/json.ts'
import { emptyShape } from '../code/shape.ts'
import type { Readable } from '../inspector/readable-data.ts'
import { asList, lineOf, tryText } from './try-text.ts'

const readable: Readable = {
  sources: [{ path: 'event.data', title: 'order/placed', origin: { kind: 'sample' }, shape: emptyShape(), type: 'any' }],
  scope: { event: { name: 'order/placed', data: { email: 'ada@north.io', total: 12, html: '<b>', none: null } }, steps: { load: { body: [1, 2] } }, run: { attempt: 1, function: 'book' }, item: { n: 5 }, index: 0 },
  waiting: new Map([['contact', 'Create contact']]),
  types: { events: [], steps: [] },
}

test('a value, as in a run', () => {
  expect(tryText('Hi {{ event.data.email }}', 'template', readable)).toEqual({ kind: 'value', value: 'Hi ada@north.io' })
  expect(tryText('{{ steps.load.body }}', 'template', readable)).toEqual({ kind: 'value', value: [1, 2] })
  expect(tryText('{ "n": {{ event.data.total }} }', 'json', readable)).toEqual({ kind: 'value', value: { n: 12 } })
  expect(tryText('<p>{{ event.data.html }}</p>', 'template', readable, { escape: 'html' })).toEqual({ kind: 'value', value: '<p>&lt;b&gt;</p>' })
  expect(tryText('event.data.total > 10', 'cel', readable)).toEqual({ kind: 'value', value: true })
  expect(tryText('{{ item.n }}', 'template', readable, { item: true })).toEqual({ kind: 'value', value: 5 })
})

test('why there is none, in words', () => {
  const words = (text: string, language: 'template' | 'cel' | 'expression' = 'template') => tryText(text, language, readable)
  expect(words('{{ event.data.phone }}')).toEqual({ kind: 'none', text: 'event.data.phone has no value with this sample' })
  expect(words('event.data.phone == "1"', 'cel')).toEqual({ kind: 'none', text: 'event.data.phone has no value with this sample' })
  expect(words('{{ steps.contact.body.id }}')).toEqual({ kind: 'none', text: 'known once Create contact has run' })
  expect(words('Bearer {{ env.TOKEN }}')).toEqual({ kind: 'none', text: 'known when it runs' })
  expect(words('{{ event.id }}')).toEqual({ kind: 'none', text: 'known when it runs' })
  expect(words('event.data > 2', 'expression').kind).toBe('none')
})

test('nothing is said of fixed texts and of texts that cannot be read yet', () => {
  for (const text of ['', 'plain', '{{ event.', '{{ }}', '{{ nobody.knows }}']) expect(tryText(text, 'template', readable).kind).toBe(text.includes('nobody') ? 'ask' : 'fixed')
})

test('what needs the sandbox is asked of the server, with nothing but what it reads', () => {
  const asked = tryText('{{ event.data.email.toUpperCase() }}', 'template', readable)
  expect(asked.kind === 'ask' && asked.scope.event).toEqual(readable.scope.event)
  expect(asked.kind === 'ask' && asked.scope.steps).toEqual({})
  expect(tryText('{{ event.data.phone.trim() }}', 'template', readable)).toEqual({ kind: 'none', text: 'event.data.phone has no value with this sample' })
})

test('where a list is wanted, what is none is named, with the member that is one', () => {
  const value = (one: Json) => asList({ kind: 'value', value: one }, '{{ steps.load.body }}')
  expect(value([1])).toEqual({ kind: 'value', value: [1] })
  expect(value({ users: [] })).toEqual({ kind: 'none', text: 'an object, not a list: steps.load.body.users is one' })
  expect(value('x')).toEqual({ kind: 'none', text: 'text, not a list' })
})

test('a value in one line', () => {
  expect(lineOf('a\n  b')).toBe('a b')
  expect(lineOf('')).toBe('empty text')
  expect(lineOf({ a: 'x'.repeat(300) })).toHaveLength(160)
})
