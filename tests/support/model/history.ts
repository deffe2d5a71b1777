/** What may happen in one workspace, as fast-check draws it, and the functions it happens to. */
import fc from 'fast-check'
import type { FunctionDefinition } from '#graph/definition.ts'
import { fn, step, transform } from '#tests/support/factories.ts'

export const works = ['plain', 'flaky', 'fork', 'nap', 'order', 'list', 'lane', 'once', 'single'] as const
export type Work = (typeof works)[number]
/** Functions that only other functions feed. */
export const fed = ['item', 'told'] as const
export type Slug = Work | (typeof fed)[number]

export interface Sending {
  work: Work
  /** How often it fails, whether it is refused, how long it sleeps, how many items it sends: as the work reads it. */
  x: number
  key: string
}

/** `engine` says through which of the two; `pick` chooses among what is there at that moment. */
export type Act =
  | { type: 'send'; engine: number; events: Sending[]; /** Through both at once, with the same ids. */ both: boolean }
  | { type: 'repeat'; engine: number; pick: number }
  | { type: 'pay'; engine: number; pick: number }
  | { type: 'cancel'; engine: number; pick: number }
  | { type: 'retry'; pick: number }
  | { type: 'restart'; engine: number; pick: number }
  | { type: 'pause'; engine: number; slug: Slug }
  | { type: 'resume'; engine: number; slug: Slug }
  /** Some round trips to the database in which nobody does anything. */
  | { type: 'breathe'; trips: number }
  /** The lease of one worker passes. */
  | { type: 'expire'; engine: number }
  /** Connections of the workers break. */
  | { type: 'drop'; connection: 'writer 0' | 'writer 1' | 'emitter' | 'claimer' }

const engine = fc.nat(1)
const pick = fc.nat(1000)
const slug = fc.constantFrom<Slug>(...works, ...fed)
const of = <T extends Act['type'], R extends object>(type: T, rest: { [K in keyof R]: fc.Arbitrary<R[K]> }) => fc.record({ type: fc.constant(type), ...rest }) as unknown as fc.Arbitrary<Act>

const sending: fc.Arbitrary<Sending> = fc.record({ work: fc.constantFrom(...works), x: fc.nat(12), key: fc.constantFrom('a', 'b') })
const calm: { weight: number; arbitrary: fc.Arbitrary<Act> }[] = [
  { weight: 10, arbitrary: of('send', { engine, events: fc.array(sending, { minLength: 1, maxLength: 5 }), both: fc.boolean() }) },
  { weight: 2, arbitrary: of('repeat', { engine, pick }) },
  { weight: 2, arbitrary: of('pay', { engine, pick }) },
  { weight: 3, arbitrary: of('cancel', { engine, pick }) },
  { weight: 2, arbitrary: of('retry', { pick }) },
  { weight: 1, arbitrary: of('restart', { engine, pick }) },
  { weight: 2, arbitrary: of('pause', { engine, slug }) },
  { weight: 2, arbitrary: of('resume', { engine, slug }) },
  { weight: 3, arbitrary: of('breathe', { trips: fc.integer({ min: 1, max: 12 }) }) },
]
const storm: { weight: number; arbitrary: fc.Arbitrary<Act> }[] = [
  { weight: 2, arbitrary: of('expire', { engine }) },
  { weight: 3, arbitrary: of('drop', { connection: fc.constantFrom('writer 0', 'writer 1', 'emitter', 'claimer') }) },
]

const historyOf = (acts: { weight: number; arbitrary: fc.Arbitrary<Act> }[]): fc.Arbitrary<Act[]> => fc.array(fc.oneof(...acts), { minLength: 2, maxLength: 18, size: 'max' })
/** Nobody dies: what runs at once, and how often a step executes, can be held against the promise too. */
export const calmHistory = historyOf(calm)
/** Leases pass and connections break, for all workspaces at once. */
export const stormyHistory = historyOf([...calm, ...storm])

export const flakyRetries = 2
export const failuresOf = (x: number): number => x % 5
export const refused = (x: number): boolean => x % 2 === 1

const host = 'https://h{{ event.data.n }}.example'
const call = (id: string, path: string, extra = {}) => step(id, 'http', { method: 'GET', url: `${host}${path}` }, [], extra)
const end = (after: string) => transform('end', { n: '{{ event.data.n }}' }, [after])

/** Each work listens to the event `<work>/go`. */
export const functions: FunctionDefinition[] = [
  fn('plain', 'plain/go', [call('call', '/plain'), end('call')]),
  fn('flaky', 'flaky/go', [call('call', '/flaky?fails={{ event.data.x % 5 }}&attempt={{ run.attempt }}'), end('call')], { retries: flakyRetries, backoff: { baseMs: 3, factor: 2, maxMs: 20, jitter: 0 } }),
  fn('fork', 'fork/go', [
    call('call', '/fork?no={{ event.data.x % 2 }}', { onError: 'branch' }),
    transform('good', { ok: 'yes' }, ['call']),
    transform('bad', { why: '{{ steps.call.error.code }}' }, [{ step: 'call', port: 'error' }]),
    transform('end', { n: '{{ event.data.n }}', why: '{{ steps.bad?.why ?? "none" }}' }, ['good', 'bad']),
  ]),
  fn('nap', 'nap/go', [step('nap', 'sleep', { mode: 'for', duration: '{{ 20 + event.data.x * 3 }}ms' }), end('nap')]),
  fn('order', 'order/go', [
    step('paid', 'wait', { event: 'order/paid', match: 'data.n', timeout: '1h' }),
    transform('end', { n: '{{ event.data.n }}', seq: '{{ steps.paid.data.seq }}' }, ['paid']),
  ]),
  fn('list', 'list/go', [
    step('each', 'emit-each', { items: '{{ event.data.items }}', event: 'item/go', data: '{ "n": {{ event.data.n }}, "i": {{ item }} }' }),
    step('all', 'gather', { of: 'each', timeout: '1h' }, ['each']),
    step('tell', 'emit', { event: 'told/go', data: '{ "n": {{ event.data.n }} }' }, ['all']),
    end('tell'),
  ]),
  fn('lane', 'lane/go', [call('call', '/alone?key={{ event.data.key }}&lane=1'), end('call')], { concurrency: { limit: 1, key: 'event.data.key' } }),
  fn('once', 'once/go', [transform('end', { n: '{{ event.data.n }}' })], { flow: { idempotency: 'event.data.key' } }),
  fn('single', 'single/go', [call('call', '/alone?key={{ event.data.key }}&single=1'), end('call')], { flow: { singleton: { mode: 'skip', key: 'event.data.key' } } }),
  fn('item', 'item/go', [transform('end', { n: '{{ event.data.n }}', i: '{{ event.data.i }}' })]),
  fn('told', 'told/go', [transform('end', { n: '{{ event.data.n }}' })]),
]
