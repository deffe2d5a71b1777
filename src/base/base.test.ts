import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { formatDuration, parseDuration } from '#base/duration.ts'
import { newUuid, parsePublicId, publicId, ulidToUuid, uuidTime } from '#base/ids.ts'
import { canonicalJson, jsonEqual, parseExactJson } from '#base/json.ts'

describe('ids', () => {
  test('sort in the order of their making, also within a millisecond', () => {
    const ids = Array.from({ length: 10_000 }, () => newUuid())
    expect([...ids].sort()).toEqual(ids)
    expect(new Set(ids).size).toBe(10_000)
    expect(Math.abs(uuidTime(ids[0]!) - Date.now())).toBeLessThan(60_000)
  })

  test('public ids are the same 128 bits', () => {
    fc.assert(fc.property(fc.uuid(), (uuid) => void expect(parsePublicId('run', publicId('run', uuid))).toBe(uuid)))
    expect(parsePublicId('evt', publicId('run', newUuid()))).toBeNull()
    for (const junk of ['', 'run_', 'run_x', 'run_ZZZZZZZZZZZZZZZZZZZZZZZZZZ', 'run_IIIIIIIIIIIIIIIIIIIIIIIIII']) expect(parsePublicId('run', junk)).toBeNull()
    expect(ulidToUuid('01ARZ3NDEKTSV4RRFFQ69G5FAV')).toBe('01563e3a-b5d3-d676-4c61-efb99302bd5b')
  })
})

describe('durations', () => {
  test.each([['500ms', 500], ['30s', 30_000], ['5m', 300_000], ['1h30m', 5_400_000], ['7d', 604_800_000], ['1.5h', 5_400_000], [' 2 h ', 7_200_000]])('%s', (text, ms) => expect(parseDuration(text)).toBe(ms))
  test.each(['', 'soon', '5', '5 parsecs', '5m x', '-5m'])('"%s" is none', (text) => expect(parseDuration(text)).toBeNull())
  test.each([[40, '40 ms'], [1500, '1.5 s'], [90_000, '1 m 30 s'], [7_200_000, '2 h'], [90_000_000, '1 d 1 h']])('%d reads %s', (ms, text) => expect(formatDuration(ms)).toBe(text))
})

describe('json', () => {
  test('whole numbers too long to be exact come as text, everything else as JSON.parse has it', () => {
    expect(parseExactJson('{"id":12345678901234567890,"n":-9007199254740993,"in \\"12345678901234567890":"a \\" 12345678901234567890","list":[9007199254740993,9007199254740991,1e30,0.1234567890123456,10000000000000000000000]}')).toEqual({
      id: '12345678901234567890', n: '-9007199254740993', 'in "12345678901234567890': 'a " 12345678901234567890', list: ['9007199254740993', 9007199254740991, 1e30, 0.1234567890123456, 1e22],
    })
    const endless = '9'.repeat(400)
    expect([parseExactJson(endless), parseExactJson(`[-${endless}]`)]).toEqual([endless, [`-${endless}`]])
    for (const bad of ['012345678901234567890', '{"a":12345678901234567890', '12345678901234567890a']) expect(() => parseExactJson(bad)).toThrow(SyntaxError)
    // What a program with such numbers has written reads as it meant it.
    fc.assert(fc.property(fc.oneof(fc.jsonValue(), fc.double({ noNaN: true, noDefaultInfinity: true, min: -1e25, max: 1e25 })), (value) => {
      const text = JSON.stringify({ value, long: '1234567890123456' })
      expect(parseExactJson(text)).toEqual(JSON.parse(text))
    }))
  })
  test('canonical text does not depend on the order of members', () => {
    expect(canonicalJson({ b: 1, a: [{ d: 2, c: 3 }] })).toBe('{"a":[{"c":3,"d":2}],"b":1}')
    fc.assert(fc.property(fc.jsonValue(), (value) => {
      expect(JSON.parse(canonicalJson(value))).toEqual(JSON.parse(JSON.stringify(value)))
      expect(jsonEqual(value, JSON.parse(JSON.stringify(value)))).toBe(true)
    }))
  })
})
