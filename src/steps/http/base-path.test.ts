import fc from 'fast-check'
import { expect, test } from 'vitest'
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
