/** The workspace as a thing of its own: its name, and what open pages hear when it or a role in it changes. */
import { afterAll, beforeAll, expect, test } from 'vitest'
import { newUuid, publicId } from '#base/ids.ts'
import { findRoute } from '#server/api/routes.ts'
import { apiError } from '#server/api/schemas.ts'
import type { ScreenChange } from '#server/live.ts'
import { db } from '#server/db.ts'
import { fanwise } from '#server/audit/record.ts'
import { createKey } from '#server/keys/keys.ts'
import { appRouter } from '#server/router.ts'
import { createCaller } from '#server/trpc.ts'
import { roles, type Role } from '#server/workspaces/roles.ts'
import { startTestDoor, type TestDoor } from '#tests/support/door.ts'

type Loose = ReturnType<typeof JSON.parse>
interface Person {
  id: string
  email: string
  name: string
}

const caller = createCaller(appRouter)
const stops: AbortController[] = []
let t: TestDoor
beforeAll(async () => {
  t = await startTestDoor()
})
afterAll(async () => {
  stops.forEach((stop) => stop.abort())
  await t.stop()
})

const as = (person: Person, signal?: AbortSignal) => caller({ user: async () => ({ ...person, sessionId: 's' }) }, signal === undefined ? {} : { signal })
const usr = (person: Person): string => publicId('usr', person.id)

let made = 0
/** With one person of each role. */
async function team(name = 'North Ops') {
  const ws = newUuid()
  const slug = `team-${++made}`
  await db().workspace.create({ data: { id: ws, slug, name } })
  const people = {} as Record<Role, Person>
  for (const role of roles) {
    const person = { id: newUuid(), email: `${role}${made}@north.io`, name: role }
    await db().user.create({ data: person })
    await db().membership.create({ data: { workspaceId: ws, userId: person.id, role } })
    people[role] = person
  }
  const key = await createKey(ws, 'api', 'Deploy', fanwise)
  return { ws, at: { workspace: slug }, ...people, rest: restOf(key.text) }
}

/** Answers are held against their published schemas. */
const restOf = (key: string) => async (method: string, path: string, body?: unknown): Promise<Loose> => {
  const response = await fetch(`${t.url}/api/v1${path}`, { method, headers: { Authorization: `Bearer ${key}`, 'Content-Type': 'application/json' }, ...(body === undefined ? {} : { body: JSON.stringify(body) }) })
  const answer = (await response.json()) as Loose
  if (response.status >= 400) return { status: response.status, ...apiError.parse(answer) }
  const found = findRoute(method, path)
  if ('allow' in found) throw new Error(`${method} ${path} is not in the table`)
  expect(found.route.answers[response.status]?.schema.safeParse(answer).error).toBeUndefined()
  return answer
}

/** Resolves with the next change that is about the person, or the workspace, itself. */
async function listening(person: Person, at: { workspace: string }): Promise<() => Promise<void>> {
  const stop = new AbortController()
  stops.push(stop)
  const stream = ((await as(person, stop.signal).live.changes(at)) as AsyncIterable<ScreenChange>)[Symbol.asyncIterator]()
  // Asked for before anything happens: a sequence begins when it is first asked.
  let next = stream.next()
  return async () => {
    for (;;) {
      const { value, done } = await next
      if (done === true) throw new Error('The stream has ended.')
      next = stream.next()
      if ((value as ScreenChange).member) return
    }
  }
}

test('owners and admins rename it; its address, keys and people stay, and it is in the audit', async () => {
  const one = await team()
  expect(await as(one.admin).workspaces.rename({ ...one.at, name: '  South   Ops ' })).toEqual({ name: 'South Ops' })
  await as(one.owner).workspaces.rename({ ...one.at, name: 'South Ops' })
  expect(await as(one.viewer).workspaces.here(one.at)).toEqual({ role: 'viewer', name: 'South Ops' })
  expect(await one.rest('GET', '/workspace')).toEqual({ name: 'South Ops', slug: one.at.workspace, eventDays: 30, runDays: 30 })
  // The second time changed nothing.
  expect((await as(one.owner).audit.list({ ...one.at, filter: { action: 'workspace' } })).data).toMatchObject([{ action: 'workspace.rename', target: 'South Ops', detail: { before: 'North Ops' }, actor: { name: 'admin' } }])
})

test('others may not, and a name is 1 to 80 characters', async () => {
  const one = await team()
  for (const who of [one.editor, one.viewer]) await expect(as(who).workspaces.rename({ ...one.at, name: 'Mine' })).rejects.toMatchObject({ code: 'FORBIDDEN' })
  for (const name of ['   ', 'x'.repeat(81)]) await expect(as(one.owner).workspaces.rename({ ...one.at, name })).rejects.toMatchObject({ code: 'BAD_REQUEST', cause: { field: 'name' } })
  expect(await as(one.owner).workspaces.here(one.at)).toMatchObject({ name: 'North Ops' })
})

test('by program: the name, roles and removing, as an admin would', async () => {
  const one = await team()
  expect(await one.rest('PATCH', '/workspace', { name: 'South Ops' })).toMatchObject({ name: 'South Ops', slug: one.at.workspace })
  expect(await one.rest('PATCH', '/workspace', { name: ' ' })).toMatchObject({ status: 400, error: { field: 'name' } })
  expect(await one.rest('PATCH', `/members/${usr(one.viewer)}`, { role: 'editor' })).toMatchObject({ id: usr(one.viewer), role: 'editor' })
  // An id is the same in small letters, as everywhere.
  expect(await one.rest('PATCH', `/members/${usr(one.viewer).toLowerCase()}`, { role: 'admin' })).toMatchObject({ id: usr(one.viewer), role: 'admin' })
  expect(await one.rest('PATCH', `/members/${usr(one.viewer)}`, { role: 'owner' })).toMatchObject({ status: 400, error: { field: 'role' } })
  expect(await one.rest('PATCH', `/members/${usr(one.owner)}`, { role: 'viewer' })).toMatchObject({ status: 403 })
  expect(await one.rest('DELETE', `/members/${usr(one.owner)}`)).toMatchObject({ status: 403 })
  expect(await one.rest('DELETE', `/members/${usr(one.editor)}`)).toEqual({ removed: usr(one.editor) })
  expect(await one.rest('DELETE', `/members/${usr(one.editor)}`)).toMatchObject({ status: 404 })
  await expect(as(one.editor).workspaces.here(one.at)).rejects.toMatchObject({ code: 'NOT_FOUND' })
  const entries = (await as(one.owner).audit.list({ ...one.at, filter: {} })).data
  expect(entries.map(({ action, actor }) => `${actor.kind} ${action}`).slice(0, 4)).toEqual(['key member.remove', 'key member.role', 'key member.role', 'key workspace.rename'])
  // Another workspace's people are out of reach.
  const other = await team()
  expect(await one.rest('PATCH', `/members/${usr(other.viewer)}`, { role: 'editor' })).toMatchObject({ status: 404 })
})

test('by program: how long history is kept, each by itself, with the days of before in the audit', async () => {
  const one = await team()
  expect(await one.rest('PATCH', '/workspace', { runDays: 90 })).toMatchObject({ eventDays: 30, runDays: 90 })
  expect(await one.rest('PATCH', '/workspace', { eventDays: null })).toMatchObject({ name: 'North Ops', eventDays: null, runDays: 90 })
  expect(await as(one.viewer).workspaces.history(one.at)).toEqual({ eventDays: null, runDays: 90 })
  for (const [body, field] of [[{ runDays: 0 }, 'runDays'], [{ eventDays: 3651 }, 'eventDays'], [{ runDays: 1.5 }, 'runDays'], [{}, undefined]] as const) {
    expect(await one.rest('PATCH', '/workspace', body)).toMatchObject({ status: 400, error: { code: 'bad_request', ...(field === undefined ? {} : { field }) } })
  }
  expect((await as(one.owner).audit.list({ ...one.at, filter: { action: 'workspace' } })).data).toMatchObject([
    { action: 'workspace.history', detail: { eventDays: null, eventDaysBefore: 30, runDays: 90 } }, { action: 'workspace.history', detail: { runDays: 90, runDaysBefore: 30, eventDays: 30 } },
  ])
})

test('what somebody else has changed since a page was loaded stays as they made it', async () => {
  const one = await team()
  await as(one.owner).workspaces.setHistory({ ...one.at, runDays: 365 })
  await as(one.admin).workspaces.setHistory({ ...one.at, eventDays: 60 })
  expect(await as(one.viewer).workspaces.history(one.at)).toEqual({ eventDays: 60, runDays: 365 })
  const schedule = { event: 'digest/due', cron: '0 9 * * *', timezone: 'UTC', data: { plan: 'a' }, missed: 'last' as const, enabled: true }
  await as(one.editor).schedules.put({ ...one.at, key: 'c1', schedule })
  await one.rest('PUT', '/schedules/c1', { ...schedule, cron: '0 7 * * *', data: { plan: 'b' } })
  await as(one.editor).schedules.switch({ ...one.at, key: 'c1', enabled: false })
  expect(await one.rest('GET', '/schedules/c1')).toMatchObject({ cron: '0 7 * * *', data: { plan: 'b' }, enabled: false, nextAt: null })
  await db().dataSchedule.updateMany({ where: { workspaceId: one.ws }, data: { nextAt: new Date(0) } })
  const on = await as(one.editor).schedules.switch({ ...one.at, key: 'c1', enabled: true })
  expect(Date.parse(on.nextAt!)).toBeGreaterThan(Date.now())
  await as(one.editor).schedules.switch({ ...one.at, key: 'c1', enabled: true })
  await expect(as(one.viewer).schedules.switch({ ...one.at, key: 'c1', enabled: false })).rejects.toMatchObject({ code: 'FORBIDDEN' })
  await expect(as(one.editor).schedules.switch({ ...one.at, key: 'c2', enabled: false })).rejects.toMatchObject({ code: 'NOT_FOUND' })
  // The last time changed nothing.
  expect((await as(one.owner).audit.list({ ...one.at, filter: { action: 'schedule' } })).data.map(({ action, detail }) => [action, detail?.['enabled']])).toEqual([['schedule.change', true], ['schedule.change', false], ['schedule.change', true], ['schedule.create', true]])
})

test('open pages hear that their person has another role, and all of them that it has another name', async () => {
  const one = await team()
  const [viewer, editor] = [await listening(one.viewer, one.at), await listening(one.editor, one.at)]
  await as(one.admin).members.setRole({ ...one.at, id: usr(one.viewer), role: 'editor' })
  await viewer()
  expect(await as(one.viewer).workspaces.here(one.at)).toMatchObject({ role: 'editor' })
  await as(one.owner).workspaces.rename({ ...one.at, name: 'South Ops' })
  await Promise.all([viewer(), editor()])
  expect(await as(one.editor).workspaces.here(one.at)).toEqual({ role: 'editor', name: 'South Ops' })
})
