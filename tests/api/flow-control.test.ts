/** What drawing and pages have to do with flow control at the start of runs: shared limits, `events`, joined runs. */
import { afterAll, beforeAll, expect, test } from 'vitest'
import { publicId } from '#base/ids.ts'
import type { FunctionNode, GraphDocument } from '#graph/document.ts'
import { getEvent } from '#server/events/get-event.ts'
import { listFunctions } from '#server/functions/list-functions.ts'
import { checkDraft, publish } from '#server/workflows/publish.ts'
import { createWorkflow } from '#server/workflows/import.ts'
import { createPeople, drawFunctions, edit, values, type TestPeople } from '#tests/support/drawing.ts'
import type { TestEngine } from '#tests/support/engine.ts'
import { startTestServer } from '#tests/support/server.ts'

let t: TestEngine
let people: TestPeople
beforeAll(async () => {
  t = await startTestServer({ role: 'web' })
  people = await createPeople()
})
afterAll(async () => {
  await t.stop()
})

/** The drawing with settings on its frames. */
function withSettings(document: GraphDocument, settings: Record<string, Partial<FunctionNode>>): GraphDocument {
  const nodes = Object.fromEntries(Object.entries(document.nodes).map(([id, node]) => [id, settings[id] === undefined ? node : { ...node, ...settings[id] } as typeof node]))
  return { ...document, nodes }
}
const shared = (limit: number): Partial<FunctionNode> => ({ concurrency: { limit, key: 'event.data.host', scope: 'workspace' } })

test('functions that share a limit have the smallest number any of them gives, in new lanes and in those that exist', async () => {
  const drawn = drawFunctions(['a', 'b'].map((slug) => ({ slug, event: 'work/asked', config: values({ x: '1' }) })))
  const first = withSettings(drawn, { 'fn-a': shared(7), 'fn-b': shared(4) })
  const { id } = await createWorkflow(people.workspace, { name: 'Shared', document: first, authorId: people.owner })
  await publish(people.workspace, id, { authorId: people.owner })
  const caps = async () => (await t.engine.pool.query<{ key: string; cap: number }>('select key_text as key, cap from lane where workspace_id = $1 order by 1', [people.workspace])).rows
  await t.engine.ingest(people.workspace, ['x', 'y'].map((host) => ({ name: 'work/asked', data: { host } })), { source: 'api' })
  expect(await caps()).toEqual([{ key: 'x', cap: 4 }, { key: 'y', cap: 4 }])
  const second = withSettings(drawn, { 'fn-a': shared(2), 'fn-b': shared(4) })
  await edit(people.workspace, id, first, second)
  await publish(people.workspace, id, { authorId: people.owner })
  await t.engine.ingest(people.workspace, [{ name: 'work/asked', data: { host: 'z' } }], { source: 'api' })
  expect(await caps()).toEqual([{ key: 'x', cap: 2 }, { key: 'y', cap: 2 }, { key: 'z', cap: 2 }])
  await edit(people.workspace, id, second, withSettings(drawn, { 'fn-b': shared(9) }))
  await publish(people.workspace, id, { authorId: people.owner })
  expect((await caps()).filter(({ key }) => key !== null)).toEqual([{ key: 'x', cap: 9 }, { key: 'y', cap: 9 }, { key: 'z', cap: 9 }])
  // Whoever's lane they stand in, open runs are those of their function.
  expect((await listFunctions(t.engine.pool, people.workspace)).map(({ slug, open }) => [slug, open])).toEqual([['a', 3], ['b', 3]])
})

test('`events` can be read where a function collects batches, and nowhere else; an event’s page says which run it joined', async () => {
  const drawn = drawFunctions([{ slug: 'collect', event: 'many/sent', config: values({ all: '{{ events.map((e) => e.data.n) }}' }) }])
  const { id } = await createWorkflow(people.workspace, { name: 'Collect', document: drawn, authorId: people.owner })
  expect((await checkDraft(people.workspace, id)).map((one) => one.code)).toContain('events-without-batch')
  await edit(people.workspace, id, drawn, withSettings(drawn, { 'fn-collect': { batch: { size: 3, timeout: '1m' } } }))
  expect((await checkDraft(people.workspace, id)).filter((one) => one.severity === 'error')).toEqual([])
  await publish(people.workspace, id, { authorId: people.owner })
  const stored = await t.engine.ingest(people.workspace, [1, 2].map((n) => ({ name: 'many/sent', data: { n } })), { source: 'api' })
  const pages = await Promise.all(stored.map((event) => getEvent(t.engine.pool, people.workspace, publicId('evt', event.id))))
  const run = pages[0]!.runs[0]!.id
  for (const page of pages) expect(page).toMatchObject({ runs: [{ id: run }], joined: [{ run, events: 2 }] })
})
