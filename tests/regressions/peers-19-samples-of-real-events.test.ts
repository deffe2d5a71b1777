/** A path that real events sometimes lack is a warning before anything runs, with how many lack it. */
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { newUuid } from '#base/ids.ts'
import type { JsonObject } from '#base/json.ts'
import { closeDb, db } from '#server/db.ts'
import { eventSamples } from '#server/events/samples.ts'
import { createWorkflow, importWorkflow } from '#server/workflows/import.ts'
import { checkDraft } from '#server/workflows/publish.ts'
import { createTestDatabase, type TestDatabase } from '#tests/support/database.ts'
import { createPeople, drawFunctions, values } from '#tests/support/drawing.ts'

let database: TestDatabase
let ws: string

beforeAll(async () => {
  database = await createTestDatabase()
  process.env.DATABASE_URL = database.url
})
afterAll(async () => {
  await closeDb()
  await database.drop()
})
beforeEach(async () => {
  ws = (await createPeople()).workspace
})

async function arrive(name: string, data: JsonObject, source = 'api', workspaceId = ws): Promise<void> {
  await db().event.create({ data: { workspaceId, id: newUuid(), name, data, ts: 0, source } })
}
const drawing = drawFunctions([{ slug: 'greet', event: 'a/b', config: values({ to: '{{ event.data.country }}' }) }])

test('the draft’s findings count the last 20 events that arrived', async () => {
  const { id } = await createWorkflow(ws, { name: 'One', document: drawing, authorId: null })
  expect(await checkDraft(ws, id)).toEqual([])
  for (let i = 0; i < 25; i++) await arrive('a/b', i % 8 === 7 ? { city: 'Utrecht' } : { country: 'NL' })
  expect(await checkDraft(ws, id)).toMatchObject([{ severity: 'warning', nodeId: 'step-greet', message: '`event.data.country` is missing in 3 of the last 20 events.' }])
})

test('a warning keeps nobody from publishing, and comes back with the answer', async () => {
  await arrive('a/b', { city: 'Utrecht' })
  const answer = await importWorkflow(ws, { name: 'One', graph: drawing, publish: true, authorId: null })
  expect(answer.published!.functions).toMatchObject([{ slug: 'greet', version: 1 }])
  expect(answer.diagnostics).toMatchObject([{ code: 'samples-missing' }])
})

test('samples are the newest first, of real events only, of this workspace only; patterns find what they match', async () => {
  const other = (await createPeople()).workspace
  await arrive('order/placed', { n: 1 })
  await arrive('order/placed', { n: 2 }, 'webhook')
  await arrive('order/paid', { n: 3 }, 'emit')
  await arrive('orders/x', { n: 4 })
  await arrive('order/placed', { n: 5 }, 'ui')
  await arrive('order/placed', { n: 6 }, 'api', other)
  await arrive('order/placed', { n: 7, text: 'x'.repeat(30_000) })
  expect(await eventSamples(ws, ['order/placed', 'order/*', 'nothing/here', ''])).toEqual({
    'order/placed': [{ n: 2 }, { n: 1 }],
    'order/*': [{ n: 3 }, { n: 2 }, { n: 1 }],
  })
  expect(await eventSamples(ws, ['order/placed'], 2)).toEqual({ 'order/placed': [{ n: 2 }] })
  expect(await eventSamples(ws, [])).toEqual({})
  // An event may be called what every object has.
  await arrive('constructor', { n: 8 })
  expect(await eventSamples(ws, ['constructor', 'toString'])).toEqual({ constructor: [{ n: 8 }] })
})
