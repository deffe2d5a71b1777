import { describe, expect, test } from 'vitest'
import { createBatcher } from '#playground/batch.ts'

describe('createBatcher', () => {
  test('joins calls of one tick and gives each its own result', async () => {
    const sizes: number[] = []
    const double = createBatcher(async (items: number[]) => {
      sizes.push(items.length)
      return items.map((item) => item * 2)
    })
    expect(await Promise.all([1, 2, 3].map(double))).toEqual([2, 4, 6])
    expect(sizes).toEqual([3])
  })

  test('a call made during a batch gets a later one', async () => {
    let release = () => {}
    const gate = new Promise<void>((resolve) => (release = resolve))
    let runs = 0
    const nth = createBatcher(async (items: string[]) => {
      runs += 1
      const mine = runs
      if (mine === 1) await gate
      return items.map(() => mine)
    })
    const first = nth('a')
    await new Promise((resolve) => setImmediate(resolve))
    await new Promise((resolve) => setImmediate(resolve))
    const second = nth('b')
    release()
    expect(await first).toBe(1)
    expect(await second).toBe(2)
  })

  test('splits at the largest size and fails only the batch that failed', async () => {
    const run = createBatcher(async (items: number[]) => {
      if (items.includes(0)) throw new Error('no')
      return items
    }, 2)
    const results = await Promise.allSettled([0, 1, 2, 3].map(run))
    expect(results.map((result) => result.status)).toEqual(['rejected', 'rejected', 'fulfilled', 'fulfilled'])
  })
})
