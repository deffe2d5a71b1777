import { expect, test } from 'vitest'
import { fateWords, flowBadges, functionSentence, retryWords, roughly, waitsOf } from '#canvas/flow-words.ts'
import { defaultBackoff } from '#graph/definition.ts'
import type { FunctionNode } from '#graph/document.ts'

const node = (fields: Partial<FunctionNode>): FunctionNode => ({ id: 'f', type: 'function', position: { x: 0, y: 0 }, size: { w: 1, h: 1 }, slug: 'f', retries: 4, ...fields })

test.each<[Partial<FunctionNode>, string]>([
  [{}, 'Retries 4 times over about 3 minutes.'],
  [{ retries: 0 }, 'Tries once, no retries.'],
  [{ retries: 1 }, 'Retries once over about 10 seconds.'],
  [
    { concurrency: { limit: 50 }, concurrency2: { limit: 1, key: 'event.data.userId' }, throttle: { limit: 100, period: '1m', burst: 20 } },
    'Up to 50 at once, and one at a time for each userId. At most 100 starts a minute, 20 more in a burst; later ones wait. Retries 4 times over about 3 minutes.',
  ],
  [{ retries: 0, concurrency: { limit: 3, key: '"crm"', scope: 'workspace' } }, 'Up to 3 at once, shared with the workspace. Tries once, no retries.'],
  [{ retries: 0, rateLimit: { limit: 1, period: '5m', key: 'event.data.a + "x"' } }, 'At most 1 run in 5 m for each value of its key; further events start none. Tries once, no retries.'],
  [{ retries: 0, debounce: { period: '30s', timeout: '5m', key: 'event.data.docId' } }, 'Waits for 30 s without another event for each docId, 5 m at most. Tries once, no retries.'],
  [{ retries: 0, batch: { size: 100, timeout: '10s' }, onFailure: 'mend' }, 'Collects up to 100 events into one run, for 10 s at most. Tries once, no retries. When a run fails, mend is called.'],
  [{ retries: 0, singleton: { mode: 'cancel', key: 'event.data.id' }, idempotency: 'event.data.orderId' }, 'A new run for each id cancels the one that is open. Runs once in 24 h for each orderId. Tries once, no retries.'],
  [{ retries: 0, cancelOn: [{ event: 'a/x' }, { event: 'a/y' }], timeouts: { start: '10m', finish: '2h' } }, 'Tries once, no retries. Ends early on a/x and 1 more. Cancelled when it has waited 10 m to start. Cancelled when it takes longer than 2 h.'],
  [{ retries: 0, throttle: { limit: 1, period: 'some time' } }, 'At most 1 start in …; later ones wait. Tries once, no retries.'],
])('%j', (fields, sentence) => expect(functionSentence(node(fields))).toBe(sentence))

test('a failure takes along only what the function itself sends on', () => {
  expect(fateWords(node({ retries: 0 }))).toBe('Tries once, no retries. If it fails, no other function is affected.')
  expect(fateWords(node({ retries: 0 }), ['order/confirmed'])).toBe('Tries once, no retries. If it fails, no other function is affected, but order/confirmed may not be sent.')
})

test('waits grow to the longest', () => {
  expect(waitsOf(4, { baseMs: 10_000, factor: 2, maxMs: 30_000, jitter: 0 })).toEqual([10_000, 20_000, 30_000, 30_000])
  expect(retryWords(3, { ...defaultBackoff, baseMs: 0 })).toBe('Retries 3 times, at once.')
  expect([roughly(900), roughly(80_000), roughly(95_000), roughly(7_200_000), roughly(200_000_000)]).toEqual(['1 second', '80 seconds', '2 minutes', '2 hours', '2 days'])
})

test('badges carry a figure and their sentence', () => {
  expect(flowBadges(node({ concurrency: { limit: 5 } }))).toEqual([])
  const all = flowBadges(node({
    throttle: { limit: 100, period: '1m' }, rateLimit: { limit: 5, period: '30s' }, debounce: { period: '10s' }, batch: { size: 50, timeout: '1s' }, priority: '1', singleton: { mode: 'skip' },
    idempotency: 'event.id', cancelOn: [{ event: 'a/b' }], timeouts: { finish: '2h' }, onFailure: 'mend',
  }))
  expect(all.map(({ kind, text }) => `${kind} ${text}`.trim())).toEqual(['throttle 100/min', 'rate 5/30 s', 'debounce 10 s', 'batch 50', 'priority', 'singleton 1', 'once 24 h', 'cancel', 'timeout 2 h', 'failure'])
  expect(all[0]!.title).toBe('At most 100 starts a minute; later ones wait.')
})
