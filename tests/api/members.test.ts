/** The people of a workspace: inviting, joining, roles, leaving; who may, what two clicks at once do, and what strangers see of it. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { newUuid, publicId } from '#base/ids.ts'
import { setAlerts } from '#server/alerts/context.ts'
import { apiError } from '#server/api/schemas.ts'
import { findRoute } from '#server/api/routes.ts'
import { passwordMatches } from '#server/auth/password.ts'
import { db } from '#server/db.ts'
import { hashKey } from '#server/keys/key-text.ts'
import { invitationsADayMost, openInvitationsMost } from '#server/members/invitations.ts'
import { storeOutboxMail } from '#server/outbox/store.ts'
import { appRouter } from '#server/router.ts'
import { createCaller } from '#server/trpc.ts'
import { roles, type Role } from '#server/workspaces/roles.ts'
import type { OutgoingMail } from '#steps/kind.ts'
import { startTestDoor, type TestDoor } from '#tests/support/door.ts'

type Loose = ReturnType<typeof JSON.parse>
interface Person {
  id: string
  email: string
  name: string | null
}
interface Team {
  ws: string
  at: { workspace: string }
  owner: Person
  admin: Person
  editor: Person
  viewer: Person
}

const caller = createCaller(appRouter)
const as = (person: Person | null) => caller({ user: async () => (person === null ? null : ({ ...person, sessionId: 's' })) })
const nobody = as(null)
const code = (name: string) => ({ code: name })
let t: TestDoor
let mails: (OutgoingMail & { leastRole: Role | undefined })[]
let mailFails = false

beforeAll(async () => {
  // Without a worker: its duties would look after the fan-outs that a test only writes down.
  t = await startTestDoor({ role: 'web' })
  mails = []
  setAlerts({
    pool: t.engine.pool, publicUrl: 'https://fanwise.example',
    sendMail: async (_workspace, mail, leastRole) => {
      if (mailFails) throw new Error('The mail server is away.')
      mails.push({ ...mail, leastRole })
      return { via: 'smtp' }
    },
  })
})
afterAll(async () => {
  setAlerts(undefined)
  await t.stop()
})

let made = 0
async function person(name: string | null = 'Somebody'): Promise<Person> {
  const id = newUuid()
  const email = `person${++made}@north.io`
  await db().user.create({ data: { id, email, name } })
  return { id, email, name }
}

async function member(ws: string, role: Role, name: string = role): Promise<Person> {
  const one = await person(name)
  await db().membership.create({ data: { workspaceId: ws, userId: one.id, role } })
  return one
}

/** A workspace of its own for each test, with one of each role. */
async function team(): Promise<Team> {
  const ws = newUuid()
  const slug = `team-${++made}`
  await db().workspace.create({ data: { id: ws, slug, name: 'North Ops' } })
  const [owner, admin, editor, viewer] = [await member(ws, 'owner'), await member(ws, 'admin'), await member(ws, 'editor'), await member(ws, 'viewer')]
  return { ws, at: { workspace: slug }, owner, admin, editor, viewer }
}

const usr = (one: Person): string => publicId('usr', one.id)
const roleOf = async (ws: string, one: Person): Promise<string | null> => (await db().membership.findUnique({ where: { workspaceId_userId: { workspaceId: ws, userId: one.id } } }))?.role ?? null
const audit = async (one: Team, action: string) => (await as(one.owner).audit.list({ ...one.at, filter: { action } })).data
const settled = async (calls: Promise<unknown>[]): Promise<string[]> => (await Promise.allSettled(calls)).map((one) => one.status).sort()
const address = (): string => `new${++made}@north.io`

describe('inviting', () => {
  test('makes a link that is kept as its hash only, and a mail with it', async () => {
    const one = await team()
    const email = address()
    const before = mails.length
    const invited = await as(one.admin).members.invite({ ...one.at, email: `  ${email.toUpperCase()} `, role: 'editor' })
    expect(invited).toMatchObject({ email, role: 'editor', again: false, mail: { via: 'smtp' }, link: `https://fanwise.example/join/${invited.token}` })
    expect(invited.token).toMatch(/^[\w-]{43}$/)
    expect(Date.parse(invited.until) - Date.now()).toBeGreaterThan(6.9 * 86_400_000)
    expect(mails.slice(before)).toMatchObject([{ to: email, subject: 'admin invites you to North Ops on Fanwise', leastRole: 'admin', text: expect.stringContaining(invited.link) as string }])
    const row = await db().invitation.findUniqueOrThrow({ where: { hash: hashKey(invited.token) } })
    expect(JSON.stringify(row)).not.toContain(invited.token)
    expect(await as(one.owner).members.invitations(one.at)).toMatchObject([{ id: invited.id, email, role: 'editor', by: 'admin', expired: false }])
    expect(JSON.stringify(await as(one.owner).members.invitations(one.at))).not.toContain(invited.token)
    expect(await audit(one, 'invitation')).toMatchObject([{ action: 'invitation.create', target: email, detail: { role: 'editor' }, actor: { name: 'admin' } }])
    expect(JSON.stringify(await audit(one, 'invitation'))).not.toContain(invited.token)
  })

  test('says so when the mail does not leave; the link holds all the same', async () => {
    const one = await team()
    mailFails = true
    const invited = await as(one.owner).members.invite({ ...one.at, email: address(), role: 'viewer' }).finally(() => (mailFails = false))
    expect(invited.mail).toEqual({ failed: 'The mail server is away.' })
    expect(await nobody.members.byLink({ token: invited.token })).toMatchObject({ state: 'open' })
  })

  test('is for owners and admins, and to a role they may give', async () => {
    const one = await team()
    for (const who of [one.editor, one.viewer]) {
      await expect(as(who).members.invite({ ...one.at, email: address(), role: 'viewer' })).rejects.toMatchObject(code('FORBIDDEN'))
      await expect(as(who).members.invitations(one.at)).rejects.toMatchObject(code('FORBIDDEN'))
    }
    await expect(as(await person()).members.invite({ ...one.at, email: address(), role: 'viewer' })).rejects.toMatchObject(code('NOT_FOUND'))
    await expect(nobody.members.invite({ ...one.at, email: address(), role: 'viewer' })).rejects.toMatchObject(code('UNAUTHORIZED'))
    await expect(as(one.admin).members.invite({ ...one.at, email: address(), role: 'owner' })).rejects.toMatchObject(code('FORBIDDEN'))
    const owner = await as(one.owner).members.invite({ ...one.at, email: address(), role: 'owner' })
    expect(mails.at(-1)!.leastRole).toBe('owner')
    // An admin neither takes it back nor puts a weaker one in its place.
    await expect(as(one.admin).members.revoke({ ...one.at, id: owner.id })).rejects.toMatchObject(code('FORBIDDEN'))
    await expect(as(one.admin).members.invite({ ...one.at, email: owner.email, role: 'viewer' })).rejects.toMatchObject(code('FORBIDDEN'))
    expect(await nobody.members.byLink({ token: owner.token })).toMatchObject({ state: 'open', role: 'owner' })
  })

  test('names what is wrong with the address', async () => {
    const one = await team()
    await expect(as(one.owner).members.invite({ ...one.at, email: 'a@b.io, c@d.io', role: 'viewer' })).rejects.toMatchObject({ cause: { field: 'email' } })
    await expect(as(one.owner).members.invite({ ...one.at, email: one.viewer.email, role: 'editor' })).rejects.toMatchObject({ code: 'CONFLICT', cause: { field: 'email' } })
  })

  test('again, it makes a new link and the one before leads nowhere; so does one that is taken back', async () => {
    const one = await team()
    const email = address()
    const first = await as(one.owner).members.invite({ ...one.at, email, role: 'viewer' })
    const second = await as(one.admin).members.invite({ ...one.at, email, role: 'editor' })
    expect(second.again).toBe(true)
    expect(await nobody.members.byLink({ token: first.token })).toMatchObject({ state: 'replaced' })
    await expect(nobody.members.signUp({ token: first.token, password: 'long enough' })).rejects.toMatchObject(code('CONFLICT'))
    expect(await as(one.owner).members.invitations(one.at)).toMatchObject([{ id: second.id, role: 'editor' }])
    await as(one.admin).members.revoke({ ...one.at, id: second.id })
    expect(await nobody.members.byLink({ token: second.token })).toMatchObject({ state: 'revoked' })
    await expect(nobody.members.signUp({ token: second.token, password: 'long enough' })).rejects.toMatchObject(code('CONFLICT'))
    await expect(as(one.admin).members.revoke({ ...one.at, id: second.id })).rejects.toMatchObject(code('NOT_FOUND'))
    expect((await audit(one, 'invitation')).map(({ action }) => action)).toEqual(['invitation.revoke', 'invitation.renew', 'invitation.create'])
  })

  test('of one address by many at once leaves one link', async () => {
    const one = await team()
    const email = address()
    const all = await Promise.all(Array.from({ length: 6 }, () => as(one.owner).members.invite({ ...one.at, email, role: 'viewer' })))
    const states = await Promise.all(all.map(async ({ token }) => (await nobody.members.byLink({ token }))!.state))
    expect(states.sort()).toEqual(['open', ...Array.from({ length: 5 }, () => 'replaced')])
  })

  test(`ends at ${openInvitationsMost} open ones, also when many come at once, and at ${invitationsADayMost} a day`, async () => {
    const one = await team()
    const row = (n: number, revoked: boolean) => ({ workspaceId: one.ws, id: newUuid(), email: `crowd${n}@north.io`, role: 'viewer', hash: hashKey(`${one.ws} ${n}`), inviter: 'owner', expiresAt: new Date(Date.now() + 60_000), revokedAt: revoked ? new Date() : null })
    await db().invitation.createMany({ data: Array.from({ length: openInvitationsMost - 1 }, (_, n) => row(n, false)) })
    const tries = Array.from({ length: 4 }, () => as(one.owner).members.invite({ ...one.at, email: address(), role: 'viewer' }))
    expect(await settled(tries)).toEqual(['fulfilled', 'rejected', 'rejected', 'rejected'])
    await expect(as(one.owner).members.invite({ ...one.at, email: address(), role: 'viewer' })).rejects.toMatchObject({ code: 'CONFLICT', message: expect.stringContaining('100 open invitations') as string })
    // A new link for somebody who has one is no further one.
    expect(await as(one.owner).members.invite({ ...one.at, email: 'crowd0@north.io', role: 'viewer' })).toMatchObject({ again: true })
    await db().invitation.deleteMany({ where: { workspaceId: one.ws } })
    await db().invitation.createMany({ data: Array.from({ length: invitationsADayMost }, (_, n) => row(n, true)) })
    await expect(as(one.owner).members.invite({ ...one.at, email: address(), role: 'viewer' })).rejects.toMatchObject(code('TOO_MANY_REQUESTS'))
  })

  test('into the Outbox, where nobody reads a link who could not have made it', async () => {
    const one = await team()
    const mail = { from: 'a@b.io', to: 'c@d.io', text: 'x' }
    const shown: Record<string, string> = {}
    for (const leastRole of ['owner', 'admin', undefined] as const) shown[String(leastRole)] = (await storeOutboxMail(t.engine.pool, one.ws, { ...mail, subject: String(leastRole) }, { leastRole })).messageId
    const subjects = async (who: Person) => (await as(who).outbox.list({ ...one.at })).data.map(({ subject }) => subject)
    expect(await subjects(one.owner)).toEqual(['undefined', 'admin', 'owner'])
    expect(await subjects(one.admin)).toEqual(['undefined', 'admin'])
    for (const who of [one.editor, one.viewer]) {
      expect(await subjects(who)).toEqual(['undefined'])
      for (const kept of ['owner', 'admin']) await expect(as(who).outbox.get({ ...one.at, id: shown[kept]! })).rejects.toMatchObject(code('NOT_FOUND'))
    }
    await expect(as(one.admin).outbox.get({ ...one.at, id: shown['owner']! })).rejects.toMatchObject(code('NOT_FOUND'))
    expect(await as(one.admin).outbox.get({ ...one.at, id: shown['admin']! })).toMatchObject({ text: 'x' })
  })
})

describe('joining', () => {
  test('with an account: for that address, once, however often it is clicked', async () => {
    const one = await team()
    const ben = await person('Ben')
    const eve = await person('Eve')
    const { token } = await as(one.owner).members.invite({ ...one.at, email: ben.email, role: 'editor' })
    expect(await nobody.members.byLink({ token })).toMatchObject({ state: 'open', workspace: 'North Ops', role: 'editor', email: ben.email, by: 'owner', account: true, you: null })
    expect(await as(ben).members.byLink({ token })).toMatchObject({ you: { email: ben.email, invited: true, member: null } })
    expect(await as(eve).members.byLink({ token })).toMatchObject({ you: { email: eve.email, invited: false } })
    await expect(nobody.members.join({ token })).rejects.toMatchObject(code('UNAUTHORIZED'))
    await expect(as(eve).members.join({ token })).rejects.toMatchObject(code('FORBIDDEN'))
    await expect(nobody.members.signUp({ token, password: 'long enough' })).rejects.toMatchObject({ code: 'CONFLICT', message: expect.stringContaining('has an account') as string })
    const joined = await Promise.all(Array.from({ length: 5 }, () => as(ben).members.join({ token })))
    expect(new Set(joined.map(({ workspace }) => workspace))).toEqual(new Set([one.at.workspace]))
    expect(await roleOf(one.ws, ben)).toBe('editor')
    expect(await audit(one, 'member.join')).toMatchObject([{ target: 'Ben', detail: { role: 'editor', email: ben.email, by: 'owner' }, actor: { kind: 'person', name: 'Ben' } }])
    expect(await as(ben).members.byLink({ token })).toMatchObject({ state: 'used', you: { member: { workspace: one.at.workspace } } })
    expect(await as(one.owner).members.invitations(one.at)).toEqual([])
    // Whoever is taken out does not come back by the old link.
    await as(one.owner).members.takeOut({ ...one.at, id: usr(ben) })
    await expect(as(ben).members.join({ token })).rejects.toMatchObject(code('CONFLICT'))
    expect(await roleOf(one.ws, ben)).toBeNull()
  })

  test('without one: an account for that address comes with it, and no workspace of its own', async () => {
    const one = await team()
    const email = address()
    const { token } = await as(one.owner).members.invite({ ...one.at, email, role: 'viewer' })
    expect(await nobody.members.byLink({ token })).toMatchObject({ account: false })
    await expect(nobody.members.signUp({ token, password: 'short' })).rejects.toMatchObject({ cause: { field: 'password' } })
    const workspaces = await db().workspace.count()
    const calls = await settled(Array.from({ length: 4 }, () => nobody.members.signUp({ token, name: '  Cy  ', password: 'peacock-blades' })))
    expect(calls).toEqual(['fulfilled', 'rejected', 'rejected', 'rejected'])
    const cy = await db().user.findUniqueOrThrow({ where: { email }, include: { memberships: true } })
    expect(cy).toMatchObject({ name: 'Cy', memberships: [{ workspaceId: one.ws, role: 'viewer' }] })
    expect(await passwordMatches(cy.passwordHash, 'peacock-blades')).toBe(true)
    expect(await db().workspace.count()).toBe(workspaces)
    expect(await audit(one, 'member.join')).toHaveLength(1)
  })

  test('by one link in two ways at once is joining once', async () => {
    const one = await team()
    const email = address()
    const { token } = await as(one.owner).members.invite({ ...one.at, email, role: 'viewer' })
    const [signedUp, revoked] = await Promise.allSettled([nobody.members.signUp({ token, password: 'peacock-blades' }), as(one.owner).members.invite({ ...one.at, email, role: 'editor' })])
    const count = await db().membership.count({ where: { workspaceId: one.ws, user: { email } } })
    // Either the link was used first, so there is nobody left to invite, or it was replaced first.
    expect([signedUp.status, revoked.status, count]).toEqual(count === 1 ? ['fulfilled', 'rejected', 1] : ['rejected', 'fulfilled', 0])
  })

  test('ends with its time, and a link that was never made is said to be none', async () => {
    const one = await team()
    const ben = await person('Ben')
    const { token, id } = await as(one.owner).members.invite({ ...one.at, email: ben.email, role: 'viewer' })
    await db().invitation.updateMany({ where: { workspaceId: one.ws }, data: { expiresAt: new Date(Date.now() - 1000) } })
    expect(await as(ben).members.byLink({ token })).toMatchObject({ state: 'expired' })
    await expect(as(ben).members.join({ token })).rejects.toMatchObject({ code: 'CONFLICT', cause: { fix: expect.stringContaining('new link') as string } })
    expect(await as(one.owner).members.invitations(one.at)).toMatchObject([{ id, expired: true }])
    expect(await nobody.members.byLink({ token: `${token}x` })).toBeNull()
    for (const none of ['', 'x', `${token}x`]) {
      await expect(as(ben).members.join({ token: none })).rejects.toMatchObject(code('NOT_FOUND'))
      await expect(nobody.members.signUp({ token: none, password: 'peacock-blades' })).rejects.toMatchObject(code('NOT_FOUND'))
    }
  })

  test('somebody who is in already stays what they are', async () => {
    const one = await team()
    const ben = await person('Ben')
    const { token } = await as(one.owner).members.invite({ ...one.at, email: ben.email, role: 'admin' })
    await db().membership.create({ data: { workspaceId: one.ws, userId: ben.id, role: 'viewer' } })
    expect(await as(ben).members.join({ token })).toEqual({ workspace: one.at.workspace })
    expect(await roleOf(one.ws, ben)).toBe('viewer')
  })
})

describe('roles', () => {
  test('everybody sees the members, and with each what they may do about them', async () => {
    const one = await team()
    const seen = async (who: Person) => Object.fromEntries((await as(who).members.list(one.at)).members.map((row) => [row.name, [row.mayBecome, row.mayTakeOut]]))
    const others = (role: Role, from: readonly Role[]) => [from.filter((other) => other !== role), true]
    expect(await seen(one.owner)).toEqual({ owner: [[], false], admin: others('admin', roles), editor: others('editor', roles), viewer: others('viewer', roles) })
    const below = roles.slice(1)
    expect(await seen(one.admin)).toEqual({ owner: [[], false], admin: [['editor', 'viewer'], true], editor: others('editor', below), viewer: others('viewer', below) })
    expect(await seen(one.editor)).toEqual({ owner: [[], false], admin: [[], false], editor: [['viewer'], true], viewer: [[], false] })
    expect(await seen(one.viewer)).toEqual({ owner: [[], false], admin: [[], false], editor: [[], false], viewer: [[], true] })
    expect((await as(one.viewer).members.list(one.at)).mayInviteAs).toEqual([])
    const [owner] = (await as(one.viewer).members.list(one.at)).members
    expect(owner).toMatchObject({ name: 'owner', self: false, seenAt: expect.any(String) as string })
    await expect(as(await person()).members.list(one.at)).rejects.toMatchObject(code('NOT_FOUND'))
  })

  test('change by those who may, and hold at the next request', async () => {
    const one = await team()
    await as(one.admin).members.setRole({ ...one.at, id: usr(one.editor), role: 'viewer' })
    await expect(as(one.editor).events.send({ ...one.at, name: 'a/b', data: {} })).rejects.toMatchObject(code('FORBIDDEN'))
    await as(one.admin).members.setRole({ ...one.at, id: usr(one.editor), role: 'viewer' })
    expect(await audit(one, 'member')).toMatchObject([{ action: 'member.role', target: 'editor', detail: { role: 'viewer', before: 'editor' }, actor: { name: 'admin' } }])
    await expect(as(one.admin).members.setRole({ ...one.at, id: usr(one.viewer), role: 'owner' })).rejects.toMatchObject(code('FORBIDDEN'))
    await expect(as(one.admin).members.setRole({ ...one.at, id: usr(one.owner), role: 'viewer' })).rejects.toMatchObject(code('FORBIDDEN'))
    await expect(as(one.admin).members.takeOut({ ...one.at, id: usr(one.owner) })).rejects.toMatchObject(code('FORBIDDEN'))
    await expect(as(one.admin).members.setRole({ ...one.at, id: usr(one.admin), role: 'owner' })).rejects.toMatchObject(code('FORBIDDEN'))
    await expect(as(one.viewer).members.setRole({ ...one.at, id: usr(one.viewer), role: 'editor' })).rejects.toMatchObject(code('FORBIDDEN'))
    await expect(as(one.viewer).members.setRole({ ...one.at, id: usr(one.admin), role: 'viewer' })).rejects.toMatchObject(code('FORBIDDEN'))
    await expect(as(one.editor).members.takeOut({ ...one.at, id: usr(one.viewer) })).rejects.toMatchObject(code('FORBIDDEN'))
    await as(one.owner).members.setRole({ ...one.at, id: usr(one.admin), role: 'owner' })
    expect(await roleOf(one.ws, one.admin)).toBe('owner')
  })

  test('there is always an owner, whoever clicks at the same moment', async () => {
    const one = await team()
    await expect(as(one.owner).members.setRole({ ...one.at, id: usr(one.owner), role: 'admin' })).rejects.toMatchObject(code('CONFLICT'))
    await expect(as(one.owner).members.takeOut({ ...one.at, id: usr(one.owner) })).rejects.toMatchObject(code('CONFLICT'))
    const second = await member(one.ws, 'owner', 'second')
    expect(await settled([as(one.owner).members.takeOut({ ...one.at, id: usr(one.owner) }), as(second).members.takeOut({ ...one.at, id: usr(second) })])).toEqual(['fulfilled', 'rejected'])
    const rest = (await roleOf(one.ws, one.owner)) === 'owner' ? one.owner : second
    const third = await member(one.ws, 'owner', 'third')
    // Each takes the other's role away: who comes second may not any more.
    expect(await settled([as(rest).members.setRole({ ...one.at, id: usr(third), role: 'viewer' }), as(third).members.setRole({ ...one.at, id: usr(rest), role: 'viewer' })])).toEqual(['fulfilled', 'rejected'])
    expect(await db().membership.count({ where: { workspaceId: one.ws, role: 'owner' } })).toBe(1)
  })

  test('whoever may not invite any more has no invitations open either', async () => {
    const one = await team()
    const second = await member(one.ws, 'owner', 'second')
    const invited = async (who: Person, role: Role) => (await as(who).members.invite({ ...one.at, email: address(), role })).token
    const [asOwner, asViewer, byOther] = [await invited(second, 'owner'), await invited(second, 'viewer'), await invited(one.owner, 'owner')]
    await as(one.owner).members.setRole({ ...one.at, id: usr(second), role: 'admin' })
    const states = async () => Promise.all([asOwner, asViewer, byOther].map(async (token) => (await nobody.members.byLink({ token }))!.state))
    expect(await states()).toEqual(['revoked', 'open', 'open'])
    await as(one.owner).members.takeOut({ ...one.at, id: usr(second) })
    expect(await states()).toEqual(['revoked', 'revoked', 'open'])
    expect((await audit(one, 'member.remove'))[0]).toMatchObject({ target: 'second', detail: { role: 'admin', invitations: [expect.any(String)] } })
  })
})

describe('whoever is taken out', () => {
  test('is refused at the next request, and what is open ends', async () => {
    const one = await team()
    const { at, owner, editor: ben } = one
    const { slug } = await as(owner).workflows.create({ ...at, name: 'Shared' })
    const here = { ...at, slug, cursor: null, selected: [] }
    await as(ben).presence.move({ ...here, clientId: 'ben-window-1' })
    const names = async () => (await as(owner).presence.move({ ...here, clientId: 'owner-window' })).people.map(({ name }) => name).sort()
    expect(await names()).toEqual(['editor', 'owner'])
    const stream = (await as(ben).live.changes(at))[Symbol.asyncIterator]()
    const listening = (async () => {
      while ((await stream.next()).done !== true) continue
    })()
    const ended = expect(listening).rejects.toMatchObject(code('NOT_FOUND'))
    const taken = performance.now()
    await as(owner).members.takeOut({ ...at, id: usr(ben) })
    await ended
    // Told, not found out: a stream asks by itself only each minute.
    expect(performance.now() - taken).toBeLessThan(30_000)
    expect(await names()).toEqual(['owner'])
    for (const ask of [() => as(ben).runs.list({ ...at, limit: 1, filter: {} }), () => as(ben).presence.move({ ...here, clientId: 'ben-window-1' }), () => as(ben).workflows.get({ ...at, slug })]) {
      await expect(ask()).rejects.toMatchObject({ code: 'NOT_FOUND', cause: { facts: { notIn: at.workspace } } })
    }
    await expect((async () => (await as(ben).live.changes(at))[Symbol.asyncIterator]().next())()).rejects.toMatchObject(code('NOT_FOUND'))
  })

  test('says go to no big fan-out any more: any owner or admin does, and is asked', async () => {
    const one = await team()
    await as(one.owner).workspaces.setConfirm({ ...one.at, above: 10, by: one.editor.id })
    const row = { workspaceId: one.ws, runId: newUuid(), step: 's', functionId: newUuid(), eventName: 'a/b', baseId: newUuid(), total: 50, askedAt: new Date() }
    const [waiting, running] = [newUuid(), newUuid()]
    await db().fanOut.createMany({ data: [{ ...row, id: waiting, state: 'confirm' }, { ...row, id: running, state: 'running' }] })
    expect((await as(one.admin).members.list(one.at)).members.find(({ name }) => name === 'editor')).toMatchObject({ saysGo: true })
    await as(one.editor).members.takeOut({ ...one.at, id: usr(one.editor) })
    expect(await as(one.owner).workspaces.confirm(one.at)).toMatchObject({ above: 10, person: null, deciders: [{ name: 'owner' }, { name: 'admin' }] })
    const asked = async (id: string) => (await db().fanOut.findUniqueOrThrow({ where: { workspaceId_id: { workspaceId: one.ws, id } } })).askedAt
    expect(await asked(waiting)).toBeNull()
    expect(await asked(running)).not.toBeNull()
    expect(await audit(one, 'member')).toMatchObject([{ action: 'member.leave', target: 'editor', detail: { role: 'editor', saidGo: true }, actor: { name: 'editor' } }])
  })

  test('another who says go is asked about what waits already', async () => {
    const one = await team()
    await as(one.owner).workspaces.setConfirm({ ...one.at, above: 10, by: one.editor.id })
    const row = { workspaceId: one.ws, id: newUuid(), runId: newUuid(), step: 's', functionId: newUuid(), eventName: 'a/b', baseId: newUuid(), total: 50, state: 'confirm', askedAt: new Date() }
    await db().fanOut.create({ data: row })
    const asked = async () => (await db().fanOut.findUniqueOrThrow({ where: { workspaceId_id: { workspaceId: one.ws, id: row.id } } })).askedAt
    await as(one.owner).workspaces.setConfirm({ ...one.at, above: 20, by: one.editor.id })
    expect(await asked()).not.toBeNull()
    await as(one.owner).workspaces.setConfirm({ ...one.at, above: 20, by: one.admin.id })
    expect(await asked()).toBeNull()
  })

  test('who becomes a viewer says go no more, and cannot be named', async () => {
    const one = await team()
    await as(one.owner).workspaces.setConfirm({ ...one.at, above: 10, by: one.editor.id })
    await as(one.owner).members.setRole({ ...one.at, id: usr(one.editor), role: 'viewer' })
    expect(await as(one.owner).workspaces.confirm(one.at)).toMatchObject({ above: 10, person: null })
    expect(await audit(one, 'member')).toMatchObject([{ action: 'member.role', detail: { role: 'viewer', before: 'editor', saidGo: true } }])
    await expect(as(one.owner).workspaces.setConfirm({ ...one.at, above: 10, by: one.editor.id })).rejects.toMatchObject(code('BAD_REQUEST'))
  })

  test('leaves keys behind, which are counted before', async () => {
    const one = await team()
    await as(one.admin).keys.create({ ...one.at, kind: 'api', name: 'Deploy' })
    expect((await as(one.owner).members.list(one.at)).members.find(({ name }) => name === 'admin')).toMatchObject({ keys: 1 })
  })
})

test('a workspace reaches nothing of another one', async () => {
  const [here, there] = [await team(), await team()]
  const invited = await as(there.owner).members.invite({ ...there.at, email: address(), role: 'viewer' })
  await expect(as(here.owner).members.revoke({ ...here.at, id: invited.id })).rejects.toMatchObject(code('NOT_FOUND'))
  await expect(as(here.owner).members.setRole({ ...here.at, id: usr(there.viewer), role: 'admin' })).rejects.toMatchObject(code('NOT_FOUND'))
  await expect(as(here.owner).members.takeOut({ ...here.at, id: usr(there.viewer) })).rejects.toMatchObject(code('NOT_FOUND'))
  await expect(as(here.owner).members.takeOut({ ...there.at, id: usr(there.viewer) })).rejects.toMatchObject(code('NOT_FOUND'))
  expect(await as(here.owner).members.invitations(here.at)).toEqual([])
  // The link leads where it was made, also for somebody of another workspace.
  const link = await as(there.owner).members.invite({ ...there.at, email: here.viewer.email, role: 'editor' })
  expect(await as(here.viewer).members.join({ token: link.token })).toEqual({ workspace: there.at.workspace })
  expect([await roleOf(here.ws, here.viewer), await roleOf(there.ws, here.viewer)]).toEqual(['viewer', 'editor'])
})

test('the API lists members, invites and takes back, as an admin would', async () => {
  const one = await team()
  const key = await as(one.admin).keys.create({ ...one.at, kind: 'api', name: 'Deploy' })
  const rest = async (method: string, path: string, body?: unknown): Promise<Loose> => {
    const response = await fetch(`${t.url}/api/v1${path}`, { method, headers: { Authorization: `Bearer ${key.text}`, 'Content-Type': 'application/json' }, ...(body === undefined ? {} : { body: JSON.stringify(body) }) })
    const answer = (await response.json()) as Loose
    if (response.status >= 400) return { status: response.status, ...apiError.parse(answer) }
    const found = findRoute(method, path)
    if ('allow' in found) throw new Error(`${method} ${path} is not in the table`)
    expect(found.route.answers[response.status]?.schema.safeParse(answer).error).toBeUndefined()
    return answer
  }
  expect((await rest('GET', '/members')).data.map((row: Loose) => [row.name, row.role, row.keys])).toEqual([['owner', 'owner', 0], ['admin', 'admin', 1], ['editor', 'editor', 0], ['viewer', 'viewer', 0]])
  const email = address()
  const invited = await rest('POST', '/invitations', { email, role: 'editor' })
  expect(invited).toMatchObject({ email, role: 'editor', mail: 'smtp', link: expect.stringMatching(/^https:\/\/fanwise\.example\/join\/[\w-]{43}$/) as string })
  expect(mails.at(-1)).toMatchObject({ to: email, subject: 'You are invited to North Ops on Fanwise' })
  expect((await rest('GET', '/invitations')).data).toMatchObject([{ id: invited.id, email, by: 'the API key Deploy', expired: false }])
  expect(await nobody.members.byLink({ token: invited.link.split('/').at(-1) })).toMatchObject({ state: 'open', by: null })
  expect(await rest('POST', '/invitations', { email, role: 'owner' })).toMatchObject({ status: 400, error: { field: 'role' } })
  expect(await rest('POST', '/invitations', { email: one.viewer.email, role: 'editor' })).toMatchObject({ status: 409, error: { field: 'email' } })
  expect(await rest('DELETE', `/invitations/${invited.id}`)).toEqual({ revoked: invited.id })
  expect(await rest('DELETE', `/invitations/${invited.id}`)).toMatchObject({ status: 404 })
  const asOwner = await as(one.owner).members.invite({ ...one.at, email: address(), role: 'owner' })
  expect(await rest('DELETE', `/invitations/${asOwner.id}`)).toMatchObject({ status: 403 })
  expect((await audit(one, 'invitation')).map(({ action, actor }) => `${actor.kind} ${action}`)).toEqual(['person invitation.create', 'key invitation.revoke', 'key invitation.create'])
})
