import pg from 'pg'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { newUuid } from '#base/ids.ts'
import { canonicalJson } from '#base/json.ts'
import { emptyDocument, type GraphDocument } from '#graph/document.ts'
import { addEvent, addFunction, addSchedule, addStep, addWebhook } from '#graph/edit/add-node.ts'
import { connect } from '#graph/edit/connect.ts'
import { moveNodes } from '#graph/edit/move.ts'
import { removeElements } from '#graph/edit/remove.ts'
import { updateNode } from '#graph/edit/update-node.ts'
import { applyChanges, diffDocuments, type Operation } from '#graph/operations.ts'
import { keepHistory } from '#engine/duties/keep-history.ts'
import { seedExamples } from '#examples/seed.ts'
import { closeDb, db } from '#server/db.ts'
import { exportWorkflow } from '#server/workflows/export.ts'
import { findWorkflow, storedDocument } from '#server/workflows/find-workflow.ts'
import { createWorkflow, importWorkflow } from '#server/workflows/import.ts'
import { publish } from '#server/workflows/publish.ts'
import { applyOperations, draftNews } from '#server/workflows/save-draft.ts'
import { createTestDatabase, type TestDatabase } from '#tests/support/database.ts'

let database: TestDatabase
let ws: string
let user: string

beforeAll(async () => {
  database = await createTestDatabase()
  process.env.DATABASE_URL = database.url
})
afterAll(async () => {
  await closeDb()
  await database.drop()
})
beforeEach(async () => {
  ws = newUuid()
  user = newUuid()
  await db().workspace.create({ data: { id: ws, slug: `w-${ws.slice(-12)}`, name: 'Test' } })
  await db().user.create({ data: { id: user, email: `${user}@x.y`, name: 'Mara' } })
})

const at = { x: 0, y: 0 }

/** Event → one function with one transform. */
function drawing(slug = 'greet', event = 'a/b'): GraphDocument {
  let document = addEvent(emptyDocument(), { id: 'ev', position: at, event }).document
  document = addFunction(document, { id: 'fn', position: { x: 300, y: 0 }, slug }).document
  document = addStep(document, { id: 's1', parent: 'fn', kind: 'transform', key: 'one', config: { fields: [{ name: 'x', value: '1' }] } }).document
  return joined(document, 'ev', 'fn')
}

function joined(document: GraphDocument, source: string, target: string): GraphDocument {
  const answer = connect(document, { source, target })
  if ('refused' in answer) throw new Error(answer.refused)
  return answer.document
}

const op = (clientId: string, seq: number, before: GraphDocument, after: GraphDocument): Operation => ({ clientId, seq, label: `edit ${seq}`, changes: diffDocuments(before, after) })
const draftOf = async (slug: string) => storedDocument((await findWorkflow(ws, slug)).draft)

describe('applyOperations', () => {
  test('stores edits in order, tells each client what the others did, and a resent edit once', async () => {
    const base = drawing()
    const { id, slug } = await createWorkflow(ws, { name: 'One', document: base, authorId: user })
    const one = op('a', 1, base, updateNode(base, 'fn', { retries: 7 }))
    const two = op('b', 1, base, updateNode(base, 'ev', { event: 'x/y' }))
    expect(await applyOperations(ws, id, { clientId: 'a', operations: [one], sinceRevision: 0, authorId: user })).toEqual({ revision: 1, acknowledgedSeq: 1, others: [], workflow: { name: 'One', version: 0 } })
    const second = await applyOperations(ws, id, { clientId: 'b', operations: [two], sinceRevision: 0, authorId: user })
    expect(second).toMatchObject({ revision: 2, acknowledgedSeq: 1, others: [{ revision: 1, clientId: 'a', author: 'Mara', label: 'edit 1', changes: one.changes }] })
    const again = await applyOperations(ws, id, { clientId: 'a', operations: [one], sinceRevision: 1, authorId: user })
    expect(again).toMatchObject({ revision: 2, acknowledgedSeq: 1, others: [{ revision: 2 }] })
    expect(await draftOf(slug)).toMatchObject({ nodes: { fn: { retries: 7 }, ev: { event: 'x/y' } } })
    expect(await db().workflowOperation.count({ where: { workspaceId: ws } })).toBe(2)
  })

  test('many clients at once: every edit is kept, and replaying the stored operations gives the draft', async () => {
    const base = drawing()
    const { id, slug } = await createWorkflow(ws, { name: 'Many', document: base, authorId: user })
    await Promise.all(Array.from({ length: 8 }, (_, client) => (async () => {
      for (let seq = 1; seq <= 15; seq++) {
        const document = addEvent(base, { id: `n_${client}_${seq}`, position: at, event: `e/${client}.${seq}` }).document
        await applyOperations(ws, id, { clientId: `c${client}`, operations: [op(`c${client}`, seq, base, document)], sinceRevision: 0, authorId: null })
      }
    })()))
    const draft = await draftOf(slug)
    expect(Object.keys(draft.nodes)).toHaveLength(3 + 120)
    const rows = await db().workflowOperation.findMany({ where: { workspaceId: ws, workflowId: id }, orderBy: { revision: 'asc' } })
    expect(rows.map((row) => row.revision)).toEqual(Array.from({ length: 120 }, (_, i) => i + 1))
    const replayed = rows.reduce((document, row) => applyChanges(document, row.changes as never), base)
    expect(canonicalJson(replayed)).toBe(canonicalJson(draft))
    expect((await db().workflowSnapshot.findMany({ where: { workspaceId: ws } })).map((one) => [one.revision, one.reason])).toEqual([[0, 'autosave'], [100, 'autosave']])
  })

  test('edits go after 90 days; a page from before that is told to reload, and changes nothing', async () => {
    const base = drawing()
    const { id, slug } = await createWorkflow(ws, { name: 'Old', document: base, authorId: user })
    const edit = (seq: number, since: number) => applyOperations(ws, id, { clientId: 'a', operations: [op('a', seq, base, updateNode(base, 'fn', { retries: seq }))], sinceRevision: since, authorId: user })
    for (let seq = 1; seq <= 3; seq++) await edit(seq, seq - 1)
    await db().$executeRaw`update workflow_operation set at = at - interval '91 days' where workspace_id = ${ws}::uuid and revision <= 2`
    const pool = new pg.Pool({ connectionString: database.url })
    await keepHistory(pool, () => {}).tick()
    await pool.end()
    expect((await db().workflowOperation.findMany({ where: { workspaceId: ws } })).map((row) => row.revision)).toEqual([3])
    await expect(draftNews(ws, id, { clientId: 'b', sinceRevision: 1 })).rejects.toMatchObject({ code: 'conflict' })
    await expect(edit(4, 1)).rejects.toMatchObject({ code: 'conflict' })
    expect(await draftOf(slug)).toMatchObject({ nodes: { fn: { retries: 3 } } })
    expect(await draftNews(ws, id, { clientId: 'b', sinceRevision: 2 })).toMatchObject({ revision: 3, others: [{ revision: 3 }] })
    expect(await draftNews(ws, id, { clientId: 'b', sinceRevision: 3 })).toMatchObject({ revision: 3, others: [] })
    expect(await edit(4, 3)).toMatchObject({ revision: 4 })
  })

  test('another workspace cannot reach the workflow', async () => {
    const { id } = await createWorkflow(ws, { name: 'Mine', authorId: user })
    await expect(applyOperations(newUuid(), id, { clientId: 'a', operations: [{ clientId: 'a', seq: 1, label: '', changes: [] }], sinceRevision: 0, authorId: null })).rejects.toMatchObject({ code: 'not_found' })
  })

  test('a webhook answers from the moment it is drawn, and follows its feed', async () => {
    const { id } = await createWorkflow(ws, { name: 'Hook', document: drawing(), authorId: user })
    const base = drawing()
    const withHook = addWebhook(base, { id: 'wh', position: at, name: 'Shop', hookId: `hook-${ws.slice(-12)}` }).document
    await applyOperations(ws, id, { clientId: 'a', operations: [op('a', 1, base, withHook)], sinceRevision: 0, authorId: null })
    expect(await db().webhookSource.findMany({ where: { workspaceId: ws } })).toMatchObject([{ nodeId: 'wh', name: 'Shop', eventName: null }])
    await applyOperations(ws, id, { clientId: 'a', operations: [op('a', 2, withHook, joined(withHook, 'wh', 'ev'))], sinceRevision: 0, authorId: null })
    expect(await db().webhookSource.findMany({ where: { workspaceId: ws } })).toMatchObject([{ eventName: 'a/b' }])
    await applyOperations(ws, id, { clientId: 'a', operations: [op('a', 3, withHook, base)], sinceRevision: 0, authorId: null })
    expect(await db().webhookSource.count({ where: { workspaceId: ws } })).toBe(0)
  })
})

describe('publish', () => {
  async function edited(id: string, before: GraphDocument, after: GraphDocument, seq: number): Promise<void> {
    await applyOperations(ws, id, { clientId: 'e', operations: [op('e', seq, before, after)], sinceRevision: 0, authorId: user })
  }

  test('a function gets a new version only when its behaviour changed; removed ones are archived, and come back', async () => {
    const one = drawing()
    let two = addFunction(one, { id: 'fn2', position: { x: 300, y: 300 }, slug: 'other' }).document
    two = joined(addStep(two, { id: 's2', parent: 'fn2', kind: 'transform', key: 'one', config: { fields: [] } }).document, 'ev', 'fn2')
    const { id } = await createWorkflow(ws, { name: 'P', document: two, authorId: user })
    expect(await publish(ws, id, { authorId: user })).toMatchObject({ version: 1, functions: [{ slug: 'greet', version: 1, changed: true }, { slug: 'other', version: 1, changed: true }], removed: [] })
    expect((await db().workspace.findUniqueOrThrow({ where: { id: ws } })).routeEpoch).toBe(1)

    const moved = moveNodes(two, { fn: { x: 640, y: 320 }, s1: { x: 200, y: 80 } })
    await edited(id, two, moved, 1)
    expect(await publish(ws, id, { authorId: user })).toMatchObject({ version: 2, functions: [{ slug: 'other', version: 1, changed: false }, { slug: 'greet', version: 1, changed: false }] })

    const changed = updateNode(moved, 's1', { config: { fields: [{ name: 'x', value: '2' }] } })
    await edited(id, moved, changed, 2)
    expect((await publish(ws, id, { authorId: user })).functions).toContainEqual({ slug: 'greet', version: 2, changed: true })

    await edited(id, changed, removeElements(changed, ['fn2']), 3)
    expect(await publish(ws, id, { authorId: user })).toMatchObject({ removed: ['other'] })
    expect(await db().function.findFirst({ where: { workspaceId: ws, slug: 'other' } })).toMatchObject({ currentVersion: null })
    await edited(id, removeElements(changed, ['fn2']), changed, 4)
    expect((await publish(ws, id, { authorId: user })).functions).toContainEqual({ slug: 'other', version: 1, changed: true })
    expect(await db().functionVersion.count({ where: { workspaceId: ws } })).toBe(3)
  })

  test('a renamed step keeps the version but shows its new name', async () => {
    const { id } = await createWorkflow(ws, { name: 'P', document: drawing(), authorId: user })
    await publish(ws, id, { authorId: user })
    await edited(id, drawing(), updateNode(drawing(), 's1', { name: 'Say hello' }), 1)
    expect((await publish(ws, id, { authorId: user })).functions).toEqual([{ slug: 'greet', version: 1, changed: false }])
    expect((await db().functionVersion.findFirstOrThrow({ where: { workspaceId: ws } })).definition).toMatchObject({ steps: [{ name: 'Say hello' }] })
  })

  test('errors are refused with their diagnostics and change nothing', async () => {
    const broken = updateNode(drawing(), 'fn', { slug: 'Not A Slug' })
    const { id } = await createWorkflow(ws, { name: 'P', document: broken, authorId: user })
    await expect(publish(ws, id, { authorId: user })).rejects.toMatchObject({ code: 'invalid_graph', field: 'graph.nodes.fn.slug', facts: { diagnostics: [{ nodeId: 'fn', code: 'slug-invalid' }] } })
    expect(await db().function.count({ where: { workspaceId: ws } })).toBe(0)
    expect((await db().workspace.findUniqueOrThrow({ where: { id: ws } })).routeEpoch).toBe(0)
  })

  test('a draft that moved on is a conflict', async () => {
    const { id } = await createWorkflow(ws, { name: 'P', document: drawing(), authorId: user })
    await edited(id, drawing(), updateNode(drawing(), 'fn', { retries: 1 }), 1)
    await expect(publish(ws, id, { revision: 0, authorId: user })).rejects.toMatchObject({ code: 'conflict' })
    await expect(publish(ws, id, { revision: 1, authorId: user })).resolves.toMatchObject({ revision: 1 })
  })

  test('two workflows cannot publish the same slug, not even at once', async () => {
    const a = await createWorkflow(ws, { name: 'A', document: drawing('same'), authorId: user })
    const b = await createWorkflow(ws, { name: 'B', document: drawing('same'), authorId: user })
    const results = await Promise.allSettled([publish(ws, a.id, { authorId: user }), publish(ws, b.id, { authorId: user })])
    expect(results.map((one) => one.status).sort()).toEqual(['fulfilled', 'rejected'])
    expect(results.find((one) => one.status === 'rejected')).toMatchObject({ reason: { code: 'invalid_graph', facts: { diagnostics: [{ code: 'slug-taken' }] } } })
  })

  test('a schedule gets its next tick in its time zone, and keeps it when nothing changed', async () => {
    let document = drawing()
    document = joined(addSchedule(document, { id: 'sc', position: at, cron: '0 9 * * MON', timezone: 'Europe/Berlin' }).document, 'sc', 'fn')
    const { id } = await createWorkflow(ws, { name: 'S', document, authorId: user })
    await publish(ws, id, { authorId: user })
    const row = await db().schedule.findFirstOrThrow({ where: { workspaceId: ws } })
    expect(row).toMatchObject({ triggerId: 'sc', cron: '0 9 * * MON', timezone: 'Europe/Berlin' })
    expect(new Intl.DateTimeFormat('en-GB', { timeZone: 'Europe/Berlin', weekday: 'short', hour: '2-digit', minute: '2-digit' }).format(row.nextAt)).toBe('Mon 09:00')
    await db().schedule.updateMany({ where: { workspaceId: ws }, data: { nextAt: new Date(0) } })
    await publish(ws, id, { authorId: user })
    expect((await db().schedule.findFirstOrThrow({ where: { workspaceId: ws } })).nextAt).toEqual(new Date(0))
    await edited(id, document, removeElements(document, ['sc']), 1)
    await publish(ws, id, { authorId: user })
    expect(await db().schedule.count({ where: { workspaceId: ws } })).toBe(0)
  })

  test('names that a wait step listens for are noted', async () => {
    const document = addStep(drawing(), { id: 'w', parent: 'fn', kind: 'wait', after: 'last', config: { event: 'invoice/paid', match: '', condition: '', timeout: '7d', lookBack: true } }).document
    const { id } = await createWorkflow(ws, { name: 'W', document, authorId: user })
    await publish(ws, id, { authorId: user })
    expect(await db().waitName.findMany({ where: { workspaceId: ws } })).toEqual([{ workspaceId: ws, name: 'invoice/paid' }])
  })
})

describe('import and export', () => {
  test('what is exported imports as the same drawing, under its slug as one edit', async () => {
    const graph = drawing()
    await importWorkflow(ws, { name: 'First', slug: 'first', graph, publish: true, authorId: user })
    const exported = await exportWorkflow(ws, 'first')
    expect(exported).toMatchObject({ slug: 'first', name: 'First', published: { version: 1, revision: 0 } })
    expect(exported.graph).toEqual(graph)
    const again = await importWorkflow(ws, { name: 'First', slug: 'first', graph: exported.graph, publish: true, authorId: user })
    expect(again).toMatchObject({ created: false, published: { functions: [{ slug: 'greet', version: 1, changed: false }] } })
    const changed = updateNode(exported.graph, 'fn', { retries: 9 })
    expect(await importWorkflow(ws, { name: 'First', slug: 'first', graph: changed, publish: true, authorId: user })).toMatchObject({ published: { functions: [{ version: 2, changed: true }] } })
    expect(await db().workflowOperation.findMany({ where: { workspaceId: ws } })).toMatchObject([{ label: 'Import', revision: 1 }])
  })

  test('a graph of the wrong shape is refused with the path of the mistake', async () => {
    const graph = JSON.parse(JSON.stringify(drawing())) as { nodes: Record<string, Record<string, unknown>> }
    graph.nodes.fn!.retries = 'many'
    await expect(importWorkflow(ws, { name: 'Bad', graph, authorId: user })).rejects.toMatchObject({ code: 'bad_request', field: 'graph.nodes.fn.retries' })
    await expect(importWorkflow(ws, { name: 'Bad', graph: { ...drawing(), edges: { e: { id: 'e', type: 'feed', source: 'no', target: 'ev' } } }, authorId: user })).rejects.toMatchObject({ field: 'graph.edges.e' })
    expect(await db().workflow.count({ where: { workspaceId: ws } })).toBe(0)
  })

  test('a graph with errors is not imported when it is to be published; as a draft it is, and says what is wrong', async () => {
    const graph = updateNode(drawing(), 's1', { config: { fields: [{ name: 'x', value: '{{ steps.nobody }}' }] } })
    await expect(importWorkflow(ws, { name: 'Half', graph, publish: true, authorId: user })).rejects.toMatchObject({ code: 'invalid_graph', facts: { diagnostics: [{ nodeId: 's1', field: 'config.fields.0.value' }] } })
    expect(await db().workflow.count({ where: { workspaceId: ws } })).toBe(0)
    expect(await importWorkflow(ws, { name: 'Half', graph, authorId: user })).toMatchObject({ slug: 'half', published: null, diagnostics: [{ severity: 'error', nodeId: 's1' }] })
  })

  test('an imported webhook never takes over another workflow’s address', async () => {
    const graph = addWebhook(drawing('g1'), { id: 'wh', position: at, hookId: `taken-${ws.slice(-12)}` }).document
    await importWorkflow(ws, { name: 'A', slug: 'a', graph, authorId: user })
    await importWorkflow(ws, { name: 'B', slug: 'b', graph, authorId: user })
    const rows = await db().webhookSource.findMany({ where: { workspaceId: ws } })
    expect(new Set(rows.map((row) => row.id)).size).toBe(2)
    expect(await draftOf('b')).toMatchObject({ nodes: { wh: { hookId: rows.find((row) => row.id !== `taken-${ws.slice(-12)}`)!.id } } })
  })
})

test('two webhooks of one file have two addresses; text that cannot be kept is named as such', async () => {
  const hook = (document: GraphDocument, id: string) => addWebhook(document, { id, position: at, hookId: `twice-${ws.slice(-12)}` }).document
  await importWorkflow(ws, { name: 'Twins', slug: 'twins', graph: hook(hook(drawing(), 'w1'), 'w2'), authorId: user })
  expect(await db().webhookSource.findMany({ where: { workspaceId: ws }, orderBy: { nodeId: 'asc' } })).toMatchObject([{ nodeId: 'w1', id: `twice-${ws.slice(-12)}` }, { nodeId: 'w2' }])
  const graph = { ...drawing(), nodes: { ...drawing().nodes, n: { id: 'n', type: 'note', position: at, size: { w: 200, h: 60 }, text: 'a\u0000b' } } }
  await expect(importWorkflow(ws, { name: 'Null', slug: 'null', graph, authorId: user })).rejects.toMatchObject({ code: 'bad_request', message: expect.stringContaining('null character') as string, field: 'graph.nodes.n' })
})

test('a drawing that is too large to be edited is not created either', async () => {
  const graph = updateNode(drawing(), 'ev', { sample: { text: 'x'.repeat(4_300_000) } })
  await expect(importWorkflow(ws, { name: 'Large', slug: 'large', graph, authorId: user })).rejects.toMatchObject({ code: 'too_large' })
  expect(await db().workflow.count({ where: { workspaceId: ws } })).toBe(0)
})

test.each(['A\u0000b', 'A \ud83d'])('a name that no database takes is refused: %j', async (name) => {
  await expect(createWorkflow(ws, { name, authorId: user })).rejects.toMatchObject({ code: 'bad_request', field: 'name' })
})

test('seeding twice leaves four published examples', async () => {
  await seedExamples(ws, user)
  await seedExamples(ws, user)
  const rows = await db().workflow.findMany({ where: { workspaceId: ws }, orderBy: { slug: 'asc' } })
  expect(rows.map((row) => [row.slug, row.publishedVersion])).toEqual([['order-cascade', 1], ['parallel-or-fan-out', 1], ['signup-pipeline', 1], ['weekly-digest', 1]])
  expect(await db().function.count({ where: { workspaceId: ws, archivedAt: null } })).toBe(15)
})
