import fc from 'fast-check'
import { expect, test } from 'vitest'
import { around, meets, placeCard } from './placement.ts'

const room = { x: 44, y: 52, w: 1396, h: 848 }
const card = { w: 320, h: 200 }

test('beside what it points at, where there is room', () => {
  expect(placeCard({ x: 400, y: 300, w: 100, h: 60 }, card, room)).toEqual({ x: 518, y: 230 })
  expect(placeCard({ x: 1200, y: 60, w: 150, h: 32 }, card, room).y).toBe(110)
  expect(placeCard(null, card, room)).toEqual({ x: 1108, y: 688 })
})

test('beside it where it covers least of what else is drawn', () => {
  const target = { x: 400, y: 300, w: 100, h: 60 }
  expect(placeCard(target, card, room, [{ x: 620, y: 100, w: 300, h: 400 }])).toEqual({ x: 290, y: 378 })
  expect(placeCard(target, card, room, [{ x: 620, y: 100, w: 300, h: 400 }, { x: 300, y: 400, w: 200, h: 300 }])).toEqual({ x: 290, y: 82 })
})

test('never over it, and always inside, as long as both can be', () => {
  const others = [{ x: 500, y: 200, w: 400, h: 300 }, { x: 700, y: 600, w: 200, h: 100 }]
  const part = fc.record({ x: fc.integer({ min: 44, max: 1300 }), y: fc.integer({ min: 52, max: 800 }), w: fc.integer({ min: 4, max: 500 }), h: fc.integer({ min: 4, max: 300 }) })
  fc.assert(fc.property(part, (target) => {
    const place = placeCard(target, card, room, others)
    expect(meets({ ...place, ...card }, target)).toBe(false)
    expect(place.x).toBeGreaterThanOrEqual(room.x)
    expect(place.y).toBeGreaterThanOrEqual(room.y)
    expect(place.x + card.w).toBeLessThanOrEqual(room.x + room.w)
    expect(place.y + card.h).toBeLessThanOrEqual(room.y + room.h)
  }))
})

test('several boxes are pointed at as one', () => {
  expect(around([{ x: 0, y: 0, w: 10, h: 10 }, { x: 20, y: 5, w: 10, h: 20 }])).toEqual({ x: 0, y: 0, w: 30, h: 25 })
  expect(around([])).toBeNull()
})
