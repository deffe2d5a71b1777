import { describe, expect, test } from 'vitest'
import { answer } from '#playground/answers.ts'
import { createPerSecond } from '#playground/per-second.ts'

const call = (method: string, path: string, body: object | null = null, idempotencyKey: string | null = 'k1') => ({ method, path, body: body as never, idempotencyKey })

describe('answer', () => {
  test('the same idempotency key gets the same id, another key another', () => {
    const first = answer('crm', call('POST', '/contacts', { email: 'a@b.io' }), { mode: 'ok' })
    expect(answer('crm', call('POST', '/contacts', { email: 'a@b.io' }), { mode: 'ok' })).toEqual(first)
    expect(answer('crm', call('POST', '/contacts', { email: 'a@b.io' }, 'k2'), { mode: 'ok' }).body).not.toEqual(first.body)
    expect(first).toMatchObject({ status: 201, body: { email: 'a@b.io' } })
  })

  test('a path nobody thought of still answers', () => {
    expect(answer('billing', call('POST', '/weird', { a: 1 }), { mode: 'ok' })).toMatchObject({ status: 201, body: { a: 1 } })
    expect(answer('warehouse', call('PATCH', '/orders/ord_7', { state: 'paid' }), { mode: 'ok' })).toEqual({ status: 200, body: { state: 'paid', id: 'ord_7' } })
  })

  test('the warehouse counts an item the same each time, and some run short', () => {
    const left = (sku: string) => (answer('warehouse', call('GET', `/stock/${sku}`), { mode: 'ok' }).body as { left: number }).left
    expect([left('TEA-250'), left('POT-01'), left('TEA-250')]).toEqual([14, 5, 14])
  })

  test('lists as many users as it is told, in pages when asked', () => {
    const all = answer('users', call('GET', '/users'), { mode: 'ok', items: 250 }).body as { users: { id: string; email: string }[]; total: number }
    expect(all.users).toHaveLength(250)
    expect(new Set(all.users.map((user) => user.email)).size).toBe(250)
    const page = answer('users', call('GET', '/users?offset=240&limit=50'), { mode: 'ok', items: 250 }).body as { users: { id: string }[] }
    expect(page.users.map((user) => user.id)).toEqual(all.users.slice(240).map((user) => user.id))
  })

  test('each page names the cursor of the next; the last has none', () => {
    const pages: { users: { id: string }[]; next_cursor?: string }[] = []
    for (let query = '?limit=100'; pages.length < 5; query = `?limit=100&cursor=${pages.at(-1)!.next_cursor}`) {
      pages.push(answer('users', call('GET', `/users${query}`), { mode: 'ok', items: 250 }).body as (typeof pages)[number])
      if (pages.at(-1)!.next_cursor === undefined) break
    }
    expect(pages.map((one) => one.users.length)).toEqual([100, 100, 50])
    expect(new Set(pages.flatMap((one) => one.users.map((user) => user.id))).size).toBe(250)
  })

  test('50,000 users stay below the 4 MB a step may receive', () => {
    const { body } = answer('users', call('GET', '/users'), { mode: 'ok', items: 50_000 })
    expect(Buffer.byteLength(JSON.stringify(body))).toBeLessThan(4 * 1024 * 1024)
  })
})

test('per second: says no after the share and yes in the next second', () => {
  let now = 5000
  const may = createPerSecond(() => now)
  expect([may('a', 2), may('a', 2), may('a', 2), may('b', 2)]).toEqual([true, true, false, true])
  now = 6001
  expect(may('a', 2)).toBe(true)
})
