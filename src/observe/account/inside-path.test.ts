import { expect, test } from 'vitest'
import { insidePath } from '#observe/account/inside-path.ts'

test('keeps paths of this site', () => {
  expect(insidePath('/w/north/runs?status=failed')).toBe('/w/north/runs?status=failed')
  expect(insidePath(null)).toBe('/')
})

test.each(['https://evil.test/x', '//evil.test', '/\\evil.test', 'javascript:alert(1)', 'http://'])('sends %j home or to a harmless path', (given) => {
  expect(insidePath(given)).toBe('/')
})
