import fc from 'fast-check'
import { expect, test } from 'vitest'
import { retryDelayMs } from '#engine/backoff.ts'

const backoff = { baseMs: 10_000, factor: 2, maxMs: 60_000, jitter: 0.2 }

test('doubles up to its bound, spread by the jitter', () => {
  expect([1, 2, 3, 4, 9].map((retry) => retryDelayMs(backoff, retry, 0.5))).toEqual([10_000, 20_000, 40_000, 60_000, 60_000])
  fc.assert(fc.property(fc.integer({ min: 1, max: 30 }), fc.double({ min: 0, max: 1, noNaN: true, maxExcluded: true }), (retry, random) => {
    const plain = retryDelayMs(backoff, retry, 0.5)
    const spread = retryDelayMs(backoff, retry, random)
    expect(spread).toBeGreaterThanOrEqual(plain * 0.8 - 1)
    expect(spread).toBeLessThanOrEqual(plain * 1.2 + 1)
  }))
})

test('what the other side asks for wins when it is longer, up to a day', () => {
  expect(retryDelayMs(backoff, 1, 0.5, 30_000)).toBe(30_000)
  expect(retryDelayMs(backoff, 1, 0.5, 1000)).toBe(10_000)
  expect(retryDelayMs(backoff, 1, 0.5, 10 ** 12)).toBe(86_400_000)
})
