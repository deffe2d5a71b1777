/**
 * What makes a fan-out one: consumers come and go without touching each other, each fails alone,
 * lists of any size are sent, and nothing is sent or done twice. By the public API alone.
 */
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { JsonObject } from '#base/json.ts'
import { newUuid } from '#base/ids.ts'
import { emptyDocument, type GraphDocument, type StepNode } from '#graph/document.ts'
import { addEvent, addFunction, addStep, addWebhook } from '#graph/edit/add-node.ts'
import { connect } from '#graph/edit/connect.ts'
import { fanwise } from '#server/audit/record.ts'
import { createKey } from '#server/keys/keys.ts'
import { startTestDoor, type TestDoor } from '#tests/support/door.ts'
import { drawFunctions, values } from '#tests/support/drawing.ts'
import { createWorkspace } from '#tests/support/factories.ts'
import { until } from '#tests/support/until.ts'

type Loose = ReturnType<typeof JSON.parse>

let t: TestDoor
/** Calls by address, in all workspaces. */
const calls = new Map<string, number>()
/** Addresses that are refused. */
const refused = new Set<string>()
beforeAll(async () => {
  t = await startTestDoor({
    services: {
      async request(_ws, { url }) {
        calls.set(url, (calls.get(url) ?? 0) + 1)
        return { status: refused.has(url) ? 400 : 200, headers: {}, body: '{"ok":true}' }
      },
    },
  })
})
afterAll(() => t.stop())

async function world() {
  const ws = await createWorkspace(t.engine.pool)
  const [key, eventKey] = await Promise.all((['api', 'event'] as const).map(async (kind) => (await createKey(ws, kind, 'Test', fanwise)).text))
  const call = async (method: string, path: string, body?: unknown): Promise<Loose> => {
    const response = await fetch(`${t.url}/api/v1${path}`, { method, headers: { Authorization: `Bearer ${key}`, 'Content-Type': 'application/json' }, ...(body === undefined ? {} : { body: JSON.stringify(body) }) })
    const answer = (await response.json()) as Loose
    expect(response.ok, `${method} ${path}: ${JSON.stringify(answer)}`).toBe(true)
    return answer
  }
  const runs = async (query: string): Promise<Loose[]> => (await call('GET', `/runs?limit=200&${query}`)).data
  return {
    call, runs, eventKey,
    draw: async (name: string, graph: GraphDocument): Promise<Loose> => (await call('POST', '/workflows', { name, slug: name, publish: true, graph })).published,
    send: async (name: string, data: JsonObject): Promise<string> => (await call('POST', '/events', { name, data })).ids[0],
    /** Slugs and outcomes of an event's runs, once `count` of them have ended. */
    outcomes: (event: string, count: number): Promise<string[]> => until(async () => {
      const all = await runs(`event=${event}`)
      return all.length === count && all.every((run) => run.endedAt !== null) ? all.map((run) => `${run.function} ${run.status}`).sort() : null
    }, `${count} runs of ${event} have ended`),
    versions: async (): Promise<Record<string, number>> => Object.fromEntries((await call('GET', '/functions')).data.map((one: Loose) => [one.slug, one.version])),
  }
}

const http = (slug: string, event: string, url: string) => ({ slug, event, kind: 'http' as const, config: { method: 'GET', url } })
const side = (slug: string, event = 'user/account.created') => http(slug, event, `https://${slug}.example/{{ event.data.userId }}`)

/** Event → function whose steps follow each other. */
function chain(event: string, slug: string, steps: Pick<StepNode, 'key' | 'kind' | 'config'>[]): GraphDocument {
  let document = addEvent(emptyDocument(), { id: 'ev', position: { x: 0, y: 0 }, event }).document
  document = addFunction(document, { id: 'fn', position: { x: 400, y: 0 }, slug, retries: 0 }).document
  for (const [i, { key, kind, config }] of steps.entries()) {
    document = addStep(document, { id: key, parent: 'fn', kind, key, config, ...(i === 0 ? {} : { after: steps[i - 1]!.key }) }).document
  }
  return joined(document, 'ev', 'fn')
}
function joined(document: GraphDocument, source: string, target: string): GraphDocument {
  const answer = connect(document, { source, target })
  if ('refused' in answer) throw new Error(answer.refused)
  return answer.document
}

test('a fifth consumer in a workflow of its own reacts, and the four keep their versions', async () => {
  const w = await world()
  const four = ['send-welcome-email', 'create-billing-trial', 'add-to-crm', 'notify-slack']
  await w.draw('signup', drawFunctions(four.map((slug) => side(slug))))
  expect(await w.outcomes(await w.send('user/account.created', { userId: 'u1' }), 4)).toEqual(four.map((slug) => `${slug} completed`).sort())
  const before = await w.versions()
  await w.draw('audit', drawFunctions([side('log-signup-audit')]))
  expect(await w.versions()).toEqual({ ...before, 'log-signup-audit': 1 })
  expect(await w.outcomes(await w.send('user/account.created', { userId: 'u2' }), 5)).toEqual([...four, 'log-signup-audit'].map((slug) => `${slug} completed`).sort())
})

test('a consumer that is taken away, or changed, changes nothing else; one that fails fails alone', async () => {
  const w = await world()
  const drawn = drawFunctions(['email', 'sms', 'loyalty', 'warehouse'].map((slug) => side(`order-${slug}`, 'order/confirmed')))
  await w.draw('orders', drawn)
  const { 'fn-order-sms': sms, 'step-order-sms': step, ...nodes } = drawn.nodes
  expect([sms, step].every((node) => node !== undefined)).toBe(true)
  const email = { ...nodes['step-order-email'] as StepNode, config: { method: 'GET', url: 'https://new-email.example' } }
  const published = await w.draw('orders', { ...drawn, nodes: { ...nodes, 'step-order-email': email }, edges: Object.fromEntries(Object.entries(drawn.edges).filter(([, edge]) => edge.target !== 'fn-order-sms')) })
  expect(published.removed).toEqual(['order-sms'])
  expect(published.functions.map((one: Loose) => [one.slug, one.version, one.changed])).toEqual([['order-email', 2, true], ['order-loyalty', 1, false], ['order-warehouse', 1, false]])
  refused.add('https://order-loyalty.example/u3')
  expect(await w.outcomes(await w.send('order/confirmed', { userId: 'u3' }), 3)).toEqual(['order-email completed', 'order-loyalty failed', 'order-warehouse completed'])
})

test('a function that fails after it has emitted, and is retried, has emitted once', async () => {
  const w = await world()
  await w.draw('core', chain('order/placed', 'process-order', [
    { key: 'charge', kind: 'http', config: { method: 'POST', url: 'https://charge.example/{{ event.data.userId }}' } },
    { key: 'tell', kind: 'emit', config: { event: 'order/told', data: '{ "userId": "{{ event.data.userId }}", "charged": {{ steps.charge.body.ok }} }' } },
    { key: 'each', kind: 'emit-each', config: { items: '{{ [1, 2, 3, 4, 5] }}', event: 'order/line', data: '{ "n": {{ item }} }' } },
    { key: 'record', kind: 'http', config: { method: 'POST', url: 'https://record.example/{{ event.data.userId }}' } },
  ]))
  await w.draw('told', drawFunctions([side('mailer', 'order/told'), http('packer', 'order/line', 'https://pack.example/{{ event.data.n }}')]))
  refused.add('https://record.example/u4')
  const event = await w.send('order/placed', { userId: 'u4' })
  expect(await w.outcomes(event, 1)).toEqual(['process-order failed'])
  refused.delete('https://record.example/u4')
  const [run] = await w.runs(`event=${event}`)
  await w.call('POST', `/runs/${run.id}/retry`)
  await until(async () => (await w.runs(`event=${event}`))[0].status === 'completed', 'it completes')
  expect([calls.get('https://charge.example/u4'), calls.get('https://record.example/u4')]).toEqual([1, 2])
  const sent = async (name: string): Promise<number> => (await w.call('GET', `/events?name=${name}&limit=200`)).data.length
  expect([await sent('order/told'), await sent('order/line')]).toEqual([1, 5])
  await until(async () => (await w.runs('function=packer&status=completed')).length === 5, 'each line is packed')
  expect([1, 2, 3, 4, 5].map((n) => calls.get(`https://pack.example/${n}`))).toEqual([1, 1, 1, 1, 1])
  expect((await w.call('GET', `/events/${(await w.call('GET', '/events?name=order/told')).data[0].id}`)).data).toEqual({ userId: 'u4', charged: true })
})

test('a list whose events come to 2 MB is sent whole, and of its items only the failed one is done again', async () => {
  const w = await world()
  await w.draw('digest', chain('digest/asked', 'orchestrator', [
    { key: 'list', kind: 'code', config: { code: 'return Array.from({ length: 1000 }, (_, n) => ({ n, text: "x".repeat(2000) }))' } },
    { key: 'each', kind: 'emit-each', config: { items: '{{ steps.list }}', event: 'digest/send', data: '{{ item }}' } },
  ]))
  const worker = drawFunctions([http('worker', 'digest/send', 'https://digest.example/{{ event.data.n }}?{{ event.data.text.length }}')])
  await w.draw('worker', { ...worker, nodes: { ...worker.nodes, 'fn-worker': { ...worker.nodes['fn-worker']!, retries: 0, concurrency: { limit: 50 } } as GraphDocument['nodes'][string] } })
  refused.add('https://digest.example/451?2000')
  const event = await w.send('digest/asked', {})
  const run = await until(async () => (await w.runs(`event=${event}&status=completed`))[0], 'all are sent')
  const { fanOut } = (await w.call('GET', `/runs/${run.id}`)).steps.find((one: Loose) => one.id === 'each')
  const progress = () => w.call('GET', `/fan-outs/${fanOut}`)
  await until(async () => (await progress()).state === 'settled', 'it settles')
  expect(await progress()).toMatchObject({ total: 1000, sent: 1000, runs: 1000, done: 999, failed: 1, waiting: 0 })
  expect((await w.call('GET', `/fan-outs/${fanOut}/items?status=failed`)).data).toMatchObject([{ index: 451, function: 'worker', error: { code: 'step_refused' } }])
  refused.delete('https://digest.example/451?2000')
  expect(await w.call('POST', `/fan-outs/${fanOut}/retry-failed`)).toEqual({ retried: 1 })
  await until(async () => (await progress()).done === 1000, 'the failed one is done')
  expect(Array.from({ length: 1000 }, (_, n) => n).filter((n) => calls.get(`https://digest.example/${n}?2000`) !== (n === 451 ? 2 : 1))).toEqual([])
})

test('wherever an event comes from, all who react run: API, event key, webhook, another function', async () => {
  const w = await world()
  const hookId = newUuid().replaceAll('-', '')
  let graph = drawFunctions([side('one', 'lead/made'), side('two', 'lead/made')])
  graph = addWebhook(graph, { id: 'hook', position: { x: -400, y: 0 }, hookId }).document
  graph = joined(graph, 'hook', 'ev-lead/made')
  await w.draw('leads', graph)
  await w.draw('source', chain('import/asked', 'importer', [{ key: 'tell', kind: 'emit', config: { event: 'lead/made', data: '{ "userId": "{{ event.data.userId }}" }' } }]))
  const post = async (path: string, body: unknown): Promise<void> => expect((await fetch(t.url + path, { method: 'POST', headers: { 'Content-Type': 'application/json' }, body: JSON.stringify(body) })).ok).toBe(true)
  await w.send('lead/made', { userId: 'api' })
  await post(`/e/${w.eventKey}`, { name: 'lead/made', data: { userId: 'key' } })
  await post(`/hooks/${hookId}`, { userId: 'hook' })
  await w.send('import/asked', { userId: 'emit' })
  await until(async () => (await w.runs('event=lead/made&status=completed')).length === 8, 'both react to each')
  const events = (await w.call('GET', '/events?name=lead/made')).data as Loose[]
  expect(events.map((event) => [event.source, event.runs.completed]).sort()).toEqual([['api', 2], ['api', 2], ['emit', 2], ['webhook', 2]])
})

test('a drawing that is not published reacts to nothing, and its event says so', async () => {
  const w = await world()
  await w.call('POST', '/workflows', { name: 'Later', slug: 'later', publish: false, graph: drawFunctions([{ slug: 'later', event: 'early/sent', config: values({ ok: '1' }) }]) })
  const event = await w.send('early/sent', {})
  expect(await w.call('GET', `/events/${event}`)).toMatchObject({ name: 'early/sent', runs: [] })
  expect(await w.versions()).toEqual({})
  await w.call('POST', '/workflows/later/publish')
  expect(await w.outcomes(await w.send('early/sent', {}), 1)).toEqual(['later completed'])
  expect((await w.call('GET', `/events/${event}`)).runs).toEqual([])
})

test('a function that is drawn to react to the settling gets the counts, once, when the last item has ended', async () => {
  const w = await world()
  refused.add('https://tell.example/2')
  await w.draw('lists', chain('list/given', 'all', [{ key: 'each', kind: 'emit-each', config: { items: '{{ event.data.items }}', event: 'item/told', data: '{ "n": {{ item }} }' } }]))
  await w.draw('items', drawFunctions([{ ...http('tell', 'item/told', 'https://tell.example/{{ event.data.n }}') }]))
  await w.draw('ends', chain('fanwise/fan-out.settled', 'report', [{ key: 'note', kind: 'transform', config: values({ of: '{{ event.data.items }}', completed: '{{ event.data.completed }}', failed: '{{ event.data.failed }}' }) }]))
  await w.send('list/given', { items: [1, 2, 3] })
  const run = await until(async () => (await w.runs('function=report&status=completed'))[0], 'it reports')
  expect((await w.call('GET', `/runs/${run.id}`)).steps).toMatchObject([{ id: 'note', output: { of: 3, completed: 2, failed: 1 } }])
  expect(await w.runs('function=report')).toHaveLength(1)
})
