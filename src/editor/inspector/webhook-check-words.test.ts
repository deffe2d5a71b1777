import { expect, test } from 'vitest'
import { checkText } from './webhook-check-words.ts'

test('what the address answered, plainly', () => {
  expect(checkText({ kind: 'answered', status: 200, body: { ok: true, check: true, event: 'order/placed' } })).toEqual({ good: true, text: 'It answers. What is sent here becomes order/placed.' })
  expect(checkText({ kind: 'answered', status: 404, body: { error: { message: 'There is no webhook at this address.', fix: 'Copy it again.' } } }))
    .toEqual({ good: false, text: 'It answered 404: There is no webhook at this address. Copy it again.' })
})

test('an answer of somebody else, no answer, and an unsaved drawing are told apart', () => {
  const texts = [checkText({ kind: 'answered', status: 200, body: null }), checkText({ kind: 'answered', status: 302, body: 'login' }), checkText({ kind: 'silent' }), checkText({ kind: 'unsaved' })]
  expect(texts.every((one) => !one.good)).toBe(true)
  expect(texts.map((one) => one.text.split('.')[0])).toEqual([
    'Something answered 200, but not Fanwise', 'Something answered 302, but not Fanwise', 'Nothing answered at this address within 10 seconds', 'The drawing is not saved yet, so the address may not exist',
  ])
})
