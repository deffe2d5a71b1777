import fc from 'fast-check'
import { expect, test } from 'vitest'
import { changedPart, mergeText, movedPlace } from '#graph/merge-text.ts'

test.each([
  ['one two', 'zero one two', 'one two three', 'zero one two three'],
  ['one two three', 'one three', 'one two three four', 'one three four'],
  ['', 'Ada', 'Ben', 'AdaBen'],
  ['same', 'better', 'better', 'better'],
  ['a, b', 'a; b', 'a; b!', 'a; b!'],
  ['😀', '😁 hi', '😀!', '😁 hi!'],
])('%j, once as %j and once as %j, is %j', (was, first, second, merged) => expect(mergeText(was, first, second)).toBe(merged))

const text = fc.oneof(fc.string({ maxLength: 40 }), fc.string({ unit: fc.constantFrom('a', 'b', ' ', '😀', '\n'), maxLength: 40 }))

test('an edit alone is taken as it is', () => {
  fc.assert(fc.property(text, text, (was, now) => {
    expect(mergeText(was, was, now)).toBe(now)
    expect(mergeText(was, now, was)).toBe(now)
    expect(mergeText(was, now, now)).toBe(now)
  }))
})

test('whatever both only add is there, in its order', () => {
  const added = fc.tuple(text, fc.array(fc.tuple(fc.nat(40), fc.string({ unit: fc.constantFrom('X', 'Y', 'Z'), maxLength: 5 })), { maxLength: 4 }), fc.array(fc.tuple(fc.nat(40), fc.string({ unit: fc.constantFrom('1', '2', '3'), maxLength: 5 })), { maxLength: 4 }))
  fc.assert(fc.property(added, ([was, by, other]) => {
    const signs = [...was]
    const put = (words: [number, string][]) => Array.from({ length: signs.length + 1 }, (_, i) => words.filter(([place]) => Math.min(place, signs.length) === i).map(([, word]) => word).join('') + (signs[i] ?? '')).join('')
    const merged = mergeText(was, put(by), put(other))
    const only = (of: string, set: string) => [...of].filter((sign) => set.includes(sign)).join('')
    expect(only(merged, 'XYZ')).toBe(only(put(by), 'XYZ'))
    expect(only(merged, '123')).toBe(only(put(other), '123'))
    expect([...merged].filter((sign) => !'XYZ123'.includes(sign)).join('')).toBe([...was].filter((sign) => !'XYZ123'.includes(sign)).join(''))
  }))
})

test('texts that share nothing and are long are put one behind the other', () => {
  const [was, first, second] = ['a', 'b', 'c'].map((sign) => sign.repeat(50_000)) as [string, string, string]
  expect(mergeText(was, first, second)).toBe(first + second)
})

test.each([
  ['hello world', 'oh hello world', 6, 9], ['hello world', 'hello big world', 3, 3], ['hello world', 'hello', 11, 5], ['abc', 'xyz', 2, 2],
])('%j became %j: %i is %i', (before, after, place, moved) => expect(movedPlace(before, after, place)).toBe(moved))

test('a changed part is whole signs, and putting it in place makes the other text', () => {
  expect(changedPart('a😀b', 'a😁b')).toEqual([1, 3, 3])
  expect(changedPart('a\u{1f600}b', 'a\u{1fa00}b')).toEqual([1, 3, 3])
  fc.assert(fc.property(text, text, (before, after) => {
    const [from, to, end] = changedPart(before, after)
    expect(before.slice(0, from) + after.slice(from, end) + before.slice(to)).toBe(after)
  }))
})
