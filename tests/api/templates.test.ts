/** Every template of the gallery, published as it is used, runs offline to the end with its sample event; as a file it comes back the same. */
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { JsonObject } from '#base/json.ts'
import { templates } from '#examples/templates/list.ts'
import type { GraphDocument } from '#graph/document.ts'
import { updateNode } from '#graph/edit/update-node.ts'
import { handlePlayground } from '#playground/handle.ts'
import { exportWorkflow } from '#server/workflows/export.ts'
import { findWorkflow, storedDocument } from '#server/workflows/find-workflow.ts'
import { createFromTemplate } from '#server/workflows/from-template.ts'
import { importFile, previewFile } from '#server/workflows/import-file.ts'
import { publish } from '#server/workflows/publish.ts'
import { testRun } from '#server/workflows/test-run.ts'
import { createPeople, edit } from '#tests/support/drawing.ts'
import type { TestEngine } from '#tests/support/engine.ts'
import { startTestServer } from '#tests/support/server.ts'
import { until } from '#tests/support/until.ts'

let t: TestEngine

beforeAll(async () => {
  t = await startTestServer({
    services: {
      request: async (workspaceId, { url, ...request }, { idempotencyKey }) => {
        const { hostname, pathname, search } = new URL(url)
        if (!url.startsWith('playground://')) throw new Error(`A template called ${url}.`)
        return handlePlayground(t.engine.pool, workspaceId, hostname, { ...request, path: `${pathname}${search}`, idempotencyKey })
      },
    },
  })
})
afterAll(async () => {
  await t.stop()
})

/** Days become moments: nothing else of the drawing is touched. */
function hurried(document: GraphDocument): GraphDocument {
  let next = document
  for (const node of Object.values(document.nodes)) {
    if (node.type === 'step' && node.kind === 'sleep') next = updateNode(next, node.id, { config: { duration: '1ms' } })
    if (node.type === 'step' && (node.kind === 'wait' || node.kind === 'approval')) next = updateNode(next, node.id, { config: { timeout: '1s' } })
    if (node.type === 'function' && node.debounce !== undefined) next = updateNode(next, node.id, { debounce: { ...node.debounce, period: '1s', timeout: undefined } })
    if (node.type === 'function' && node.batch !== undefined) next = updateNode(next, node.id, { batch: { ...node.batch, timeout: '1s' } })
  }
  return next
}

const own = templates.filter((one) => one.category !== 'Patterns')

test.each(own.map((one) => one.slug))('%s', async (template) => {
  const { workspace, owner } = await createPeople()
  const { id, slug } = await createFromTemplate(workspace, { name: '', template, authorId: owner })
  const drawn = storedDocument((await findWorkflow(workspace, slug)).draft)
  const document = hurried(drawn)
  await edit(workspace, id, drawn, document)
  const { diagnostics, functions, revision } = await publish(workspace, id, { authorId: owner })
  expect(diagnostics).toEqual([])
  const emitted = new Set(Object.values(document.nodes).flatMap((node) => (node.type === 'step' && (node.kind === 'emit' || node.kind === 'emit-each') ? [String(node.config.event)] : [])))
  const first = Object.values(document.nodes).find((node) => node.type === 'event' && !emitted.has(node.event))
  if (first?.type === 'event') await t.engine.ingest(workspace, [{ name: first.event, data: first.sample as JsonObject }], { source: 'api' })
  else await testRun(workspace, id, { revision, event: { name: 'fanwise/schedule.ticked', data: {} }, authorId: owner })
  const rows = await until(async () => {
    const runs = await t.engine.pool.query<{ slug: string; status: number; error: unknown }>(
      'select f.slug, r.status, r.error from run r join function f on f.workspace_id = r.workspace_id and f.id = r.function_id where r.workspace_id = $1', [workspace])
    return runs.rows.length > 0 && runs.rows.every((row) => row.status !== 0) ? runs.rows : null
  }, `${template} runs to the end`, 40_000)
  expect(rows.filter((row) => row.status !== 1)).toEqual([])
  expect([...new Set(rows.map((row) => row.slug))].sort()).toEqual(functions.map((one) => one.slug).sort())
})

/** Two workflows cannot answer at one address. */
const withoutAddresses = (document: GraphDocument): GraphDocument => ({ ...document, nodes: Object.fromEntries(Object.entries(document.nodes).map(([id, node]) => [id, node.type === 'webhook' ? { ...node, hookId: '' } : node])) })

test.each(templates.map((one) => one.slug))('%s leaves as a file and comes back equal', async (template) => {
  const [from, to] = [await createPeople(), await createPeople()]
  const { slug } = await createFromTemplate(from.workspace, { name: '', template, authorId: from.owner })
  const text = JSON.stringify(await exportWorkflow(from.workspace, slug))
  const preview = await previewFile(to.workspace, text, 'file.json')
  expect(preview).toMatchObject({ refused: null, problemCount: 0, renamed: [], errors: 0, warnings: 0 })
  const made = await importFile(to.workspace, { text, name: '', authorId: to.owner })
  const [was, is] = await Promise.all([findWorkflow(from.workspace, slug), findWorkflow(to.workspace, made.slug)])
  expect([made.slug, made.name]).toEqual([was.slug, was.name])
  expect(withoutAddresses(storedDocument(is.draft))).toEqual(withoutAddresses(storedDocument(was.draft)))
})
