import fc from 'fast-check'
import { expect, test } from 'vitest'
import { httpDefinition } from '#steps/http/definition.ts'
import { belowBase, isPath } from '#steps/http/base-path.ts'

test.each([
  ['https://api.example.com', '/contacts', 'https://api.example.com/contacts'],
  ['https://api.example.com/', '/contacts', 'https://api.example.com/contacts'],
  ['https://api.example.com/v2/', '/contacts/1?limit=5', 'https://api.example.com/v2/contacts/1?limit=5'],
  ['https://api.example.com/v2', '', 'https://api.example.com/v2/'],
  ['https://api.example.com/v2', '/', 'https://api.example.com/v2/'],
  ['https://api.example.com/v2?tenant=1', '/contacts?limit=5#top', 'https://api.example.com/v2/contacts?tenant=1&limit=5'],
  ['https://api.example.com:8443/v2', '/a/../b', 'https://api.example.com:8443/v2/b'],
  ['https://api.example.com', '/@evil.example/x', 'https://api.example.com/@evil.example/x'],
  ['https://api.example.com', '/https://evil.example', 'https://api.example.com/https://evil.example'],
  ['playground://crm', '/contacts', 'playground://crm/contacts'],
])('%s and %s', (base, path, joined) => {
  expect(belowBase(base, path).href).toBe(joined)
})

test.each(['//evil.example', '/\\evil.example', '\\\\evil.example', '/../admin', '/%2e%2e/admin', '/a/../../admin', '//'])('%s is refused', (path) => {
  expect(() => belowBase('https://api.example.com/v2', path)).toThrow(expect.objectContaining({ code: 'step_input', field: 'url', fix: expect.stringContaining('below https://api.example.com/v2') as string }))
})

test('whatever the path, it stays at the host and below the base address, or is refused', () => {
  const part = fc.oneof(fc.string(), fc.constantFrom('..', '.', '/', '\\', '//', '@', ':', '?', '#', '%2e', '%2f', '%5c', 'evil.example', 'https:', '\t', '\n', '\u0000'))
  fc.assert(fc.property(fc.constantFrom('https://api.example.com/v2', 'http://localhost:8080', 'playground://crm/x'), fc.array(part, { maxLength: 8 }), (base, parts) => {
    let joined: URL
    try {
      joined = belowBase(base, `/${parts.join('')}`)
    } catch (error) {
      expect(error).toMatchObject({ code: 'step_input' })
      return
    }
    const again = new URL(joined.href)
    expect([again.protocol, again.host, again.username, again.password]).toEqual([new URL(base).protocol, new URL(base).host, '', ''])
    expect(`${again.pathname}/`.startsWith(`${new URL(base).pathname.replace(/\/$/, '')}/`)).toBe(true)
  }))
})

test('a path begins with a slash', () => {
  expect(['/x', ' /x', 'https://x.dev', '{{ event.data.path }}', ''].map(isPath)).toEqual([true, true, false, false, false])
})

test.each([
  'https://api.example.com/a b?q=c d', 'https://api.example.com/x ', ' https://api.example.com', 'https://{{ event.data.host }}/a b', 'https://{{ event.data.a + "/" + event.data.b }}.example.com/x', 'https://x.dev:8080', 'http://127.0.0.1:3000',
  'https://[::1]/x', 'https://bücher.example/x', 'https://ada:two words@x.dev/', '{{ event.data.url }} x', 'https://{{ event.data["@ x"] }}/a', 'https://{{ event.data.h', '/contacts/a b', 'playground://crm/contacts', 'https://',
])('"%s" is an address as far as it is drawn', (url) => {
  const issues = httpDefinition.config.safeParse({ url }).error?.issues ?? []
  expect(issues.filter((one) => one.path[0] === 'url')).toEqual([])
})
