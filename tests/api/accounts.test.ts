/** People, workspaces and keys on a real Postgres: who may see and do what. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { newUuid, publicId } from '#base/ids.ts'
import { authOptions } from '#server/auth/options.ts'
import { passwordMatches } from '#server/auth/password.ts'
import { createAccount, ensureAccount } from '#server/auth/sign-up.ts'
import { db } from '#server/db.ts'
import { hashKey } from '#server/keys/key-text.ts'
import { appRouter } from '#server/router.ts'
import { lastWorkspaceOf } from '#server/workspaces/membership.ts'
import { startTestDoor, type TestDoor } from '#tests/support/door.ts'

let t: TestDoor
let ada: Awaited<ReturnType<typeof createAccount>>
let eve: Awaited<ReturnType<typeof createAccount>>

beforeAll(async () => {
  t = await startTestDoor()
  ada = await createAccount({ email: 'Ada@North.io', password: 'peacock-blades', workspace: 'North  Ops' })
  eve = await createAccount({ email: 'eve@evil.io', password: 'peacock-blades', workspace: 'North Ops' })
})
afterAll(() => t.stop())

const as = (user: { userId: string } | null) =>
  appRouter.createCaller({ user: async () => (user === null ? null : { id: user.userId, email: 'x@y.io', name: null, sessionId: 's' }) })

describe('sign-up', () => {
  test('makes a person, a workspace, an owner and two keys, and publishes the examples', async () => {
    expect(ada.workspace).toMatchObject({ slug: 'north-ops', name: 'North Ops' })
    const user = await db().user.findUniqueOrThrow({ where: { id: ada.userId }, include: { memberships: true } })
    expect(user.email).toBe('ada@north.io')
    expect(user.memberships.map((one) => one.role)).toEqual(['owner'])
    expect(await passwordMatches(user.passwordHash, 'peacock-blades')).toBe(true)
    expect(await passwordMatches(user.passwordHash, 'peacock-blade')).toBe(false)
    const functions = await as(ada).functions.list({ workspace: 'north-ops' })
    expect(functions.map((one) => one.slug)).toEqual(expect.arrayContaining(['send-welcome-email', 'create-billing-trial', 'add-to-crm', 'notify-slack', 'audit-log', 'send-weekly-digest']))
  })

  test('a second workspace of the same name gets an address of its own', () => {
    expect(eve.workspace.name).toBe('North Ops')
    expect(eve.workspace.slug).toMatch(/^north-ops-[0-9a-z]{4}$/)
  })

  test('an address has one account, however it is written', async () => {
    await expect(createAccount({ email: ' ADA@north.IO', password: 'peacock-blades', workspace: 'Other' })).rejects.toMatchObject({ code: 'conflict', field: 'email' })
    const both = await Promise.allSettled([1, 2].map(() => createAccount({ email: 'twin@north.io', password: 'peacock-blades', workspace: 'Twin' })))
    expect(both.map((one) => one.status).sort()).toEqual(['fulfilled', 'rejected'])
    expect(await db().workspace.count({ where: { name: 'Twin' } })).toBe(1)
  })

  test('says which field is wrong', async () => {
    await expect(as(null).account.signUp({ email: 'a@b.io, c@d.io', password: 'long enough', workspace: 'X' })).rejects.toMatchObject({ cause: { field: 'email' } })
    await expect(as(null).account.signUp({ email: 'a@b.io', password: 'short', workspace: 'X' })).rejects.toMatchObject({ cause: { field: 'password' } })
    await expect(as(null).account.signUp({ email: 'a@b.io', password: 'long enough', workspace: '  ' })).rejects.toMatchObject({ cause: { field: 'workspace' } })
  })

  test('ensureAccount finds what is there and changes nothing', async () => {
    const before = await db().workflow.count()
    const again = await ensureAccount({ email: 'ada@north.io', password: 'anything at all', workspace: 'North Ops' })
    expect(again).toMatchObject({ created: false, userId: ada.userId, workspace: { slug: 'north-ops' }, eventKey: ada.eventKey, apiKey: null })
    expect(await db().workflow.count()).toBe(before)
  })
})

describe('more than one workspace', () => {
  test('a new one has keys, examples and its maker as owner, also when some of a name are made at once', async () => {
    const slugs = (await Promise.all([1, 2, 3].map(() => as(eve).account.newWorkspace({ name: ' Second   Ops ' })))).map(({ workspace }) => workspace)
    expect(new Set(slugs).size).toBe(3)
    for (const workspace of slugs) {
      expect((await as(eve).keys.list({ workspace })).map(({ kind }) => kind).sort()).toEqual(['api', 'event'])
      expect((await as(eve).workflows.list({ workspace })).length).toBeGreaterThanOrEqual(4)
      expect((await as(eve).members.list({ workspace })).members).toMatchObject([{ email: 'eve@evil.io', role: 'owner', self: true }])
      await expect(as(ada).members.list({ workspace })).rejects.toMatchObject({ code: 'NOT_FOUND' })
    }
    expect((await as(eve).account.me()).workspaces.map(({ name }) => name)).toEqual(['North Ops', 'Second Ops', 'Second Ops', 'Second Ops'])
    await expect(as(eve).account.newWorkspace({ name: '  ' })).rejects.toMatchObject({ cause: { field: 'workspace' } })
    await expect(as(null).account.newWorkspace({ name: 'X' })).rejects.toMatchObject({ code: 'UNAUTHORIZED' })
  })

  test('one comes back to where one was last, and nowhere when there is none', async () => {
    const cy = { userId: newUuid() }
    await db().user.create({ data: { id: cy.userId, email: 'cy@north.io' } })
    expect(await lastWorkspaceOf(cy.userId)).toBeNull()
    for (const one of [ada, eve]) await db().membership.create({ data: { workspaceId: one.workspace.id, userId: cy.userId, role: 'viewer' } })
    await as(cy).members.list({ workspace: eve.workspace.slug })
    expect(await lastWorkspaceOf(cy.userId)).toEqual(eve.workspace)
    await as(cy).members.takeOut({ workspace: eve.workspace.slug, id: publicId('usr', cy.userId) })
    expect(await lastWorkspaceOf(cy.userId)).toEqual(ada.workspace)
    await db().membership.deleteMany({ where: { userId: cy.userId } })
  })

  test('bootstrap gives an account that was only invited somewhere a workspace of its own', async () => {
    const id = newUuid()
    const account = { email: 'guest@north.io', password: 'anything at all', workspace: 'Own Ops' }
    await db().user.create({ data: { id, email: account.email } })
    await db().membership.create({ data: { workspaceId: ada.workspace.id, userId: id, role: 'viewer' } })
    const found = await ensureAccount(account)
    expect(found).toMatchObject({ created: false, userId: id, workspace: { name: 'Own Ops' }, eventKey: expect.stringMatching(/^fw_event_/) })
    expect(await ensureAccount(account)).toMatchObject({ workspace: found.workspace, eventKey: found.eventKey })
    await db().membership.deleteMany({ where: { userId: id, workspaceId: ada.workspace.id } })
  })
})

describe('tenancy', () => {
  test('a workspace one is not in looks like one that does not exist', async () => {
    for (const workspace of ['north-ops', 'nowhere']) {
      await expect(as(eve).runs.list({ workspace, limit: 10, filter: {} })).rejects.toMatchObject({ code: 'NOT_FOUND', message: expect.stringContaining(`no workspace "${workspace}", or you are not a member`) })
    }
    await expect(as(null).runs.list({ workspace: 'north-ops', limit: 10, filter: {} })).rejects.toMatchObject({ code: 'UNAUTHORIZED' })
  })

  test('ids of another workspace find nothing', async () => {
    const { id } = await as(ada).events.send({ workspace: 'north-ops', name: 'secret/thing', data: { a: 1 } })
    await expect(as(eve).events.get({ workspace: eve.workspace.slug, id })).rejects.toMatchObject({ code: 'NOT_FOUND' })
    expect((await as(ada).events.get({ workspace: 'north-ops', id })).data).toEqual({ a: 1 })
    const [key] = await as(ada).keys.list({ workspace: 'north-ops' })
    await expect(as(eve).keys.revoke({ workspace: eve.workspace.slug, id: key!.id })).rejects.toMatchObject({ code: 'NOT_FOUND' })
  })

  test('a viewer reads and changes nothing, an editor does not touch keys', async () => {
    const viewer = { userId: eve.userId }
    await db().membership.create({ data: { workspaceId: ada.workspace.id, userId: eve.userId, role: 'viewer' } })
    await expect(as(viewer).events.send({ workspace: 'north-ops', name: 'a/b', data: {} })).rejects.toMatchObject({ code: 'FORBIDDEN' })
    await expect(as(ada).events.send({ workspace: 'north-ops', name: 'fanwise/function.failed', data: {} })).rejects.toThrow('reserved')
    expect(await as(viewer).functions.list({ workspace: 'north-ops' })).not.toHaveLength(0)
    expect((await as(viewer).keys.list({ workspace: 'north-ops' })).map((key) => key.text)).toEqual([null, null])
    await db().membership.updateMany({ where: { workspaceId: ada.workspace.id, userId: eve.userId }, data: { role: 'editor' } })
    expect(await as(viewer).events.send({ workspace: 'north-ops', name: 'a/b', data: {} })).toMatchObject({ runs: 0 })
    expect((await as(viewer).keys.list({ workspace: 'north-ops' })).map((key) => key.text)).toContain(ada.eventKey)
    await expect(as(viewer).keys.create({ workspace: 'north-ops', kind: 'api', name: 'x' })).rejects.toMatchObject({ code: 'FORBIDDEN' })
    await db().membership.deleteMany({ where: { workspaceId: ada.workspace.id, userId: eve.userId } })
  })

  test('only admins change how long history is kept, within its limits', async () => {
    const workspace = 'north-ops'
    expect(await as(ada).workspaces.history({ workspace })).toEqual({ eventDays: 30, runDays: 30 })
    await as(ada).workspaces.setHistory({ workspace, eventDays: 7, runDays: null })
    expect(await as(ada).workspaces.history({ workspace })).toEqual({ eventDays: 7, runDays: null })
    await expect(as(ada).workspaces.setHistory({ workspace, eventDays: 0, runDays: 30 })).rejects.toMatchObject({ code: 'BAD_REQUEST' })
    await expect(as(eve).workspaces.setHistory({ workspace, eventDays: 30, runDays: 30 })).rejects.toMatchObject({ code: 'NOT_FOUND' })
    const editor = await createAccount({ email: 'editor@north.io', password: 'peacock-blades', workspace: 'Mine' })
    await db().membership.create({ data: { workspaceId: ada.workspace.id, userId: editor.userId, role: 'editor' } })
    await expect(as(editor).workspaces.setHistory({ workspace, eventDays: 1, runDays: 1 })).rejects.toMatchObject({ code: 'FORBIDDEN' })
    expect(await as(editor).workspaces.history({ workspace })).toEqual({ eventDays: 7, runDays: null })
  })
})

describe('keys', () => {
  test('an API key is stored as its hash only and shown once', async () => {
    const made = await as(ada).keys.create({ workspace: 'north-ops', kind: 'api', name: 'Deploys' })
    const row = await db().apiKey.findFirstOrThrow({ where: { hash: hashKey(made.text) } })
    expect(row).toMatchObject({ plainText: null, last4: made.text.slice(-4) })
    const listed = (await as(ada).keys.list({ workspace: 'north-ops' })).find((key) => key.id === made.id)
    expect(listed).toMatchObject({ name: 'Deploys', text: null })
  })

  test('a revoked event key is refused at the front door', async () => {
    const made = await as(ada).keys.create({ workspace: 'north-ops', kind: 'event', name: 'Shop' })
    const send = () => fetch(`${t.url}/e/${made.text}`, { method: 'POST', body: JSON.stringify({ name: 'shop/opened', data: {} }), headers: { 'content-type': 'application/json' } })
    await as(ada).keys.revoke({ workspace: 'north-ops', id: made.id })
    expect((await send()).status).toBe(401)
    await expect(as(ada).keys.revoke({ workspace: 'north-ops', id: made.id })).rejects.toMatchObject({ code: 'NOT_FOUND' })
  })
})

test('a sign-in takes away the sessions of that person that ran out, and no other', async () => {
  const user = async () => {
    const id = newUuid()
    await db().user.create({ data: { id, email: `${id}@north.io` } })
    return id
  }
  const [one, other] = [await user(), await user()]
  const open = (userId: string, days: number) => db().session.create({ data: { id: newUuid(), userId, expiresAt: new Date(Date.now() + days * 86_400_000) } })
  const [, stays, others] = [await open(one, -1), await open(one, 1), await open(other, -1)]
  const token = await authOptions.callbacks!.jwt!({ token: {}, user: { id: one }, account: null })
  expect((await db().session.findMany({ where: { userId: { in: [one, other] } } })).map((row) => row.id).sort()).toEqual([stays.id, others.id, token.sessionId!].sort())
})
