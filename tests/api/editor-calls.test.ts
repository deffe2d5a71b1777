/** The editor's tRPC calls, as two people and a stranger make them. */
import { afterAll, beforeAll, expect, test } from 'vitest'
import { newUuid, publicId } from '#base/ids.ts'
import type { GraphDocument } from '#graph/document.ts'
import { updateNode } from '#graph/edit/update-node.ts'
import { diffDocuments } from '#graph/operations.ts'
import { seedExamples } from '#examples/seed.ts'
import { db } from '#server/db.ts'
import { liveRouter } from '#server/live.ts'
import { createCaller, router } from '#server/trpc.ts'
import { workflowsRouter } from '#server/workflows/router.ts'
import type { TestEngine } from '#tests/support/engine.ts'
import { startTestServer } from '#tests/support/server.ts'

const call = createCaller(router({ workflows: workflowsRouter, live: liveRouter }))
let t: TestEngine
const ids = { mara: newUuid(), jo: newUuid(), viewer: newUuid(), stranger: newUuid() }
const as = (who: keyof typeof ids) => call({ user: async () => ({ id: ids[who], email: `${who}@north.io`, name: who }) as never }).workflows
const at = { workspace: 'north', slug: 'signup-pipeline' }

beforeAll(async () => {
  t = await startTestServer()
  const ws = newUuid()
  await db().workspace.create({ data: { id: ws, slug: 'north', name: 'North' } })
  for (const [name, id] of Object.entries(ids)) {
    await db().user.create({ data: { id, email: `${name}@north.io`, name } })
    if (name !== 'stranger') await db().membership.create({ data: { workspaceId: ws, userId: id, role: name === 'viewer' ? 'viewer' : 'editor' } })
  }
  await seedExamples(ws, ids.mara)
})
afterAll(async () => {
  await t.stop()
})

const edit = async (who: 'mara' | 'jo', clientId: string, seq: number, change: (document: GraphDocument) => GraphDocument) => {
  const { document, revision } = await as(who).get(at)
  return as(who).applyOperations({ ...at, clientId, sinceRevision: revision, operations: [{ clientId, seq, label: 'Change', changes: diffDocuments(document, change(document)) as never }] })
}

test('who is not a member sees no workflow, and a viewer may look but not touch', async () => {
  await expect(as('stranger').get(at)).rejects.toMatchObject({ code: 'NOT_FOUND' })
  expect(await as('viewer').get(at)).toMatchObject({ slug: 'signup-pipeline', revision: 0, published: { version: 1 } })
  await expect(as('viewer').applyOperations({ ...at, clientId: 'v', sinceRevision: 0, operations: [] })).rejects.toMatchObject({ code: 'FORBIDDEN' })
  await expect(as('viewer').publish(at)).rejects.toMatchObject({ code: 'FORBIDDEN' })
})

test('the catalog tells the functions of the other workflows, with what they react to and send', async () => {
  const { catalog, functions } = await as('mara').get(at)
  expect(functions.map((one) => one.slug)).toContain('add-to-crm')
  expect(catalog.functionsElsewhere.find((one) => one.slug === 'process-order')).toEqual({ slug: 'process-order', workflow: 'order-cascade', events: ['order/placed'], emits: ['order/confirmed'], calls: [], waits: [], ends: [], nodeId: expect.any(String) })
  expect(catalog.functionsElsewhere.map((one) => one.workflow)).not.toContain('signup-pipeline')
})

test('an edit of one is told to the other’s open page, which asks for what is new; a viewer’s may ask too', async () => {
  await edit('jo', 'c-jo', 1, (document) => updateNode(document, 'f_add-to-crm', { retries: 6 }))
  const stop = new AbortController()
  const changes = await call({ user: async () => ({ id: ids.mara, email: 'mara@north.io', name: 'mara' }) as never }, { signal: stop.signal }).live.changes({ workspace: at.workspace })
  const heard = (changes as AsyncIterable<{ workflows: string[] }>)[Symbol.asyncIterator]()
  const next = heard.next()
  await edit('jo', 'c-jo', 2, (document) => updateNode(document, 'f_add-to-crm', { retries: 7 }))
  expect((await next).value?.workflows).toContain(publicId('wf', (await as('mara').get(at)).id))
  for (const who of ['mara', 'viewer'] as const) {
    const news = await as(who).draftNews({ ...at, clientId: `c-${who}-asks`, sinceRevision: 0 })
    expect(news.others.map((one) => [one.revision, one.clientId, one.author])).toEqual([[1, 'c-jo', 'jo'], [2, 'c-jo', 'jo']])
  }
  expect(await as('viewer').draftNews({ ...at, clientId: 'c-viewer-asks', sinceRevision: 1 })).toMatchObject({ revision: 2, acknowledgedSeq: 0, others: [{ revision: 2 }] })
  await expect(as('stranger').draftNews({ ...at, clientId: 'c-stranger', sinceRevision: 0 })).rejects.toMatchObject({ code: 'NOT_FOUND' })
  const last = heard.next()
  stop.abort()
  expect((await last).done).toBe(true)
})

test('publish, then discard what came after it', async () => {
  const { revision } = await as('mara').get(at)
  expect((await as('mara').publish({ ...at, revision })).functions.filter((one) => one.changed)).toEqual([{ slug: 'add-to-crm', version: 2, changed: true }])
  await edit('mara', 'c-mara', 1, (document) => updateNode(document, 'f_audit-log', { slug: 'no good slug' }))
  await expect(as('mara').publish(at)).rejects.toMatchObject({ code: 'UNPROCESSABLE_CONTENT', cause: { code: 'invalid_graph', facts: { diagnostics: [{ code: 'slug-invalid' }] } } })
  await as('mara').discardDraft(at)
  const { document, published } = await as('mara').get(at)
  expect(document).toEqual(published!.document)
  expect(document.nodes['f_add-to-crm']).toMatchObject({ retries: 7 })
})

test('an edit of something with a long name, or of text that no database takes, keeps nothing after it from being saved', async () => {
  const { revision } = await as('mara').get(at)
  const [clientId, long] = ['c-long', `Move ${'a note with a whole paragraph in its first line, '.repeat(8)}`]
  const answer = await as('mara').applyOperations({
    ...at, clientId, sinceRevision: revision, operations: [
      { clientId, seq: 1, label: long, changes: [{ path: ['nodes', 'f_add-to-crm', 'retries'], value: 8 }] },
      { clientId, seq: 2, label: 'Edit a\u0000b', changes: [{ path: ['nodes', 'f_add-to-crm', 'name'], value: 'a\u0000b' }, { path: ['nodes', 'f_add-to-crm', 'idempotency'], value: '"\ud83d"' }] },
      { clientId, seq: 3, label: 'Edit', changes: [{ path: ['nodes', 'f_add-to-crm', 'retries'], value: 9 }] },
    ],
  })
  expect(answer).toMatchObject({ acknowledgedSeq: 3, revision: revision + 3 })
  const { document } = await as('mara').get(at)
  expect(document.nodes['f_add-to-crm']).toMatchObject({ retries: 9 })
  expect(document.nodes['f_add-to-crm']).not.toHaveProperty('name', 'a\u0000b')
  const { others } = await as('jo').draftNews({ ...at, clientId: 'c-jo-reads', sinceRevision: revision })
  expect(others.map(({ label, changes }) => [label.length <= 200, changes.length])).toEqual([[true, 1], [true, 0], [true, 1]])
})

test('create and rename', async () => {
  const made = await as('mara').create({ workspace: 'north', name: 'Signup pipeline' })
  expect(made).toMatchObject({ slug: 'signup-pipeline-2', name: 'Signup pipeline' })
  await as('mara').rename({ workspace: 'north', slug: made.slug, name: '  Second   try ' })
  expect((await as('mara').list({ workspace: 'north' })).find((one) => one.slug === made.slug)).toMatchObject({ name: 'Second try', publishedVersion: 0, draftChanged: true, functions: [] })
  await expect(as('mara').rename({ workspace: 'north', slug: made.slug, name: ' ' })).rejects.toMatchObject({ code: 'BAD_REQUEST' })
})

test('edits wait for whoever made them: another person who is signed in by then does not send them', async () => {
  const { document, revision } = await as('mara').get(at)
  const operations = [{ clientId: 'c-left', seq: 1, label: 'Change', changes: diffDocuments(document, updateNode(document, 'f_add-to-crm', { retries: 5 })) as never }]
  const left = { ...at, clientId: 'c-left', sinceRevision: revision, operations, author: publicId('usr', ids.mara) }
  await expect(as('jo').applyOperations(left)).rejects.toMatchObject({ code: 'UNAUTHORIZED' })
  expect(await as('mara').applyOperations(left)).toMatchObject({ revision: revision + 1, workflow: { name: 'Signup pipeline', version: expect.any(Number) as number } })
  const now = (await as('mara').get(at)).document
  await as('mara').applyOperations({ ...left, sinceRevision: revision + 1, operations: [{ ...operations[0]!, seq: 2, changes: diffDocuments(now, document) as never }] })
})

test('whoever has the drawing open learns of a new name and of a publish with the next answer', async () => {
  const news = () => as('viewer').draftNews({ ...at, clientId: 'c-viewer-news', sinceRevision: 0 })
  const before = (await news()).workflow
  await as('jo').rename({ ...at, name: 'Signups' })
  await edit('jo', 'c-jo-publishes', 1, (document) => updateNode(document, 'f_add-to-crm', { retries: 8 }))
  await as('jo').publish(at)
  expect((await news()).workflow).toEqual({ name: 'Signups', version: before.version + 1 })
  await as('jo').rename({ ...at, name: before.name })
})
