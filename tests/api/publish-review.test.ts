/** A person publishes some functions of a draft and says why; the others stay exactly as they were, and the history tells it. */
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { newUuid } from '#base/ids.ts'
import { removeElements } from '#graph/edit/remove.ts'
import { updateNode } from '#graph/edit/update-node.ts'
import { db } from '#server/db.ts'
import { exportWorkflow } from '#server/workflows/export.ts'
import { findWorkflow, listWorkflows, storedDocument } from '#server/workflows/find-workflow.ts'
import { listHistory, readSnapshot, restore } from '#server/workflows/history.ts'
import { createWorkflow } from '#server/workflows/import.ts'
import { publish } from '#server/workflows/publish.ts'
import { reviewFacts } from '#server/workflows/review.ts'
import { createPeople, drawFunctions, edit, values, type TestPeople } from '#tests/support/drawing.ts'
import { endedRuns, type TestEngine } from '#tests/support/engine.ts'
import { startTestServer } from '#tests/support/server.ts'

let t: TestEngine
let people: TestPeople

beforeAll(async () => {
  t = await startTestServer()
})
afterAll(async () => {
  await t.stop()
})
beforeEach(async () => {
  people = await createPeople()
})

const base = drawFunctions([{ slug: 'one', event: 'a/b', config: values({ v: '1' }) }, { slug: 'two', event: 'a/b', config: values({ v: '1' }) }])
const changed = updateNode(updateNode(base, 'step-one', { config: values({ v: '2' }) }), 'step-two', { config: values({ v: '2' }) })
const versions = async (ws: string) => Object.fromEntries((await db().function.findMany({ where: { workspaceId: ws }, orderBy: { slug: 'asc' } })).map((one) => [one.slug, one.currentVersion]))

async function published() {
  const ws = people.workspace
  const { id, slug } = await createWorkflow(ws, { name: 'Orders', document: base, authorId: people.owner })
  await publish(ws, id, { authorId: people.owner })
  return { ws, id, slug }
}

test('only the chosen function gets its version; the draft stays ahead, and the rest can follow', async () => {
  const { ws, id, slug } = await published()
  const revision = await edit(ws, id, base, changed)
  expect(await publish(ws, id, { revision, functions: ['one'], note: ' Tax changed ', authorId: people.owner })).toMatchObject({
    version: 2, functions: [{ slug: 'one', version: 2, changed: true }, { slug: 'two', version: 1, changed: false }], removed: [],
  })
  expect(await versions(ws)).toEqual({ one: 2, two: 1 })
  const row = await findWorkflow(ws, slug)
  expect(storedDocument(row.draft)).toEqual(changed)
  expect(storedDocument(row.published)).toEqual(updateNode(base, 'step-one', { config: values({ v: '2' }) }))
  expect((await listWorkflows(ws))[0]).toMatchObject({ draftChanged: true, publishedVersion: 2 })
  expect((await exportWorkflow(ws, slug)).published).toMatchObject({ version: 2, revision: null })
  expect((await listHistory(ws, id))[0]).toMatchObject({ reason: 'publish v2', note: 'Tax changed', author: 'owner' })
  await publish(ws, id, { authorId: people.owner })
  expect(await versions(ws)).toEqual({ one: 2, two: 2 })
  expect((await listWorkflows(ws))[0]).toMatchObject({ draftChanged: false })
})

test('an event goes to what is live: the chosen version beside the old one', async () => {
  const { ws, id } = await published()
  await edit(ws, id, base, changed)
  await publish(ws, id, { functions: ['two'], authorId: people.owner })
  const ended = endedRuns(t.engine, ws, 2)
  await t.engine.ingest(ws, [{ name: 'a/b', data: {} }], { source: 'api' })
  await ended
  const { rows } = await t.engine.pool.query(`select f.slug, s.output->>'v' as v from step s join run r on r.workspace_id = s.workspace_id and r.id = s.run_id
    join function f on f.workspace_id = r.workspace_id and f.id = r.function_id where s.workspace_id = $1 order by f.slug`, [ws])
  expect(rows).toEqual([{ slug: 'one', v: '1' }, { slug: 'two', v: '2' }])
})

test('a function with an error keeps others from nothing: the one without is published', async () => {
  const { ws, id } = await published()
  await edit(ws, id, base, updateNode(updateNode(changed, 'fn-two', { retries: 99 }), 'step-two', { config: values({ v: '{{' }) }))
  await expect(publish(ws, id, { authorId: null })).rejects.toMatchObject({ code: 'invalid_graph' })
  await expect(publish(ws, id, { functions: ['two'], authorId: null })).rejects.toMatchObject({ code: 'invalid_graph' })
  await publish(ws, id, { functions: ['one'], authorId: null })
  expect(await versions(ws)).toEqual({ one: 2, two: 1 })
})

test('a removed function goes only when it is chosen; a name nobody drew is refused', async () => {
  const { ws, id } = await published()
  await edit(ws, id, base, removeElements(changed, new Set(['fn-two'])))
  await publish(ws, id, { functions: ['one'], authorId: null })
  expect(await versions(ws)).toEqual({ one: 2, two: 1 })
  expect(await publish(ws, id, { functions: ['two'], authorId: null })).toMatchObject({ removed: ['two'] })
  await expect(publish(ws, id, { functions: ['three'], authorId: null })).rejects.toMatchObject({ code: 'bad_request', field: 'functions' })
})

test('the review counts runs under way on the version they began with', async () => {
  const { ws, id } = await published()
  const sleeping = updateNode(base, 'step-one', { kind: 'sleep', config: { mode: 'for', duration: '1d', until: '' } })
  await edit(ws, id, base, sleeping)
  await publish(ws, id, { authorId: null })
  const ended = endedRuns(t.engine, ws, 1)
  await t.engine.ingest(ws, [{ name: 'a/b', data: {} }], { source: 'api' })
  await ended
  const facts = await reviewFacts(ws, id)
  expect(facts.inFlight).toEqual([{ slug: 'one', version: 2, runs: 1 }])
  expect(facts.live.map((one) => [one.slug, one.version, one.definition.slug])).toEqual([['one', 2, 'one'], ['two', 1, 'two']])
  expect(await reviewFacts(newUuid(), id)).toEqual({ live: [], earlier: [], inFlight: [], more: false })
})

test('every publish is in the history for good and can come back', async () => {
  const { ws, id, slug } = await published()
  await edit(ws, id, base, changed)
  await publish(ws, id, { functions: ['one'], authorId: people.owner, note: 'first' })
  await publish(ws, id, { functions: ['two'], authorId: people.owner, note: 'second' })
  await db().workflowSnapshot.updateMany({ where: { workspaceId: ws }, data: { at: new Date('2020-01-01T00:00:00Z') } })
  const list = (await listHistory(ws, id)).filter((one) => one.reason.startsWith('publish'))
  expect(list.map((one) => [one.reason, one.note]).sort()).toEqual([['publish v1', null], ['publish v2', 'first'], ['publish v3', 'second']])
  const first = list.find((one) => one.reason === 'publish v1')!
  expect((await readSnapshot(ws, id, first)).document).toEqual(base)
  await restore(ws, id, first, people.owner)
  expect(storedDocument((await findWorkflow(ws, slug)).draft)).toEqual(base)
})
