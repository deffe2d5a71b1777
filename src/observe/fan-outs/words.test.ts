import { expect, test } from 'vitest'
import { auditText, fanOutSentence, fanOutStatus, type ShownFanOut } from '#observe/fan-outs/words.ts'

const fan = (changes: Partial<ShownFanOut>): ShownFanOut => ({
  state: 'running', reason: null, total: 5000, sent: 5000, runs: 5000, skipped: 0, done: 1000, failed: 0, cancelled: 0, running: 50, waiting: 3950, rate: 100, leftMs: 39_400, canary: null,
  startedAt: '2026-11-25T06:00:00.000Z', settledAt: null, ...changes,
})

test.each<[Partial<ShownFanOut>, string]>([
  [{}, '5,000 items sent. 100 runs a second, about 40 s left.'],
  [{ rate: 0, leftMs: null }, '5,000 items sent.'],
  [{ state: 'emitting', sent: 1200 }, 'Sending 5,000 items: 1,200 so far. 100 runs a second, about 40 s left.'],
  [{ state: 'canary', sent: 10, canary: 10 }, 'The first 10 of 5,000 items are being tried. The other 4,990 follow once these have completed.'],
  [{ state: 'canary', sent: 10, canary: 10, reason: 'Of 10 runs of the first 10 items, 1 failed.' }, 'Of 10 runs of the first 10 items, 1 failed. The other 4,990 wait until somebody decides.'],
  [{ state: 'paused', reason: 'Paused by Ada.', sent: 4999, waiting: 1 }, 'Paused by Ada. 1 run is held, 1 item not sent yet; what was running finishes.'],
  [{ state: 'settled', settledAt: '2026-11-25T06:01:00.000Z', done: 4990, failed: 10, running: 0, waiting: 0 }, 'Everything has ended after 1 m: 4,990 done, 10 failed.'],
  [{ state: 'settled', runs: 0, done: 0, running: 0, waiting: 0 }, '5,000 items sent; no function reacted.'],
])('%j', (changes, sentence) => expect(fanOutSentence(fan(changes))).toBe(sentence))

test('a settled one with failures is in trouble, one that is retried runs', () => {
  expect(fanOutStatus(fan({ state: 'settled', failed: 1, running: 0, waiting: 0 })).status).toBe('failed')
  expect(fanOutStatus(fan({ state: 'settled', running: 1 }))).toEqual({ status: 'running', word: 'Retrying' })
})

test('the record says who did what', () => {
  expect(auditText({ actor: 'Ada', action: 'limit', detail: { function: 'send', limit: 5, before: 50 } })).toBe('Ada set the limit of send from 50 to 5')
  expect(auditText({ actor: 'an API key', action: 'pause', detail: { reason: 'The bank is closed.' } })).toBe('An API key paused it: The bank is closed')
  expect(auditText({ actor: 'Ada', action: 'pause', detail: { reason: 'Paused by Ada.' } })).toBe('Ada paused it')
  expect(auditText({ actor: 'Fanwise', action: 'go', detail: null })).toBe('The first items completed; the rest went')
})
