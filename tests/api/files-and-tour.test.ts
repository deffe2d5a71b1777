/** Files as the browser imports them, and how far a person is in the tour. */
import { afterAll, beforeAll, expect, test } from 'vitest'
import { newUuid } from '#base/ids.ts'
import { seedExamples } from '#examples/seed.ts'
import { emptyDocument } from '#graph/document.ts'
import { addEvent, addWebhook } from '#graph/edit/add-node.ts'
import { db } from '#server/db.ts'
import { tourRouter } from '#server/tour/router.ts'
import { createCaller, router } from '#server/trpc.ts'
import { exportWorkflow } from '#server/workflows/export.ts'
import { filesRouter } from '#server/workflows/files-router.ts'
import { findWorkflow, storedDocument } from '#server/workflows/find-workflow.ts'
import { createWorkflow } from '#server/workflows/import.ts'
import { addMember, createPeople, type TestPeople } from '#tests/support/drawing.ts'
import type { TestEngine } from '#tests/support/engine.ts'
import { startTestServer } from '#tests/support/server.ts'

const call = createCaller(router({ files: filesRouter, tour: tourRouter }))
let t: TestEngine
let people: TestPeople
let viewer: string
const as = (id: string) => call({ user: async () => ({ id, email: `${id}@north.io`, name: null }) as never })

beforeAll(async () => {
  t = await startTestServer()
  people = await createPeople()
  viewer = newUuid()
  await addMember(people.workspace, viewer, 'viewer')
  await seedExamples(people.workspace, people.owner)
})
afterAll(async () => {
  await t.stop()
})

test('the preview says what the import then does: names, slugs, addresses, findings', async () => {
  const files = as(people.owner).files
  const text = JSON.stringify(await exportWorkflow(people.workspace, 'order-cascade'))
  const preview = await files.preview({ workspace: people.slug, text, fileName: 'x.json' })
  if (preview.refused !== null) throw new Error(preview.refused)
  expect(preview).toMatchObject({ kind: 'workflow', name: 'Order cascade', slug: 'order-cascade-2', problemCount: 0, errors: 0 })
  expect(preview.renamed).toContainEqual({ from: 'process-order', to: 'process-order-2' })
  const made = await files.import({ workspace: people.slug, text, name: preview.name })
  expect(made.slug).toBe(preview.slug)
  const document = storedDocument((await findWorkflow(people.workspace, made.slug)).draft)
  expect(document).toEqual(preview.document)
})

test('a webhook address that is in use is made new, one that is free is kept', async () => {
  const own = addWebhook(emptyDocument(), { position: { x: 0, y: 0 }, name: 'Orders', hookId: 'address-in-use-0001' })
  await createWorkflow(people.workspace, { name: 'Holder', document: addEvent(own.document, { position: { x: 0, y: 0 }, event: 'a/b' }).document, authorId: people.owner })
  const file = addWebhook(own.document, { position: { x: 0, y: 90 }, name: 'Free', hookId: 'address-free-0001' }).document
  const preview = await as(people.owner).files.preview({ workspace: people.slug, text: JSON.stringify(file), fileName: 'my hooks (2).json' })
  expect(preview).toMatchObject({ name: 'My hooks', webhooks: [{ name: 'Orders', newAddress: true }, { name: 'Free', newAddress: false }] })
  const { slug } = await as(people.owner).files.import({ workspace: people.slug, text: JSON.stringify(file), name: 'Hooks' })
  const hooks = Object.values(storedDocument((await findWorkflow(people.workspace, slug)).draft).nodes).flatMap((node) => (node.type === 'webhook' ? [node.hookId] : []))
  expect(hooks).toContain('address-free-0001')
  expect(hooks).not.toContain('address-in-use-0001')
})

test('what is no drawing is refused with what to do; viewers import nothing', async () => {
  expect(await as(people.owner).files.preview({ workspace: people.slug, text: '{', fileName: 'a.json' })).toMatchObject({ refused: expect.stringContaining('not JSON') as string })
  await expect(as(people.owner).files.import({ workspace: people.slug, text: '[]', name: 'x' })).rejects.toMatchObject({ code: 'BAD_REQUEST' })
  await expect(as(viewer).files.preview({ workspace: people.slug, text: '{}', fileName: 'a.json' })).rejects.toMatchObject({ code: 'FORBIDDEN' })
})

test('the tour belongs to the person: begun, moved, left, gone on with, and begun anew when its drawing is gone', async () => {
  const { tour } = as(people.owner)
  expect(await tour.get()).toBeNull()
  const begun = await tour.begin({ workspace: people.slug })
  expect(begun).toMatchObject({ state: 'going', step: 'event', workspace: people.slug, workflow: 'my-first-fan-out' })
  await tour.move({ step: 'add', state: 'left' })
  expect(await tour.begin({ workspace: people.slug })).toMatchObject({ state: 'going', step: 'add', workflow: begun.workflow })
  expect(await tour.begin({ workspace: people.slug, again: true })).toMatchObject({ step: 'event', workflow: 'my-first-fan-out-2' })
  await db().workflow.updateMany({ where: { workspaceId: people.workspace, slug: 'my-first-fan-out-2' }, data: { archivedAt: new Date() } })
  expect(await tour.begin({ workspace: people.slug })).toMatchObject({ step: 'event', workflow: 'my-first-fan-out-3' })
  await expect(as(viewer).tour.begin({ workspace: people.slug })).rejects.toMatchObject({ code: 'FORBIDDEN' })
  expect(await as(viewer).tour.get()).toBeNull()
})
