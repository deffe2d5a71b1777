/** A webhook's address answers from the moment it is drawn: no registration, no publish; and it can be checked from where people sit. */
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { emptyDocument, type GraphDocument } from '#graph/document.ts'
import { addEvent, addFunction, addStep, addWebhook } from '#graph/edit/add-node.ts'
import { connect } from '#graph/edit/connect.ts'
import { removeElements } from '#graph/edit/remove.ts'
import { updateNode } from '#graph/edit/update-node.ts'
import { db } from '#server/db.ts'
import { createWorkflow } from '#server/workflows/import.ts'
import { publish } from '#server/workflows/publish.ts'
import { startTestDoor, type TestDoor } from '#tests/support/door.ts'
import { createPeople, edit, values } from '#tests/support/drawing.ts'
import { endedRuns } from '#tests/support/engine.ts'

let door: TestDoor
let ws: string

beforeAll(async () => {
  door = await startTestDoor()
})
afterAll(() => door.stop())
beforeEach(async () => {
  ws = (await createPeople()).workspace
})

/** A webhook, an event, one function. */
function drawing(): { document: GraphDocument; hookId: string } {
  let document = addWebhook(emptyDocument(), { id: 'hook', position: { x: 0, y: 0 }, name: 'Shop orders' }).document
  document = addEvent(document, { id: 'ev', position: { x: 200, y: 0 }, event: 'order/placed' }).document
  document = addFunction(document, { id: 'fn', position: { x: 400, y: 0 }, slug: 'take-order' }).document
  document = addStep(document, { id: 's', parent: 'fn', kind: 'transform', key: 'work', config: values({ x: '1' }) }).document
  for (const [source, target] of [['hook', 'ev'], ['ev', 'fn']] as const) {
    const answer = connect(document, { source, target })
    if ('refused' in answer) throw new Error(answer.refused)
    document = answer.document
  }
  const node = document.nodes['hook']
  if (node?.type !== 'webhook') throw new Error('no webhook')
  return { document, hookId: node.hookId }
}

async function post(hookId: string, body: unknown, headers: Record<string, string> = {}): Promise<{ status: number; body: Record<string, unknown> }> {
  const response = await fetch(`${door.url}/hooks/${hookId}`, { method: 'POST', headers: { 'content-type': 'application/json', ...headers }, body: JSON.stringify(body) })
  return { status: response.status, body: (await response.json()) as Record<string, unknown> }
}
const stored = () => db().event.findMany({ where: { workspaceId: ws }, select: { name: true, data: true, source: true } })

test('an unpublished webhook stores what arrives and says that nothing reacts yet; a publish needs no new address', async () => {
  const { document, hookId } = drawing()
  const { id } = await createWorkflow(ws, { name: 'Orders', document, authorId: null })
  const before = await post(hookId, { id: 1 })
  expect(before).toMatchObject({ status: 200, body: { id: expect.stringMatching(/^evt_/), note: 'Stored. No published function reacts to it yet.' } })
  expect(await stored()).toEqual([{ name: 'order/placed', data: { id: 1 }, source: 'webhook' }])
  await publish(ws, id, { authorId: null })
  const ended = endedRuns(door.engine, ws, 1)
  const after = await post(hookId, { id: 2 })
  expect(after.body).not.toHaveProperty('note')
  expect([...(await ended).values()]).toEqual(['completed'])
})

test('a webhook without a line to an event keeps what arrives under its own name', async () => {
  const document = addWebhook(emptyDocument(), { id: 'hook', position: { x: 0, y: 0 }, name: 'Shop orders' }).document
  await createWorkflow(ws, { name: 'Loose', document, authorId: null })
  const node = document.nodes['hook'] as { hookId: string }
  expect((await post(node.hookId, { id: 1 })).status).toBe(200)
  expect(await stored()).toMatchObject([{ name: 'webhook/shop-orders' }])
})

test('a check says what the address becomes and stores nothing', async () => {
  const { document, hookId } = drawing()
  await createWorkflow(ws, { name: 'Orders', document, authorId: null })
  expect(await post(hookId, {}, { 'x-fanwise-check': '1' })).toEqual({ status: 200, body: { ok: true, check: true, event: 'order/placed' } })
  expect(await stored()).toEqual([])
})

test('an address that is drawn no more says where to find the right one, checked or not', async () => {
  const { document, hookId } = drawing()
  const { id } = await createWorkflow(ws, { name: 'Orders', document, authorId: null })
  await edit(ws, id, document, emptyDocument())
  for (const headers of [{}, { 'x-fanwise-check': '1' }] as Record<string, string>[]) {
    expect(await post(hookId, {}, headers)).toMatchObject({ status: 404, body: { error: { code: 'not_found', fix: expect.stringMatching('Copy the address from the webhook node in the editor') as string } } })
  }
})

test('what is published goes on taking calls as it was published, whatever is done to the draft, until the next publish', async () => {
  const { document, hookId } = drawing()
  const { id } = await createWorkflow(ws, { name: 'Orders', document, authorId: null })
  await publish(ws, id, { authorId: null })
  const renamed = updateNode(document, 'ev', { event: 'order/mad' })
  await edit(ws, id, document, renamed)
  const ended = endedRuns(door.engine, ws, 1)
  expect((await post(hookId, { id: 1 })).body).not.toHaveProperty('note')
  expect([...(await ended).values()]).toEqual(['completed'])
  const removed = removeElements(renamed, ['hook'])
  await edit(ws, id, renamed, removed)
  expect((await post(hookId, { id: 2 })).status).toBe(200)
  expect((await stored()).map((one) => one.name)).toEqual(['order/placed', 'order/placed'])
  await publish(ws, id, { authorId: null })
  expect((await post(hookId, { id: 3 })).status).toBe(404)
})

test('a function that is not published with the others keeps its webhook', async () => {
  const { document, hookId } = drawing()
  const { id } = await createWorkflow(ws, { name: 'Orders', document, authorId: null })
  await publish(ws, id, { authorId: null })
  const other = addFunction(removeElements(document, ['hook']), { id: 'fn2', position: { x: 400, y: 300 }, slug: 'other' }).document
  await edit(ws, id, document, addStep(other, { id: 's2', parent: 'fn2', kind: 'transform', config: values({ x: '1' }) }).document)
  await publish(ws, id, { functions: ['other'], authorId: null })
  expect((await post(hookId, { id: 1 })).status).toBe(200)
  await publish(ws, id, { authorId: null })
  expect((await post(hookId, { id: 1 })).status).toBe(404)
})

test('a form with very many fields of one name is stored as one list, and holds up nobody meanwhile', async () => {
  const { document, hookId } = drawing()
  await createWorkflow(ws, { name: 'Orders', document, authorId: null })
  const fields = 150_000
  const response = await fetch(`${door.url}/hooks/${hookId}`, { method: 'POST', headers: { 'content-type': 'application/x-www-form-urlencoded' }, body: 'a=1&'.repeat(fields) })
  expect(response.status).toBe(200)
  const [row] = await db().$queryRaw<{ n: number }[]>`select json_array_length(data->'a') as n from event where workspace_id = ${ws}::uuid`
  expect(row).toEqual({ n: fields })
})

test('text that is JSON without a bottom is kept as the text it is; an address with a null character is none', async () => {
  const { document, hookId } = drawing()
  await createWorkflow(ws, { name: 'Orders', document, authorId: null })
  const text = `${'['.repeat(20_000)}${']'.repeat(20_000)}`
  const response = await fetch(`${door.url}/hooks/${hookId}`, { method: 'POST', headers: { 'content-type': 'text/plain' }, body: text })
  expect(response.status).toBe(200)
  expect(await stored()).toMatchObject([{ data: { text } }])
  expect((await fetch(`${door.url}/hooks/%00`, { method: 'POST', body: '{}' })).status).toBe(404)
})

test('senders that look first find the address: HEAD and a bare GET answer 200 and store nothing, one with data is told to POST', async () => {
  const { document, hookId } = drawing()
  await createWorkflow(ws, { name: 'Orders', document, authorId: null })
  const before = (await stored()).length
  const address = `${door.url}/hooks/${hookId}`
  expect([(await fetch(address, { method: 'HEAD' })).status, (await fetch(`${address}?model=7`, { method: 'HEAD' })).status]).toEqual([200, 200])
  const got = await fetch(address)
  expect([got.status, await got.json()]).toEqual([200, { ok: true, check: true, event: 'order/placed' }])
  const withData = await fetch(`${address}?order=7`)
  expect([withData.status, withData.headers.get('allow')]).toEqual([405, 'POST'])
  expect(await stored()).toHaveLength(before)
  for (const method of ['HEAD', 'GET']) expect((await fetch(`${door.url}/hooks/hook_unknown`, { method })).status).toBe(404)
})
