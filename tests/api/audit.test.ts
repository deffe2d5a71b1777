/** The audit: who did what to which thing when, for owners and admins, over both APIs. */
import { afterAll, beforeAll, expect, test } from 'vitest'
import { newUuid, publicId } from '#base/ids.ts'
import { auditActions } from '#base/audit-actions.ts'
import { fanwise } from '#server/audit/record.ts'
import { setConnections } from '#server/connections/context.ts'
import { db } from '#server/db.ts'
import { readEnv } from '#server/env.ts'
import { createKey } from '#server/keys/keys.ts'
import { findRoute } from '#server/api/routes.ts'
import { apiError } from '#server/api/schemas.ts'
import { appRouter } from '#server/router.ts'
import { createServices, type Services } from '#server/services.ts'
import { createCaller } from '#server/trpc.ts'
import { startTestDoor, type TestDoor } from '#tests/support/door.ts'
import { drawFunctions } from '#tests/support/drawing.ts'
import { fn, publish, step } from '#tests/support/factories.ts'
import { until } from '#tests/support/until.ts'

type Loose = ReturnType<typeof JSON.parse>
const people = { owner: newUuid(), admin: newUuid(), editor: newUuid(), viewer: newUuid() }
const caller = createCaller(appRouter)
const as = (who: keyof typeof people) => caller({ user: async () => ({ id: people[who], email: `${who}@north.io`, name: who }) as never })
const at = { workspace: 'north' }
const ws = newUuid()
let t: TestDoor
let services: Services
let key: { id: string; text: string }

beforeAll(async () => {
  process.env.NEXTAUTH_SECRET = 'test'
  services = createServices(readEnv({ NODE_ENV: 'test' }), 'http://localhost:3000')
  t = await startTestDoor({ services: { ...services.engine, request: async () => ({ status: 400, headers: {}, body: '{}' }) } })
  services.attach(t.engine)
  setConnections(services.connections)
  await db().workspace.create({ data: { id: ws, slug: 'north', name: 'North' } })
  for (const [name, id] of Object.entries(people)) {
    await db().user.create({ data: { id, email: `${name}@north.io`, name } })
    await db().membership.create({ data: { workspaceId: ws, userId: id, role: name } })
  }
  key = await as('owner').keys.create({ ...at, kind: 'api', name: 'Deploy' })
})
afterAll(async () => {
  setConnections(undefined)
  await t.stop()
  await services.close()
})

async function rest(method: string, path: string, body?: unknown): Promise<Loose> {
  const response = await fetch(`${t.url}/api/v1${path}`, { method, headers: { Authorization: `Bearer ${key.text}`, ...(body === undefined ? {} : { 'Content-Type': 'application/json' }) }, ...(body === undefined ? {} : { body: JSON.stringify(body) }) })
  const answer = (await response.json()) as Loose
  if (response.status >= 400) return apiError.parse(answer)
  const found = findRoute(method, path.split('?')[0]!)
  if ('allow' in found) throw new Error(`${method} ${path} is not in the table`)
  expect(found.route.answers[response.status]?.schema.safeParse(answer).error).toBeUndefined()
  return answer
}

/** "who action target", newest first. */
const lines = async (filter: Loose = {}) => (await as('owner').audit.list({ ...at, filter })).data.map((one) => `${one.actor.name} ${one.action} ${one.target}`)
const newest = async () => (await as('owner').audit.list({ ...at, limit: 1 })).data[0]!

test('what a person changes leaves one entry, in words that name the thing', async () => {
  const owner = as('owner')
  const graph = drawFunctions([{ slug: 'greet', event: 'user/came', config: { fields: [] } }])
  await rest('POST', '/workflows', { name: 'Greeting', slug: 'greeting', graph })
  expect(await newest()).toMatchObject({ action: 'workflow.create', target: 'greeting', detail: { name: 'Greeting' }, actor: { kind: 'key', id: key.id, name: 'Deploy', madeBy: 'owner' } })
  await as('editor').workflows.publish({ ...at, slug: 'greeting', note: 'First' })
  expect(await newest()).toMatchObject({ action: 'workflow.publish', target: 'greeting', detail: { name: 'Greeting', version: 1, functions: ['greet v1'], removed: [], note: 'First' }, actor: { kind: 'person', name: 'editor', madeBy: null } })
  await owner.workflows.rename({ ...at, slug: 'greeting', name: 'Welcome' })
  await owner.holds.pauseFunction({ ...at, slug: 'greet', reason: 'Audit' })
  await owner.holds.resumeFunction({ ...at, slug: 'greet' })
  await owner.holds.resumeFunction({ ...at, slug: 'greet' })
  await rest('POST', '/services/park', { service: 'crm.example.com' })
  await owner.holds.letGo({ ...at, service: 'crm.example.com' })
  await owner.holds.setAutoPark({ ...at, on: true })
  await owner.holds.setAutoPark({ ...at, on: true })
  await owner.workspaces.setHistory({ ...at, eventDays: 7, runDays: null })
  await owner.workspaces.setConfirm({ ...at, above: 20, by: null })
  await owner.alerts.set({ ...at, on: false })
  await owner.schedules.put({ ...at, key: 'c1', schedule: { event: 'user/came', cron: '0 9 * * *' } })
  await rest('PUT', '/schedules/c1', { event: 'user/came', cron: '0 10 * * *' })
  await owner.schedules.remove({ ...at, key: 'c1' })
  await owner.connections.setSecret({ ...at, name: 'TOKEN', value: 'never in the audit' })
  await owner.connections.setSetting({ ...at, name: 'REGION', value: 'eu' })
  const other = await owner.keys.create({ ...at, kind: 'event', name: 'Shop' })
  await as('admin').keys.revoke({ ...at, id: other.id })
  expect(await lines()).toEqual([
    'admin key.revoke Shop', 'owner key.create Shop', 'owner setting.create REGION', 'owner secret.create TOKEN', 'owner schedule.delete c1', 'Deploy schedule.change c1', 'owner schedule.create c1',
    'owner workspace.alerts alerts', 'owner workspace.confirm fan-outs', 'owner workspace.history history', 'owner workspace.auto-park services', 'owner service.resumed crm.example.com',
    'Deploy service.parked crm.example.com', 'owner function.resumed greet', 'owner function.paused greet', 'owner workflow.rename greeting', 'editor workflow.publish greeting', 'Deploy workflow.create greeting', 'owner key.create Deploy',
  ])
  const all = (await owner.audit.list({ ...at, limit: 200 })).data
  expect(JSON.stringify(all)).not.toContain('never in the audit')
  for (const { action } of all) expect(auditActions).toContain(action)
})

test('what is done to runs is told of with the run; what was over already is not', async () => {
  await publish(t.engine.pool, ws, [fn('fails', 'go/fail', [step('call', 'http', { method: 'GET', url: 'https://x.example' })]), fn('asks', 'go/ask', [step('ok', 'approval', { title: 'OK?', message: '', timeout: '1h' })])])
  t.engine.routesChanged(ws)
  const runOf = async (name: string, status: string) => {
    const { ids: [event] } = await rest('POST', '/events', { name, data: {} })
    return until(async () => (await rest('GET', `/runs?event=${event}&status=${status}`)).data[0]?.id as string | undefined, `${name} is ${status}`)
  }
  const failed = await runOf('go/fail', 'failed')
  await as('editor').runs.retry({ ...at, id: failed, from: 'failed' })
  expect(await newest()).toMatchObject({ actor: { name: 'editor' }, action: 'run.retry', target: failed })
  const { runId: again } = await rest('POST', `/runs/${failed}/retry`, { from: 'start' })
  expect(await newest()).toMatchObject({ actor: { name: 'Deploy' }, action: 'run.again', target: failed, detail: { run: again } })
  const waiting = await runOf('go/ask', 'waiting')
  await as('editor').approvals.decide({ ...at, run: waiting, step: 'ok', decision: 'rejected', comment: 'Not now' })
  expect(await newest()).toMatchObject({ actor: { name: 'editor' }, action: 'approval.decide', target: waiting, detail: { step: 'ok', decision: 'rejected', comment: 'Not now' } })
  const open = await runOf('go/ask', 'waiting')
  expect(await as('editor').runs.cancel({ ...at, id: open })).toEqual({ cancelled: true })
  expect(await newest()).toMatchObject({ action: 'run.cancel', target: open })
  expect(await as('editor').runs.cancel({ ...at, id: open })).toEqual({ cancelled: false })
  expect(await lines({ action: 'run.cancel' })).toEqual([`editor run.cancel ${open}`])
})

test('a signal that a person sends reaches the run they look at, once, with its data, and is told of', async () => {
  await publish(t.engine.pool, ws, [fn('pays', 'pay/begun', [step('paid', 'signal', { signal: 'pay-{{ event.data.id }}', timeout: '1h' })])])
  t.engine.routesChanged(ws)
  const waits = async (id: number) => {
    const { ids: [event] } = await rest('POST', '/events', { name: 'pay/begun', data: { id } })
    return until(async () => (await rest('GET', `/runs?event=${event}&status=waiting`)).data[0]?.id as string | undefined, 'it waits')
  }
  const [one, other] = [await waits(1), await waits(2)]
  expect((await as('viewer').runs.get({ ...at, id: one })).steps).toMatchObject([{ status: 'waiting', signal: 'pay-1' }])
  const send = (who: keyof typeof people, id: string) => as(who).runs.signal({ ...at, id, signal: 'pay-1', data: { amount: 9 } })
  await expect(send('viewer', one)).rejects.toMatchObject({ code: 'FORBIDDEN' })
  // The name is another run's.
  await expect(send('editor', other)).rejects.toMatchObject({ code: 'CONFLICT' })
  expect(await send('editor', one)).toEqual({ id: one })
  expect(await newest()).toMatchObject({ actor: { name: 'editor' }, action: 'run.signal', target: one, detail: { step: 'paid', signal: 'pay-1' } })
  await until(async () => (await rest('GET', `/runs/${one}`)).status === 'completed', 'it goes on')
  expect((await as('viewer').runs.get({ ...at, id: one })).steps).toMatchObject([{ output: { amount: 9 }, signal: null }])
  await expect(send('editor', one)).rejects.toMatchObject({ code: 'CONFLICT' })
  // What programs send is not written down, as little as their events are.
  await rest('POST', '/signals', { signal: 'pay-2', data: {} })
  expect(await lines({ action: 'run.signal' })).toEqual([`editor run.signal ${one}`])
})

test('it is narrowed by who, what and which thing, and paged, the same over REST', async () => {
  expect(await lines({ action: 'schedule' })).toEqual(['owner schedule.delete c1', 'Deploy schedule.change c1', 'owner schedule.create c1'])
  expect(await lines({ who: key.id })).toEqual(expect.arrayContaining(['Deploy service.parked crm.example.com']))
  expect(new Set((await lines({ who: publicId('usr', people.admin) })))).toEqual(new Set(['admin key.revoke Shop']))
  expect(await lines({ thing: 'CRM.example' })).toEqual(['owner service.resumed crm.example.com', 'Deploy service.parked crm.example.com'])
  // A name in the details counts, too: the publish that changed the function.
  expect(await lines({ thing: 'greet v1' })).toEqual(['editor workflow.publish greeting'])
  expect(await lines({ since: Date.now() + 60_000 })).toEqual([])
  const pages: string[] = []
  let cursor = ''
  do {
    const page = await rest('GET', `/audit?limit=4&action=workspace${cursor === '' ? '' : `&cursor=${cursor}`}`)
    pages.push(...page.data.map((one: Loose) => one.action))
    cursor = page.nextCursor ?? ''
  } while (cursor !== '')
  expect(pages).toEqual(['workspace.alerts', 'workspace.confirm', 'workspace.history', 'workspace.auto-park'])
  expect((await rest('GET', '/audit?limit=3')).data).toHaveLength(3)
  const actors = await as('admin').audit.actors(at)
  expect(actors.map((one) => `${one.kind} ${one.name}`)).toEqual(['person admin', 'person editor', 'person owner', 'key Deploy'])
  expect(await rest('GET', '/audit?action=nothing')).toMatchObject({ error: { code: 'bad_request', field: 'action' } })
  expect(await rest('GET', '/audit?who=somebody')).toMatchObject({ error: { code: 'bad_request', field: 'who' } })
  expect(await rest('GET', '/audit?cursor=run_1')).toMatchObject({ error: { code: 'bad_request', field: 'cursor' } })
})

test('a change that fails leaves no entry', async () => {
  const before = await lines()
  await expect(as('owner').keys.revoke({ ...at, id: publicId('key', newUuid()) })).rejects.toMatchObject({ code: 'NOT_FOUND' })
  await expect(as('owner').schedules.remove({ ...at, key: 'nothing' })).rejects.toMatchObject({ code: 'NOT_FOUND' })
  await expect(as('editor').workflows.publish({ ...at, slug: 'greeting', revision: 99 })).rejects.toMatchObject({ code: 'CONFLICT' })
  expect(await lines()).toEqual(before)
})

test('only owners and admins read it, and nobody reads another workspace’s', async () => {
  for (const who of ['editor', 'viewer'] as const) await expect(as(who).audit.list(at)).rejects.toMatchObject({ code: 'FORBIDDEN' })
  const other = newUuid()
  await db().workspace.create({ data: { id: other, slug: 'other', name: 'Other' } })
  await createKey(other, 'api', 'Elsewhere', fanwise)
  expect(await lines({ thing: 'Elsewhere' })).toEqual([])
  await expect(as('owner').audit.list({ workspace: 'other' })).rejects.toMatchObject({ code: 'NOT_FOUND' })
})

test('its keys in the list of keys say who made them', async () => {
  expect((await as('viewer').keys.list(at)).find((one) => one.name === 'Deploy')).toMatchObject({ madeBy: 'owner' })
})
