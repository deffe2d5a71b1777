/** A test run executes exactly the drawing on the screen; what is published does not notice it. */
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { newUuid, parsePublicId, publicId, uuidFloor } from '#base/ids.ts'
import { emptyDocument, type GraphDocument } from '#graph/document.ts'
import { addFunction, addSchedule, addStep } from '#graph/edit/add-node.ts'
import { connect } from '#graph/edit/connect.ts'
import { updateNode } from '#graph/edit/update-node.ts'
import { db } from '#server/db.ts'
import { listFunctions } from '#server/functions/list-functions.ts'
import { getRun } from '#server/runs/get-run.ts'
import { countRuns, listRuns } from '#server/runs/list-runs.ts'
import { runCanvas } from '#server/runs/run-canvas.ts'
import { listWorkflows } from '#server/workflows/find-workflow.ts'
import { createWorkflow } from '#server/workflows/import.ts'
import { publish } from '#server/workflows/publish.ts'
import { testRun } from '#server/workflows/test-run.ts'
import { createPeople, drawFunctions, edit, values } from '#tests/support/drawing.ts'
import { endedRuns, type TestEngine } from '#tests/support/engine.ts'
import { startTestServer } from '#tests/support/server.ts'

let t: TestEngine
let ws: string

beforeAll(async () => {
  t = await startTestServer()
})
afterAll(async () => {
  await t.stop()
})
beforeEach(async () => {
  ws = (await createPeople()).workspace
})

const withValue = (document: GraphDocument, slug: string, from: string) => updateNode(document, `step-${slug}`, { config: values({ from }) })
const outputs = async () => (await t.engine.pool.query<{ slug: string; version: number; output: unknown }>(
  `select f.slug, r.version, s.output from run r join function f on f.workspace_id = r.workspace_id and f.id = r.function_id
   join step s on s.workspace_id = r.workspace_id and s.run_id = r.id where r.workspace_id = $1 order by r.id, f.slug`, [ws])).rows

test('an edit that is not published is what runs; the published function keeps its version and its behaviour', async () => {
  const base = drawFunctions([{ slug: 'greet', event: 'a/b', config: values({ from: 'published' }) }])
  const { id } = await createWorkflow(ws, { name: 'One', document: base, authorId: null })
  await publish(ws, id, { authorId: null })
  const revision = await edit(ws, id, base, withValue(base, 'greet', 'draft'))

  const tested = endedRuns(t.engine, ws, 1)
  const started = await testRun(ws, id, { revision, event: { name: 'a/b', data: { n: 1 } }, authorId: null })
  await tested
  expect(started).toMatchObject({ revision: 1, runs: [{ function: 'greet' }] })
  const run = await getRun(t.engine.pool, ws, started.runs[0]!.id)
  expect(run).toMatchObject({ status: 'completed', version: null, draftRevision: 1, steps: [{ output: { from: 'draft' } }] })

  const real = endedRuns(t.engine, ws, 1)
  await t.engine.ingest(ws, [{ name: 'a/b', data: {} }], { source: 'api' })
  await real
  expect(await outputs()).toEqual([{ slug: 'greet', version: -1, output: { from: 'draft' } }, { slug: 'greet', version: 1, output: { from: 'published' } }])
  expect(await listFunctions(t.engine.pool, ws)).toMatchObject([{ slug: 'greet', version: 1 }])
  expect(await publish(ws, id, { authorId: null })).toMatchObject({ functions: [{ slug: 'greet', version: 2, changed: true }], removed: [] })
})

test('a workflow that was never published can be tested, even before its first edit, and stays unpublished', async () => {
  const base = drawFunctions([{ slug: 'fresh', event: 'a/b', config: values({ from: 'draft' }) }])
  const { id } = await createWorkflow(ws, { name: 'New', document: base, authorId: null })
  const tested = endedRuns(t.engine, ws, 1)
  const { runs, revision } = await testRun(ws, id, { revision: 0, event: { name: 'a/b', data: {} }, authorId: null })
  await tested
  expect(revision).toBe(0)
  expect(await getRun(t.engine.pool, ws, runs[0]!.id)).toMatchObject({ status: 'completed', version: null, draftRevision: 0 })
  const [stored] = await t.engine.ingest(ws, [{ name: 'a/b', data: {} }], { source: 'api' })
  expect(stored!.runs).toBe(0)
  expect(await listFunctions(t.engine.pool, ws)).toEqual([])
  expect((await listWorkflows(ws))[0]).toMatchObject({ publishedVersion: 0, functions: [] })
  expect(await publish(ws, id, { authorId: null })).toMatchObject({ functions: [{ slug: 'fresh', version: 1, changed: true }], removed: [] })
})

test('a function that a draft once had and a publish does not is not called removed', async () => {
  const base = drawFunctions([{ slug: 'tried', event: 'a/b', config: values({ x: '1' }) }])
  const { id } = await createWorkflow(ws, { name: 'Trial', document: base, authorId: null })
  const tested = endedRuns(t.engine, ws, 1)
  await testRun(ws, id, { revision: 0, event: { name: 'a/b', data: {} }, authorId: null })
  await tested
  await edit(ws, id, base, updateNode(base, 'fn-tried', { slug: 'kept' }))
  expect(await publish(ws, id, { authorId: null })).toMatchObject({ functions: [{ slug: 'kept', version: 1 }], removed: [] })
})

test('what a test emits reaches the draft’s own functions, not the published ones', async () => {
  const base = drawFunctions([
    { slug: 'first', event: 'a/b', kind: 'emit', config: { event: 'a/c', data: '{}' } },
    { slug: 'second', event: 'a/c', config: values({ from: 'published' }) },
  ])
  const { id } = await createWorkflow(ws, { name: 'Chain', document: base, authorId: null })
  await publish(ws, id, { authorId: null })
  const revision = await edit(ws, id, base, withValue(base, 'second', 'draft'))
  const ended = endedRuns(t.engine, ws, 2)
  const { runs } = await testRun(ws, id, { revision, event: { name: 'a/b', data: {} }, authorId: null })
  await ended
  expect(runs.map((run) => run.function)).toEqual(['first'])
  expect((await outputs()).filter((one) => one.slug === 'second')).toEqual([{ slug: 'second', version: -1, output: { from: 'draft' } }])
})

test('the server waits for a revision that is on its way, and says so when it does not come', async () => {
  const base = drawFunctions([{ slug: 'late', event: 'a/b', config: values({ from: 'before' }) }])
  const { id } = await createWorkflow(ws, { name: 'Late', document: base, authorId: null })
  const tested = endedRuns(t.engine, ws, 1)
  const starting = testRun(ws, id, { revision: 1, event: { name: 'a/b', data: {} }, authorId: null })
  await edit(ws, id, base, withValue(base, 'late', 'after'))
  expect((await starting).revision).toBe(1)
  await tested
  expect(await outputs()).toMatchObject([{ version: -1, output: { from: 'after' } }])
  await expect(testRun(ws, id, { revision: 9, event: { name: 'a/b', data: {} }, authorId: null })).rejects.toMatchObject({ code: 'conflict', field: 'revision' })
})

test('a draft that does not compile is refused with its findings, and nothing is stored', async () => {
  const base = drawFunctions([{ slug: 'broken', event: 'a/b', config: values({ x: '{{ event.data. }}' }) }])
  const { id } = await createWorkflow(ws, { name: 'Broken', document: base, authorId: null })
  const refused = await testRun(ws, id, { revision: 0, event: { name: 'a/b', data: {} }, authorId: null }).catch((error: unknown) => error)
  expect(refused).toMatchObject({ code: 'invalid_graph', facts: { diagnostics: [{ nodeId: 'step-broken', severity: 'error' }] } })
  expect(await db().functionVersion.count({ where: { workspaceId: ws } })).toBe(0)
})

test('a condition on the line counts; an event nobody reacts to is stored and starts nothing', async () => {
  const base = drawFunctions([{ slug: 'big', event: 'a/b', config: values({ x: '1' }), if: 'event.data.n > 5' }])
  const { id } = await createWorkflow(ws, { name: 'Filter', document: base, authorId: null })
  const small = await testRun(ws, id, { revision: 0, event: { name: 'a/b', data: { n: 1 } }, authorId: null })
  expect(small.runs).toEqual([])
  const tested = endedRuns(t.engine, ws, 1)
  const big = await testRun(ws, id, { revision: 0, event: { name: 'a/b', data: { n: 9 } }, authorId: null })
  await tested
  expect(big.runs).toHaveLength(1)
  expect(await db().event.count({ where: { workspaceId: ws, name: 'a/b' } })).toBe(2)
})

test('a failed test needs no person and counts against no function; its run page shows the draft it ran', async () => {
  const base = drawFunctions([{ slug: 'breaks', event: 'a/b', kind: 'code', config: { code: 'throw new Error("broken")' } }])
  const { id, slug } = await createWorkflow(ws, { name: 'Breaks', document: base, authorId: null })
  await publish(ws, id, { authorId: null })
  const revision = await edit(ws, id, base, updateNode(base, 'fn-breaks', { retries: 0, name: 'Breaks at once' }))
  const tested = endedRuns(t.engine, ws, 1)
  const { runs } = await testRun(ws, id, { revision, event: { name: 'a/b', data: {} }, authorId: null })
  expect([...(await tested).values()]).toEqual(['failed'])
  expect(await countRuns(t.engine.pool, ws)).toMatchObject({ needsPerson: 0, failedLately: 0 })
  expect((await listRuns(t.engine.pool, ws, { needsPerson: true }, { limit: 10 })).data).toEqual([])
  expect((await listRuns(t.engine.pool, ws, {}, { limit: 10 })).data).toMatchObject([{ version: null, draftRevision: 1, status: 'failed' }])
  expect(await listFunctions(t.engine.pool, ws)).toMatchObject([{ failures: 0, lastRun: null }])
  const canvas = await runCanvas(t.engine.pool, ws, parsePublicId('run', runs[0]!.id)!)
  expect(canvas).toMatchObject({ workflow: slug, functionNode: 'fn-breaks', document: { nodes: { 'fn-breaks': { name: 'Breaks at once' } } } })
})

test('a schedule can be tested by its tick', async () => {
  let document = addSchedule(emptyDocument(), { id: 'clock', position: { x: 0, y: 0 }, cron: '0 9 * * MON', timezone: 'UTC' }).document
  document = addFunction(document, { id: 'fn', position: { x: 300, y: 0 }, slug: 'weekly' }).document
  document = addStep(document, { id: 's', parent: 'fn', kind: 'transform', key: 'work', config: values({ x: '1' }) }).document
  const answer = connect(document, { source: 'clock', target: 'fn' })
  if ('refused' in answer) throw new Error(answer.refused)
  const { id } = await createWorkflow(ws, { name: 'Weekly', document: answer.document, authorId: null })
  const tested = endedRuns(t.engine, ws, 1)
  const { runs } = await testRun(ws, id, { revision: 0, event: { name: 'fanwise/schedule.ticked', data: {} }, authorId: null })
  await tested
  expect(runs.map((run) => run.function)).toEqual(['weekly'])
})

test('a wait step of a draft hears the events it waits for', async () => {
  const base = drawFunctions([{ slug: 'waits', event: 'a/b', kind: 'wait', config: { event: 'paid/now', timeout: '1h', match: '', lookBack: true } }])
  const { id } = await createWorkflow(ws, { name: 'Waits', document: base, authorId: null })
  const parked = t.engine.signals.next('run.parked', (facts) => facts.workspaceId === ws)
  const ended = endedRuns(t.engine, ws, 1)
  await testRun(ws, id, { revision: 0, event: { name: 'a/b', data: {} }, authorId: null })
  await parked
  await t.engine.ingest(ws, [{ name: 'paid/now', data: { ok: true } }], { source: 'api' })
  expect([...(await ended).values()]).toEqual(['completed'])
})

test('a limit that only the draft has holds nothing of what is live', async () => {
  const base = drawFunctions([{ slug: 'limited', event: 'a/b', config: values({ x: '1' }) }])
  const { id } = await createWorkflow(ws, { name: 'Limited', document: base, authorId: null })
  await publish(ws, id, { authorId: null })
  const revision = await edit(ws, id, base, updateNode(base, 'fn-limited', { concurrency: { limit: 1 } }))
  const ended = endedRuns(t.engine, ws, 2)
  await testRun(ws, id, { revision, event: { name: 'a/b', data: {} }, authorId: null })
  await t.engine.ingest(ws, [{ name: 'a/b', data: {} }], { source: 'api' })
  await ended
  const { rows } = await t.engine.pool.query<{ live: boolean; cap: number | null }>('select id = function_id as live, cap from lane where workspace_id = $1 order by live', [ws])
  expect(rows).toEqual([{ live: false, cap: 1 }, { live: true, cap: null }])
})

test('a live run that waits is woken neither by a test event nor by what a test emits, and does not find them by looking back', async () => {
  const base = drawFunctions([
    { slug: 'waits', event: 'wait/now', kind: 'wait', config: { event: 'paid/now', timeout: '1h', match: '', lookBack: true } },
    { slug: 'pays', event: 'pay/now', kind: 'emit', config: { event: 'paid/now', data: '{ "from": "test" }' } },
  ])
  const { id } = await createWorkflow(ws, { name: 'Waits', document: base, authorId: null })
  await publish(ws, id, { authorId: null })
  const start = async (pause: { ms: number } | null) => {
    const parked = t.engine.signals.next('run.parked', (facts) => facts.workspaceId === ws)
    await t.engine.ingest(ws, [{ name: 'wait/now', data: {}, ...(pause === null ? {} : { uuid: uuidFloor(Date.now() - pause.ms).slice(0, 13) + newUuid().slice(13) }) }], { source: 'api' })
    return (await parked).runId
  }
  await start(null)
  const tested = endedRuns(t.engine, ws, 1)
  await testRun(ws, id, { revision: 0, event: { name: 'paid/now', data: { from: 'test' } }, authorId: null })
  await testRun(ws, id, { revision: 0, event: { name: 'pay/now', data: {} }, authorId: null })
  await tested
  // Began before the two test events, so looking back it would find them.
  await start({ ms: 60_000 })
  expect(await db().wait.count({ where: { workspaceId: ws, resolvedAt: null } })).toBe(2)
  const ended = endedRuns(t.engine, ws, 2)
  await t.engine.ingest(ws, [{ name: 'paid/now', data: { from: 'life' } }], { source: 'api' })
  await ended
  const { rows } = await t.engine.pool.query<{ output: { data: unknown } }>(`select output from step where workspace_id = $1 and step = 'work' and output::text like '%paid/now%' and run_id in (select id from run where version > 0)`, [ws])
  expect(rows.map((row) => row.output.data)).toEqual([{ from: 'life' }, { from: 'life' }])
})

test('a failed test can go on from its failed step and be run again, in the draft’s version, published or not', async () => {
  const base = drawFunctions([{ slug: 'breaks', event: 'a/b', kind: 'code', config: { code: 'throw new Error("broken")' } }])
  const { id } = await createWorkflow(ws, { name: 'Breaks', document: updateNode(base, 'fn-breaks', { retries: 0 }), authorId: null })
  const first = endedRuns(t.engine, ws, 1)
  await testRun(ws, id, { revision: 0, event: { name: 'a/b', data: {} }, authorId: null })
  const [failed] = [...(await first).keys()]
  const onwards = endedRuns(t.engine, ws, 1)
  await t.engine.retryRun(ws, failed!, { from: 'failed' })
  expect([...(await onwards).keys()]).toEqual([failed])
  const again = endedRuns(t.engine, ws, 1)
  const { runId } = await t.engine.retryRun(ws, failed!, { from: 'start' })
  await again
  expect(await getRun(t.engine.pool, ws, publicId('run', runId))).toMatchObject({ version: null, draftRevision: 0, status: 'failed' })
  expect(await db().lane.count({ where: { workspaceId: ws } })).toBe(1)
})

test('an id that a test emits under is free for what is live, and for the next test', async () => {
  const base = drawFunctions([
    { slug: 'first', event: 'a/b', kind: 'emit', config: { event: 'a/c', data: '{}', id: 'order-{{ event.data.n }}' } },
    { slug: 'second', event: 'a/c', config: values({ x: '1' }) },
  ])
  const { id } = await createWorkflow(ws, { name: 'Ids', document: base, authorId: null })
  await publish(ws, id, { authorId: null })
  for (let i = 0; i < 2; i++) {
    const tested = endedRuns(t.engine, ws, 2)
    await testRun(ws, id, { revision: 0, event: { name: 'a/b', data: { n: 7 } }, authorId: null })
    await tested
  }
  const live = endedRuns(t.engine, ws, 2)
  await t.engine.ingest(ws, [{ name: 'a/b', data: { n: 7 } }], { source: 'api' })
  await live
  expect((await outputs()).filter((one) => one.slug === 'second').map((one) => Math.sign(one.version))).toEqual([-1, -1, 1])
})
