/** A throttle that is published while runs stand in its line counts for them at once, over two engines. */
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { checkInvariants } from '#engine/invariants.ts'
import { explainWait } from '#engine/why.ts'
import type { FunctionNode } from '#graph/document.ts'
import { closeDb } from '#server/db.ts'
import { setEngine } from '#server/engine.ts'
import { createWorkflow } from '#server/workflows/import.ts'
import { publish } from '#server/workflows/publish.ts'
import { createTestDatabase, type TestDatabase } from '#tests/support/database.ts'
import { createPeople, drawFunctions, edit, type TestPeople } from '#tests/support/drawing.ts'
import { startTestEngine, type TestEngine } from '#tests/support/engine.ts'
import { until as untilWithin } from '#tests/support/until.ts'

let database: TestDatabase
let one: TestEngine
let two: TestEngine
let people: TestPeople
const called: { n: number; at: number }[] = []
const services = {
  request: async (_workspace: string, { url }: { url: string }) => {
    called.push({ n: Number(new URL(url).searchParams.get('n')), at: performance.now() })
    return { status: 200, headers: {}, body: '{}' }
  },
}

beforeAll(async () => {
  database = await createTestDatabase()
  process.env.DATABASE_URL = database.url
  one = await startTestEngine({ database, services })
  two = await startTestEngine({ database, services })
  setEngine(one.engine)
})
beforeEach(async () => {
  called.length = 0
  people = await createPeople()
})
afterAll(async () => {
  setEngine(undefined)
  await closeDb()
  await one.stop()
  await two.stop()
  await database.drop()
})

const until = <T>(ask: () => Promise<T | null | undefined | false>, what: string) => untilWithin(ask, what, 20_000)
const drawn = drawFunctions([{ slug: 'call', event: 'call/asked', kind: 'http', config: { method: 'GET', url: 'https://api.example/?n={{ event.data.n }}' } }])
const throttled = (throttle: FunctionNode['throttle']) => ({ ...drawn, nodes: { ...drawn.nodes, 'fn-call': { ...drawn.nodes['fn-call'] as FunctionNode, throttle } } })
const send = (from: number, count: number, data = {}) => two.engine.ingest(people.workspace, Array.from({ length: count }, (_, n) => ({ name: 'call/asked', data: { n: from + n, ...data } })), { source: 'api' })
const inLine = async () => (await one.engine.pool.query<{ id: string }>(`select run_id::text as id from job where workspace_id = $1 and state = 'h' and why->>'kind' = 'throttle'`, [people.workspace])).rows
const sound = async () => expect(Object.entries(await checkInvariants(one.engine.pool, true)).filter(([, n]) => n !== 0)).toEqual([])

/** Published with one rule, of which so many wait; then with another one. */
async function change(before: NonNullable<FunctionNode['throttle']>, waiting: number, after: FunctionNode['throttle']): Promise<void> {
  const { id } = await createWorkflow(people.workspace, { name: 'Calls', document: throttled(before), authorId: people.owner })
  await publish(people.workspace, id, { authorId: people.owner })
  await send(0, waiting + 1)
  await until(async () => called.length === 1 && (await inLine()).length === waiting, 'one starts and the others stand in line')
  await edit(people.workspace, id, throttled(before), throttled(after))
  await publish(people.workspace, id, { authorId: people.owner })
}

test('raised, those who wait go at the new pace, oldest first, and those who come later behind them', async () => {
  await change({ limit: 1, period: '1h' }, 40, { limit: 20, period: '1s' })
  const since = performance.now()
  await send(41, 5)
  await until(async () => called.length === 46, 'all go')
  // 50 ms lie between two, whichever engine starts them; the first two may be a little closer to each other than to the clock.
  expect(called.at(-1)!.at - called[1]!.at).toBeGreaterThan(43 * 50)
  expect(performance.now() - since).toBeLessThan(12_000)
  // Two workers take turns, a batch each; in the line as a whole the old ones are in front: one after another, the halves would have 11 and 34.
  const mean = (half: typeof called) => half.reduce((sum, { n }) => sum + n, 0) / half.length
  expect(mean(called.slice(0, 23))).toBeLessThan(19)
  expect(mean(called.slice(23))).toBeGreaterThan(26)
  await sound()
})

test('taken away, those who wait start', async () => {
  await change({ limit: 1, period: '1d' }, 30, undefined)
  await until(async () => called.length === 31, 'all start')
  await sound()
})

test('lowered, those who wait go at the new pace, and say so', async () => {
  await change({ limit: 2, period: '1m' }, 3, { limit: 1, period: '1h' })
  await until(async () => {
    const { rows } = await one.engine.pool.query<{ n: number }>(`select count(*)::int as n from job where workspace_id = $1 and state = 'h' and due > clock_timestamp() + interval '50 minutes'`, [people.workspace])
    // The next start is due when it was, the others an hour later each.
    return rows[0]!.n === 2
  }, 'they stand in the new line')
  const sentences = await Promise.all((await inLine()).map(async ({ id }) => (await explainWait(one.engine.pool, people.workspace, id)).sentence))
  expect(sentences).toHaveLength(3)
  for (const sentence of sentences) expect(sentence).toMatch(/^Throttled until .*: 1 start per 1 h/)
})

test('with another key, those who wait stand in the lines of the new one', async () => {
  await change({ limit: 1, period: '1h' }, 3, { limit: 1, period: '1h', key: 'event.data.n' })
  await until(async () => called.length === 4, 'each has a line of its own')
})
