import { expect, test } from 'vitest'
import { shorten } from '#server/workflows/shorten.ts'

test('what is short stays as it is', () => {
  expect(shorten('{"a":[1,2]}', 100)).toEqual({ value: { a: [1, 2] }, cut: false })
})

test('long lists and texts are cut, and the shape stays', () => {
  const users = Array.from({ length: 5000 }, (_, n) => ({ id: n, name: `Ada ${n}`, bio: 'x'.repeat(50) }))
  const short = shorten(JSON.stringify({ total: 5000, users }), 4000)!
  expect(short.cut).toBe(true)
  expect(JSON.stringify(short.value).length).toBeLessThanOrEqual(4000)
  const value = short.value as { total: number; users: { id: number; name: string }[] }
  expect(value.total).toBe(5000)
  expect(value.users[0]).toMatchObject({ id: 0, name: 'Ada 0' })
})

test('an object of very many members cannot be cut', () => {
  const wide = Object.fromEntries(Array.from({ length: 5000 }, (_, n) => [`key${n}`, n]))
  expect(shorten(JSON.stringify(wide), 1000)).toBeNull()
})
