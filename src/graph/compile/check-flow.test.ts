import { describe, expect, test } from 'vitest'
import type { Catalog } from '#graph/compile/catalog.ts'
import { compile } from '#graph/compile/index.ts'
import { emptyDocument, type GraphDocument } from '#graph/document.ts'
import { addEvent, addFunction, addStep } from '#graph/edit/add-node.ts'
import { connect } from '#graph/edit/connect.ts'
import { renameStepKey, updateNode } from '#graph/edit/update-node.ts'

const at = { x: 0, y: 0 }
const empty: Catalog = { functionsElsewhere: [] }

function join(document: GraphDocument, source: string, target: string, port?: string): GraphDocument {
  const answer = connect(document, { id: `e_${source}_${target}`, source, target, ...(port === undefined ? {} : { port }) })
  if ('refused' in answer) throw new Error(answer.refused)
  return answer.document
}

/** Event a/b → functions `greet` (one → two) and `mend`. */
function base(): GraphDocument {
  let document = addEvent(emptyDocument(), { id: 'ev', position: at, event: 'a/b', sample: { list: [{ n: 1 }] } }).document
  for (const [id, slug] of [['fn', 'greet'], ['fn2', 'mend']] as const) document = join(addFunction(document, { id, position: at, slug }).document, 'ev', id)
  const config = { fields: [{ name: 'x', value: '1' }] }
  document = addStep(document, { id: 'one', parent: 'fn', kind: 'transform', key: 'one', config }).document
  document = addStep(document, { id: 'two', parent: 'fn', kind: 'transform', key: 'two', config, after: 'one' }).document
  return addStep(document, { id: 'fix', parent: 'fn2', kind: 'transform', key: 'fix', config }).document
}

const found = (document: GraphDocument, catalog: Catalog = empty) => compile(document, catalog).diagnostics.map(({ severity, code, nodeId, field }) => `${severity} ${code} ${nodeId}${field === undefined ? '' : ` ${field}`}`)
const patch = (id: string, fields: Record<string, unknown>, document = base()) => updateNode(document, id, fields)
/** `found` of the function with these fields: what is wrong, without the words that are always the same. */
const wrong = (fields: Record<string, unknown>) => found(patch('fn', fields)).map((one) => one.replace('error ', '').replace(' fn ', ' '))

const throttle = { limit: 100, period: '1m' }
const rateLimit = { limit: 10, period: '1h' }
const batch = { size: 100, timeout: '10s' }

describe('ranges', () => {
  test.each<[Record<string, unknown>, string[]]>([
    [{ throttle: { ...throttle, burst: 5, key: 'event.data.host' } }, []],
    [{ throttle: { limit: 0, period: '1m' } }, ['throttle-limit-range throttle.limit']],
    [{ throttle: { limit: 1_000_000, period: '7d' } }, []],
    [{ throttle: { limit: 1_000_001, period: '7d' } }, ['throttle-limit-range throttle.limit']],
    [{ throttle: { limit: 5, period: '999ms' } }, ['throttle-period-range throttle.period']],
    [{ throttle: { limit: 5, period: '8d' } }, ['throttle-period-range throttle.period']],
    [{ throttle: { limit: 5, period: 'often' } }, ['throttle-period-range throttle.period']],
    [{ throttle: { ...throttle, burst: -1 } }, ['throttle-burst-range throttle.burst']],
    [{ rateLimit }, []],
    [{ rateLimit: { limit: 10, period: '24h' } }, []],
    [{ rateLimit: { limit: 10, period: '25h' } }, ['rateLimit-period-range rateLimit.period']],
    [{ rateLimit: { limit: 0, period: '1h' } }, ['rateLimit-limit-range rateLimit.limit']],
    [{ debounce: { period: '30s', timeout: '5m' } }, []],
    [{ debounce: { period: '30s', timeout: '30s' } }, []],
    [{ debounce: { period: '30s', timeout: '20s' } }, ['debounce-timeout-short debounce.timeout']],
    [{ debounce: { period: '8d' } }, ['debounce-period-range debounce.period']],
    [{ debounce: { period: '' } }, ['debounce-period-range debounce.period']],
    [{ batch }, []],
    [{ batch: { size: 1, timeout: '10s' } }, ['batch-size-range batch.size']],
    [{ batch: { size: 1001, timeout: '10s' } }, ['batch-size-range batch.size']],
    [{ batch: { size: 2, timeout: '61m' } }, ['batch-timeout-range batch.timeout']],
    [{ timeouts: { start: '10m', finish: '2h' } }, []],
    [{ timeouts: { start: '500ms' } }, ['timeouts-start-range timeouts.start']],
    [{ timeouts: { finish: 'never' } }, ['timeouts-finish-range timeouts.finish']],
    [{ cancelOn: Array.from({ length: 6 }, () => ({ event: 'a/stopped' })) }, ['cancel-many cancelOn']],
    [{ cancelOn: [{ event: 'a/stopped', match: 'data.orderId', if: 'async.data.n > event.data.n', timeout: '30d' }] }, []],
    [{ cancelOn: [{ event: 'a/*', match: 'event.data.a.b' }] }, []],
    [{ cancelOn: [{ event: '' }, { event: 'a*' }] }, ['cancel-event-name-missing cancelOn.0.event', 'cancel-event-wildcard-invalid cancelOn.1.event']],
    [{ cancelOn: [{ event: 'a/x', match: 'orderId' }] }, ['cancel-match cancelOn.0.match']],
    [{ cancelOn: [{ event: 'a/x', timeout: '2y' }] }, ['cancelOn-timeout-range cancelOn.0.timeout']],
  ])('%j', (fields, findings) => expect(wrong(fields)).toEqual(findings))
})

describe('limits', () => {
  test.each<[Record<string, unknown>, string[]]>([
    [{ concurrency: { limit: 5 }, concurrency2: { limit: 1, key: 'event.data.userId' } }, []],
    [{ concurrency2: { limit: 1 } }, ['concurrency-first concurrency2']],
    [{ concurrency: { limit: 5 }, concurrency2: { limit: 0, key: 'x' } }, ['concurrency-range concurrency2.limit', 'concurrency-key-syntax concurrency2.key']],
    [{ concurrency: { limit: 5, scope: 'workspace' } }, ['concurrency-scope-key concurrency.key']],
    [{ concurrency: { limit: 5, scope: 'workspace', key: '"crm"' } }, []],
  ])('%j', (fields, findings) => expect(wrong(fields)).toEqual(findings))
})

describe('keys and conditions', () => {
  test.each<[Record<string, unknown>, string[]]>([
    [{ throttle: { ...throttle, key: 'event.data.' } }, ['throttle-key-syntax throttle.key']],
    [{ rateLimit: { ...rateLimit, key: 'user.id' } }, ['rateLimit-key-syntax rateLimit.key']],
    [{ debounce: { period: '5s', key: 'steps.one' } }, ['debounce-key-syntax debounce.key']],
    [{ batch: { ...batch, key: '(', if: 'event.data.x ==' } }, ['batch-key-syntax batch.key', 'batch-if-syntax batch.if']],
    [{ priority: 'event.data.plan == "pro" ? 120 : 0' }, []],
    [{ priority: 'async.data.n' }, ['priority-syntax priority']],
    [{ singleton: { mode: 'skip', key: 'event.' } }, ['singleton-key-syntax singleton.key']],
    [{ idempotency: 'event.data.orderId' }, []],
    [{ idempotency: '= 1' }, ['idempotency-syntax idempotency']],
    [{ cancelOn: [{ event: 'a/x', if: 'item.n == 1' }] }, ['cancel-condition-syntax cancelOn.0.if']],
  ])('%j', (fields, findings) => expect(wrong(fields)).toEqual(findings))
  test('a mistake says where it is', () => {
    expect(compile(patch('fn', { idempotency: 'event.data.a +' }), empty).diagnostics[0]).toMatchObject({ field: 'idempotency', position: 14, function: 'greet' })
  })
})

describe('what cannot stand together', () => {
  test.each<[Record<string, unknown>, string]>([
    [{ debounce: { period: '5s' } }, 'debounce'], [{ singleton: { mode: 'skip' } }, 'singleton'], [{ cancelOn: [{ event: 'a/x' }] }, 'cancelOn'],
    [{ priority: '10' }, 'priority'], [{ idempotency: 'event.id' }, 'idempotency'],
  ])('a batch with %j', (fields, field) => expect(wrong({ batch, ...fields })).toEqual([`batch-with ${field}`]))
  test('a batch with limits, and without anything, is fine', () => {
    expect(wrong({ batch, rateLimit, throttle, concurrency: { limit: 2 }, timeouts: { start: '1h' }, cancelOn: [], priority: ' ' })).toEqual([])
  })
})

describe('when a function fails', () => {
  test.each<[string, string[]]>([['mend', []], ['other', []], ['nobody', ['on-failure-unknown onFailure']], ['greet', ['on-failure-circle onFailure']]])('calls %s', (onFailure, findings) => {
    const catalog = { functionsElsewhere: [{ slug: 'other', workflow: 'w', events: [] }] }
    expect(found(patch('fn', { onFailure }), catalog).map((one) => one.replace('error ', '').replace(' fn ', ' '))).toEqual(findings)
  })
  test('two that call each other', () => {
    const both = patch('fn2', { onFailure: 'greet' }, patch('fn', { onFailure: 'mend' }))
    expect(found(both)).toEqual(['error on-failure-circle fn onFailure', 'error on-failure-circle fn2 onFailure'])
  })
  test('a function that only takes care of failures is not without a trigger', () => {
    const document = patch('fn', { onFailure: 'mend' })
    const { e_ev_fn2: _, ...edges } = document.edges
    expect(found({ ...document, edges })).toEqual([])
    expect(found({ ...base(), edges })).toEqual(['warning function-without-trigger fn2'])
  })
})

describe('steps', () => {
  test('their own waits between tries', () => {
    expect(found(patch('one', { backoff: { baseMs: 1000, factor: 2, maxMs: 60_000, jitter: 0.2 } }))).toEqual([])
    expect(found(patch('one', { backoff: { baseMs: 5000, factor: 0, maxMs: 1000, jitter: 2 } }))).toEqual(['error backoff-range one backoff', 'error backoff-factor one backoff', 'error backoff-jitter one backoff'])
  })
  test.each<[Record<string, unknown>, string[]]>([
    [{ items: '{{ event.data.list }}', concurrency: 10, onError: 'continue' }, []],
    [{ items: '{{ event.data.list }}', concurrency: 0 }, ['error each-concurrency-range two each.concurrency']],
    [{ items: '{{ event.data.list }}', concurrency: 101 }, ['error each-concurrency-range two each.concurrency']],
    [{ items: ' ', concurrency: 1 }, ['error each-items-missing two each.items']],
    [{ items: 'event.data.list', concurrency: 1 }, ['error each-items-template two each.items']],
    [{ items: '{{ event.data.list', concurrency: 1 }, ['error each-items-template two each.items']],
    [{ items: '{{ event.data.( }}', concurrency: 1 }, ['error template-syntax two each.items']],
    [{ items: '{{ item.list }}', concurrency: 1 }, ['error name-unknown two each.items']],
    [{ items: '{{ steps.three.x }}', concurrency: 1 }, ['error step-unknown two each.items']],
    [{ items: '{{ event.data.lost }}', concurrency: 1 }, ['warning sample-missing two each.items']],
  ])('repeated: %j', (each, findings) => expect(found(patch('two', { each }))).toEqual(findings))
  test('item and index can be read only where a step repeats', () => {
    const config = { fields: [{ name: 'x', value: '{{ item.n + index }}' }] }
    expect(found(patch('two', { config, each: { items: '{{ event.data.list }}', concurrency: 1 } }))).toEqual([])
    expect(found(patch('two', { config }))).toEqual(['error name-unknown two config.fields.0.value', 'error name-unknown two config.fields.0.value'])
  })
  test('a step that waits cannot be repeated', () => {
    const asleep = addStep(base(), { id: 'nap', parent: 'fn', kind: 'sleep', after: 'two' }).document
    expect(found(updateNode(asleep, 'nap', { each: { items: '{{ event.data.list }}', concurrency: 1 } }))).toEqual(['error each-kind nap each'])
  })
  test('the list follows a renamed step', () => {
    const renamed = renameStepKey(patch('two', { each: { items: '{{ steps.one.x }}', concurrency: 1 } }), 'one', 'first')
    expect('document' in renamed && renamed.document.nodes.two).toMatchObject({ each: { items: '{{ steps.first.x }}' } })
  })
  test('a line from `error` needs the branch', () => {
    const document = patch('one', { onError: 'branch' })
    const led = join(addStep(document, { id: 'sorry', parent: 'fn', kind: 'transform', key: 'sorry', config: { fields: [{ name: 'x', value: '{{ steps.one.error.message }}' }] } }).document, 'one', 'sorry', 'error')
    expect(found(led)).toEqual([])
    expect(compile(led, empty).functions.find((one) => one.slug === 'greet')!.steps.find((one) => one.id === 'sorry')!.after).toEqual([{ step: 'one', port: 'error' }])
    expect(found(updateNode(led, 'one', { onError: undefined }))).toEqual(['error error-port-unused one onError', 'error step-unreachable sorry'])
  })
})
