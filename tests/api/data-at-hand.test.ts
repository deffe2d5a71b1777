/** What the editor sees of real events and runs: samples, each step's last output, an event it follows, what is live. */
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { newUuid, publicId } from '#base/ids.ts'
import { FanwiseError } from '#base/errors.ts'
import type { JsonObject } from '#base/json.ts'
import type { GraphDocument } from '#graph/document.ts'
import { addStep } from '#graph/edit/add-node.ts'
import { connect } from '#graph/edit/connect.ts'
import { updateNode } from '#graph/edit/update-node.ts'
import { recentEvents } from '#server/events/last-events.ts'
import { dataAtHand } from '#server/workflows/data-at-hand.ts'
import { followEvent } from '#server/workflows/follow.ts'
import { createWorkflow } from '#server/workflows/import.ts'
import { liveCounts } from '#server/workflows/live-counts.ts'
import { publish } from '#server/workflows/publish.ts'
import { stepInput } from '#server/workflows/step-input.ts'
import { testRun } from '#server/workflows/test-run.ts'
import { createPeople, drawFunctions, values } from '#tests/support/drawing.ts'
import { endedRuns, type TestEngine } from '#tests/support/engine.ts'
import { startTestServer } from '#tests/support/server.ts'
import { until } from '#tests/support/until.ts'

let t: TestEngine
let ws: string
let answer: () => { status: number; body: string } | Promise<{ status: number; body: string }>

beforeAll(async () => {
  t = await startTestServer({ services: { request: async () => ({ headers: {}, ...(await answer()) }) } })
})
afterAll(async () => {
  await t.stop()
})
beforeEach(async () => {
  ws = (await createPeople()).workspace
  answer = () => ({ status: 200, body: '{"ok":true}' })
})

const http = { method: 'POST', url: 'https://crm.example.com/contacts', headers: [], query: [], bodyType: 'json', body: '{"n":"{{ event.data.n }}"}' }
/** order/placed → charge (http), then emits order/confirmed → tell. */
function chain(): GraphDocument {
  let document = drawFunctions([
    { slug: 'charge', event: 'order/placed', config: values({ n: '{{ event.data.n }}' }) },
    { slug: 'tell', event: 'order/confirmed', config: values({ told: '{{ event.data.n }}' }) },
  ])
  document = addStep(document, { id: 'call', parent: 'fn-charge', kind: 'http', key: 'call', config: http }).document
  document = addStep(document, { id: 'send', parent: 'fn-charge', kind: 'emit', key: 'send', config: { event: 'order/confirmed', data: '{"n":"{{ steps.work.n }}"}' } }).document
  document = updateNode(document, 'fn-charge', { retries: 0 })
  for (const [source, target] of [['step-charge', 'call'], ['call', 'send']] as const) {
    const joined = connect(document, { source, target, port: 'out' })
    if ('refused' in joined) throw new Error(joined.refused)
    document = joined.document
  }
  return document
}

async function drawn(document: GraphDocument) {
  const { id } = await createWorkflow(ws, { name: 'Orders', document, authorId: null })
  const look = (event?: string) => dataAtHand(t.engine.pool, ws, { workflowId: id, document, ...(event === undefined ? {} : { event }) })
  const send = async (name: string, data: JsonObject, runs: number) => {
    const ended = endedRuns(t.engine, ws, runs)
    const [event] = await t.engine.ingest(ws, [{ name, data }], { source: 'api' })
    await ended
    return publicId('evt', event!.id)
  }
  return { id, document, look, send }
}

test('each step shows what it last gave, in tests of the draft and in published runs', async () => {
  const { id, document, look, send } = await drawn(chain())
  expect(await look()).toEqual({ events: {}, steps: {} })

  const tested = endedRuns(t.engine, ws, 2)
  await testRun(ws, id, { revision: 0, event: { name: 'order/placed', data: { n: 1 } }, authorId: null })
  await tested
  const first = await look()
  expect(first.events['order/placed']).toMatchObject({ data: { n: 1 } })
  expect(first.events['order/confirmed']).toMatchObject({ name: 'order/confirmed', data: { n: '1' } })
  expect(first.steps['step-charge']).toMatchObject({ state: 'completed', output: { n: 1 } })
  expect(first.steps['call']).toMatchObject({ state: 'completed', output: { status: 200, body: { ok: true } }, input: { method: 'POST', body: { n: '1' } } })
  expect(first.steps['step-tell']).toMatchObject({ output: { told: '1' } })

  await publish(ws, id, { authorId: null })
  await send('order/placed', { n: 2 }, 2)
  expect((await look()).steps['step-tell']).toMatchObject({ output: { told: '2' } })
  // A renamed step is the same node; a name that is new on the screen finds nothing.
  const renamed = updateNode(updateNode(document, 'step-tell', { key: 'other' }), 'ev-order/placed', { event: 'order/other' })
  const after = await dataAtHand(t.engine.pool, ws, { workflowId: id, document: renamed })
  expect(after.steps['step-tell']).toMatchObject({ output: { told: '2' } })
  expect(after.events['order/other']).toBeUndefined()
})

test('with a chosen event its own runs come first, those of the events it led to as well', async () => {
  const { id, look, send } = await drawn(chain())
  await publish(ws, id, { authorId: null })
  const older = await send('order/placed', { n: 1 }, 2)
  await send('order/placed', { n: 2 }, 2)
  expect((await look()).steps['step-tell']).toMatchObject({ output: { told: '2' } })
  const chosen = await look(older)
  expect(chosen.events['order/placed']).toMatchObject({ id: older, data: { n: 1 } })
  expect(chosen.events['order/confirmed']).toMatchObject({ data: { n: '1' } })
  expect(chosen.steps['step-charge']).toMatchObject({ output: { n: 1 }, eventId: older })
  expect(chosen.steps['step-tell']).toMatchObject({ output: { told: '1' } })
  await expect(look(publicId('evt', newUuid()))).rejects.toBeInstanceOf(FanwiseError)
})

test('a failed step shows its error; what its run did not reach keeps what it last gave', async () => {
  const { id, look, send } = await drawn(chain())
  await publish(ws, id, { authorId: null })
  await send('order/placed', { n: 1 }, 2)
  answer = () => ({ status: 422, body: '{"why":"no"}' })
  const failing = await send('order/placed', { n: 2 }, 1)
  const { steps } = await look()
  expect(steps['call']).toMatchObject({ state: 'failed', eventId: failing, input: { method: 'POST', body: { n: '2' } } })
  expect(steps['call']!.error).toContain('422')
  expect(steps['call']!.output).toBeUndefined()
  // It was not reached by the run that failed: its last output is that of the run before.
  expect(steps['send']).toMatchObject({ state: 'completed' })

  const view = await followEvent(t.engine.pool, ws, (await drawn(chain())).document, failing)
  expect(view).toMatchObject({ total: 1, ended: 1, settled: true, counts: [{ state: 'failed', count: 1 }] })
  expect(view.frames['fn-charge']).toMatchObject({ state: 'failed', total: 1 })
  expect(view.steps['step-charge']).toMatchObject({ state: 'completed' })
  expect(view.steps['call']).toMatchObject({ state: 'failed' })
  expect(view.steps['send']).toBeUndefined()
})

test('a large output comes shortened, and says so', async () => {
  const { id, look, send } = await drawn(chain())
  await publish(ws, id, { authorId: null })
  answer = () => ({ status: 200, body: JSON.stringify({ users: Array.from({ length: 8000 }, (_, n) => ({ id: n, name: `Ada ${n}` })) }) })
  await send('order/placed', { n: 1 }, 2)
  const step = (await look()).steps['call']!
  expect(step.cut).toBeGreaterThan(100_000)
  expect(JSON.stringify(step.output).length).toBeLessThanOrEqual(64_000)
  expect(step.output).toMatchObject({ body: { users: expect.arrayContaining([{ id: 0, name: 'Ada 0' }]) } })
})

test('a step that stores no input shows what it read in that run, and says what is not known any more', async () => {
  const code = 'return { twice: event.data.n * 2, of: steps.work.n, where: env.REGION }'
  let document = drawFunctions([{ slug: 'charge', event: 'order/placed', config: values({ n: '{{ event.data.n }}', note: '{{ event.data.note ?? "none" }}' }) }])
  document = addStep(document, { id: 'sum', parent: 'fn-charge', kind: 'code', key: 'sum', config: { code, timeout: '2s', memoryMb: 16 } }).document
  const joined = connect(document, { source: 'step-charge', target: 'sum', port: 'out' })
  if ('refused' in joined) throw new Error(joined.refused)
  const { id, look, send } = await drawn(joined.document)
  await publish(ws, id, { authorId: null })
  await send('order/placed', { n: 21, other: 'not read' }, 1)
  const { steps } = await look()
  const took = (node: string, key = 'renamed') => stepInput(t.engine.pool, ws, { run: steps[node]!.runId, node, key })
  expect(steps['step-charge']!.input).toBeUndefined()
  expect(await took('step-charge')).toEqual({ value: { event: { data: { n: 21 } } }, absent: ['event.data.note'], lost: [] })
  expect(await took('sum')).toEqual({
    value: { event: { data: { n: 21 } }, steps: { work: { n: 21 } } }, absent: [],
    lost: [{ path: 'env.REGION', why: expect.stringContaining('not kept') }],
  })
  // Drawn anew under the same name, it is still found; a step that run never had is not.
  expect((await stepInput(t.engine.pool, ws, { run: steps['sum']!.runId, node: 'another', key: 'sum' })).value).toMatchObject({ steps: { work: { n: 21 } } })
  expect(await stepInput(t.engine.pool, ws, { run: steps['sum']!.runId, node: 'nobody', key: 'nobody' })).toMatchObject({ value: null, why: expect.any(String) })
  await expect(stepInput(t.engine.pool, ws, { run: publicId('run', newUuid()), node: 'sum', key: 'sum' })).rejects.toBeInstanceOf(FanwiseError)
})

test('an output that is too long to be read leaves a gap that says so', async () => {
  let document = drawFunctions([{ slug: 'fetch', event: 'order/placed', kind: 'http', config: http }])
  document = addStep(document, { id: 'count', parent: 'fn-fetch', kind: 'transform', key: 'count', config: values({ n: '{{ steps.work.body.text.length }} for {{ event.data.n }}' }) }).document
  const joined = connect(document, { source: 'step-fetch', target: 'count', port: 'out' })
  if ('refused' in joined) throw new Error(joined.refused)
  const { id, look, send } = await drawn(joined.document)
  await publish(ws, id, { authorId: null })
  answer = () => ({ status: 200, body: JSON.stringify({ text: 'x'.repeat(2_100_000) }) })
  await send('order/placed', { n: 1 }, 1)
  const { count } = (await look()).steps
  expect(count).toMatchObject({ output: { n: '2100000 for 1' } })
  expect(await stepInput(t.engine.pool, ws, { run: count!.runId, node: 'count', key: 'count' })).toEqual({
    value: { event: { data: { n: 1 } } }, absent: [], lost: [{ path: 'steps.work.body.text', why: expect.stringContaining('too long') }],
  })
})

test('an event is followed into what it led to, until all is over', async () => {
  let open: () => void = () => {}
  const gate = new Promise<void>((resolve) => { open = resolve })
  answer = async () => { await gate; return { status: 200, body: '{}' } }
  const { id, document } = await drawn(chain())
  await publish(ws, id, { authorId: null })
  const ended = endedRuns(t.engine, ws, 2)
  const [event] = await t.engine.ingest(ws, [{ name: 'order/placed', data: { n: 3 } }], { source: 'api' })
  const follow = () => followEvent(t.engine.pool, ws, document, publicId('evt', event!.id))
  const during = await until(async () => {
    const one = await follow()
    return one.steps['call']?.state === 'running' && one
  }, 'the call is under way')
  expect(during).toMatchObject({ total: 1, ended: 0, settled: false, frames: { 'fn-charge': { state: 'running' } }, steps: { 'step-charge': { state: 'completed' } } })
  expect(during.steps['send']).toBeUndefined()
  open()
  await ended
  const view = await follow()
  expect(view).toMatchObject({ total: 2, ended: 2, counts: [{ state: 'completed', count: 2 }], sent: { send: 1 }, events: { 'order/placed': 1, 'order/confirmed': 1 } })
  expect(Object.keys(view.frames).sort()).toEqual(['fn-charge', 'fn-tell'])
  expect(view.steps['step-tell']).toMatchObject({ state: 'completed', of: 1 })
})

test('a large fan-out is told in sums, a small one by its steps', async () => {
  const document = drawFunctions([
    { slug: 'fan', event: 'list/came', kind: 'emit-each', config: { items: '{{ event.data.items }}', event: 'item/found', data: '{ "n": {{ item }} }', id: '' } },
    { slug: 'one', event: 'item/found', config: values({ n: '{{ event.data.n }}' }) },
    { slug: 'two', event: 'item/found', config: values({ n: '{{ event.data.n }}' }) },
  ])
  const { id, send, look } = await drawn(document)
  await publish(ws, id, { authorId: null })
  const small = await send('list/came', { items: [1, 2, 3] }, 7)
  const few = await followEvent(t.engine.pool, ws, document, small)
  expect(few).toMatchObject({ total: 7, settled: true, sent: { 'step-fan': 3 }, events: { 'item/found': 3 } })
  expect(few.frames['fn-one']).toMatchObject({ total: 3, counts: [{ state: 'completed', count: 3 }] })
  expect(few.steps['step-one']).toMatchObject({ state: 'completed', done: 3, of: 3 })
  const large = await send('list/came', { items: Array.from({ length: 60 }, (_, n) => n) }, 121)
  const many = await followEvent(t.engine.pool, ws, document, large)
  expect(many).toMatchObject({ total: 121, ended: 121, settled: true, events: { 'item/found': 60 } })
  expect(many.frames['fn-two']).toMatchObject({ total: 60, counts: [{ state: 'completed', count: 60 }] })
  expect(many.steps['step-one']).toBeUndefined()
  // Some of its runs stand for all when it is the sample.
  expect((await look(large)).steps['step-one']).toMatchObject({ state: 'completed' })
})

test('what the runs of a large fan-out send on is told in sums, too; what those send is said to be missing', async () => {
  const sends = (event: string) => ({ event, data: '{"n":"{{ event.data.n }}"}' })
  const document = drawFunctions([
    { slug: 'fan', event: 'list/came', kind: 'emit-each', config: { items: '{{ event.data.items }}', event: 'item/found', data: '{ "n": {{ item }} }', id: '' } },
    { slug: 'one', event: 'item/found', kind: 'emit', config: sends('item/checked') },
    { slug: 'last', event: 'item/checked', config: values({ n: '{{ event.data.n }}' }) },
  ])
  const { id, send } = await drawn(document)
  await publish(ws, id, { authorId: null })
  // Sent by somebody else in between: not of this fan-out.
  await send('item/checked', { n: 'other' }, 1)
  const large = await send('list/came', { items: Array.from({ length: 30 }, (_, n) => n) }, 61)
  const view = await followEvent(t.engine.pool, ws, document, large)
  expect(view).toMatchObject({ total: 61, ended: 61, settled: true, more: false, beyond: false, events: { 'item/found': 30, 'item/checked': 30 }, sent: { 'step-fan': 30, 'step-one': 30 } })
  expect(view.frames['fn-last']).toMatchObject({ total: 30, state: 'completed', counts: [{ state: 'completed', count: 30 }], run: expect.stringMatching(/^run_/) })

  const further = drawFunctions([
    { slug: 'fan-2', event: 'list/went', kind: 'emit-each', config: { items: '{{ event.data.items }}', event: 'item/lost', data: '{ "n": {{ item }} }', id: '' } },
    { slug: 'one-2', event: 'item/lost', kind: 'emit', config: sends('item/sought') },
    { slug: 'two-2', event: 'item/sought', kind: 'emit', config: sends('item/back') },
    { slug: 'three-2', event: 'item/back', config: values({ n: '{{ event.data.n }}' }) },
  ])
  const deeper = await drawn(further)
  await publish(ws, deeper.id, { authorId: null })
  const deep = await followEvent(t.engine.pool, ws, further, await deeper.send('list/went', { items: Array.from({ length: 30 }, (_, n) => n) }, 91))
  expect(deep).toMatchObject({ total: 61, beyond: true, frames: { 'fn-two-2': { total: 30 } } })
  expect(deep.frames['fn-three-2']).toBeUndefined()
})

test('what is live is counted by function, tests of the draft apart', async () => {
  const document = drawFunctions([
    { slug: 'rest', event: 'a/b', kind: 'sleep', config: { mode: 'for', duration: '1h' } },
    { slug: 'quick', event: 'a/b', config: values({ x: '1' }) },
  ])
  const { id } = await drawn(document)
  await publish(ws, id, { authorId: null })
  const ended = endedRuns(t.engine, ws, 2)
  await t.engine.ingest(ws, [{ name: 'a/b', data: {} }, { name: 'a/b', data: {} }], { source: 'api' })
  await ended
  await testRun(ws, id, { revision: 0, event: { name: 'a/b', data: {} }, authorId: null })
  const counts = await until(async () => {
    const one = await liveCounts(t.engine.pool, ws, id)
    return one.functions.find((fn) => fn.slug === 'rest')?.open[0]?.state === 'sleeping' && one
  }, 'both rest')
  expect(counts).toEqual({ more: false, functions: [
    { slug: 'quick', nodeId: 'fn-quick', open: [], done: 2, failed: 0 },
    { slug: 'rest', nodeId: 'fn-rest', open: [{ state: 'sleeping', count: 2 }], done: 0, failed: 0 },
  ] })
})

test('the list to choose a sample from tells the events apart', async () => {
  await t.engine.ingest(ws, [{ name: 'order/placed', data: { total: 12, orderId: 'A-7' } }, { name: 'order/gone', data: {} }], { source: 'api' })
  expect(await recentEvents(t.engine.pool, ws, 'order/placed')).toMatchObject([{ name: 'order/placed', source: 'api', fields: [['orderId', 'A-7'], ['total', '12']] }])
  expect(await recentEvents(t.engine.pool, ws, 'order/*')).toHaveLength(2)
})
