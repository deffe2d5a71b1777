import { describe, expect, test } from 'vitest'
import { asAddress, Marks } from '#expressions/marks.ts'
import { fill, filledAddress, secretsAskedFor, withLabels } from '#server/connections/fill-request.ts'
import { isAllowedHost } from '#server/connections/kinds.ts'
import type { OutgoingRequest } from '#steps/kind.ts'

const marks = new Marks(['KEY', 'SHOP', 'HOOK'])
const { KEY, SHOP, HOOK } = marks.scope() as { KEY: string; SHOP: string; HOOK: string }
const values: Record<string, string> = { KEY: 'a/b c&d="ü"', SHOP: 'north.myshop', HOOK: 'https://hooks.dev/T1?x=1' }
const valueOf = (name: string) => values[name]!
const request = (part: Partial<OutgoingRequest>): OutgoingRequest => ({ method: 'POST', url: 'https://x.dev/', headers: {}, timeoutMs: 1, signal: new AbortController().signal, ...part })
const address = (url: string) => filledAddress(request({ url }), marks, valueOf)

describe('addresses', () => {
  test.each([
    [`https://x.dev/a/${KEY}/b?k=${KEY}`, `https://x.dev/a/${encodeURIComponent(values.KEY!)}/b?k=${encodeURIComponent(values.KEY!)}`],
    [`https://${SHOP}.dev/a`, 'https://north.myshop.dev/a'],
    [`https://me:${KEY}@x.dev/`, `https://me:${encodeURIComponent(values.KEY!)}@x.dev/`],
    [asAddress(HOOK), 'https://hooks.dev/T1?x=1'],
    [asAddress(`${HOOK}/sub/a?y=2`), 'https://hooks.dev/T1/sub/a?x=1&y=2'],
    [`https://${SHOP}/a`, 'https://north.myshop/a'],
  ])('%s', (url, filled) => expect(address(url)).toBe(filled))
  test.each([`https://${KEY}.dev/`, asAddress(KEY)])('%s is refused without saying the value', (url) => {
    expect(() => address(url)).toThrow('‹secret KEY›')
    expect(() => address(url)).not.toThrow(values.KEY)
  })
  test('only a text that begins with a mark is one', () => expect([asAddress('fwsec1'), asAddress(`x${HOOK}`)]).toEqual(['fwsec1', `x${HOOK}`]))
  test('a secret without https:// is never looked up as a host', () => expect(() => filledAddress(request({ url: asAddress(SHOP) }), marks, valueOf)).toThrow('‹secret SHOP› is not an address'))
})
describe('the rest', () => {
  const filled = (part: Partial<OutgoingRequest>) => fill(request(part), marks, valueOf, 'https://x.dev/')
  test('each body is written its own way, and keeps its host', () => {
    expect(JSON.parse(filled({ body: JSON.stringify({ a: KEY, b: `<${KEY}>` }), credentials: { body: 'json' } }).body!)).toEqual({ a: values.KEY, b: `<${values.KEY}>` })
    expect(new URLSearchParams(filled({ body: `k=${KEY}`, credentials: { body: 'form' } }).body).get('k')).toBe(values.KEY)
    expect(filled({ body: `k=${KEY}`, credentials: { body: 'text' } })).toMatchObject({ body: `k=${values.KEY}`, stayOnOrigin: true })
  })
  test('headers, also in Basic', () => {
    expect(filled({ headers: { a: `t ${KEY}` } })).toMatchObject({ headers: { a: `t ${values.KEY}` } })
    expect(filled({ headers: { a: KEY } }).stayOnOrigin).toBeUndefined()
    expect(filled({ headers: { 'User-Agent': KEY } }).stayOnOrigin).toBe(true)
    const basic = Buffer.from(`me:${KEY}`).toString('base64')
    expect(Buffer.from(filled({ headers: { Authorization: `Basic ${basic}` } }).headers.Authorization!.slice(6), 'base64').toString()).toBe(`me:${values.KEY}`)
    expect(secretsAskedFor(request({ headers: { Authorization: `Basic ${basic}` }, body: SHOP }), marks).sort()).toEqual(['KEY', 'SHOP'])
    values.SHOP = 'two\nlines'
    expect(() => filled({ headers: { a: SHOP } })).toThrow('line break')
    values.SHOP = 'north.myshop'
  })
  test('another attempt’s marks, and words like them, stay what they are', () => {
    const other = new Marks(['KEY']).scope().KEY!
    expect(filled({ body: `${other} ‹secret KEY› fwsec00n0z` }).body).toBe(`${other} ‹secret KEY› fwsec00n0z`)
  })
  test('inside Fanwise there are only names', () => expect(withLabels(request({ url: `playground://crm/${KEY}`, headers: { a: KEY }, body: JSON.stringify({ a: KEY }), credentials: { body: 'json' } }), marks)).toMatchObject({
    url: `playground://crm/${encodeURIComponent('‹secret KEY›')}`, headers: { a: '‹secret KEY›' }, body: '{"a":"‹secret KEY›"}',
  }))
  test('a whole address is recorded as the name of its secret', () => expect(marks.clean([`${asAddress(HOOK)}/x`, new URL(asAddress(HOOK)).host])).toEqual(['‹secret HOOK›/x', '‹secret HOOK›']))
  test('what is recorded has names, too', () => expect(marks.clean({ [`a${KEY}`]: [`x ${SHOP}`, 1, null] })).toEqual({ 'a‹secret KEY›': ['x ‹secret SHOP›', 1, null] }))
})
test.each<[string[], string, boolean]>([
  [['api.x.dev'], 'api.x.dev', true], [['api.x.dev'], 'api.x.dev:8080', false], [['api.x.dev'], 'evil-api.x.dev', false], [['*.x.dev'], 'a.b.x.dev', true], [['*.x.dev'], 'x.dev', false], [['*.x.dev'], '.x.dev', false],
  [['*.x.dev'], 'evilx.dev', false], [['playground://crm'], 'playground://crm', true], [['crm'], 'playground://crm', false],
])('%j lets %s in: %s', (allowed, host, answer) => expect(isAllowedHost(allowed, host)).toBe(answer))
