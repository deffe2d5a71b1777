import { describe, expect, test } from 'vitest'
import fc from 'fast-check'
import { clockHands, clockTicks } from './clock.ts'
import { emitCapPath, eventArc, eventArcPoint, eventPath, eventPathDown, ribAngles } from './event.ts'
import { fanBlades } from './fan.ts'
import { inletPath } from './inlet.ts'
import { arrowPath, orderPath } from './order.ts'
import { curvePath, ribEndWidth, ribPath, ribSpine } from './rib.ts'

const numbers = (path: string): number[] => (path.match(/-?\d+(\.\d+)?/g) ?? []).map(Number)
const sides = fc.record({ w: fc.integer({ min: 40, max: 400 }), h: fc.integer({ min: 20, max: 120 }) })

type Line = [number, number][]

function sampleCubic(path: string): Line {
  const [x0, y0, x1, y1, x2, y2, x3, y3] = numbers(path) as [number, number, number, number, number, number, number, number]
  return Array.from({ length: 41 }, (_, i) => {
    const t = i / 40
    const [a, b, c, d] = [(1 - t) ** 3, 3 * t * (1 - t) ** 2, 3 * t * t * (1 - t), t ** 3]
    return [a * x0 + b * x1 + c * x2 + d * x3, a * y0 + b * y1 + c * y2 + d * y3]
  })
}

function crosses(a: Line, b: Line): boolean {
  const turn = (p: number[], q: number[], r: number[]): number =>
    Math.sign((q[0]! - p[0]!) * (r[1]! - p[1]!) - (q[1]! - p[1]!) * (r[0]! - p[0]!))
  for (let i = 1; i < a.length; i++) {
    for (let j = 1; j < b.length; j++) {
      const [p, q, r, s] = [a[i - 1]!, a[i]!, b[j - 1]!, b[j]!]
      if (turn(p, q, r) * turn(p, q, s) < 0 && turn(r, s, p) * turn(r, s, q) < 0) return true
    }
  }
  return false
}

describe('event', () => {
  test('is a D: flat left, bulge of 0.30 of the height on the right', () => {
    expect(eventPath(140, 74)).toBe('M4 0H117.8A41.93 41.93 0 0 1 117.8 74H4Q0 74 0 70V4Q0 0 4 0Z')
    expect(eventPathDown(176, 84)).toContain('58.8')
  })

  test('its arc ends on the box and passes through the rightmost point', () => {
    fc.assert(fc.property(sides, ({ w, h }) => {
      const { centre, radius, bulge } = eventArc(w, h)
      expect(eventArcPoint(w, h, 0).x).toBeCloseTo(w, 6)
      expect(Math.hypot(w - bulge - centre.x, 0 - centre.y)).toBeCloseTo(radius, 6)
    }))
  })

  test('ribs leave top to bottom, within the arc', () => {
    fc.assert(fc.property(sides, fc.integer({ min: 1, max: 40 }), ({ w, h }, count) => {
      const targets = Array.from({ length: count }, (_, i) => ({ x: w + 90, y: (i - count / 2) * 130 }))
      const points = ribAngles(w, h, targets).map((angle) => eventArcPoint(w, h, angle))
      expect(points).toHaveLength(count)
      points.forEach((p, i) => {
        expect(p.y).toBeGreaterThanOrEqual(0)
        expect(p.y).toBeLessThanOrEqual(h)
        if (i > 0) expect(p.y).toBeGreaterThan(points[i - 1]!.y)
      })
    }))
  })

  test('an emit ends in the same D', () => {
    expect(emitCapPath(20, 44)).toMatch(/^M0 0H6.8A24.93 24.93 0 0 1 6.8 44H0Z$/)
  })
})

describe('ribs and curves', () => {
  test('a rib widens from 3 to 11', () => {
    const path = ribPath({ x: 0, y: 0 }, 0, { x: 100, y: 0 }, 3, 11)
    expect(path.startsWith('M0 -1.5')).toBe(true)
    expect(path).toContain('100 -5.5V5.5')
    expect(path.endsWith('0 1.5Z')).toBe(true)
  })

  test('is finite wherever its ends are', () => {
    const point = fc.record({ x: fc.integer({ min: -2000, max: 2000 }), y: fc.integer({ min: -2000, max: 2000 }) })
    fc.assert(fc.property(point, point, fc.double({ min: -0.8, max: 0.8, noNaN: true }), (a, b, angle) => {
      for (const path of [ribPath(a, angle, b, 3, 11), ribSpine(a, angle, b), curvePath(a, b), orderPath(a, b)]) {
        expect(path).not.toMatch(/NaN|Infinity/)
      }
    }))
  })

  test('ribs of one event do not cross when targets keep their order', () => {
    const gaps = fc.array(fc.integer({ min: 80, max: 320 }), { minLength: 1, maxLength: 5 })
    fc.assert(fc.property(gaps, fc.integer({ min: -900, max: 300 }), (apart, top) => {
      const sorted = apart.reduce<number[]>((ys, gap) => [...ys, ys.at(-1)! + gap], [top])
      const angles = ribAngles(140, 74, sorted.map((y) => ({ x: 320, y })))
      const lines = sorted.map((y, i) =>
        sampleCubic(ribSpine(eventArcPoint(140, 74, angles[i]!), angles[i]!, { x: 320, y })))
      for (let i = 1; i < lines.length; i++) expect(crosses(lines[i - 1]!, lines[i]!)).toBe(false)
    }), { examples: [[[80, 80, 80, 80], -751], [[91, 86, 141, 103, 124], -881]] })
  })

  test('the map widens a rib with its rate, up to 26', () => {
    expect(ribEndWidth(0)).toBe(4)
    expect(ribEndWidth(9000)).toBeCloseTo(11)
    expect(ribEndWidth(1e12)).toBe(26)
  })
})

describe('fan', () => {
  const shape = { pivot: { x: 80, y: 22 }, inner: 16, outer: 40, half: 0.75, count: 5, gap: 2 }

  test('has one blade each, in order, between the two radii', () => {
    const blades = fanBlades(shape)
    expect(blades).toHaveLength(5)
    const tops = blades.map((blade) => numbers(blade)[1]!)
    expect([...tops].sort((a, b) => a - b)).toEqual(tops)
    for (const blade of blades) {
      const [ax, ay, bx, by] = numbers(blade) as [number, number, number, number]
      expect(Math.hypot(ax - 80, ay - 22)).toBeCloseTo(16, 1)
      expect(Math.hypot(bx - 80, by - 22)).toBeCloseTo(40, 1)
    }
  })

  test('keeps a hundred blades apart', () => {
    expect(fanBlades({ ...shape, count: 100, gap: 1 }).every((blade) => !/NaN/.test(blade))).toBe(true)
  })
})

describe('inlet, clock, order', () => {
  test('the inlet is bitten out in the middle of the left side', () => {
    expect(inletPath(82, 58)).toContain('V38A9 9 0 0 0 0.9 20V4')
  })

  test('a clock has twelve ticks, four of them long, and hands that tell the time', () => {
    expect(clockTicks(48).match(/M/g)).toHaveLength(12)
    const [, , , , hx, hy] = numbers(clockHands(48, 8, 0)) as number[]
    expect(hx).toBeLessThan(24)
    expect(hy).toBeGreaterThan(24)
    expect(clockHands(48, 9, 0)).not.toBe(clockHands(48, 21, 30))
    expect(clockHands(48, 9, 0)).toBe(clockHands(48, 21, 0))
  })

  test('step edges go straight when level, else turn twice with r 5', () => {
    expect(orderPath({ x: 0, y: 10 }, { x: 20, y: 10 })).toBe('M0 10H20')
    expect(orderPath({ x: 148, y: 86 }, { x: 168, y: 60 })).toBe('M148 86H153Q158 86 158 81V65Q158 60 163 60H168')
    expect(arrowPath({ x: 24, y: 61 })).toBe('M19.5 57.5L23.5 61L19.5 64.5')
  })

  test('a step edge to the left goes around instead of through', () => {
    const path = orderPath({ x: 200, y: 0 }, { x: 50, y: 0 })
    expect(path).toContain('H45')
    expect(path).toContain('34')
  })
})
