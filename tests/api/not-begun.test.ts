/** Runs that have not begun: those that still collect events say so, those meant for later wait; neither sleeps. */
import { afterAll, beforeAll, expect, test } from 'vitest'
import { publicId } from '#base/ids.ts'
import type { JsonObject } from '#base/json.ts'
import type { FunctionNode } from '#graph/document.ts'
import { updateNode } from '#graph/edit/update-node.ts'
import { listEvents } from '#server/events/list-events.ts'
import { listFunctions } from '#server/functions/list-functions.ts'
import { listRuns } from '#server/runs/list-runs.ts'
import { followEvent } from '#server/workflows/follow.ts'
import { createWorkflow } from '#server/workflows/import.ts'
import { liveCounts } from '#server/workflows/live-counts.ts'
import { publish } from '#server/workflows/publish.ts'
import { createPeople, drawFunctions, values } from '#tests/support/drawing.ts'
import type { TestEngine } from '#tests/support/engine.ts'
import { startTestServer } from '#tests/support/server.ts'
import { until } from '#tests/support/until.ts'

let t: TestEngine
beforeAll(async () => {
  t = await startTestServer()
})
afterAll(async () => {
  await t.stop()
})

/** One function on `work/asked` with these rules, published. */
async function world(rules: Partial<FunctionNode>, step: { kind?: 'sleep'; config: JsonObject } = { config: values({ n: '1' }) }) {
  const { workspace: ws } = await createPeople()
  const document = updateNode(drawFunctions([{ slug: 'work', event: 'work/asked', ...step }]), 'fn-work', rules)
  const { id } = await createWorkflow(ws, { name: 'Work', document, authorId: null })
  await publish(ws, id, { authorId: null })
  const send = async (count: number, ts?: number) => (await t.engine.ingest(ws, Array.from({ length: count }, (_, n) => ({ name: 'work/asked', data: { n }, ...(ts === undefined ? {} : { ts }) })), { source: 'api' })).map((event) => publicId('evt', event.id))
  const look = async (event: string) => {
    const [runs, view, live, functions] = await Promise.all([
      listRuns(t.engine.pool, ws, {}, { limit: 10 }), followEvent(t.engine.pool, ws, document, event), liveCounts(t.engine.pool, ws, id), listFunctions(t.engine.pool, ws),
    ])
    return { runs: runs.data, frame: view.frames['fn-work'], counts: view.counts, settled: view.settled, live: live.functions[0]?.open, lastWhy: functions[0]?.lastRun?.why }
  }
  return { ws, send, look }
}

test('a batch that is not full collects, in the list and on the drawing', async () => {
  const { send, look } = await world({ batch: { size: 10, timeout: '1 h' } })
  const events = await send(3)
  const { runs, frame, counts, settled, live, lastWhy } = await look(events[2]!)
  expect(runs).toMatchObject([{ status: 'sleeping', startedAt: null, why: { kind: 'collecting', events: 3, size: 10 }, dueAt: expect.any(String) as string }])
  expect(frame).toMatchObject({ state: 'collecting', total: 1 })
  expect([counts, live, settled]).toEqual([[{ state: 'collecting', count: 1 }], [{ state: 'collecting', count: 1 }], false])
  expect(lastWhy).toEqual({ kind: 'collecting' })
})

test('a debounce that waits for quiet collects too', async () => {
  const { send, look } = await world({ debounce: { period: '1 h' } })
  const [event] = await send(2)
  const { runs, frame, live } = await look(event!)
  expect(runs).toMatchObject([{ why: { kind: 'collecting', events: 2, size: null } }])
  expect([frame?.state, live]).toEqual(['collecting', [{ state: 'collecting', count: 1 }]])
})

test('each event that a batch took says so in the list, and those nobody took say that', async () => {
  const { ws, send } = await world({ batch: { size: 3, timeout: '1 h' } })
  const taken = await send(4)
  const [other] = await t.engine.ingest(ws, [{ name: 'work/lonely', data: {} }], { source: 'api' })
  const ended = async () => (await listRuns(t.engine.pool, ws, { status: 'completed' }, { limit: 1 })).data.length === 1
  await until(ended, 'the full batch has run')
  const page = await listEvents(t.engine.pool, ws, {}, { limit: 10 })
  const runs = new Map(page.data.map((event) => [event.id, event.runs]))
  expect(taken.map((id) => [runs.get(id)?.total, runs.get(id)?.completed, runs.get(id)?.resting])).toEqual([[1, 1, 0], [1, 1, 0], [1, 1, 0], [1, 0, 1]])
  expect(runs.get(publicId('evt', other!.id))).toMatchObject({ total: 0 })
})

test('a run whose event is meant for later waits', async () => {
  const { send, look } = await world({})
  const [event] = await send(2, Date.now() + 3_600_000)
  const { runs, frame, live, lastWhy } = await look(event!)
  expect(runs.map((run) => run.why)).toEqual([{ kind: 'start-at' }, { kind: 'start-at' }])
  expect([frame?.state, live]).toEqual(['waiting', [{ state: 'waiting', count: 2 }]])
  expect(lastWhy).toEqual({ kind: 'start-at' })
})

test('one that has begun and sleeps still sleeps', async () => {
  const { send, look } = await world({ batch: { size: 2, timeout: '1 h' } }, { kind: 'sleep', config: { mode: 'for', duration: '1h' } })
  const [event] = await send(2)
  const { runs, frame, live } = await until(async () => {
    const seen = await look(event!)
    return seen.frame?.state === 'sleeping' && seen
  }, 'it sleeps')
  expect(runs).toMatchObject([{ status: 'sleeping', why: { kind: 'sleep' } }])
  expect([frame?.state, live]).toEqual(['sleeping', [{ state: 'sleeping', count: 1 }]])
})
