import { expect, test } from 'vitest'
import { tokens } from '#ui/tokens.ts'
import { coloursOf, initials, peopleColours } from './colour.ts'

/** WCAG 2: relative luminance, and the contrast of two colours. */
function luminance(hex: string): number {
  const [r, g, b] = [1, 3, 5].map((at) => Number.parseInt(hex.slice(at, at + 2), 16) / 255).map((c) => (c <= 0.03928 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4)) as [number, number, number]
  return 0.2126 * r + 0.7152 * g + 0.0722 * b
}
function contrast(a: string, b: string): number {
  const [low, high] = [luminance(a), luminance(b)].sort((x, y) => x - y) as [number, number]
  return (high + 0.05) / (low + 0.05)
}

test.each(peopleColours)('white reads on %s, and it stands out on both canvases', (colour) => {
  expect(contrast(colour, '#FFFFFF')).toBeGreaterThanOrEqual(4.5)
  expect(contrast(colour, tokens.light.canvas)).toBeGreaterThanOrEqual(3)
  expect(contrast(colour, tokens.dark.canvas)).toBeGreaterThanOrEqual(3)
})

test('no two people have one colour while there are enough, and each keeps theirs when others come', () => {
  const ids = Array.from({ length: peopleColours.length + 2 }, (_, i) => `c_${i * 7}`)
  for (let there = 1; there < ids.length; there++) {
    const now = coloursOf(ids.slice(0, there))
    expect(new Set(now.values()).size).toBe(Math.min(there, peopleColours.length))
    expect([...coloursOf(ids.slice(0, there + 1))].slice(0, there)).toEqual([...now])
  }
})

test('a person has initials', () => {
  expect(['Ada Brandt', 'ben@together.example', ''].map(initials)).toEqual(['AB', 'B', '?'])
})
