/** A workflow is deleted: nothing of it reacts any more, what has begun goes on, and an import brings it back as a draft. */
import { afterAll, beforeAll, expect, test } from 'vitest'
import { newUuid } from '#base/ids.ts'
import type { GraphDocument } from '#graph/document.ts'
import { addEvent, addFunction, addSchedule, addStep, addWebhook } from '#graph/edit/add-node.ts'
import { connect } from '#graph/edit/connect.ts'
import { emptyDocument } from '#graph/document.ts'
import { appRouter } from '#server/router.ts'
import { db } from '#server/db.ts'
import { createKey } from '#server/keys/keys.ts'
import { fanwise } from '#server/audit/record.ts'
import { createCaller } from '#server/trpc.ts'
import { startTestDoor, type TestDoor } from '#tests/support/door.ts'
import { addMember, createPeople, type TestPeople } from '#tests/support/drawing.ts'
import { until } from '#tests/support/until.ts'

let t: TestDoor
let people: TestPeople
const viewer = newUuid()
let api: (method: string, path: string, body?: unknown) => Promise<{ status: number; body: ReturnType<typeof JSON.parse> }>
beforeAll(async () => {
  t = await startTestDoor()
  people = await createPeople()
  await addMember(people.workspace, viewer, 'viewer')
  const key = await createKey(people.workspace, 'api', 'Deploy', fanwise)
  api = async (method, path, body) => {
    const response = await fetch(`${t.url}/api/v1${path}`, { method, headers: { Authorization: `Bearer ${key.text}`, 'Content-Type': 'application/json' }, ...(body === undefined ? {} : { body: JSON.stringify(body) }) })
    return { status: response.status, body: await response.json() }
  }
})
afterAll(() => t.stop())

const as = (id: string) => createCaller(appRouter)({ user: async () => ({ id, email: 'somebody@north.example', name: 'Somebody', sessionId: 's' }) })

/** Calls the webhook of a workflow that is there now; answers the status. */
async function webhookOf(slug: string): Promise<() => Promise<number>> {
  const { id: workflowId } = await as(people.owner).workflows.get({ workspace: people.slug, slug })
  const { id } = await db().webhookSource.findFirstOrThrow({ where: { workspaceId: people.workspace, workflowId } })
  return () => fetch(`${t.url}/hooks/${id}`, { method: 'POST', headers: { 'Content-Type': 'application/json' }, body: '{}' }).then((response) => response.status)
}

/** An event and a webhook start a function that sleeps; a schedule starts it, too. */
function drawing(slug: string): GraphDocument {
  let { document } = addEvent(emptyDocument(), { position: { x: 0, y: 0 }, event: `${slug}/asked` })
  document = addWebhook(document, { position: { x: -300, y: 0 }, name: 'Shop' }).document
  document = addSchedule(document, { position: { x: 0, y: 200 }, cron: '0 9 * * *', timezone: 'Europe/Berlin' }).document
  const frame = addFunction(document, { position: { x: 400, y: 0 }, slug })
  document = addStep(frame.document, { parent: frame.id, kind: 'sleep', config: { mode: 'for', duration: '1d' } }).document
  const of = (type: string) => Object.values(document.nodes).find((node) => node.type === type)!
  for (const [source, target] of [[of('event'), of('function')], [of('schedule'), of('function')], [of('webhook'), of('event')]] as const) {
    const joined = connect(document, { source: source.id, target: target.id })
    if (!('document' in joined)) throw new Error(JSON.stringify(joined))
    document = joined.document
  }
  return document
}

test('nothing reacts any more, what has begun goes on, and an import under its address makes it a draft again', async () => {
  const graph = drawing('nap')
  expect((await api('POST', '/workflows', { name: 'Naps', slug: 'naps', graph, publish: true })).status).toBe(201)
  const webhook = await webhookOf('naps')
  const started = async () => (await t.engine.ingest(people.workspace, [{ name: 'nap/asked', data: {} }], { source: 'api' }))[0]!.runs
  expect(await started()).toBe(1)
  expect(await webhook()).toBeLessThan(300)
  const sleeping = async () => (await api('GET', '/runs?function=nap&status=sleeping')).body.data.length as number
  await until(async () => (await sleeping()) === 2, 'both sleep')

  const at = { workspace: people.slug, slug: 'naps' }
  await expect(as(viewer).workflows.delete(at)).rejects.toMatchObject({ code: 'FORBIDDEN' })
  expect(await as(people.owner).workflows.whatEnds(at)).toEqual({ functions: ['nap'], webhooks: 1, schedules: 1, openRuns: 2 })
  expect(await api('DELETE', '/workflows/naps')).toEqual({ status: 200, body: { slug: 'naps', removed: ['nap'] } })

  expect((await api('DELETE', '/workflows/naps')).status).toBe(404)
  expect((await api('GET', '/workflows')).body.data.map((one: { slug: string }) => one.slug)).not.toContain('naps')
  expect(await started()).toBe(0)
  expect(await webhook()).toBe(404)
  expect(await db().schedule.count({ where: { workspaceId: people.workspace } })).toBe(0)
  await expect(as(viewer).workflows.draftNews({ ...at, clientId: 'c', sinceRevision: 0 })).rejects.toMatchObject({ code: 'NOT_FOUND' })
  expect(await sleeping()).toBe(2)
  expect((await api('GET', '/audit')).body.data[0]).toMatchObject({ action: 'workflow.delete', target: 'naps' })

  expect((await api('POST', '/workflows', { name: 'Naps', slug: 'naps', graph })).body).toMatchObject({ published: null })
  expect((await as(people.owner).workflows.get(at))).toMatchObject({ published: null, functions: [] })
  expect(await started()).toBe(0)
  expect(await webhook()).toBeLessThan(300)
  expect((await api('POST', '/workflows/naps/publish')).body).toMatchObject({ functions: [{ slug: 'nap' }] })
  expect(await started()).toBe(1)
})

test('undone, it is a draft with its drawing, name and webhook again, and runs once it is published', async () => {
  await api('POST', '/workflows', { name: 'Rest', slug: 'rest', graph: drawing('rest'), publish: true })
  const at = { workspace: people.slug, slug: 'rest' }
  const { id, document } = await as(people.owner).workflows.get(at)
  const webhook = await webhookOf('rest')
  await as(people.owner).workflows.delete(at)
  expect(await webhook()).toBe(404)

  const listed = async () => (await as(people.owner).workflows.deleted({ workspace: people.slug })).filter(({ slug }) => slug === 'rest')
  expect(await listed()).toMatchObject([{ name: 'Rest', deletedAt: expect.any(Number) }])
  await expect(as(viewer).workflows.deleted({ workspace: people.slug })).rejects.toMatchObject({ code: 'FORBIDDEN' })
  await expect(as(viewer).workflows.bringBack(at)).rejects.toMatchObject({ code: 'FORBIDDEN' })
  await expect(as(people.owner).workflows.bringBack({ ...at, slug: 'never-made' })).rejects.toMatchObject({ code: 'NOT_FOUND' })
  expect(await as(people.owner).workflows.bringBack(at)).toMatchObject({ slug: 'rest', name: 'Rest', newAddresses: 0 })
  expect(await listed()).toEqual([])
  expect(await as(viewer).workflows.get(at)).toMatchObject({ id, document, published: null, functions: [] })
  expect(await webhook()).toBeLessThan(300)
  expect((await api('GET', '/audit')).body.data[0]).toMatchObject({ action: 'workflow.bring-back', target: 'rest' })
  expect((await api('POST', '/workflows/rest/publish')).body).toMatchObject({ functions: [{ slug: 'rest', version: 1 }] })
  expect(await as(people.owner).workflows.bringBack(at)).toMatchObject({ slug: 'rest' })
  expect(await as(viewer).workflows.get(at)).toMatchObject({ functions: [{ slug: 'rest' }] })
})

test('undone after another workflow took the address of its webhook, it gets a new one and says so', async () => {
  const graph = drawing('shop')
  await api('POST', '/workflows', { name: 'Shop', slug: 'shop', graph })
  await api('DELETE', '/workflows/shop')
  await api('POST', '/workflows', { name: 'Other shop', slug: 'other-shop', graph })
  const others = await webhookOf('other-shop')
  expect(await as(people.owner).workflows.bringBack({ workspace: people.slug, slug: 'shop' })).toMatchObject({ newAddresses: 1 })
  await as(people.owner).workflows.delete({ workspace: people.slug, slug: 'other-shop' })
  expect([await others(), await (await webhookOf('shop'))()]).toEqual([404, 200])
})

test('a webhook that somebody draws at the moment of the deletion goes with the rest', async () => {
  await api('POST', '/workflows', { name: 'Raced', slug: 'raced', graph: drawing('raced') })
  const { id } = await db().workflow.findFirstOrThrow({ where: { workspaceId: people.workspace, slug: 'raced' } })
  const saving = await t.engine.pool.connect()
  await saving.query('begin')
  await saving.query('select 1 from workflow where workspace_id = $1 and id = $2 for update', [people.workspace, id])
  await saving.query(`insert into webhook_source (id, workspace_id, workflow_id, node_id, name) values ('hook-of-the-last-edit', $1, $2, 'n', 'Last')`, [people.workspace, id])
  const deleted = as(people.owner).workflows.delete({ workspace: people.slug, slug: 'raced' })
  await until(async () => (await t.engine.pool.query(`select 1 from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'`)).rows.length > 0, 'the deletion waits for the edit')
  await saving.query('commit')
  saving.release()
  await deleted
  expect(await db().webhookSource.count({ where: { workspaceId: people.workspace, workflowId: id } })).toBe(0)
})
