/** Who is where: told over the stream of changes, to those who have the same workflow open. */
import { afterAll, beforeAll, expect, test } from 'vitest'
import { newUuid } from '#base/ids.ts'
import { seedExamples } from '#examples/seed.ts'
import { db } from '#server/db.ts'
import { liveRouter, type ScreenChange } from '#server/live.ts'
import { presenceRouter } from '#server/presence/router.ts'
import { createCaller, router } from '#server/trpc.ts'
import { startTestEngine, type TestEngine } from '#tests/support/engine.ts'
import { startTestServer } from '#tests/support/server.ts'
import { until } from '#tests/support/until.ts'

const call = createCaller(router({ live: liveRouter, presence: presenceRouter }))
let t: TestEngine
const ids = { mara: newUuid(), jo: newUuid(), stranger: newUuid() }
type Who = keyof typeof ids
const stops: AbortController[] = []
const as = (who: Who, signal?: AbortSignal) => call({ user: async () => ({ id: ids[who], email: `${who}@north.io`, name: who }) as never }, signal === undefined ? {} : { signal })
const signup = { workspace: 'north', slug: 'signup-pipeline' }
const digest = { workspace: 'north', slug: 'weekly-digest' }
const move = (who: Who, at: typeof signup, clientId: string, x = 0) => as(who).presence.move({ ...at, clientId, cursor: { x, y: 0 }, selected: [] })

beforeAll(async () => {
  t = await startTestServer()
  const ws = newUuid()
  await db().workspace.create({ data: { id: ws, slug: 'north', name: 'North' } })
  for (const [name, id] of Object.entries(ids)) {
    await db().user.create({ data: { id, email: `${name}@north.io`, name } })
    if (name !== 'stranger') await db().membership.create({ data: { workspaceId: ws, userId: id, role: 'viewer' } })
  }
  await seedExamples(ws, ids.mara)
})
afterAll(async () => {
  for (const stop of stops) stop.abort()
  await t.stop()
})

/** Reads the person's stream until it tells of the workflow in a way that fits; answers all it told of rooms. */
async function listen(who: Who): Promise<(fits: (names: string[], workflow: string) => boolean) => Promise<ScreenChange['rooms']>> {
  const stop = new AbortController()
  stops.push(stop)
  const stream = ((await as(who, stop.signal).live.changes({ workspace: 'north' })) as AsyncIterable<ScreenChange>)[Symbol.asyncIterator]()
  let next = stream.next()
  return async (fits) => {
    const told: ScreenChange['rooms'] = []
    for (;;) {
      const { value } = await next
      next = stream.next()
      told.push(...(value as ScreenChange).rooms)
      if ((value as ScreenChange).rooms.some((room) => fits(room.people.map((one) => one.name).sort(), room.workflow))) return told
    }
  }
}

test('who has a workflow open hears who comes, moves and goes; others hear nothing of it', async () => {
  const [mara, jo] = [await listen('mara'), await listen('jo')]
  const first = await move('mara', signup, 'window-m1')
  expect(first.people).toMatchObject([{ clientId: 'window-m1', name: 'mara', cursor: { x: 0, y: 0 } }])
  await mara((names) => names.join() === 'mara')
  await move('jo', digest, 'window-j1')
  await move('mara', signup, 'window-m1', 5)
  expect(new Set((await jo((names) => names.join() === 'jo')).map((room) => room.workflow))).not.toContain(first.workflow)
  // A second window of the same person comes over the same stream.
  await move('jo', signup, 'window-j2')
  await Promise.all([mara, jo].map((heard) => heard((names, workflow) => workflow === first.workflow && names.join() === 'jo,mara')))
  await as('mara').presence.leave({ ...signup, clientId: 'window-m1' })
  await jo((names, workflow) => workflow === first.workflow && names.join() === 'jo')
})

test('nobody moves or takes away somebody else’s window, and a stranger sees no room', async () => {
  await move('mara', signup, 'window-m2', 1)
  await move('jo', signup, 'window-m2', 99)
  await as('jo').presence.leave({ ...signup, clientId: 'window-m2' })
  const { people } = await move('jo', signup, 'window-j2')
  expect(people.find((one) => one.clientId === 'window-m2')).toMatchObject({ name: 'mara', cursor: { x: 1 } })
  await expect(move('stranger', signup, 'window-s1')).rejects.toMatchObject({ code: 'NOT_FOUND' })
})

test('what processes tell each other arrives in whatever script it is written', async () => {
  const other = await startTestEngine({ database: t.database, role: 'web' })
  const heard: unknown[] = []
  other.engine.hear((topic, data) => void (topic === 'script' && heard.push(data)))
  // Said in one breath: few characters, and more bytes than Postgres takes at once.
  const said = ['漢', '字', '仮', '名'].map((sign) => sign.repeat(1500))
  for (const text of said) t.engine.say('script', text)
  await until(async () => heard.length === said.length, 'all is heard', 30_000)
  expect(heard).toEqual(said)
  await other.stop()
})
