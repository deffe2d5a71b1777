import { expect, test } from 'vitest'
import { normaliseEmail } from '#server/auth/email.ts'

test('one spelling for one address', () => {
  expect(normaliseEmail('  Ada.Berg@North.IO ')).toBe('ada.berg@north.io')
  expect(normaliseEmail('ada@ｎorth.io')).toBe('ada@north.io')
})

test.each([
  '', 'ada', 'ada@', '@north.io', 'ada@north', 'ada@@north.io', 'ada@north.io,eve@evil.io', 'ada@north.io;eve@evil.io',
  'Ada <ada@north.io>', '"ada"@north.io', 'ada@north.io\nbcc:eve@evil.io', 'ada @north.io', 'ada@nor\u200bth.io', `${'a'.repeat(250)}@n.io`, 'ada@north..io',
])('refuses %j', (text) => {
  expect(() => normaliseEmail(text)).toThrow('not one e-mail address')
})
