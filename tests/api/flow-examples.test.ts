/**
 * The examples of docs/flow-control.md as they stand there: each is drawn, imported and published by
 * the public API, told back by it, and does what the page says.
 */
import { readFileSync } from 'node:fs'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { JsonObject } from '#base/json.ts'
import type { FunctionNode, GraphDocument } from '#graph/document.ts'
import { addSchedule } from '#graph/edit/add-node.ts'
import { connect } from '#graph/edit/connect.ts'
import { fanwise } from '#server/audit/record.ts'
import { createKey } from '#server/keys/keys.ts'
import { startTestDoor, type TestDoor } from '#tests/support/door.ts'
import { drawFunctions, values } from '#tests/support/drawing.ts'
import { createWorkspace } from '#tests/support/factories.ts'
import { until } from '#tests/support/until.ts'

type Loose = ReturnType<typeof JSON.parse>
type Rules = Partial<FunctionNode>

const page = readFileSync('docs/flow-control.md', 'utf8')
let t: TestDoor
/** Requests that wait for their answer, in the order they came. */
const open: { url: string; body: string | undefined; answer(): void }[] = []
beforeAll(async () => {
  t = await startTestDoor({
    services: {
      request: (_ws, { url, body }) => new Promise((resolve) => {
        const answer = () => resolve({ status: 200, headers: {}, body: '{}' })
        open.push({ url, body: body === undefined || body === null ? undefined : String(body), answer })
      }),
    },
  })
})
afterAll(async () => {
  for (const one of open) one.answer()
  await t.stop()
})

/** A workspace of its own for each example. */
async function world() {
  const ws = await createWorkspace(t.engine.pool)
  const key = (await createKey(ws, 'api', 'Test', fanwise)).text
  const call = async (method: string, path: string, body?: unknown): Promise<Loose> => {
    const response = await fetch(`${t.url}/api/v1${path}`, { method, headers: { Authorization: `Bearer ${key}`, 'Content-Type': 'application/json' }, ...(body === undefined ? {} : { body: JSON.stringify(body) }) })
    const answer = (await response.json()) as Loose
    expect(response.ok, `${method} ${path}: ${JSON.stringify(answer)}`).toBe(true)
    return answer
  }
  return {
    ws, call,
    /** Drawn with these rules, imported and published. */
    async draw(document: GraphDocument, rules: Record<string, Rules>): Promise<void> {
      const nodes = Object.fromEntries(Object.entries(document.nodes).map(([id, node]) => [id, node.type === 'function' ? { ...node, ...rules[node.slug] } : node]))
      const answer = await call('POST', '/workflows', { name: 'Example', publish: true, graph: { ...document, nodes } })
      expect(answer.diagnostics.filter((one: Loose) => one.severity === 'error')).toEqual([])
    },
    send: async (name: string, data: JsonObject, extra: JsonObject = {}): Promise<string> => (await call('POST', '/events', { name, data, ...extra })).ids[0],
    runs: async (query = ''): Promise<Loose[]> => (await call('GET', `/runs?limit=200${query}`)).data,
    rules: async (slug: string): Promise<Loose> => (await call('GET', '/functions')).data.find((one: Loose) => one.slug === slug),
  }
}

/** The example has to stand on the page. */
const says = (...texts: string[]): void => {
  for (const text of texts) expect(page).toContain(text)
}
const http = (slug: string, event: string, url: string, body?: string) => ({ slug, event, kind: 'http' as const, config: { method: body === undefined ? 'GET' : 'POST', url, ...(body === undefined ? {} : { bodyType: 'json', body }) } })
const noting = (slug: string, event: string, fields: Record<string, string> = { ok: '1' }) => ({ slug, event, config: values(fields) })
const hosted = (host: string) => open.filter(({ url }) => url.includes(host))
/** Answers what is open at a host, and whatever comes there until `done` is true. */
async function answerAll(host: string, done: () => Promise<boolean>, most?: number): Promise<void> {
  await until(async () => {
    const now = hosted(host)
    if (most !== undefined) expect(now.length).toBeLessThanOrEqual(most)
    for (const one of now) {
      open.splice(open.indexOf(one), 1)
      one.answer()
    }
    return done()
  }, `everything at ${host} is answered`)
}
const ended = (runs: Loose[]): boolean => runs.every((run) => run.endedAt !== null)

test('shared limit: never more than five of both functions together', async () => {
  says('`send-invoice` and `send-reminder` both have limit 5, key `"mail-provider"`')
  const w = await world()
  const limit: Rules = { concurrency: { limit: 5, key: '"mail-provider"', scope: 'workspace' } }
  await w.draw(drawFunctions([http('send-invoice', 'bill/due', 'https://shared.example/i'), http('send-reminder', 'bill/due', 'https://shared.example/r')]), { 'send-invoice': limit, 'send-reminder': limit })
  expect(await w.rules('send-reminder')).toMatchObject({ concurrency: { limit: 5, key: '"mail-provider"', scope: 'workspace' }, concurrency2: null, flow: null })
  await w.call('POST', '/events', Array.from({ length: 40 }, (_, n) => ({ name: 'bill/due', data: { n } })))
  await until(async () => hosted('shared.example').length === 5, 'five execute')
  // Whether a worker has taken it already or not: 80 runs, five of them execute, and one of the others is the last.
  await until(async () => {
    const sentences = await Promise.all((await w.runs()).map(async ({ id }) => (await w.call('GET', `/runs/${id}/why`)).sentence as string))
    return sentences.some((sentence) => /^7[0-5](st|nd|rd|th) in line for concurrency 5 of send-(invoice|reminder), key mail-provider\.$/.test(sentence))
  }, 'the last one says where it stands')
  await answerAll('shared.example', async () => (await w.runs()).length === 80 && ended(await w.runs()), 5)
})

test('priority: an enterprise customer that came later goes first', async () => {
  says('`event.data.plan == "enterprise" ? 120 : 0`')
  const w = await world()
  await w.draw(drawFunctions([http('onboard', 'signup/made', 'https://first.example/{{ event.data.plan }}')]), { onboard: { priority: 'event.data.plan == "enterprise" ? 120 : 0', concurrency: { limit: 1 } } })
  await w.call('POST', '/functions/onboard/pause')
  for (const plan of ['free', 'team', 'enterprise']) await w.send('signup/made', { plan })
  await until(async () => (await w.runs('&status=held')).length === 3, 'all are held')
  await w.call('POST', '/functions/onboard/resume')
  const order: string[] = []
  for (const _ of [1, 2, 3]) {
    await until(async () => hosted('first.example').length > 0, 'the next one calls')
    expect(hosted('first.example')).toHaveLength(1)
    order.push(hosted('first.example')[0]!.url.split('/').at(-1)!)
    const [one] = open.splice(open.indexOf(hosted('first.example')[0]!), 1)
    one!.answer()
  }
  expect(order).toEqual(['enterprise', 'free', 'team'])
})

test('an event of the future waits for its time, and can be cancelled meanwhile', async () => {
  const example = /`(\{"name":"trial\/ending".*?\})`/.exec(page)![1]!
  const w = await world()
  await w.draw(drawFunctions([noting('remind', 'trial/ending')]), {})
  const { ts } = JSON.parse(example) as { ts: number }
  // The page's date passes one day; what it shows does not.
  const ahead = ts > Date.now() + 2000 ? ts : Date.now() + 86_400_000
  const event = await w.send('trial/ending', { account: 'a1' }, { ts: ahead })
  const [run] = await w.runs(`&event=${event}`)
  expect(run).toMatchObject({ status: 'sleeping', startedAt: null })
  expect(Math.abs(Date.parse(run.dueAt) - ahead)).toBeLessThan(1000)
  expect(await w.call('GET', `/runs/${run.id}/why`)).toMatchObject({ kind: 'start-at', until: run.dueAt, sentence: expect.stringMatching(/^Its event is meant for .*; it starts then\.$/) as string })
  expect(await w.call('POST', `/runs/${run.id}/cancel`)).toEqual({ cancelled: true })
})

describe('what lets events start no run', () => {
  test.each<[string, string[], Rules, Record<string, unknown>, JsonObject[], number]>([
    ['rate limit: one alert per host in ten minutes', ['limit 1, period 10 m, key `event.data.host`'], { rateLimit: { limit: 1, period: '10 m', key: 'event.data.host' } },
      { rateLimit: { limit: 1, periodMs: 600_000, key: 'event.data.host' } }, [{ host: 'a' }, { host: 'a' }, { host: 'b' }, { host: 'a' }], 2],
    ['idempotency: one run per invoice', ['*Example:* `event.data.invoice_id`'], { idempotency: 'event.data.invoice_id' },
      { idempotency: 'event.data.invoice_id' }, [{ invoice_id: 'i1' }, { invoice_id: 'i2' }, { invoice_id: 'i1' }], 2],
  ])('%s', async (_, texts, rules, flow, events, begun) => {
    says(...texts)
    const w = await world()
    await w.draw(drawFunctions([noting('work', 'work/asked')]), { work: rules })
    expect((await w.rules('work')).flow).toEqual(flow)
    for (const data of events) await w.send('work/asked', data)
    await until(async () => (await w.runs()).length === events.length && ended(await w.runs()), 'all have ended')
    expect((await w.runs('&status=completed')).length).toBe(begun)
    for (const run of await w.runs('&status=skipped')) expect(run.error).toMatchObject({ code: 'run_skipped', fix: expect.stringMatching(/\.$/) as string })
  })
})

test('one at a time: only the newest export of a document goes on', async () => {
  says('cancel, key `event.data.document_id`')
  const w = await world()
  await w.draw(drawFunctions([http('export', 'export/asked', 'https://export.example/{{ event.data.document_id }}')]), { export: { singleton: { mode: 'cancel', key: 'event.data.document_id' } } })
  expect((await w.rules('export')).flow).toEqual({ singleton: { mode: 'cancel', key: 'event.data.document_id' } })
  const first = await w.send('export/asked', { document_id: 'd1' })
  await until(async () => hosted('export.example').length === 1, 'the first executes')
  const [second, other] = [await w.send('export/asked', { document_id: 'd1' }), await w.send('export/asked', { document_id: 'd2' })]
  await answerAll('export.example', async () => ended(await w.runs()))
  const status = async (event: string) => (await w.runs(`&event=${event}`))[0]
  expect([await status(first), await status(second), await status(other)].map((run) => run.status)).toEqual(['cancelled', 'completed', 'completed'])
  expect((await status(first)).error.message).toContain('newer run')
})

test('debounce: one run for the newest event, which says which it took', async () => {
  says('period 5 s, at the latest 1 m, key `event.data.doc`')
  const w = await world()
  await w.draw(drawFunctions([noting('save', 'doc/typed', { text: '{{ event.data.text }}' })]), { save: { debounce: { period: '5 s', timeout: '1 m', key: 'event.data.doc' } } })
  expect((await w.rules('save')).flow).toEqual({ debounce: { periodMs: 5000, timeoutMs: 60_000, key: 'event.data.doc' } })
  const events: string[] = []
  for (const text of ['a', 'ab', 'abc']) events.push(await w.send('doc/typed', { doc: 'd', text }))
  const [run] = await w.runs()
  expect((await w.call('GET', `/runs/${run.id}/why`)).sentence).toMatch(/^Waiting for quiet: it runs at .* unless another event comes\.$/)
  await until(async () => (await w.runs('&status=completed')).length === 1, 'it ran')
  const detail = await w.call('GET', `/runs/${run.id}`)
  expect(detail).toMatchObject({ events: 3, event: { id: events[2] }, steps: [{ output: { text: 'abc' } }] })
  expect((await w.call('GET', `/runs/${run.id}/events`)).data.map((one: Loose) => one.id)).toEqual(events)
  expect((await w.call('GET', `/events/${events[0]}`)).joined).toEqual([{ run: run.id, events: 3 }])
})

test('batch: a hundred rows in one request', async () => {
  says('size 100, time limit 10 s; step body `{{ events.map((e) => e.data) }}`')
  const w = await world()
  await w.draw(drawFunctions([http('store', 'row/made', 'https://rows.example', '{{ events.map((e) => e.data) }}')]), { store: { batch: { size: 100, timeout: '10 s' } } })
  expect((await w.rules('store')).flow).toEqual({ batch: { size: 100, timeoutMs: 10_000 } })
  const { ids } = await w.call('POST', '/events', Array.from({ length: 100 }, (_, n) => ({ name: 'row/made', data: { n } })))
  const call = await until(async () => hosted('rows.example')[0], 'the full batch calls')
  expect((JSON.parse(call.body!) as { n: number }[]).map(({ n }) => n)).toEqual(Array.from({ length: 100 }, (_, n) => n))
  const [run] = await w.runs()
  const first = await w.call('GET', `/runs/${run.id}/events?limit=60`)
  const rest = await w.call('GET', `/runs/${run.id}/events?limit=60&cursor=${first.nextCursor}`)
  expect([...first.data, ...rest.data].map((one: Loose) => one.id)).toEqual(ids)
  expect(rest.nextCursor).toBe(null)
  await answerAll('rows.example', async () => ended(await w.runs()))
})

test('cancel on event: the order’s own run ends, others go on', async () => {
  says('event `order/cancelled`, match `data.order_id`')
  const w = await world()
  await w.draw(drawFunctions([{ slug: 'remind', event: 'order/placed', kind: 'sleep', config: { mode: 'for', duration: '1d', until: '' } }]), { remind: { cancelOn: [{ event: 'order/cancelled', match: 'data.order_id' }] } })
  expect((await w.rules('remind')).flow).toEqual({ cancelOn: [{ event: 'order/cancelled', match: 'data.order_id' }] })
  const [one, two] = [await w.send('order/placed', { order_id: 1 }), await w.send('order/placed', { order_id: 2 })]
  await until(async () => (await w.runs('&status=sleeping')).length === 2, 'both sleep')
  await w.send('order/cancelled', { order_id: '1' })
  expect((await w.runs(`&event=${one}`))[0]).toMatchObject({ status: 'cancelled', error: { code: 'run_cancelled', message: 'Cancelled by the event order/cancelled.' } })
  expect((await w.runs(`&event=${two}`))[0].status).toBe('sleeping')
})

test('time limits: a run that has not started in time is cancelled and says so', async () => {
  says('start 5 m, finish 1 h')
  const w = await world()
  await w.draw(drawFunctions([http('work', 'work/asked', 'https://late.example'), http('slow', 'slow/asked', 'https://late.example')]), {
    work: { timeouts: { start: '5 m', finish: '1 h' } }, slow: { timeouts: { start: '1 s' }, concurrency: { limit: 1 } },
  })
  expect((await w.rules('work')).flow).toEqual({ timeouts: { startMs: 300_000, finishMs: 3_600_000 } })
  await w.send('slow/asked', { n: 1 })
  await until(async () => hosted('late.example').length === 1, 'one executes')
  const late = await w.send('slow/asked', { n: 2 })
  await until(async () => (await w.runs(`&event=${late}`))[0].status === 'cancelled', 'the other is given up')
  expect((await w.runs(`&event=${late}`))[0].error).toMatchObject({ code: 'run_timeout' })
  await answerAll('late.example', async () => ended(await w.runs()))
})

test('throttle: the burst goes, the next waits for its turn and says until when', async () => {
  says('100 per 1 m, burst 10, key `event.data.account_id`')
  const w = await world()
  await w.draw(drawFunctions([noting('sync', 'account/changed')]), { sync: { throttle: { limit: 100, period: '1 m', burst: 10, key: 'event.data.account_id' } } })
  expect((await w.rules('sync')).flow).toEqual({ throttle: { limit: 100, periodMs: 60_000, burst: 10, key: 'event.data.account_id' } })
  await w.call('POST', '/events', [...Array.from({ length: 40 }, () => 'a'), 'b'].map((account) => ({ name: 'account/changed', data: { account_id: account } })))
  // One that was held a moment ago may have got its turn before it is asked why.
  const sentence = await until(async () => {
    const held = (await w.runs('&status=held')).at(0)
    const why: { sentence: string } | undefined = held && (await w.call('GET', `/runs/${held.id}/why`))
    return why?.sentence.startsWith('Throttled') && why.sentence
  }, 'one says until when it is held')
  expect(sentence).toMatch(/^Throttled until \d\d:\d\d:\d\d UTC: 100 starts per 1 m\.$/)
  await until(async () => (await w.runs('&status=completed')).length === 41, 'all have run')
  const starts = (await w.runs()).filter((run) => run.startedAt !== null).map((run) => Date.parse(run.startedAt)).sort((x, y) => x - y)
  // Of the 40 of one account 11 may go at once; the other 29 are 600 ms apart.
  expect(starts.at(-1)! - starts[0]!).toBeGreaterThan(28 * 600 - 50)
})

test('second limit: one user has five at once, whatever room there is', async () => {
  says('limit 5, key `event.data.user_id`; and limit 50, key `"openai"`, shared with the workspace')
  const w = await world()
  await w.draw(drawFunctions([http('ask', 'ask/model', 'https://model.example/{{ event.data.user_id }}')]), { ask: { concurrency: { limit: 5, key: 'event.data.user_id' }, concurrency2: { limit: 50, key: '"openai"', scope: 'workspace' } } })
  expect(await w.rules('ask')).toMatchObject({ concurrency: { limit: 5, key: 'event.data.user_id' }, concurrency2: { limit: 50, key: '"openai"', scope: 'workspace' } })
  await w.call('POST', '/events', Array.from({ length: 72 }, (_, n) => ({ name: 'ask/model', data: { user_id: `u${n % 12}` } })))
  await until(async () => hosted('model.example').length === 50, 'fifty execute')
  const perUser = new Map<string, number>()
  for (const { url } of hosted('model.example')) perUser.set(url, (perUser.get(url) ?? 0) + 1)
  expect(Math.max(...perUser.values())).toBeLessThanOrEqual(5)
  await answerAll('model.example', async () => (await w.runs()).length === 72 && ended(await w.runs()), 50)
})

test('a step that fails and goes on gives its error to the steps after it', async () => {
  says('`{{ steps.enrich.error ? "unknown" : steps.enrich.body.company }}`')
  const w = await world()
  let document = drawFunctions([{ slug: 'lead', event: 'lead/made', kind: 'http', config: { method: 'GET', url: '{{ event.data.address }}' } }])
  const enrich = document.nodes['step-lead']!
  const store = { ...enrich, id: 'store', key: 'store', name: 'Store', kind: 'transform', config: values({ company: '{{ steps.enrich.error ? "unknown" : steps.enrich.body.company }}' }) }
  document = {
    ...document,
    nodes: { ...document.nodes, 'step-lead': { ...enrich, key: 'enrich', onError: 'continue', retries: 0 } as GraphDocument['nodes'][string], store: store as GraphDocument['nodes'][string] },
    edges: { ...document.edges, then: { id: 'then', type: 'order', source: 'step-lead', target: 'store', port: 'out' } },
  }
  await w.draw(document, {})
  await w.send('lead/made', { address: 'nowhere' })
  const run = await until(async () => (await w.runs('&status=completed'))[0], 'it completes')
  expect((await w.call('GET', `/runs/${run.id}`)).steps).toMatchObject([{ id: 'enrich', status: 'failed', handled: true }, { id: 'store', output: { company: 'unknown' } }])
})

test('retries: many and quick for a payment, one for a chat message', async () => {
  says('retries 5, first wait 1 s, for a payment; retries 1 for a chat message')
  const w = await world()
  const quick = { baseMs: 1000, factor: 2, maxMs: 3_600_000, jitter: 0.2 }
  await w.draw(drawFunctions([noting('charge', 'order/placed'), noting('tell', 'order/placed')]), { charge: { retries: 5, backoff: quick }, tell: { retries: 1 } })
  expect(await w.rules('charge')).toMatchObject({ retries: 5, backoff: quick })
  expect(await w.rules('tell')).toMatchObject({ retries: 1, backoff: { baseMs: 10_000 } })
})

test('wait for event: the payment of this order that is large enough', async () => {
  says('`Wait for event` `order/paid`, same value `data.id`, only if `async.data.amount >= event.data.amount`, at most 7 d')
  const w = await world()
  await w.draw(drawFunctions([{ slug: 'ship', event: 'order/placed', kind: 'wait', config: { event: 'order/paid', match: 'data.id', condition: 'async.data.amount >= event.data.amount', timeout: '7d', lookBack: true } }]), {})
  const placed = await w.send('order/placed', { id: 1, amount: 100 })
  const run = await until(async () => (await w.runs(`&event=${placed}&status=waiting`))[0], 'it waits')
  expect((await w.call('GET', `/runs/${run.id}/why`)).sentence).toMatch(/^Waiting until .* for the event order\/paid\.$/)
  await w.call('POST', '/events', [{ id: 1, amount: 99 }, { id: 2, amount: 100 }].map((data) => ({ name: 'order/paid', data })))
  expect((await w.runs(`&event=${placed}`))[0].status).toBe('waiting')
  await w.send('order/paid', { id: 1, amount: 120 })
  await until(async () => (await w.runs(`&event=${placed}&status=completed`))[0], 'it ships')
  expect((await w.call('GET', `/runs/${run.id}`)).steps).toMatchObject([{ status: 'completed', output: { name: 'order/paid', data: { id: 1, amount: 120 } } }])
})

test('for each item: a drawn loop calls so many at once, and its output is the list', async () => {
  const w = await world()
  const document = drawFunctions([http('look-up', 'order/placed', 'https://lines.example/{{ item.sku }}/{{ index }}')])
  const looping = { ...document.nodes['step-look-up']!, each: { items: '{{ event.data.lines }}', concurrency: 2 } } as GraphDocument['nodes'][string]
  await w.draw({ ...document, nodes: { ...document.nodes, [looping.id]: looping } }, {})
  await w.send('order/placed', { lines: ['a', 'b', 'c', 'd', 'e'].map((sku) => ({ sku })) })
  await until(async () => hosted('lines.example').length === 2, 'two call')
  await answerAll('lines.example', async () => ended(await w.runs()), 2)
  const [run] = await w.runs()
  const [step] = (await w.call('GET', `/runs/${run.id}`)).steps
  expect(step).toMatchObject({ status: 'completed', each: { total: 5, done: 5, failed: 0 } })
  expect(step.output).toHaveLength(5)
})

test.each([['all', 'all'], ['skip', 'skip'], ['last', undefined]] as const)('ticks that were missed: a drawn schedule with the policy %s', async (missed, told) => {
  const w = await world()
  const drawn = addSchedule(drawFunctions([noting('report', 'report/asked')]), { id: 'sc', position: { x: 0, y: 400 }, cron: '0 9 * * 1', timezone: 'Europe/Berlin' }).document
  const joined = connect({ ...drawn, nodes: { ...drawn.nodes, sc: { ...drawn.nodes['sc']!, missed } as GraphDocument['nodes'][string] } }, { source: 'sc', target: 'fn-report' })
  if ('refused' in joined) throw new Error(joined.refused)
  await w.draw(joined.document, {})
  const { triggers } = await w.rules('report')
  expect(triggers.find((one: Loose) => one.type === 'schedule')).toEqual({ type: 'schedule', id: 'sc', cron: '0 9 * * 1', timezone: 'Europe/Berlin', ...(told === undefined ? {} : { missed: told }) })
  expect((await t.engine.pool.query('select missed from schedule where workspace_id = $1', [w.ws])).rows).toEqual([{ missed }])
})
