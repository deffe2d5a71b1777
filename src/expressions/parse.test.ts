import { describe, expect, test } from 'vitest'
import fc from 'fast-check'
import { FanwiseError } from '#base/errors.ts'
import { parseJsonTemplate } from '#expressions/json-template.ts'
import { parseExpression, parseTemplate } from '#expressions/parse.ts'

function problem(act: () => unknown): string {
  try {
    act()
  } catch (error) {
    expect(error).toBeInstanceOf(FanwiseError)
    return (error as FanwiseError).message
  }
  return 'no error'
}
const reads = (source: string, scope?: string[]) =>
  parseExpression(source, { scope }).references.map((r) => `${r.optional ? '?' : ''}${[r.root, ...r.path].join('.')}`)

describe('templates', () => {
  test('text and expressions with their places', () => {
    const { parts, whole } = parseTemplate('Hi {{ event.data.name }}, {{run.id}}')
    expect(whole).toBe(false)
    expect(parts.map((p) => (p.type === 'text' ? p.text : [p.expression.source, p.start, p.end]))).toEqual(['Hi ', ['event.data.name', 3, 24], ', ', ['run.id', 26, 36]])
  })
  test('a lone expression is whole, also with blanks around it', () => {
    expect(parseTemplate(' {{ event.data }}\n').whole).toBe(true)
    expect(parseTemplate('{{ event.data }}{{ event.ts }}').whole).toBe(false)
    expect(parseTemplate('').parts).toEqual([])
  })
  test.each([
    ['{{ "}}" }}', '"}}"'],
    ['{{ { a: { b: 1 } } }}', '{ a: { b: 1 } }'],
    ['{{ {a:{b:1}}}}', '{a:{b:1}}'],
    ['{{ `a${ { b: 1 }.b }}}` }}', '`a${ { b: 1 }.b }}}`'],
    ['{{ event.data.s.replace(/}}/g, "{{") }}', 'event.data.s.replace(/}}/g, "{{")'],
  ])('braces inside %s do not end it', (text, source) => {
    const { parts } = parseTemplate(text)
    expect(parts.length).toBe(1)
    expect(parts[0]?.type === 'expression' && parts[0].expression.source).toBe(source)
  })
  test.each([
    ['Hi {{ event.data.name', '`{{` at column 4 is never closed.'],
    ['{{ "abc }}', 'Unterminated string constant at column 4.'],
    ['{{ }}', '`{{ }}` at column 1 is empty.'],
    ['{{ event. }}', 'The expression before `}}` at column 11 is not complete.'],
    ['{{ event.data.a b }}', 'Unexpected `b` at column 17.'],
    ['one\n{{ 1 +* 2 }}', 'Unexpected `*` at line 2, column 7.'],
    ['{{ import("fs") }}', '`import()` cannot be used in an expression (column 4).'],
    ['{{ event.constructor }}', '`constructor` cannot be read (column 4).'],
    ['{{ event.data["__proto__"].x }}', '`__proto__` cannot be read (column 4).'],
  ])('%j is wrong: %s', (text, message) => expect(problem(() => parseTemplate(text))).toBe(message))
  test('any text parses or says what is wrong', () => {
    fc.assert(fc.property(fc.oneof(fc.string(), fc.stringMatching(/^[{}"'`$ae.[\]?:()\\ ]{0,30}$/)), (text) => {
      try {
        const { parts } = parseTemplate(text)
        expect(parts.length === 0 || parts.at(-1)!.end <= text.length).toBe(true)
      } catch (error) {
        expect(error).toBeInstanceOf(FanwiseError)
      }
    }), { numRuns: 2000 })
  })
})

describe('expressions', () => {
  test.each(['event.data.a', 'event.data["a b"][0]', 'a', '!event.data.a && event.ts > 3', '(event.data.a ?? 1) + 2', 'typeof event.data', 'event.data.a === undefined', '{ a: event.id, b: [1, -2] }'])('%s needs no sandbox', (source) =>
    expect(parseExpression(source, { scope: ['a'] }).tree).not.toBe(null))
  test.each(['event.data.list.map((x) => x)', 'Math.max(1, 2)', '`a${event.id}`', 'event.data[event.data.key]', '[...event.data.list]', 'new Date()', 'event.data.a = 1'])('%s needs it', (source) =>
    expect(parseExpression(source).tree).toBe(null))
  test('after the expression nothing may follow', () => {
    expect(problem(() => parseExpression('event.id; 1'))).toBe('Unexpected `;` at column 9.')
    expect(problem(() => parseExpression('  '))).toBe('The expression is empty.')
  })
})

describe('references', () => {
  test.each<[string, string[]]>([
    ['event.data.user.email', ['event.data.user.email']],
    ['steps["a b"].list[0].x', ['steps.a b.list.0.x']],
    ['event.data.user?.email', ['?event.data.user.email']],
    ['event.data.a ?? event.data.b', ['?event.data.a', '?event.data.b']],
    ['event.data.a || 1', ['?event.data.a']],
    ['event.data.a && event.data.a.b', ['event.data.a', '?event.data.a.b']],
    ['event.data.t ? event.data.a : event.data.b', ['event.data.t', '?event.data.a', '?event.data.b']],
    ['typeof event.data.a', ['?event.data.a']],
    ['event.data.a == null', ['?event.data.a']],
    ['undefined !== event.data.a', ['?event.data.a']],
    ['event.data.a == 1', ['event.data.a']],
    ['event.data.list.map((x) => x.id + event.ts)', ['event.data.list', '?event.ts']],
    ['event.data.email.toLowerCase()', ['event.data.email']],
    ['event.data.list.length', ['event.data.list']],
    ['event.data[steps.k.name].x', ['event.data', 'steps.k.name']],
    ['`${event.id}-${run.id}`', ['event.id', 'run.id']],
    ['({ event: 1, [event.id]: env.A })', ['event.id', 'env.A']],
    ['[1].map((event) => event.data)', []],
    ['[1].map(({ event, ...rest }) => rest)', []],
    ['[1].map(function (x) { const steps = x; return steps.a })', []],
  ])('%s reads %j', (source, expected) => expect(reads(source)).toEqual(expected))
  test('unknown names', () => {
    expect(parseExpression('evnt.data.a + item.b + Math.PI').unknownNames.map((n) => n.name)).toEqual(['evnt', 'item'])
    expect(parseExpression('item.b', { scope: ['item'] }).unknownNames).toEqual([])
  })
})

describe('JSON templates', () => {
  test('values outside quotes, text inside', () => {
    const { root, expressions } = parseJsonTemplate('{ "a": {{ event.data.a }}, "b": "Hi {{ event.data.b }}", "c": [1, true, null, "x\\n"], "d": {} }')
    expect(expressions.map((e) => e.expression.source)).toEqual(['event.data.a', 'event.data.b'])
    expect(root.type === 'object' && root.values.map((v) => v.type)).toEqual(['value', 'text', 'literal', 'literal'])
  })
  test('quotes of an expression inside text, escaped or not', () => {
    for (const text of ['"{{ event.data["a b"] }}"', '"{{ event.data[\\"a b\\"] }}"']) expect(parseJsonTemplate(text).expressions[0]?.expression.references[0]?.path).toEqual(['data', 'a b'])
  })
  test('an object right before two closing braces', () => expect(parseJsonTemplate('{"a":{"b":{{ event.id }}}}').expressions.length).toBe(1))
  test.each([
    ['', 'The JSON is empty.'],
    ['{ "a": }', 'Expected a value but found `}` at column 8.'],
    ['{ "a": 1 "b": 2 }', 'Expected `,` or `}` but found `"` at column 10.'],
    ["{ 'a': 1 }", "Expected a name in double quotes or `}` but found `'` at column 3."],
    ['{\n  "a": tru\n}', 'Expected a value but found `tru` at line 2, column 8.'],
    ['{ "a": "x', 'The text that begins at column 8 is not closed.'],
    ['{ "a": 1', 'The JSON ends too early: expected `,` or `}`.'],
    ['{ "__proto__": 1 }', 'The name `__proto__` cannot be used (column 3).'],
    ['{ "{{ event.id }}": 1 }', 'A name cannot hold `{{ }}` (column 3).'],
    ['[1, 2,]', 'Expected a value but found `]` at column 7.'],
    ['01', 'Expected a value but found `01` at column 1.'],
    ['{ "a": {{ event.data. }} }', 'The expression before `}}` at column 23 is not complete.'],
  ])('%j is wrong: %s', (text, message) => expect(problem(() => parseJsonTemplate(text))).toBe(message))
  test('all JSON is a JSON template of itself', () => {
    fc.assert(fc.property(fc.jsonValue().filter((v) => !/\{\{|__proto__|"constructor"|"prototype"/.test(JSON.stringify(v))), (value) => {
      const { root } = parseJsonTemplate(JSON.stringify(value, null, 1))
      expect(root).toEqual({ type: 'literal', value: JSON.parse(JSON.stringify(value)) })
    }), { numRuns: 500 })
  })
})
