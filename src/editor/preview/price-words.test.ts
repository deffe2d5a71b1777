import { expect, test } from 'vitest'
import { priceOf, type Consumer } from '#graph/price.ts'
import { priceWords } from './price-words.ts'

const consumer: Consumer = { slug: 'send', limit: 50, second: null, keyed: false, throttle: null, batch: 1, atMost: false, hosts: {} }
const priced = (items: number) => priceOf(items, [consumer], { send: 500 }, 50)

test('one line says runs, time and that it waits for a person', () => {
  const facts = { confirm: { above: 1000 } }
  expect(priceWords({ items: null, consumers: 2, price: null, facts })).toBe('Sets off 2 runs an item')
  expect(priceWords({ items: 5, consumers: 0, price: null, facts })).toBe('Sets off no run: nobody reacts yet')
  expect(priceWords({ items: 100, consumers: 1, price: priced(100), facts })).toMatch(/^Sets off 100 runs, [^,]+$/)
  expect(priceWords({ items: 5000, consumers: 1, price: priced(5000), facts })).toMatch(/^Sets off 5,000 runs, about .+, after a go$/)
  expect(priceWords({ items: 5000, consumers: 1, price: priced(5000), facts: { confirm: null } })).not.toContain('a go')
})
