import { describe, expect, test } from 'vitest'
import { inOwnTime, othersSentence, runSentence, runStatusOf, tookMs, whatHappened } from '#observe/runs/sentence.ts'
import type { RunDetail, StepView } from '#server/runs/get-run.ts'
import type { RunSummary } from '#server/runs/run-row.ts'

const now = Date.parse('2026-11-03T14:02:49Z')
const at = (ms: number) => new Date(now + ms).toISOString()

function summary(change: Partial<RunSummary>): RunSummary {
  return {
    id: 'run_1', status: 'completed', function: 'add-to-crm', functionName: 'add-to-crm', version: 1, draftRevision: null, draftPart: null, workflow: null,
    event: { id: 'evt_1', name: 'user/account.created', source: 'api' }, key: null, createdAt: at(-2000), startedAt: at(-1500), endedAt: at(-500),
    error: null, atStep: null, why: null, dueAt: null, retries: { max: 3, used: 0 }, retryOf: null, parent: null, ...change,
  }
}

function step(change: Partial<StepView>): StepView {
  return {
    id: 's', nodeId: 'n', name: 'Create contact', kind: 'http', after: [], status: 'completed', attempt: 1, startedAt: at(-1500), endedAt: at(-500), port: 'out',
    input: null, output: null, error: null, attempts: [], dueAt: null, waitsFor: null, signal: null, progress: null, handled: false, given: null, each: null, retries: 3, ...change,
  }
}

const error = { code: 'step_outside' as const, message: 'crm answered 503.' }

test('times that the server says in UTC are shown by the reader’s clock, over midnight too', () => {
  const zone = process.env.TZ
  process.env.TZ = 'Asia/Tokyo'
  expect(inOwnTime('Throttled until 14:03:11 UTC: 1 start per 1 m.', now)).toBe('Throttled until 23:03:11: 1 start per 1 m.')
  expect(inOwnTime('mailer is paused since 23:30:00 UTC: noon.', Date.parse('2026-11-03T00:10:00Z'))).toBe('mailer is paused since 08:30:00: noon.')
  expect(inOwnTime('Its event is meant for 2026-12-24 17:00 UTC; it starts then.', now)).toBe('Its event is meant for 25 Dec 02:00:00; it starts then.')
  expect(inOwnTime('2nd in line for a free worker.', now)).toBe('2nd in line for a free worker.')
  if (zone === undefined) delete process.env.TZ
  else process.env.TZ = zone
})

describe('whatHappened', () => {
  test('a failure says where, what and how often', () => {
    expect(whatHappened(summary({ status: 'failed', error, atStep: 'Create contact', retries: { max: 3, used: 3 } }), now)).toBe('Create contact: crm answered 503, 4 times')
    expect(whatHappened(summary({ status: 'failed', error, atStep: 'Charge' }), now)).toBe('Charge: crm answered 503, not tried again')
  })

  test('a retry says which attempt and when', () => {
    const run = summary({ status: 'sleeping', endedAt: null, why: { kind: 'retry', message: 'crm answered 503.', attempt: 3 }, dueAt: at(8000), atStep: 'Create contact' })
    expect(whatHappened(run, now)).toBe('Create contact: crm answered 503, attempt 3 in 8 s')
  })

  test('what is meant for later waits, what takes more events collects; only what has begun sleeps', () => {
    const later = { status: 'sleeping', endedAt: null, dueAt: at(8000) } as const
    const unbegun = { ...later, startedAt: null } as const
    expect(whatHappened(summary({ ...unbegun, why: { kind: 'start-at' } }), now)).toMatch(/^Its event is meant for \d.*; it starts then$/)
    expect(whatHappened(summary({ ...unbegun, why: { kind: 'collecting', events: 3, size: 10 } }), now)).toMatch(/^Collecting: 3 of 10 events, runs at \d.* at the latest$/)
    expect(whatHappened(summary({ ...unbegun, why: { kind: 'collecting', events: 1, size: null } }), now)).toMatch(/^Waiting for quiet: runs at \d.* unless another event comes$/)
    expect(runStatusOf(summary({ ...unbegun, why: { kind: 'collecting' } }))).toBe('collecting')
    expect(runStatusOf(summary({ ...unbegun, why: { kind: 'start-at' } }))).toBe('waiting')
    expect(whatHappened(summary({ ...later, why: { kind: 'sleep' } }), now)).toMatch(/^Sleeping until \d/)
  })

  test('a wait says for what', () => {
    expect(whatHappened(summary({ status: 'waiting', endedAt: null, why: { kind: 'event', event: 'invoice/paid' } }), now)).toBe('Waiting for invoice/paid')
  })
})

describe('runSentence', () => {
  const text = (run: RunDetail) => runSentence(run, now).map((part) => part.text).join('')
  const detail = (change: Partial<RunSummary>, steps: StepView[]): RunDetail => ({ ...summary(change), eventReceivedAt: at(-2000), events: 1, steps })

  test('a retry names the attempt and what is kept', () => {
    const run = detail({ status: 'sleeping', endedAt: null, why: { kind: 'retry' } }, [
      step({ id: 'a', name: 'Add customer' }),
      step({ id: 'b', name: 'Look up VAT', status: 'retrying', attempt: 3, retries: 5, dueAt: at(8000), error: { code: 'step_outside', message: 'The VAT service answered 503.' } }),
    ])
    expect(text(run)).toBe('Waiting 8 s for attempt 3 of 6 of Look up VAT: The VAT service answered 503. “Add customer” is kept.')
  })

  test('a question ends its own sentence, and the engine speaks where it knows more', () => {
    const run = detail({ status: 'waiting', endedAt: null, why: { kind: 'approval', title: 'Refund 184 €?' } }, [step({ name: 'Ask finance' })])
    expect(text(run)).toBe('Waiting for a decision: Refund 184 €? “Ask finance” is kept.')
    expect(runSentence(run, now, 'It is parked.').map((part) => part.text).join('')).toBe('It is parked. “Ask finance” is kept.')
  })

  test('a failed item says how often it was tried itself', () => {
    const failed = step({ status: 'failed', error: { ...error, message: 'Item 18 of 40: crm answered 503.', fix: 'It was tried 2 times; no retries are left.' }, each: { startedAt: at(-900), done: 20, failed: 1, total: 40, items: [] } })
    expect(text(detail({ status: 'failed', error }, [failed]))).toBe('Create contact failed: Item 18 of 40: crm answered 503. It was tried 2 times; no retries are left.')
  })

  test('a final failure says that it was not tried again', () => {
    const failed = step({ status: 'failed', error, attempts: [{ attempt: 1, startedAt: at(-900), endedAt: at(-800), input: null, error, retryAt: null }] })
    expect(text(detail({ status: 'failed', error }, [failed]))).toBe('Create contact failed: crm answered 503. It was not tried again: another try would fail the same way.')
  })
})

test('time taken counts from the start, or from the queue', () => {
  expect(tookMs(summary({}), now)).toBe(1000)
  expect(tookMs(summary({ startedAt: null, endedAt: null }), now)).toBe(2000)
})

test('of the other runs of an event it says what became of them', () => {
  const of = (...states: ('completed' | 'failed' | 'running')[]) => othersSentence(states.map((status) => ({ status })))
  expect(of('completed', 'completed')).toBe('The other 2 runs of this event are done.')
  expect(of('running')).toBe('The other run of this event is not affected.')
  expect(of('failed', 'failed')).toBe('The other 2 runs of this event failed too, each on its own.')
  expect(of('failed', 'completed')).toBe('Of the other 2 runs of this event 1 failed too.')
})
