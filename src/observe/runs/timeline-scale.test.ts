import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { timeScale } from '#observe/runs/timeline-scale.ts'

describe('timeScale', () => {
  test('folds a long rest and keeps work to scale', () => {
    const scale = timeScale(0, 100_000, [{ from: 0, to: 100 }, { from: 99_900, to: 100_000 }], true)
    expect(scale.folds).toHaveLength(1)
    expect(scale.folds[0]?.ms).toBe(99_800)
    const first = scale.place(100) - scale.place(0)
    const second = scale.place(100_000) - scale.place(99_900)
    expect(first).toBeCloseTo(second, 6)
    expect(first).toBeGreaterThan(0.4)
  })

  test('true scale folds nothing', () => {
    const scale = timeScale(0, 1000, [{ from: 0, to: 1 }], false)
    expect(scale.folds).toEqual([])
    expect(scale.place(500)).toBeCloseTo(0.5, 6)
    expect(scale.ticks.map((tick) => tick.at)).toEqual([0, 200, 400, 600, 800, 1000])
  })

  test('short rests stay as they are', () => {
    expect(timeScale(0, 210, [{ from: 0, to: 100 }, { from: 110, to: 210 }], true).folds).toEqual([])
  })

  test('nothing worked yet', () => {
    const scale = timeScale(5, 5, [], true)
    expect(scale.place(5)).toBe(0)
    expect(scale.place(99)).toBe(1)
  })

  test('places are in order and between 0 and 1', () => {
    const span = fc.tuple(fc.integer({ min: 0, max: 1_000_000 }), fc.integer({ min: 0, max: 50_000 })).map(([from, length]) => ({ from, to: from + length }))
    fc.assert(fc.property(fc.array(span, { maxLength: 12 }), fc.boolean(), fc.array(fc.integer({ min: -10, max: 1_100_000 }), { maxLength: 20 }), (work, fold, moments) => {
      const scale = timeScale(0, 1_000_000, work, fold)
      const places = [...moments].sort((a, b) => a - b).map(scale.place)
      for (const [index, place] of places.entries()) {
        expect(place).toBeGreaterThanOrEqual(0)
        expect(place).toBeLessThanOrEqual(1 + 1e-9)
        if (index > 0) expect(place).toBeGreaterThanOrEqual((places[index - 1] as number) - 1e-9)
      }
    }))
  })
})
