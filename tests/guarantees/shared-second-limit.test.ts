/** The number of a second limit is one: for all functions that share it, over all workers, and a publish changes it for all at once. */
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { FunctionNode, GraphDocument } from '#graph/document.ts'
import { closeDb } from '#server/db.ts'
import { setEngine } from '#server/engine.ts'
import { createWorkflow } from '#server/workflows/import.ts'
import { publish } from '#server/workflows/publish.ts'
import { createTestDatabase, type TestDatabase } from '#tests/support/database.ts'
import { createPeople, drawFunctions, edit, type TestPeople } from '#tests/support/drawing.ts'
import { startTestEngine, type TestEngine } from '#tests/support/engine.ts'
import { until } from '#tests/support/until.ts'

let database: TestDatabase
let one: TestEngine
let two: TestEngine
let people: TestPeople
let open = 0
let highest = 0
/** Nobody is answered before so many have asked at once. */
let full = { of: 0, reached: Promise.resolve(), reach: () => {} }

beforeAll(async () => {
  database = await createTestDatabase()
  process.env.DATABASE_URL = database.url
  const services = {
    request: async () => {
      highest = Math.max(highest, ++open)
      if (open >= full.of) full.reach()
      await full.reached
      await new Promise((resolve) => setTimeout(resolve, 15))
      open -= 1
      return { status: 200, headers: {}, body: '{}' }
    },
  }
  one = await startTestEngine({ database, services })
  two = await startTestEngine({ database, services })
  setEngine(one.engine)
  people = await createPeople()
})
afterAll(async () => {
  setEngine(undefined)
  await closeDb()
  await one.stop()
  await two.stop()
  await database.drop()
})

const limits = (document: GraphDocument, settings: Record<string, FunctionNode['concurrency2']>): GraphDocument => ({
  ...document, nodes: Object.fromEntries(Object.entries(document.nodes).map(([id, node]) => [id, node.type === 'function' && id in settings ? { ...node, concurrency: { limit: 50 }, concurrency2: settings[id] } : node])),
})
const drawn = (slugs: string[]) => drawFunctions(slugs.map((slug) => ({ slug, event: `${slug}/asked`, kind: 'http', config: { method: 'GET', url: 'https://api.example/x' } })))
let runs = 0

/** Sends some for each function over both workers: so many calls are open at once at some moment, and never more. */
async function expectAtOnce(slugs: string[], count: number): Promise<void> {
  const each = 20
  highest = 0
  full = { of: count, ...reachable() }
  await Promise.all([one, two].map((engine) => engine.engine.ingest(people.workspace, slugs.flatMap((slug) => Array.from({ length: each / 2 }, () => ({ name: `${slug}/asked`, data: {} }))), { source: 'api' })))
  runs += slugs.length * each
  await until(async () => (await one.engine.pool.query<{ n: number }>('select count(*)::int as n from run where workspace_id = $1 and status = 1', [people.workspace])).rows[0]!.n === runs, 'all complete')
  expect(highest).toBe(count)
}

function reachable(): { reached: Promise<void>; reach: () => void } {
  let reach = () => {}
  const reached = new Promise<void>((resolve) => (reach = resolve))
  return { reached, reach }
}

test('a shared second limit is the smallest number of all that give one, from the first run on, and after each publish', async () => {
  const shared = (limit: number) => ({ limit, key: '"api"', scope: 'workspace' as const })
  const document = drawn(['a', 'b'])
  const first = limits(document, { 'fn-a': shared(9), 'fn-b': shared(2) })
  const { id } = await createWorkflow(people.workspace, { name: 'Shared', document: first, authorId: people.owner })
  await publish(people.workspace, id, { authorId: people.owner })
  // The function with the greater number is the one that runs first.
  await expectAtOnce(['a'], 2)
  await expectAtOnce(['a', 'b'], 2)
  const second = limits(document, { 'fn-a': shared(9), 'fn-b': shared(4) })
  await edit(people.workspace, id, first, second)
  await publish(people.workspace, id, { authorId: people.owner })
  await expectAtOnce(['a'], 4)
  const third = limits(document, { 'fn-a': shared(3), 'fn-b': shared(4) })
  await edit(people.workspace, id, second, third)
  await publish(people.workspace, id, { authorId: people.owner })
  await expectAtOnce(['b'], 3)
})

test('a function’s own second limit follows its publish', async () => {
  const document = drawn(['own'])
  const first = limits(document, { 'fn-own': { limit: 2 } })
  const { id } = await createWorkflow(people.workspace, { name: 'Own', document: first, authorId: people.owner })
  await publish(people.workspace, id, { authorId: people.owner })
  await expectAtOnce(['own'], 2)
  await edit(people.workspace, id, first, limits(document, { 'fn-own': { limit: 5 } }))
  await publish(people.workspace, id, { authorId: people.owner })
  await expectAtOnce(['own'], 5)
})
