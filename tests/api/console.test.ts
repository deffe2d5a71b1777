/** What Code steps write to their console: attempt by attempt, item by item, for the people of the workspace only. */
import { afterAll, beforeAll, expect, test } from 'vitest'
import { publicId, uuidFloor } from '#base/ids.ts'
import { keepOfRuns } from '#engine/sql/retention.ts'
import { createAccount } from '#server/auth/sign-up.ts'
import { appRouter } from '#server/router.ts'
import { ConsoleNotes } from '#server/runs/console.ts'
import { startTestDoor, type TestDoor } from '#tests/support/door.ts'
import { fn, publish, step } from '#tests/support/factories.ts'
import { until } from '#tests/support/until.ts'

let t: TestDoor
let ada: Awaited<ReturnType<typeof createAccount>>
let eve: Awaited<ReturnType<typeof createAccount>>

beforeAll(async () => {
  const notes: ConsoleNotes = new ConsoleNotes(() => t.engine.pool, () => {})
  t = await startTestDoor({ services: { keepPrinted: (workspaceId, of, text) => notes.keep(workspaceId, of, text) } })
  ada = await createAccount({ email: 'ada@north.io', password: 'peacock-blades', workspace: 'North Ops' })
  eve = await createAccount({ email: 'eve@evil.io', password: 'peacock-blades', workspace: 'Evil Ops' })
  await publish(t.engine.pool, ada.workspace.id, [
    fn('prices', 'price/asked', [step('price', 'code', { code: 'console.log("asked for", event.data.plan, event.data)\nif (event.data.plan === "none") throw new Error("no such plan")\nreturn 5' }, [], { retries: 1 })]),
    fn('rows', 'rows/asked', [{ ...step('row', 'code', { code: 'console.log("row", index, item, "\\u0000\\u001e")' }), each: { items: '{{ event.data.rows }}', concurrency: 2 } }]),
  ])
  t.engine.routesChanged(ada.workspace.id)
})
afterAll(() => t.stop())

const as = (who: typeof ada) => appRouter.createCaller({ user: async () => ({ id: who.userId, email: 'x@y.io', name: null, sessionId: 's' }) })
async function runOf(name: string, data: Record<string, unknown>): Promise<string> {
  const { id } = await as(ada).events.send({ workspace: ada.workspace.slug, name, data: data as never })
  const { rows } = await t.engine.pool.query<{ id: string }>('select r.id from run r join event e on e.workspace_id = r.workspace_id and e.id = r.event_id where r.workspace_id = $1 order by r.id desc limit 1', [ada.workspace.id])
  expect(id).toMatch(/^evt_/)
  return publicId('run', rows[0]!.id)
}
const read = (who: typeof ada, id: string, key: string) => as(who).runs.console({ workspace: who.workspace.slug, id, step: key })

test('each attempt has its own, the last one and those that failed', async () => {
  const run = await runOf('price/asked', { plan: 'none' })
  await until(async () => (await read(ada, run, 'price')).length === 2, 'both attempts are there')
  expect(await read(ada, run, 'price')).toEqual([1, 2].map((attempt) => ({ attempt, item: null, text: 'asked for none {"plan":"none"}' })))
})

test('of a step for each item, item by item', async () => {
  const run = await runOf('rows/asked', { rows: ['a', 'b', 'c'] })
  await until(async () => (await read(ada, run, 'row')).length === 3, 'all items are there')
  expect((await read(ada, run, 'row')).map(({ item, text }) => [item, text.trim()])).toEqual([[0, 'row 0 a'], [1, 'row 1 b'], [2, 'row 2 c']])
})

test('nobody else reads it', async () => {
  const run = await runOf('price/asked', { plan: 'pro' })
  await until(async () => (await read(ada, run, 'price')).length === 1, 'it is there')
  expect(await read(eve, run, 'price')).toEqual([])
  await expect(as(eve).runs.console({ workspace: ada.workspace.slug, id: run, step: 'price' })).rejects.toMatchObject({ code: 'NOT_FOUND' })
})

test('it goes when the history of its run goes', async () => {
  const run = await runOf('price/asked', { plan: 'old' })
  await until(async () => (await read(ada, run, 'price')).length === 1, 'it is there')
  const later = new Date(Date.now() + 60_000)
  const statement = keepOfRuns.find((one) => one.name === 'keep-step-console')!
  await until(async () => (await as(ada).runs.get({ workspace: ada.workspace.slug, id: run })).status === 'completed', 'the run has ended')
  await t.engine.pool.query({ ...statement, values: [ada.workspace.id, uuidFloor(later.getTime()), 2000, later] })
  expect(await read(ada, run, 'price')).toEqual([])
})
