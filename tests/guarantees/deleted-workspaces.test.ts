/**
 * A workspace that is deleted is gone for everybody from that moment on: nothing is accepted for it and nothing of it
 * goes on. Its rows follow bit by bit, whoever dies meanwhile, and the neighbour's stay.
 */
import type pg from 'pg'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { newUuid } from '#base/ids.ts'
import { checkInvariants } from '#engine/invariants.ts'
import { purgeTables } from '#engine/sql/purge.ts'
import { approvalToken } from '#server/approvals/link.ts'
import { fanwise } from '#server/audit/record.ts'
import { db } from '#server/db.ts'
import { createKey } from '#server/keys/keys.ts'
import { appRouter } from '#server/router.ts'
import { createCaller } from '#server/trpc.ts'
import { roles, type Role } from '#server/workspaces/roles.ts'
import { startTestDoor, type TestDoor } from '#tests/support/door.ts'
import { fn, publish, step, transform } from '#tests/support/factories.ts'
import { startReceiver, type Receiver } from '#tests/support/receiver.ts'
import { until } from '#tests/support/until.ts'
import { startWorkerProcess, type WorkerProcess } from '#tests/support/worker-process.ts'

type Person = { id: string; email: string; name: string }

const caller = createCaller(appRouter)
const as = (person: Person) => caller({ user: async () => ({ ...person, sessionId: 's' }) })
/** Beside these, jobs end with their runs and slots are given back by who holds them. */
const goneOtherwise = ['job', 'lane', 'lane_slot']
const noted = 4500
const sleeping = 600

let t: TestDoor
let pool: pg.Pool
let receiver: Receiver
let worker: WorkerProcess
let letFirstGo: () => void
let firstMayGo: Promise<void>

beforeAll(async () => {
  process.env.NEXTAUTH_SECRET = 'a secret for tests only'
  t = await startTestDoor({ role: 'web' })
  pool = t.engine.pool
  receiver = await startReceiver(async (request, response) => {
    if (request.path.startsWith('/first')) await firstMayGo
    response.setHeader('content-type', 'application/json').end('{"ok":true}')
  })
  worker = await newWorker()
})
afterAll(async () => {
  letFirstGo?.()
  await worker.kill()
  await receiver.close()
  await t.stop()
})
beforeEach(() => {
  firstMayGo = new Promise((resolve) => (letFirstGo = resolve))
})

const newWorker = () => startWorkerProcess(t.database.url, { FANWISE_EGRESS_ALLOW: `127.0.0.1:${receiver.port}` })
const count = async (sql: string, ws: string): Promise<number> => (await pool.query<{ n: number }>(`select count(*)::int as n from ${sql}`, [ws])).rows[0]!.n

let made = 0
/** With people, keys, a webhook, runs that are done, run, stand in line, sleep and wait. */
async function lively(tag: string) {
  const ws = newUuid()
  const slug = `${tag}-${++made}`
  await db().workspace.create({ data: { id: ws, slug, name: `Team ${tag}` } })
  const people = {} as Record<Role, Person>
  for (const role of roles) {
    people[role] = { id: newUuid(), email: `${role}.${slug}@north.io`, name: role }
    await db().user.create({ data: people[role] })
    await db().membership.create({ data: { workspaceId: ws, userId: people[role].id, role } })
  }
  const eventKey = (await createKey(ws, 'event', 'Site', fanwise)).text
  const apiKey = (await createKey(ws, 'api', 'Deploy', fanwise)).text
  await publish(pool, ws, [
    fn('note', 'note/asked', [transform('note', { n: '{{ event.data.n }}' })]),
    fn('calls', 'call/asked', [
      step('first', 'http', { method: 'POST', url: `${receiver.url}/first-${tag}`, bodyType: 'none' }), step('second', 'http', { method: 'POST', url: `${receiver.url}/second-${tag}`, bodyType: 'none' }, ['first']),
    ], { concurrency: { limit: 2 } }),
    fn('sleeps', 'sleep/asked', [step('rest', 'sleep', { mode: 'for', duration: '90d' })]),
    fn('waits', 'wait/asked', [step('paid', 'wait', { event: 'invoice/paid', timeout: '30d' })]),
    fn('asks', 'ask/asked', [step('ok', 'approval', { title: 'Refund?', timeout: '30d' })]),
    fn('fans', 'fan/asked', [step('each', 'emit-each', { items: '{{ [1, 2, 3, 4, 5] }}', event: 'sleep/asked', data: '{ "n": 1 }' })]),
  ])
  const hook = `h${newUuid().replaceAll('-', '')}`
  const workflow = await as(people.owner).workflows.create({ workspace: slug, name: 'Drawn' })
  const { id: workflowId } = await db().workflow.findFirstOrThrow({ where: { workspaceId: ws, slug: workflow.slug } })
  await db().webhookSource.create({ data: { id: hook, workspaceId: ws, workflowId, nodeId: 'n', name: 'Shop', eventName: 'note/asked' } })
  const send = async (name: string, n: number, of = 500) => {
    for (let sent = 0; sent < n; sent += of) await t.engine.ingest(ws, Array.from({ length: Math.min(of, n - sent) }, (_, i) => ({ name, data: { n: sent + i } })), { source: 'api' })
  }
  return { ws, slug, at: { workspace: slug }, ...people, eventKey, apiKey, hook, send }
}

const post = async (path: string, body: unknown, headers: Record<string, string> = {}) => {
  const response = await fetch(`${t.url}${path}`, { method: 'POST', headers: { 'Content-Type': 'application/json', ...headers }, body: JSON.stringify(body) })
  return { status: response.status, body: (await response.json()) as Record<string, unknown> }
}
const runsByKey = async (key: string) => {
  const response = await fetch(`${t.url}/api/v1/runs`, { headers: { Authorization: `Bearer ${key}` } })
  return { status: response.status, body: (await response.json()) as { error?: { code: string } } }
}

async function tenantTables(): Promise<string[]> {
  const { rows } = await pool.query<{ name: string }>(`select table_name as name from information_schema.columns where table_schema = 'public' and column_name = 'workspace_id' order by 1`)
  return rows.map((row) => row.name)
}

/** Rows of each table that has any. */
async function rowsOf(ws: string): Promise<Record<string, number>> {
  const counts: Record<string, number> = {}
  for (const table of await tenantTables()) {
    const n = await count(`${table} where workspace_id = $1`, ws)
    if (n > 0) counts[table] = n
  }
  return counts
}

test('every table of a workspace is one of those that are emptied', async () => {
  expect(await tenantTables()).toEqual([...purgeTables, ...goneOtherwise].sort())
})

describe('deleting', () => {
  test('is for owners, who have typed its name', async () => {
    const one = await lively('rules')
    for (const who of [one.admin, one.editor, one.viewer]) {
      await expect(as(who).workspaces.whatGoes(one.at)).rejects.toMatchObject({ code: 'FORBIDDEN' })
      await expect(as(who).workspaces.delete({ ...one.at, name: 'Team rules' })).rejects.toMatchObject({ code: 'FORBIDDEN' })
    }
    for (const name of ['', 'team rules', one.slug]) await expect(as(one.owner).workspaces.delete({ ...one.at, name })).rejects.toMatchObject({ code: 'BAD_REQUEST', cause: { field: 'name' } })
    expect(await as(one.owner).workspaces.whatGoes(one.at)).toEqual({ members: 4, workflows: 1, openRuns: 0, webhooks: 1, schedules: 0, keys: 2 })
    expect((await post(`/e/${one.eventKey}`, { name: 'a/b', data: {} })).status).toBe(200)
  })

  test('ends all at once, and takes every row but the neighbour’s, though a worker dies over it', async () => {
    const [one, other] = [await lively('gone'), await lively('kept')]
    for (const team of [one, other]) {
      await team.send('note/asked', noted)
      await team.send('sleep/asked', sleeping)
      await team.send('wait/asked', 5)
      await team.send('fan/asked', 1)
    }
    const settled = async (ws: string) => (await count('run where workspace_id = $1 and status = 1', ws)) >= noted && (await count(`job where workspace_id = $1 and state in ('t', 'w')`, ws)) === sleeping + 10
    await until(async () => (await settled(one.ws)) && (await settled(other.ws)), 'all but the open runs are done')
    await one.send('call/asked', 40)
    await until(async () => receiver.received.filter(({ path }) => path === '/first-gone').length === 2, 'two call, the others stand in line')
    const before = await rowsOf(other.ws)
    expect(await as(one.owner).workspaces.whatGoes(one.at)).toMatchObject({ openRuns: sleeping + 10 + 40 })
    // Whoever has sent with the key a moment ago is known.
    expect((await runsByKey(one.apiKey)).status).toBe(200)
    expect((await post(`/e/${one.eventKey}`, { name: 'note/asked', data: {} })).status).toBe(200)

    await as(one.owner).workspaces.delete({ ...one.at, name: 'Team gone' })

    expect(await post(`/e/${one.eventKey}`, { name: 'note/asked', data: {} })).toMatchObject({ status: 410, body: { code: 'gone', ids: [] } })
    expect(await post(`/hooks/${one.hook}`, {})).toMatchObject({ status: 410, body: { error: { code: 'gone' } } })
    expect(await runsByKey(one.apiKey)).toMatchObject({ status: 410, body: { error: { code: 'gone' } } })
    await expect(t.engine.ingest(one.ws, [{ name: 'note/asked', data: {} }], { source: 'schedule' })).rejects.toMatchObject({ code: 'gone' })
    for (const role of roles) {
      await expect(as(one[role]).runs.list({ ...one.at, limit: 1, filter: {} })).rejects.toMatchObject({ code: 'NOT_FOUND', cause: { facts: { notIn: one.slug } } })
      expect((await as(one[role]).account.me()).workspaces).toEqual([])
    }
    // The neighbour notices nothing.
    expect((await post(`/e/${other.eventKey}`, { name: 'unheard/of', data: {} })).status).toBe(200)
    // Events of one moment are stored together; only its own are refused.
    const together = await Promise.allSettled(Array.from({ length: 10 }, (_, i) => t.engine.ingest(i % 2 === 0 ? other.ws : one.ws, [{ name: 'unheard/of', data: {} }], { source: 'api' })))
    expect(together.map(({ status }) => status)).toEqual(Array.from({ length: 10 }, (_, i) => (i % 2 === 0 ? 'fulfilled' : 'rejected')))
    await until(async () => (await count('job where workspace_id = $1', one.ws)) === 0, 'its open runs have ended')
    letFirstGo()

    await until(async () => (await count('step where workspace_id = $1', one.ws)) < noted, 'the first of its rows have gone')
    await worker.kill()
    expect(Object.values(await checkInvariants(pool, true)).every((n) => n === 0)).toBe(true)
    worker = await newWorker()
    await until(async () => Object.keys(await rowsOf(one.ws)).length === 0, 'all of its rows have gone')
    expect(Object.values(await checkInvariants(pool, true)).every((n) => n === 0)).toBe(true)
    // The workspace itself stays for a minute, for whoever was writing when it was deleted.
    expect(await count('workspace where id = $1', one.ws)).toBe(1)
    await pool.query(`update workspace set deleted_at = deleted_at - interval '2 minutes' where id = $1`, [one.ws])
    await until(async () => (await count('workspace where id = $1', one.ws)) === 0, 'it is gone itself')
    expect(await rowsOf(one.ws)).toEqual({})

    // What stood in line never called, and what executed did not go on.
    expect(receiver.received.filter(({ path }) => path.endsWith('-gone')).map(({ path }) => path)).toEqual(['/first-gone', '/first-gone'])
    expect(await rowsOf(other.ws)).toEqual({ ...before, event: before['event']! + 6 })
    expect((await post(`/e/${one.eventKey}`, { name: 'note/asked', data: {} })).status).toBe(401)
    expect((await post(`/hooks/${one.hook}`, {})).status).toBe(404)
  })

  test('leaves links that were sent with nothing to decide', async () => {
    const one = await lively('asked')
    await one.send('ask/asked', 1)
    const { rows } = await until(async () => {
      const waits = await pool.query<{ run: string }>(`select run_id::text as run from wait where workspace_id = $1 and kind = 'approval'`, [one.ws])
      return waits.rowCount === 1 && waits
    }, 'it asks')
    const token = approvalToken({ workspaceId: one.ws, runId: rows[0]!.run, step: 'ok' })
    const nobody = caller({ user: async () => null })
    expect(await nobody.approvals.byLink({ token })).toMatchObject({ state: 'open', title: 'Refund?' })
    await as(one.owner).workspaces.delete({ ...one.at, name: 'Team asked' })
    expect(await nobody.approvals.byLink({ token })).toBeNull()
    await expect(nobody.approvals.decideByLink({ token, decision: 'approved' })).rejects.toMatchObject({ code: 'NOT_FOUND' })
  })

  test('frees its address at once', async () => {
    const one = await lively('free')
    await db().workspace.update({ where: { id: one.ws }, data: { slug: 'team-free' } })
    await as(one.owner).workspaces.delete({ workspace: 'team-free', name: 'Team free' })
    expect(await as(one.owner).account.newWorkspace({ name: 'Team free' })).toEqual({ workspace: 'team-free' })
    expect(await as(one.owner).workspaces.here({ workspace: 'team-free' })).toEqual({ role: 'owner', name: 'Team free' })
  })
})
