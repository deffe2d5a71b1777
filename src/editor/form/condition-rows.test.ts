import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { compileCel } from '#expressions/cel.ts'
import { parseExpression } from '#expressions/parse.ts'
import { isWhole, operators, rowsOfText, textOfRows, unfinishedRow, type Condition, type ConditionLanguage } from './condition-rows.ts'

test.each<[ConditionLanguage, string, Condition]>([
  ['cel', 'event.data.plan == "pro"', { join: 'all', rows: [{ left: 'event.data.plan', operator: 'is', value: 'pro' }] }],
  ['cel', 'event.data.n >= 100 && has(event.data.a) && !has(event.data.b)', { join: 'all', rows: [{ left: 'event.data.n', operator: '>=', value: '100' }, { left: 'event.data.a', operator: 'there', value: '' }, { left: 'event.data.b', operator: 'missing', value: '' }] }],
  ['cel', 'async.data.id == event.data.id || event.data.mail.endsWith("@x.dev")', { join: 'any', rows: [{ left: 'async.data.id', operator: 'is', value: 'event.data.id' }, { left: 'event.data.mail', operator: 'ends', value: '@x.dev' }] }],
  ['cel', '!event.data.tags.contains("vip")', { join: 'all', rows: [{ left: 'event.data.tags', operator: 'not-contains', value: 'vip' }] }],
  ['expression', 'steps.get.body[0].total > 1.5 && event.data.code === "100"', { join: 'all', rows: [{ left: 'steps.get.body[0].total', operator: '>', value: '1.5' }, { left: 'event.data.code', operator: 'is', value: '"100"' }] }],
  ['cel', 'event.data.?list[?0].?x.hasValue() && !event.data.?a.?b.hasValue()', { join: 'all', rows: [{ left: 'event.data.list[0].x', operator: 'there', value: '' }, { left: 'event.data.a.b', operator: 'missing', value: '' }] }],
  ['cel', 'event.data.zip == "00420" && event.data.n == 0', { join: 'all', rows: [{ left: 'event.data.zip', operator: 'is', value: '00420' }, { left: 'event.data.n', operator: 'is', value: '0' }] }],
  ['cel', 'event.data.kind == "event" && event.data.mode.contains("run")', { join: 'all', rows: [{ left: 'event.data.kind', operator: 'is', value: 'event' }, { left: 'event.data.mode', operator: 'contains', value: 'run' }] }],
  ['expression', 'event.data.what === "item" && event.data.n === event.data.index', { join: 'all', rows: [{ left: 'event.data.what', operator: 'is', value: 'item' }, { left: 'event.data.n', operator: 'is', value: 'event.data.index' }] }],
  ['expression', 'event.data.x != null || event.data.y == null', { join: 'any', rows: [{ left: 'event.data.x', operator: 'there', value: '' }, { left: 'event.data.y', operator: 'missing', value: '' }] }],
])('%s: %s and back', (language, text, condition) => {
  expect(rowsOfText(text, language)).toEqual(condition)
  expect(textOfRows(condition, language)).toBe(text)
})

test.each<[ConditionLanguage, string]>([
  ['cel', 'event.data.a == 1 && event.data.b == 2 || event.data.c == 3'], ['cel', '(event.data.a == 1)'], ['cel', 'size(event.data.list) > 3'], ['cel', 'event.data.a + 1 == 2'],
  ['cel', 'event.data.a =='], ['cel', '1 == event.data.a'], ['cel', 'user.id == 3'], ['cel', 'event.data["a b"] == 1'], ['cel', 'event.data.a in [1]'], ['cel', '!(event.data.a == 1)'], ['cel', 'event.data.a == 1 &&'],
  ['expression', 'event.data.a'], ['expression', 'event.data.a ? 1 : 2'], ['expression', 'event.data.list.some((x) => x)'], ['expression', 'event.data.a?.includes("x")'], ['expression', '`a` === event.data.a'], ['cel', '"unfinished'], ['expression', 'event.data.a === run'],
])('%s: %s stays a text', (language, text) => expect(rowsOfText(text, language)).toBeNull())

test('a path whose parent is missing is missing, too', () => {
  const text = (left: string) => textOfRows({ join: 'all', rows: [{ left, operator: 'missing', value: '' }] }, 'cel')
  for (const left of ['event.data.a', 'event.data.a.b', 'event.data.a[0].b']) expect(compileCel(text(left), ['event']).evaluate({ event: { data: {} } })).toBe(true)
})

test.each(['{{ event.data.a }}', '$x', '(', 'ä.b', ' " '])('what is no path is asked for as it is: %s', (left) => {
  for (const operator of ['there', 'missing'] as const) expect(textOfRows({ join: 'all', rows: [{ left, operator, value: '' }] }, 'cel')).toContain('hasValue()')
})

test('rows that are not whole are left out, and nothing is no condition', () => {
  expect(textOfRows({ join: 'all', rows: [{ left: 'event.data.a', operator: 'is', value: '' }, { left: '', operator: 'there', value: '' }] }, 'cel')).toBe('')
  expect(rowsOfText('  ', 'cel')).toEqual({ join: 'all', rows: [] })
})

test('a row that was begun says why it does not count yet', () => {
  const whole = { left: 'event.data.a', operator: 'is' as const, value: '1' }
  expect(unfinishedRow([whole, { ...whole, value: ' ' }])).toBe('Row 2 has no value yet and does not count until it has one. An empty text is written "".')
  expect(unfinishedRow([{ ...whole, left: '' }])).toBe('Row 1 has no path yet and does not count until it has one.')
  expect([unfinishedRow([whole, { left: '', operator: 'is', value: '' }]), unfinishedRow([{ ...whole, operator: 'there', value: '' }])]).toEqual([null, null])
})

describe('any rows', () => {
  const path = fc.constantFrom('event.data.a', 'event.data.b.c', 'event.data.list[0].x', 'event.id')
  const row = fc.record({ left: path, operator: fc.constantFrom(...operators), value: fc.oneof(fc.string({ minLength: 1, maxLength: 12 }), fc.constantFrom('10', '-2.5', 'true', 'null', '"10"', '00', '-01', '1.', '12345678901234567890', '1e3', 'event.data.z', "it's", 'a"b', '\\', "'q'")) })
    .filter(isWhole)
    // Nothing is more or less than null or true; the compiler says so at the field.
    .filter((one) => !['>', '>=', '<', '<='].includes(one.operator) || !['null', 'true', 'false'].includes(one.value.trim()))
  const condition = fc.record({ join: fc.constantFrom('all' as const, 'any' as const), rows: fc.array(row, { minLength: 2, maxLength: 4 }) })
  test.each<ConditionLanguage>(['cel', 'expression'])('%s: are a valid text, which reads as rows of the same text', (language) => {
    fc.assert(fc.property(condition, (one) => {
      const text = textOfRows(one, language)
      if (language === 'cel') compileCel(text, ['event'])
      else parseExpression(text, {})
      const read = rowsOfText(text, language)
      expect(read).not.toBeNull()
      expect(read!.join).toBe(one.join)
      expect(textOfRows(read!, language)).toBe(text)
    }), { numRuns: 400 })
  })
})
