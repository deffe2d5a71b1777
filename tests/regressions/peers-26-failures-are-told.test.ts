/** A failed run is told to all owners and admins: once, soon, by one process of many; never for tests of drafts; nothing is switched off. */
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { newUuid } from '#base/ids.ts'
import { startAlerts } from '#server/alerts/alert-duty.ts'
import { setAlerts } from '#server/alerts/context.ts'
import { alertsRouter } from '#server/alerts/router.ts'
import { sendTestAlert, tellFailures, workspacesToTell, type AlertContext } from '#server/alerts/send-alerts.ts'
import { db } from '#server/db.ts'
import { createCaller } from '#server/trpc.ts'
import { createWorkflow } from '#server/workflows/import.ts'
import { publish } from '#server/workflows/publish.ts'
import { testRun } from '#server/workflows/test-run.ts'
import type { OutgoingMail } from '#steps/kind.ts'
import { addMember, createPeople, drawFunctions, type TestPeople } from '#tests/support/drawing.ts'
import { endedRuns, type TestEngine } from '#tests/support/engine.ts'
import { startTestServer } from '#tests/support/server.ts'

let t: TestEngine
let people: TestPeople
let ws: string
let mails: OutgoingMail[]
let refuse: (to: string) => boolean
let context: AlertContext

beforeAll(async () => {
  t = await startTestServer()
})
afterAll(async () => {
  setAlerts(undefined)
  await t.stop()
})
beforeEach(async () => {
  people = await createPeople()
  ws = people.workspace
  mails = []
  refuse = () => false
  context = {
    pool: t.engine.pool, publicUrl: 'http://fanwise.test',
    async sendMail(_workspaceId, mail) {
      if (refuse(mail.to)) throw new Error('The mail server said no.')
      mails.push(mail)
      return { via: 'smtp' }
    },
  }
  setAlerts(context)
})

const drawing = drawFunctions([{ slug: 'add-to-crm', event: 'a/b', kind: 'code', config: { code: 'throw new Error("The CRM said " + event.data.n)' } }])
async function publishBroken(): Promise<string> {
  const { id } = await createWorkflow(ws, { name: 'Broken', document: { ...drawing, nodes: { ...drawing.nodes, 'fn-add-to-crm': { ...drawing.nodes['fn-add-to-crm'], retries: 0 } as never } }, authorId: null })
  await publish(ws, id, { authorId: null })
  return id
}
async function fail(times = 1, n = 1): Promise<void> {
  const ended = endedRuns(t.engine, ws, times)
  await t.engine.ingest(ws, Array.from({ length: times }, () => ({ name: 'a/b', data: { n } })), { source: 'api' })
  expect(new Set((await ended).values())).toEqual(new Set(['failed']))
}
const later = () => t.engine.pool.query(`update workspace set alerted_at = alerted_at - interval '16 minutes' where id = $1`, [ws])
const caller = () => createCaller(alertsRouter)({ user: async () => ({ id: people.owner, email: 'owner@north.example', name: 'owner' }) as never })

test('owners and admins get one summary at once, with function, step, error, count and the way to the runs', async () => {
  const admin = await addMember(ws, newUuid(), 'admin')
  await addMember(ws, newUuid(), 'editor')
  await addMember(ws, newUuid(), 'viewer')
  await publishBroken()
  await fail(3)
  const sent = await tellFailures(context, ws)
  expect(sent).toMatchObject({ failed: [], via: 'smtp' })
  expect(mails.map((mail) => mail.to).sort()).toEqual([admin, `owner-${people.owner.slice(-6)}@north.example`].sort())
  expect(mails[0]!.subject).toBe('3 runs failed in North Ops')
  expect(mails[0]!.text).toMatch(/- 3 × add-to-crm, step "[^"]+": .*The CRM said 1/)
  expect(mails[0]!.text).toContain(`http://fanwise.test/w/${people.slug}/runs?view=needs-person`)
})

test('then at most one in 15 minutes, which covers all that failed since', async () => {
  await publishBroken()
  await fail()
  await tellFailures(context, ws)
  await fail(2, 2)
  expect(await tellFailures(context, ws)).toBeNull()
  expect(await workspacesToTell(t.engine.pool)).not.toContain(ws)
  await later()
  expect(await workspacesToTell(t.engine.pool)).toContain(ws)
  await tellFailures(context, ws)
  expect(mails.map((mail) => mail.subject)).toEqual(['add-to-crm failed in North Ops', '2 runs failed in North Ops'])
  await later()
  expect(await tellFailures(context, ws)).toBeNull()
})

test('ten processes that look at the same moment send one', async () => {
  await publishBroken()
  await fail()
  const answers = await Promise.all(Array.from({ length: 10 }, () => tellFailures(context, ws)))
  expect(answers.filter((sent) => sent !== null)).toHaveLength(1)
  expect(mails).toHaveLength(1)
})

test('a failed test of a draft tells nobody', async () => {
  const { id } = await createWorkflow(ws, { name: 'Draft', document: drawing, authorId: null })
  await db().workflow.update({ where: { workspaceId_id: { workspaceId: ws, id } }, data: { draft: { ...drawing, nodes: { ...drawing.nodes, 'fn-add-to-crm': { ...drawing.nodes['fn-add-to-crm'], retries: 0 } } } as never } })
  const ended = endedRuns(t.engine, ws, 1)
  await testRun(ws, id, { revision: 0, event: { name: 'a/b', data: { n: 1 } }, authorId: null })
  expect([...(await ended).values()]).toEqual(['failed'])
  expect(await tellFailures(context, ws)).toBeNull()
  expect(mails).toEqual([])
})

test('one bad address keeps nobody else from hearing; when nobody could be reached it is tried again', async () => {
  const admin = await addMember(ws, newUuid(), 'admin')
  await publishBroken()
  await fail()
  refuse = () => true
  await expect(tellFailures(context, ws)).rejects.toThrow('The mail server said no.')
  refuse = (to) => to === admin
  expect(await tellFailures(context, ws)).toMatchObject({ to: [expect.stringContaining('owner')], failed: [{ to: admin, message: 'The mail server said no.' }] })
  expect(mails).toHaveLength(1)
})

test('switched off they stay off, what failed meanwhile is no news, and the function goes on', async () => {
  await publishBroken()
  await caller().set({ workspace: people.slug, on: false })
  await fail(2)
  expect(await tellFailures(context, ws)).toBeNull()
  await fail()
  await caller().set({ workspace: people.slug, on: true })
  expect(await tellFailures(context, ws)).toBeNull()
  await fail(1, 7)
  await tellFailures(context, ws)
  expect(mails.map((mail) => mail.text!.includes('The CRM said 7'))).toEqual([true])
  expect(await db().function.findFirst({ where: { workspaceId: ws } })).toMatchObject({ currentVersion: 1, archivedAt: null })
  expect(await caller().get({ workspace: people.slug })).toMatchObject({ on: true, recipients: [expect.stringContaining('owner')] })
})

test('a run that was retried and failed again is told again; one that was put right is not', async () => {
  await publishBroken()
  await fail()
  await tellFailures(context, ws)
  await later()
  const { rows } = await t.engine.pool.query<{ id: string }>('select id::text from run where workspace_id = $1', [ws])
  const again = endedRuns(t.engine, ws, 1)
  await t.engine.retryRun(ws, rows[0]!.id, { from: 'failed' })
  await again
  await tellFailures(context, ws)
  expect(mails).toHaveLength(2)
})

test('a test alert goes to the same people, now, and says where it went', async () => {
  expect(await caller().test({ workspace: people.slug })).toEqual({ to: [expect.stringContaining('owner')], failed: [], via: 'smtp' })
  expect(mails[0]!.subject).toBe('Test alert of North Ops')
  refuse = () => true
  await expect(sendTestAlert(context, ws)).rejects.toThrow('The mail server said no.')
})

test('the process with the worker sends it by itself', async () => {
  let told: (mail: OutgoingMail) => void = () => {}
  const arrived = new Promise<OutgoingMail>((resolve) => (told = resolve))
  const duty = startAlerts(t.engine, { ...context, async sendMail(_workspaceId, mail) {
    told(mail)
    return { via: 'outbox' }
  } }, () => {})
  try {
    await publishBroken()
    await fail()
    expect((await arrived).subject).toContain('failed in North Ops')
  } finally {
    await duty.stop()
  }
})

test('workspaces whose people cannot be told keep no other from being told', async () => {
  await publishBroken()
  await t.engine.pool.query('update failure set told_at = clock_timestamp()')
  // More than are looked at in a turn, each with a failure of its own, all stored before this one's.
  const { rows } = await t.engine.pool.query<{ id: string }>(`insert into workspace (id, slug, name) select gen_random_uuid(), 'dead-' || n, 'Dead' from generate_series(1, 60) n returning id::text`)
  const ids = rows.map((row) => row.id)
  const { rows: [found] } = await t.engine.pool.query<{ id: string }>('select id::text from function where workspace_id = $1', [ws])
  await t.engine.pool.query(`insert into membership (workspace_id, user_id, role) select id, $2, 'owner' from unnest($1::uuid[]) as t(id)`, [ids, people.owner])
  await t.engine.pool.query(`insert into function (workspace_id, id, workflow_id, slug, name) select id, $2, $2, 'f', 'f' from unnest($1::uuid[]) as t(id)`, [ids, found!.id])
  await t.engine.pool.query(`insert into run (workspace_id, id, function_id, version, event_id, status, error, ended_at) select id, $2, $2, 1, $2, 2, '{"message":"x"}', clock_timestamp() from unnest($1::uuid[]) as t(id)`, [ids, found!.id])
  await t.engine.pool.query(`insert into failure (workspace_id, run_id, function_id) select id, $2, $2 from unnest($1::uuid[]) as t(id)`, [ids, found!.id])
  people = await createPeople()
  ws = people.workspace
  await publishBroken()
  await fail()
  const dead = new Set(ids)
  const told = new Promise<string>((resolve) => {
    context.sendMail = async (workspaceId, mail) => {
      if (dead.has(workspaceId)) throw new Error('550 No such mailbox.')
      resolve(workspaceId)
      mails.push(mail)
      return { via: 'smtp' }
    }
  })
  const duty = startAlerts(t.engine, context, () => {})
  expect(await told).toBe(ws)
  await duty.stop()
  await t.engine.pool.query('update failure set told_at = clock_timestamp()')
})
