import { describe, expect, test } from 'vitest'
import { FanwiseError } from '#base/errors.ts'
import type { Json } from '#base/json.ts'
import { compileCel } from '#expressions/cel.ts'

const data = { amount: 250, price: 2.5, zero: 0, name: 'Ada', tags: ['a', 'b'], nested: { deep: { n: 1 } }, nothing: null, yes: true, 'with space': 1, when: '2026-01-02T00:00:00Z' }
const evaluate = (text: string): Json => compileCel(text).evaluate({ event: { id: 'e', name: 'n', data, ts: 1 }, async: { data: { amount: 300 } } })
function problem(act: () => unknown): FanwiseError {
  try {
    act()
  } catch (error) {
    expect(error).toBeInstanceOf(FanwiseError)
    return error as FanwiseError
  }
  throw new Error('no error')
}

describe('values', () => {
  test.each<[string, Json]>([
    ['event.data.amount > 100', true], ['event.data.price > 100', false], ['event.data.price > 2', true], ['event.data.amount == 250', true], ['event.data.price == 2.5', true],
    ['event.data.amount >= 250.0', true], ['event.data.amount in [1, 250]', true], ['event.data.amount + 1 == 251', true], ['event.data.price * 2 == 5', true], ['1 + event.data.price', 3.5],
    ['event.data.amount % 2 == 0', true], ['event.data.amount / 4', 62.5], ['5 / 2', 2], ['event.data.amount - 0.5', 249.5], ['-event.data.amount', -250],
    ['async.data.amount > event.data.amount', true], ['event.data.name == "Ada"', true], ['event.data.name.startsWith("A")', true], ['event.data.name + "!"', 'Ada!'],
    ['size(event.data.tags)', 2], ['event.data.tags.exists(t, t == "b")', true], ['event.data.tags.map(t, t + "1")', ['a1', 'b1']], ['event.data.tags', ['a', 'b']], ['event.data.nested', { deep: { n: 1 } }],
    ['has(event.data.nobody)', false], ['has(event.data.name) && event.data.name == "Ada"', true], ['event.data.?nobody.orValue("x")', 'x'], ['event.data.nothing == null', true],
    ['event.data["with space"]', 1], ['event.data.yes ? 1 : 2', 1], ['true || event.data.nobody', true], ['timestamp(event.data.when) > timestamp("2025-01-01T00:00:00Z")', true], ['[1, "a", null]', [1, 'a', null]],
    ['event.data.name == 1', false], ['{"a": event.data.zero}', { a: 0 }],
  ])('%s', (text, expected) => expect(evaluate(text)).toEqual(expected))
})

describe('missing fields can be taken as no match', () => {
  test.each([['event.data.nobody == 1', '`event.data.nobody` is missing.'], ['event.data.nobody.deep > 1', '`event.data.nobody` is missing.'], ['event.data.constructor == 1', '`event.data.constructor` is missing.'], ['event.data.__proto__ == 1', '`event.data.__proto__` is missing.']])('%s', (text, message) =>
    expect(problem(() => evaluate(text))).toMatchObject({ code: 'step_missing_value', message }))
  test('other mistakes are of another code', () => expect(problem(() => evaluate('event.data.nothing > 3'))).toMatchObject({ code: 'step_input', message: expect.stringMatching(/column 1/) }))
})

describe('mistakes in the text', () => {
  test.each([
    ['', 'The condition is empty.'], ['event.data.', 'The condition ends too early.'], ['event.data.a = 1', /at column 14/], ['evnt.data.a == 1', '`evnt` is not known here (column 1).'],
    ['event.data.s.matches("(a+)+$")', '`matches` is not available (column 14).'], ['matches(event.data.s, "a")', /`matches` is not available/],
    ['event.data.a.all(x, event.data.b.all(y, x == y))', /inside another/], ['event.data.a.filter(x, x in event.data.b)', /`in` needs a written list/], ['"a" + 1', /overload/], ['x'.repeat(2001), /longer than 2000/],
    [`${'('.repeat(500)}1${')'.repeat(500)}`, /./], ['event.data.user name', /column/],
  ] as [string, string | RegExp][])('%j', (text, message) => {
    const error = problem(() => compileCel(text))
    expect(error.code).toBe('step_input')
    if (typeof message === 'string') expect(error.message).toBe(message)
    else expect(error.message).toMatch(message)
  })
  test.each([
    ['event.data.a = 1', 'Write == to compare.'], ['event.data.tags.includes("a")', expect.stringContaining('"x" in event.data.tags')], ['event.data.name.toLowerCase() == "ada"', 'Write lowerAscii().'],
  ])('%s: how it is written here', (text, fix) => expect(problem(() => compileCel(text)).fix).toEqual(fix))
  test('async is only known where an event arrives', () => expect(problem(() => compileCel('async.data.a == 1', ['event'])).message).toBe('`async` is not known here (column 1).'))
})

test('references', () => {
  const reads = (text: string) => compileCel(text).references.map((r) => `${r.optional ? '?' : ''}${[r.root, ...r.path].join('.')}`)
  expect(reads('event.data.a == async.data["b c"] && has(event.data.d)')).toEqual(['event.data.a', 'async.data.b c', '?event.data.d'])
  expect(reads('event.data.list.exists(x, x.id == event.data.id)')).toEqual(['event.data.list', 'event.data.id'])
  expect(reads('event.data.?a.orValue(1) > 0')).toEqual(['?event.data.a'])
})

test.each([
  ['event.data.id == async.data.order', { event: ['data', 'id'], async: ['data', 'order'] }],
  ['async["data"]["order-id"] == event.data.items[0].id && (async.data.n > 1 || false)', { event: ['data', 'items', '0', 'id'], async: ['data', 'order-id'] }],
  ['async.data.n > 1 && async.data.id == event.id', { event: ['id'], async: ['data', 'id'] }],
  ['event.data.id == async.data.id || async.data.all', null],
  ['!(event.data.id == async.data.id)', null],
  ['event.data.id == "x" && async.data.id == event.data.id + 1', null],
  ['event.data.?id.orValue(1) == async.data.id', null],
])('the values that %s demands to be the same', (text, same) => expect(compileCel(text).sameValue).toEqual(same))
