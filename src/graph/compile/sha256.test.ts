import { createHash } from 'node:crypto'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { sha256 } from '#graph/compile/sha256.ts'

test('agrees with the platform for every length around a block and for any text', () => {
  for (let n = 0; n < 200; n++) expect(sha256('é'.repeat(n))).toBe(createHash('sha256').update('é'.repeat(n)).digest('hex'))
  fc.assert(fc.property(fc.string({ unit: 'binary', maxLength: 500 }), (text) => {
    const sound = new TextDecoder().decode(new TextEncoder().encode(text))
    expect(sha256(sound)).toBe(createHash('sha256').update(sound).digest('hex'))
  }))
})
