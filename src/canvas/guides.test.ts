import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { align, type Rect } from './guides.ts'

const box = (x: number, y: number, w = 100, h = 40): Rect => ({ x, y, w, h })

describe('guides', () => {
  test('a left edge that is nearly there goes there, and the line reaches both boxes', () => {
    const { dx, dy, guides } = align(box(204, 300), [box(200, 0)], 6)
    expect({ dx, dy }).toEqual({ dx: -4, dy: 0 })
    expect(guides).toContainEqual({ kind: 'align', axis: 'x', at: 200, from: 0, to: 340 })
  })

  test('middles meet middles, whatever the sizes', () => {
    const { dx } = align(box(228, 300, 40), [box(200, 0, 100)], 6)
    expect(228 + dx + 20).toBe(250)
  })

  test('out of reach nothing happens', () => {
    expect(align(box(220, 300), [box(200, 0, 93)], 6)).toEqual({ dx: 0, dy: 0, guides: [] })
  })

  test('between two neighbours it stands in the middle, and both gaps are drawn', () => {
    const { dx, guides } = align(box(147, 3), [box(0, 0), box(300, 0)], 6)
    expect(147 + dx).toBe(150)
    expect(guides.filter((guide) => guide.kind === 'gap').map(({ from, to }) => to - from)).toEqual([50, 50])
  })

  test('a third in a row takes over the gap of the first two', () => {
    const { dx } = align(box(303, 0), [box(0, 0), box(150, 0)], 6)
    expect(303 + dx).toBe(300)
  })

  test('any shift is within reach, and what is drawn is true of where it stands', () => {
    const rect = fc.record({ x: fc.integer({ min: -300, max: 900 }), y: fc.integer({ min: -300, max: 900 }), w: fc.integer({ min: 20, max: 300 }), h: fc.integer({ min: 20, max: 200 }) })
    fc.assert(fc.property(rect, fc.array(rect, { maxLength: 8 }), fc.integer({ min: 1, max: 20 }), (moving, others, within) => {
      const { dx, dy, guides } = align(moving, others, within)
      expect(Math.max(Math.abs(dx), Math.abs(dy))).toBeLessThanOrEqual(within)
      const at = { ...moving, x: moving.x + dx, y: moving.y + dy }
      for (const { kind, axis, at: line } of guides) {
        if (kind !== 'align') continue
        const [start, size] = axis === 'x' ? [at.x, at.w] : [at.y, at.h]
        expect([start, start + size / 2, start + size].some((mark) => Math.abs(mark - line) <= 0.5)).toBe(true)
      }
    }))
  })
})
