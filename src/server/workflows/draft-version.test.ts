import fc from 'fast-check'
import { expect, test } from 'vitest'
import { draftVersion, shownVersion, trialVersion } from '#server/workflows/draft-version.ts'

test('revisions and trials have numbers of their own, all of them negative and whole', () => {
  fc.assert(fc.property(fc.integer({ min: 0, max: 999_999_999 }), fc.stringMatching(/^[0-9a-f]{64}$/), fc.nat(7), (revision, hash, attempt) => {
    const draft = draftVersion(revision)
    const trial = trialVersion(hash, attempt)
    for (const number of [draft, trial]) expect(number < 0 && number >= -(2 ** 31) && Number.isInteger(number)).toBe(true)
    expect(trial).not.toBe(draft)
    expect(trial < -1_000_000_000 && trial > -(2 ** 31)).toBe(true)
    expect(trialVersion(hash, attempt + 1)).not.toBe(trial)
    expect(shownVersion(draft, null)).toEqual({ version: null, draftRevision: revision, draftPart: null })
  }))
})

test('a version is shown as what was tested', () => {
  expect(shownVersion(3, null)).toEqual({ version: 3, draftRevision: null, draftPart: null })
  expect(shownVersion(trialVersion('ab'.repeat(32), 0), { revision: 12, part: 'from Create contact' })).toEqual({ version: null, draftRevision: 12, draftPart: 'from Create contact' })
})
