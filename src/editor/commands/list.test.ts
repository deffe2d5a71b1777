import { expect, test } from 'vitest'
import { commands, keyText } from './list.ts'

test('no two commands share a shortcut', () => {
  const keys = commands.flatMap((command) => command.keys.map((key) => key.toLowerCase()))
  expect(new Set(keys).size).toBe(keys.length)
})

test('every command has a name of its own', () => {
  expect(new Set(commands.map((command) => command.id)).size).toBe(commands.length)
  expect(new Set(commands.map((command) => command.label)).size).toBe(commands.length)
})

test('keys read as people write them', () => {
  expect(keyText('mod+shift+Z')).toMatch(/^(Ctrl Shift Z|⌘⇧Z)$/)
  expect(keyText('plus')).toBe('+')
})

test('every shortcut has a key that a keyboard can send', () => {
  for (const { id, keys } of commands) for (const key of keys) expect(key.split('+').every((part) => part !== ''), `${id}: ${key}`).toBe(true)
})
