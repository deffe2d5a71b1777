/** Autosave always has a way back: kept states of 30 days, restored as one edit that can be undone. */
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { canonicalJson } from '#base/json.ts'
import { emptyDocument, type GraphDocument } from '#graph/document.ts'
import { addEvent } from '#graph/edit/add-node.ts'
import { updateNode } from '#graph/edit/update-node.ts'
import { applyChanges, invertChanges, type Change } from '#graph/operations.ts'
import { closeDb, db } from '#server/db.ts'
import { storedDocument } from '#server/workflows/find-workflow.ts'
import { discardDraft, listHistory, readSnapshot, restore } from '#server/workflows/history.ts'
import { createWorkflow } from '#server/workflows/import.ts'
import { publish } from '#server/workflows/publish.ts'
import { reasonBefore } from '#server/workflows/snapshots.ts'
import { createTestDatabase, type TestDatabase } from '#tests/support/database.ts'
import { createPeople, drawFunctions, edit, values } from '#tests/support/drawing.ts'

let database: TestDatabase
let ws: string
let owner: string

beforeAll(async () => {
  database = await createTestDatabase()
  process.env.DATABASE_URL = database.url
})
afterAll(async () => {
  await closeDb()
  await database.drop()
})
beforeEach(async () => {
  ({ workspace: ws, owner } = await createPeople())
})

const draft = async (id: string): Promise<GraphDocument> => storedDocument((await db().workflow.findFirstOrThrow({ where: { id } })).draft)
const kept = async (id: string) => (await listHistory(ws, id)).map((one) => [one.revision, one.reason])
/** Moves every kept state into the past, as time would. */
const later = (minutes: number) => db().$executeRaw`update workflow_snapshot set at = at - make_interval(mins => ${minutes}) where workspace_id = ${ws}::uuid`
const base = drawFunctions([{ slug: 'greet', event: 'a/b', config: values({ from: 'first' }) }])
const withValue = (document: GraphDocument, from: string) => updateNode(document, 'step-greet', { config: values({ from }) })

test('every five minutes of activity are kept, with who made them and what was drawn', async () => {
  const { id } = await createWorkflow(ws, { name: 'One', document: base, authorId: owner })
  await edit(ws, id, base, withValue(base, 'second'), 'Edit', owner)
  await edit(ws, id, withValue(base, 'second'), withValue(base, 'third'), 'Edit', owner)
  await edit(ws, id, withValue(base, 'third'), withValue(base, 'fourth'), 'Edit', owner)
  expect(await kept(id)).toEqual([[0, 'autosave']])
  await later(6)
  await edit(ws, id, withValue(base, 'fourth'), withValue(base, 'fifth'), 'Edit', owner)
  await edit(ws, id, withValue(base, 'fifth'), withValue(base, 'sixth'), 'Edit', owner)
  expect(await listHistory(ws, id)).toMatchObject([
    { revision: 3, reason: 'autosave', author: 'owner', counts: { events: 1, functions: 1, steps: 1 } },
    { revision: 0, reason: 'autosave' },
  ])
  expect(canonicalJson((await readSnapshot(ws, id, { revision: 3, reason: 'autosave' })).document)).toBe(canonicalJson(withValue(base, 'fourth')))
})

test('a paste, a tidy-up and a publish are preceded by a kept state', async () => {
  const { id } = await createWorkflow(ws, { name: 'Two', document: base, authorId: owner })
  const second = withValue(base, 'second')
  await edit(ws, id, base, second)
  const pasted = addEvent(second, { id: 'pasted', position: { x: 9, y: 9 }, event: 'c/d' }).document
  await edit(ws, id, second, pasted, 'Paste')
  await edit(ws, id, pasted, updateNode(pasted, 'fn-greet', { retries: 1 }), 'Tidy up')
  await publish(ws, id, { authorId: owner })
  expect(await kept(id)).toEqual([[3, 'publish v1'], [2, 'before layout'], [1, 'before paste'], [0, 'autosave']])
  expect(Object.keys((await readSnapshot(ws, id, { revision: 1, reason: 'before paste' })).document.nodes)).not.toContain('pasted')
})

test('what a file brings into a drawing is preceded by a kept state, too', () => {
  expect(['Insert 12 things', 'Paste Notify', 'Duplicate Notify', 'Edit note'].map(reasonBefore)).toEqual(['before paste', 'before paste', 'before paste', null])
})

test('restoring is one ordinary edit: others get it, it can be undone, and what was there is kept too', async () => {
  const { id } = await createWorkflow(ws, { name: 'Three', document: base, authorId: owner })
  const wiped = emptyDocument()
  await edit(ws, id, base, wiped, 'Delete 4 things', owner)
  expect(await restore(ws, id, { revision: 0, reason: 'autosave' }, owner)).toEqual({ revision: 2 })
  expect(canonicalJson(await draft(id))).toBe(canonicalJson(base))
  const operation = await db().workflowOperation.findFirstOrThrow({ where: { workspaceId: ws, workflowId: id, revision: 2 } })
  expect(operation.label).toMatch(/^Restore version of \d{4}-\d\d-\d\d \d\d:\d\d UTC$/)
  expect(operation.authorId).toBe(owner)
  const undo = invertChanges(wiped, operation.changes as unknown as Change[])
  expect(canonicalJson(applyChanges(await draft(id), undo))).toBe(canonicalJson(wiped))
  expect(await kept(id)).toEqual([[1, 'before restore'], [0, 'autosave']])
})

test('a colleague’s edit of another field, made while somebody restores, is not lost', async () => {
  const { id } = await createWorkflow(ws, { name: 'Four', document: base, authorId: owner })
  await edit(ws, id, base, withValue(base, 'second'))
  await Promise.all([
    restore(ws, id, { revision: 0, reason: 'autosave' }, owner),
    edit(ws, id, withValue(base, 'second'), addEvent(withValue(base, 'second'), { id: 'mine', position: { x: 0, y: 900 }, event: 'x/y' }).document),
  ])
  const now = await draft(id)
  expect(now.nodes['step-greet']).toMatchObject({ config: values({ from: 'first' }) })
  const order = await db().workflowOperation.findMany({ where: { workspaceId: ws, workflowId: id }, orderBy: { revision: 'asc' }, select: { label: true } })
  // Whoever came second won about what both touched; the colleague's node is gone only when the restore came after it.
  expect(now.nodes['mine'] !== undefined).toBe(order.at(-1)!.label === 'Edit')
})

test('discarding the draft goes back to what is published; without a publish it says so', async () => {
  const { id } = await createWorkflow(ws, { name: 'Five', document: base, authorId: owner })
  await expect(discardDraft(ws, id, owner)).rejects.toMatchObject({ code: 'conflict' })
  await publish(ws, id, { authorId: owner })
  const edited = withValue(base, 'draft')
  await edit(ws, id, base, edited)
  await discardDraft(ws, id, owner)
  expect(canonicalJson(await draft(id))).toBe(canonicalJson(base))
  await restore(ws, id, { revision: 1, reason: 'before discard' }, owner)
  expect(canonicalJson(await draft(id))).toBe(canonicalJson(edited))
})

test('states older than 30 days go, published ones stay; a state that is gone and one of another workspace are refused alike', async () => {
  const { id } = await createWorkflow(ws, { name: 'Six', document: base, authorId: owner })
  await edit(ws, id, base, withValue(base, 'second'))
  await publish(ws, id, { authorId: owner })
  await later(31 * 24 * 60)
  await edit(ws, id, withValue(base, 'second'), withValue(base, 'third'), 'Paste')
  expect((await db().workflowSnapshot.findMany({ where: { workspaceId: ws }, orderBy: { at: 'asc' } })).map((one) => one.reason)).toEqual(['publish v1', 'before paste'])
  await expect(restore(ws, id, { revision: 0, reason: 'autosave' }, owner)).rejects.toMatchObject({ code: 'not_found' })
  await expect(restore((await createPeople()).workspace, id, { revision: 1, reason: 'before paste' }, owner)).rejects.toMatchObject({ code: 'not_found' })
})
