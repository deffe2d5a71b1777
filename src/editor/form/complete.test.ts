import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { parseTemplate } from '#expressions/parse.ts'
import { applied, choose, insertAt, placeAt, rank, type Candidate, type FieldLanguage } from './complete.ts'
import { functionsFor } from './language-help.ts'

const data = (path: string, value = '', type = 'text'): Candidate => ({ path, value, type })
const known = [
  data('event.data', '{…}', 'object'), data('event.data.email', '"ada@north.io"'), data('event.data.country', '"NO"'), data('event.data["first name"]', '"Ada"'),
  data('event.data.items', '[…]', 'list of 2'), data('event.data.items[0]', '{…}', 'object'), data('event.data.items[0].sku', '"a1"'), data('steps.contact', '', 'object'), data('steps.contact.body.id', '7', 'number'), data('item.id', '3', 'number'),
]
/** `|` is the caret. */
const at = (marked: string, language: FieldLanguage) => placeAt(marked.replace('|', ''), marked.indexOf('|'), language)
/** The text after the first candidate was chosen, with the caret. */
function typed(marked: string, language: FieldLanguage, candidates: readonly Candidate[] = known): string {
  const text = marked.replace('|', '')
  const place = at(marked, language)
  if (place === null) return 'closed'
  const [first] = rank(candidates, place)
  if (first === undefined) return 'nothing'
  const edit = choose(text, place, first)
  const next = applied(text, edit)
  return `${next.slice(0, edit.caret)}|${next.slice(edit.caret)}`
}

describe('choosing', () => {
  test.each<[FieldLanguage, string, string]>([
    ['template', 'Hi {{|', 'Hi {{ event.data }}|'],
    ['template', 'Hi {{ em|', 'Hi {{ event.data.email }}|'],
    ['template', 'Hi {{ em| }}, welcome', 'Hi {{ event.data.email }}|, welcome'],
    ['template', 'Hi {{em|}}, welcome', 'Hi {{ event.data.email }}|, welcome'],
    ['template', 'Hi {{ event.data.cou| and {{ item.id }}', 'Hi {{ event.data.country }}| and {{ item.id }}'],
    ['template', '{{ event.data.email + coun| + 1 }}', '{{ event.data.email + event.data.country| + 1 }}'],
    ['template', '{{ event.data.em|ail }}', '{{ event.data.email }}|'],
    ['template', '{{ event.data.email| }}', 'nothing'],
    ['template', '{{ event.data.email|', '{{ event.data.email }}|'],
    ['template', '{{ event.data.em|xx }}', '{{ event.data.email }}|'],
    ['template', '{{ event.data?.em|', '{{ event.data?.email }}|'],
    ['template', '{{ event.data.items[|', '{{ event.data.items[0] }}|'],
    ['template', '{{ event.data.items[0].|', '{{ event.data.items[0].sku }}|'],
    ['template', '{{ event.data["fir|"] }}', '{{ event.data["first name"] }}|'],
    ['template', 'Dear event.data.em|', 'Dear {{ event.data.email }}|'],
    ['json', '{ "to": "{{ em|" }', '{ "to": "{{ event.data.email }}|" }'],
    ['json', '{ "to": {{| }', '{ "to": {{ event.data }}| }'],
    ['expression', 'event.data.cou|', 'event.data.country|'],
    ['expression', 'steps.con| === 1', 'steps.contact| === 1'],
    ['expression', 'event.data.email === ite|', 'event.data.email === event.data.items|'],
    ['cel', 'event.data.plan == "x" && em|', 'event.data.plan == "x" && event.data.email|'],
  ])('%s: %s', (language, before, after) => expect(typed(before, language)).toBe(after))

  test.each<[FieldLanguage, string]>([
    ['template', 'plain tex|'], ['template', 'https://event.|'], ['template', '{{ a }}|'], ['template', '{{ "em|" }}'], ['expression', '"event.|"'], ['expression', '12|'], ['expression', 'true|'], ['expression', 'f().em|'], ['cel', 'event.data.items[0]|'],
  ])('%s: %s completes nothing', (language, before) => expect(typed(before, language)).toBe('closed'))

  test('functions leave the caret where the next thing goes', () => {
    const js = [...known, ...functionsFor('js'), ...functionsFor('js', { path: 'event.data.email', type: 'text' })]
    expect(typed('event.data.email.spl|', 'expression', js)).toBe('event.data.email.split("|")')
    expect(typed('{{ rou|', 'template', js)).toBe('{{ Math.round(|) }}')
    expect(typed('{{ event.data.email.upp|', 'template', js)).toBe('{{ event.data.email.toUpperCase() }}|')
  })
})

test('the end of a path counts most, then its parts, then letters in order', () => {
  const paths = (marked: string) => rank(known, at(marked, 'expression')!).map((one) => one.path)
  expect(paths('id|')).toEqual(['steps.contact.body.id', 'item.id'])
  expect(paths('cnt|')).toEqual(['event.data.country', 'steps.contact'])
  expect(paths('event.data.items[0].|')).toEqual(['event.data.items[0].sku'])
  expect(paths('zzz|')).toEqual([])
})

describe('inserting a path', () => {
  const path = fc.constantFrom('event.data.email', 'steps.a.body["b c"]', 'item')
  const text = fc.array(fc.constantFrom('{{', '}}', '{', '}', ' ', 'a', 'event.data.x', '"', "'", '\n', '[', 'ü'), { maxLength: 14 }).map((parts) => parts.join(''))
  const language = fc.constantFrom<FieldLanguage>('template', 'json', 'expression', 'cel')

  test('at any caret, the only change is what is inserted', () => {
    fc.assert(fc.property(text, fc.nat(60), path, language, (before, n, one, kind) => {
      const caret = n % (before.length + 1)
      const edit = insertAt(before, caret, caret, one, kind)
      const after = applied(before, edit)
      expect(edit.from).toBe(edit.to)
      // Off a pair of braces, or out of those that hold a path.
      if (Math.abs(edit.from - caret) > 1) expect(before.slice(caret - 2, edit.from)).toMatch(/}}$/)
      expect(after.slice(0, edit.from) + after.slice(edit.from + edit.inserted.length)).toBe(before)
      expect([one, `{{ ${one} }}`]).toContain(edit.inserted)
      expect(edit.caret).toBe(edit.from + edit.inserted.length)
      if (kind === 'expression' || kind === 'cel') expect(edit.inserted).toBe(one)
    }), { numRuns: 2000 })
  })

  test('at any caret of a text with whole braces, these stay whole, and the path is read', () => {
    const whole = fc.array(fc.constantFrom('{{ event.data.x }}', 'a', ' ', '{ ', 'é', '\n'), { maxLength: 8 }).map((parts) => parts.join('')).filter((one) => !one.includes('{{{'))
    fc.assert(fc.property(whole, fc.nat(60), (before, n) => {
      const caret = n % (before.length + 1)
      const after = applied(before, insertAt(before, caret, caret, 'event.data.email', 'template'))
      fc.pre(!after.includes('{{{'))
      const read = parseTemplate(after).parts.flatMap((part) => (part.type === 'expression' ? [part.expression.source] : []))
      expect(read.filter((one) => one === 'event.data.email')).toHaveLength(1)
    }), { numRuns: 1000 })
  })

  test('braces that hold a path are full, so it stands behind them, wherever in them it was put', () => {
    const text = 'To: {{ event.data.email }}.'
    for (let caret = 6; caret <= 25; caret++) expect(applied(text, insertAt(text, caret, caret, 'event.data.name', 'template'))).toBe('To: {{ event.data.email }}{{ event.data.name }}.')
    expect(applied('{{ event.data.a + }}', insertAt('{{ event.data.a + }}', 18, 18, 'event.data.b', 'template'))).toBe('{{ event.data.a + event.data.b}}')
  })

  test('a selection goes', () => {
    expect(applied('To: someone.', insertAt('To: someone.', 4, 11, 'event.data.email', 'template'))).toBe('To: {{ event.data.email }}.')
  })
})

test('completing at any caret changes nothing before the path and nothing after it', () => {
  const text = fc.array(fc.constantFrom('{{ ', ' }}', 'event.data.', 'em', ' ', '+', 'items[0].', '"', '.'), { maxLength: 10 }).map((parts) => parts.join(''))
  fc.assert(fc.property(text, fc.nat(80), fc.constantFrom<FieldLanguage>('template', 'json', 'expression', 'cel'), (before, n, kind) => {
    const caret = n % (before.length + 1)
    const place = placeAt(before, caret, kind)
    const [first] = place === null ? [] : rank(known, place)
    if (place === null || first === undefined) return
    const edit = choose(before, place, first)
    expect(edit.from).toBeLessThanOrEqual(caret)
    expect(edit.to).toBeGreaterThanOrEqual(caret)
    const gone = before.slice(edit.from, edit.to)
    expect(gone).toMatch(/^[\w$.?[\]"' ]*$/)
    expect(edit.inserted.replace(/[{} ]/g, '')).toContain(first.path.slice(place.base.length).replaceAll(' ', '').replace(/^\./, ''))
    expect(edit.caret).toBeLessThanOrEqual(applied(before, edit).length)
  }), { numRuns: 2000 })
})
