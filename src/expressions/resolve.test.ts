import vm from 'node:vm'
import { describe, expect, test } from 'vitest'
import fc from 'fast-check'
import { z } from 'zod'
import { FanwiseError } from '#base/errors.ts'
import type { Json } from '#base/json.ts'
import { compileConfig, compileTemplate } from '#expressions/resolve.ts'

const scope = {
  event: { id: 'evt_1', name: 'user/created', ts: 5, data: { user: { name: 'Ada', email: 'ada@x.dev', nick: null, age: 36, tags: ['a', 'b'] }, amount: 2.5, zero: 0, no: false, 'first name': 'A', empty: '' } },
  steps: { fetch: { body: { items: [{ id: 1 }, { id: 2 }] } } } as Record<string, Json>,
  run: { id: 'run_1', attempt: 2, function: 'welcome' },
  env: { REGION: 'eu' },
}
const value = (text: string, kind: 'template' | 'json' | 'expression' = 'template') => compileTemplate(text, kind).render(scope)
function problem(act: () => unknown): FanwiseError {
  try {
    act()
  } catch (error) {
    return error as FanwiseError
  }
  throw new Error('no error')
}

describe('plain expressions', () => {
  test.each<[string, Json]>([
    ['{{ event.data.user.email }}', 'ada@x.dev'],
    ['{{ event.data["first name"] }}', 'A'],
    ['{{ steps.fetch.body.items[1].id }}', 2],
    ['{{ steps["fetch"]["body"].items }}', [{ id: 1 }, { id: 2 }]],
    ['{{ event.data.user.tags.length }}', 2],
    ['{{ event.data.user.nick }}', null],
    ['{{ event.data.user.city?.name }}', null],
    ['{{ event.data.user.city?.name ?? "none" }}', 'none'],
    ['{{ event.data.user.city.name ?? "none" }}', 'none'],
    ['{{ steps.skipped?.body }}', null],
    ['{{ event.data.empty || "x" }}', 'x'],
    ['{{ event.data.nothing || "x" }}', 'x'],
    ['{{ event.data.zero ?? 1 }}', 0],
    ['{{ event.data.amount * 2 + 1 }}', 6],
    ['{{ "a" + event.data.amount }}', 'a2.5'],
    ['{{ event.data.amount > 2 && !event.data.no }}', true],
    ['{{ event.data.amount == "2.5" }}', true],
    ['{{ event.data.nothing === undefined }}', true],
    ['{{ event.data.user == null ? 1 : 2 }}', 2],
    ['{{ typeof event.data.nothing }}', 'undefined'],
    ['{{ { id: event.id, list: [event.ts, null] } }}', { id: 'evt_1', list: [5, null] }],
    ['{{ event.data.list ?? [] }}', []],
    ['Hi {{ event.data.user.name }}, {{ event.data.amount }} {{ event.data.no }} {{ event.data.user.tags }}', 'Hi Ada, 2.5 false ["a","b"]'],
    ['[{{ event.data.user.city?.name }}]', '[]'],
    ['[{{ event.data.user.nick ?? "" }}]', '[]'],
    ['no braces', 'no braces'],
  ])('%s', (text, expected) => expect(value(text)).toEqual(expected))

  test.each([
    ['{{ event.data.country }}', '`event.data.country` is missing.'],
    ['{{ event.data.address.city }}', '`event.data.address` is missing.'],
    ['{{ event.data.user.nick.x }}', '`event.data.user.nick` is null.'],
    ['{{ event.data.user.city.name?.x }}', '`event.data.user.city` is missing.'],
    ['{{ steps.charge.id }}', '`steps.charge` is missing: that step was skipped or has not run.'],
    ['Hi {{ event.data.user.nick }}', '`event.data.user.nick` is null.'],
    ['{{ event.data.country > 3 }}', '`event.data.country` is missing.'],
    ['{{ event.data.user.toString }}', '`event.data.user.toString` is missing.'],
    ['{{ event.data.user.name.at }}', '`event.data.user.name.at` is missing.'],
    ['{{ event.data.amount.toFixed }}', '`event.data.amount.toFixed` is missing.'],
    ['{{ event.hasOwnProperty }}', '`event.hasOwnProperty` is missing.'],
    ['{{ secrets.KEY }}', '`secrets` is missing.'],
  ])('%s: %s', (text, message) => {
    const error = problem(() => value(text))
    expect([error.code, error.message]).toEqual(['step_missing_value', message])
    expect(error.fix).toMatch(/fallback/)
  })
  test('objects are not calculated with', () => {
    expect(problem(() => value('{{ event.data.user + 1 }}')).message).toBe('`+` cannot be used between an object and a number.')
    expect(problem(() => value('{{ event.data.zero / event.data.zero }}')).message).toBe('`event.data.zero / event.data.zero` gives no number.')
  })
  test('reads own properties of any data, whatever its names', () => {
    fc.assert(fc.property(fc.dictionary(fc.stringMatching(/^[a-z_$][\w$]{0,8}$/), fc.jsonValue()), fc.string({ maxLength: 10 }), (data, key) => {
      if (['__proto__', 'constructor', 'prototype'].includes(key)) return
      const read = compileTemplate(`{{ event.data[${JSON.stringify(key)}] }}`, 'template')
      const own = Object.hasOwn(data, key) ? data[key] : undefined
      if (own === undefined) expect(() => read.render({ event: { data } })).toThrow(FanwiseError)
      else expect(read.render({ event: { data } })).toBe(own)
    }))
  })
})

describe('same as JavaScript', () => {
  // The interpreter and JavaScript itself agree on plain values, so moving to the sandbox changes nothing.
  const plain = fc.oneof(fc.integer({ min: -3, max: 3 }), fc.constantFrom('', 'a', '1', '2.5'), fc.boolean(), fc.constant(null))
  const operators = ['===', '!==', '==', '!=', '<', '<=', '>', '>=', '+', '-', '*', '&&', '||', '??']
  test('for every operator and pair of plain values', () => {
    fc.assert(fc.property(plain, plain, fc.constantFrom(...operators), (a, b, operator) => {
      const source = `event.a ${operator} event.b`
      const expected = vm.runInNewContext(source, { event: { a, b } }) as Json
      if (typeof expected === 'number' && !Number.isFinite(expected)) return
      expect(compileTemplate(source, 'expression').render({ event: { a, b } })).toEqual(expected)
    }), { numRuns: 2000 })
  })
})

describe('escaping', () => {
  test('values in HTML are escaped, a lone one and plain text are not', () => {
    const evil = { event: { data: { name: '<b>"&\'' } } }
    expect(compileTemplate('<p>{{ event.data.name }}</p>', 'template', { escape: 'html' }).render(evil)).toBe('<p>&lt;b&gt;&quot;&amp;&#39;</p>')
    expect(compileTemplate('{{ event.data.name }}', 'template', { escape: 'html' }).render(evil)).toBe('<b>"&\'')
    expect(compileTemplate('Hi {{ event.data.name }}', 'template', { escape: 'html' }).render(evil)).toBe('Hi <b>"&\'')
  })
  test('values in the path and query of an address cannot leave their place; the host can be a value', () => {
    const at = { event: { data: { host: 'api.x.dev:8080', id: '../a?b=1&c/ü' } } }
    const url = (text: string) => compileTemplate(text, 'template', { escape: 'url' }).render(at)
    expect(url('https://{{ event.data.host }}/u/{{ event.data.id }}?q={{ event.data.id }}')).toBe('https://api.x.dev:8080/u/..%2Fa%3Fb%3D1%26c%2F%C3%BC?q=..%2Fa%3Fb%3D1%26c%2F%C3%BC')
    expect(url('{{ event.data.host }}')).toBe('api.x.dev:8080')
  })
  test('nor below the base address of a connection, nor behind an address that is a value itself', () => {
    const at = { event: { data: { base: 'https://api.x.dev/v2', scheme: 'https', host: 'api.x.dev:8080', q: 'R&D #1/100%', half: 'a\ud83d', dots: '..', version: '.' } } }
    const url = (text: string) => compileTemplate(text, 'template', { escape: 'url' }).render(at)
    expect(url('/search?q={{ event.data.q }}&n=1')).toBe('/search?q=R%26D%20%231%2F100%25&n=1')
    expect(url('/{{ event.data.q }}/x')).toBe('/R%26D%20%231%2F100%25/x')
    expect(url('{{ event.data.base }}/search/{{ event.data.q }}')).toBe('https://api.x.dev/v2/search/R%26D%20%231%2F100%25')
    expect(url('{{ event.data.base }}?q={{ event.data.q }}')).toBe('https://api.x.dev/v2?q=R%26D%20%231%2F100%25')
    expect(url('{{ event.data.scheme }}://{{ event.data.host }}')).toBe('https://api.x.dev:8080')
    expect(url('{{ event.data.scheme }}://{{ event.data.host }}/{{ event.data.q }}')).toBe('https://api.x.dev:8080/R%26D%20%231%2F100%25')
    expect(url('https://x.dev/{{ event.data.half }}')).toBe('https://x.dev/a%EF%BF%BD')
    expect(url('https://x.dev/v{{ event.data.version }}1?up={{ event.data.dots }}')).toBe('https://x.dev/v.1?up=..')
    for (const text of ['https://x.dev/u/{{ event.data.dots }}/keys', '/u/{{ event.data.version }}', '/u/{{ event.data.dots }}?a=1']) expect(problem(() => url(text))).toMatchObject({ code: 'step_input' })
  })
})

const schema = z.object({
  url: z.string().meta({ label: 'URL', expr: 'template' }),
  headers: z.array(z.object({ name: z.string().meta({ label: 'Name' }), value: z.string().meta({ label: 'Value', expr: 'template' }) })).default([]),
  bodyType: z.enum(['none', 'json']).default('none').meta({ label: 'Body' }),
  body: z.string().default('').meta({ label: 'JSON', expr: 'json', when: { field: 'bodyType', in: ['json'] } }),
  map: z.record(z.string(), z.string().meta({ label: 'V', expr: 'template' })).optional(),
  when: z.string().optional().meta({ label: 'When', expr: 'expression' }),
  item: z.string().optional().meta({ label: 'Item', expr: 'json', scope: ['item'] }),
  condition: z.string().optional().meta({ label: 'If', expr: 'cel' }),
})

describe('configs', () => {
  test('nested objects, lists and records; hidden, lazy and CEL fields stay as drawn', () => {
    const resolver = compileConfig(schema, {
      url: 'https://x.dev/{{ event.id }}', headers: [{ name: '{{ event.id }}', value: '{{ run.attempt }}' }], body: '{ broken', map: { a: '{{ env.REGION }}', b: 'fixed' },
      when: 'event.ts > 4', item: '{ "id": {{ item.id }} }', condition: 'event.data.x == {{',
    })
    expect(resolver.needsSandbox).toBe(false)
    expect(resolver.resolveSync(scope)).toEqual({
      url: 'https://x.dev/evt_1', headers: [{ name: '{{ event.id }}', value: 2 }], bodyType: 'none', body: '{ broken', map: { a: 'eu', b: 'fixed' },
      when: true, item: '{ "id": {{ item.id }} }', condition: 'event.data.x == {{',
    })
    expect(resolver.pathsRead.map((r) => r.root)).toEqual(['event', 'run', 'env', 'event', 'item'])
  })
  test('a hidden field that does not fit counts as not given, also where a default hides it; a shown one is said', () => {
    const picky = z.object({
      kind: z.enum(['none', 'form']).default('none').meta({ label: 'Body' }),
      form: z.array(z.object({ name: z.string().min(1, 'Name it.') })).default([]).meta({ label: 'Form', when: { field: 'kind', in: ['form'] } }),
    })
    expect(compileConfig(picky, { form: [{ name: '' }] }).raw).toEqual({ kind: 'none', form: [] })
    expect(compileConfig(picky, { kind: 'none', form: [{ name: 'a' }] }).raw).toEqual({ kind: 'none', form: [{ name: 'a' }] })
    expect(problem(() => compileConfig(picky, { kind: 'form', form: [{ name: '' }] }))).toMatchObject({ code: 'step_input', field: 'form.0.name' })
  })
  test('resolving twice gives the same and changes nothing', () => {
    const resolver = compileConfig(schema, { url: '{{ event.id }}', bodyType: 'json', body: '{ "a": [{{ event.data.user }}, "{{ event.ts }}"], "k": {} }' })
    const before = JSON.stringify(scope)
    const first = resolver.resolveSync(scope)
    expect(first.body).toEqual({ a: [scope.event.data.user, '5'], k: {} })
    expect(resolver.resolveSync(scope)).toEqual(first)
    expect(JSON.stringify(scope)).toBe(before)
  })
  test('an error names its field', () => {
    const resolver = compileConfig(schema, { url: 'x', headers: [{ name: 'a', value: 'v' }, { name: 'b', value: '{{ event.data.country }}' }] })
    expect(problem(() => resolver.resolveSync(scope))).toMatchObject({ code: 'step_missing_value', field: 'headers.1.value', message: '`event.data.country` is missing.' })
    expect(problem(() => compileConfig(schema, { url: '{{' }))).toMatchObject({ code: 'step_input', field: 'url' })
    expect(problem(() => compileConfig(schema, {}))).toMatchObject({ code: 'step_input', field: 'url' })
  })
  test('everything that needs the sandbox goes there in one call, with only what it reads', async () => {
    const calls: [string[], Record<string, unknown>][] = []
    const services = { evaluate: async (expressions: string[], given: Record<string, unknown>) => (calls.push([expressions, given]), ['X', 'Y', null]) }
    const resolver = compileConfig(schema, { url: 'a{{ steps.a.list.join("") }}b{{ event.id }}', headers: [{ name: 'n', value: '{{ steps.a.list.map((x) => x) }}' }], map: { z: '{{ steps.a.find?.(1) }}' } })
    expect(resolver.needsSandbox).toBe(true)
    expect(() => resolver.resolveSync(scope)).toThrow()
    const given = { ...scope, steps: { a: { list: [1] }, huge: ['…'] } }
    expect(await resolver.resolve(given, services)).toMatchObject({ url: 'aXbevt_1', headers: [{ name: 'n', value: 'Y' }], map: { z: null } })
    expect(calls.length).toBe(1)
    expect(calls[0]![0]).toEqual(['steps.a.list.join("")', 'steps.a.list.map((x) => x)', 'steps.a.find?.(1)'])
    expect(calls[0]![1].steps).toEqual({ a: { list: [1] } })
  })
  test('a required path is looked for before the sandbox is asked', async () => {
    const services = { evaluate: async (): Promise<Json[]> => { throw new Error('asked') } }
    const resolver = compileConfig(schema, { url: '{{ event.data.country.toUpperCase() }}' })
    await expect(resolver.resolve(scope, services)).rejects.toMatchObject({ code: 'step_missing_value', field: 'url', message: '`event.data.country` is missing.' })
  })
  test('nothing from the sandbox does not become the text null', async () => {
    const services = { evaluate: async (): Promise<Json[]> => [null] }
    const resolver = compileConfig(schema, { url: 'a {{ event.data.user.tags.find((x) => x === "z") }}' })
    await expect(resolver.resolve(scope, services)).rejects.toMatchObject({ code: 'step_missing_value', field: 'url' })
  })
})
