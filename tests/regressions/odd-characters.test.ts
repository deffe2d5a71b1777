/**
 * U+0000 and half a character are kept in `json` columns, but Postgres refuses to take a text out of such a value (`->>`).
 * One event with them took down the list of runs, the run's page and the alerts of its whole workspace.
 */
import { afterAll, beforeAll, expect, test } from 'vitest'
import { newUuid } from '#base/ids.ts'
import { tellFailures } from '#server/alerts/send-alerts.ts'
import { fanwise } from '#server/audit/record.ts'
import { createKey } from '#server/keys/keys.ts'
import { db } from '#server/db.ts'
import { stepDefinition } from '#steps/definitions.ts'
import { appRouter } from '#server/router.ts'
import { createCaller } from '#server/trpc.ts'
import { startTestDoor, type TestDoor } from '#tests/support/door.ts'
import { createPeople, type TestPeople } from '#tests/support/drawing.ts'
import { createWorkspace, fn, publish, step, transform } from '#tests/support/factories.ts'
import { until } from '#tests/support/until.ts'

const odd = 'a\u0000b\ud800c'
const slow = { baseMs: 3_600_000, factor: 1, maxMs: 3_600_000, jitter: 0 }

let t: TestDoor
let people: TestPeople
let key: string
let event: string
const runs: Record<string, string> = {}

type Loose = ReturnType<typeof JSON.parse>

async function get(path: string): Promise<Loose> {
  const response = await fetch(`${t.url}/api/v1${path}`, { headers: { Authorization: `Bearer ${key}` } })
  const body = (await response.json()) as Loose
  expect([path, response.status]).toEqual([path, 200])
  return body
}

beforeAll(async () => {
  t = await startTestDoor({ services: { runCode: async () => { throw new Error(`It said ${odd}.`) } } })
  people = await createPeople()
  key = (await createKey(people.workspace, 'api', 'Test', fanwise)).text
  await publish(t.engine.pool, people.workspace, [
    fn('fine', 'odd/sent', [transform('copy', { text: '{{ event.data.text }}' })]),
    fn('each', 'odd/sent', [step('copy', 'transform', { fields: [{ name: 'text', value: '{{ item }}' }] }, [], { each: { items: '{{ event.data.list }}', concurrency: 2 } })]),
    fn('failing', 'odd/sent', [step('say', 'code', { code: 'return 1' })]),
    fn('failing-items', 'odd/sent', [step('say', 'code', { code: 'return 1' }, [], { each: { items: '{{ event.data.list }}', concurrency: 2, onError: 'continue' } })]),
    fn('retrying', 'odd/sent', [step('say', 'code', { code: 'return 1' })], { retries: 2, backoff: slow }),
  ])
  t.engine.routesChanged(people.workspace)
  const response = await fetch(`${t.url}/api/v1/events`, {
    method: 'POST', headers: { Authorization: `Bearer ${key}`, 'Content-Type': 'application/json' }, body: JSON.stringify({ name: 'odd/sent', data: { text: odd, [odd]: 1, list: ['one', odd] } }),
  })
  event = ((await response.json()) as { ids: string[] }).ids[0]!
  const settled = await until(async () => {
    const { rows } = await t.engine.pool.query<{ slug: string; status: number; state: string | null }>(
      `select f.slug, r.status, j.state from run r join function f on f.workspace_id = r.workspace_id and f.id = r.function_id left join job j on j.workspace_id = r.workspace_id and j.run_id = r.id where r.workspace_id = $1 order by 1`, [people.workspace])
    return rows.length === 5 && rows.every((row) => row.status !== 0 || row.state === 't') ? rows.map((row) => `${row.slug} ${row.status}`) : null
  }, 'all runs end or rest')
  expect(settled).toEqual(['each 1', 'failing 2', 'failing-items 1', 'fine 1', 'retrying 0'])
})
afterAll(() => t.stop())

test('the list of events and the event itself open, with the data as it was sent', async () => {
  expect((await get('/events')).data.map((one: Loose) => one.id)).toContain(event)
  expect((await get(`/events/${event}`)).data).toEqual({ text: odd, [odd]: 1, list: ['one', odd] })
})

test('all lists of runs open, and say where a run failed or rests', async () => {
  for (const { id, function: slug } of (await get(`/runs?event=${event}`)).data) runs[slug] = id
  expect(Object.keys(runs)).toHaveLength(5)
  expect((await get('/runs?status=failed')).data[0].error).toMatchObject({ step: 'say', message: expect.stringContaining(odd) as string })
  expect((await get('/runs?status=sleeping')).data.map((one: Loose) => one.function)).toEqual(['retrying'])
  const caller = createCaller(appRouter)({ user: async () => ({ id: people.owner, email: 'o@north.example', name: 'Ada' }) as never })
  const page = await caller.runs.list({ workspace: people.slug, limit: 50, filter: { needsPerson: true } })
  expect(page.data.map((one) => [one.function, one.atStep]).sort()).toEqual([['failing', 'say'], ['retrying', 'say']])
  expect(await caller.runs.counts({ workspace: people.slug })).toEqual({ needsPerson: 2, failedLately: 1, running: 0, resting: 1 })
  expect((await caller.events.known({ workspace: people.slug })).map((one) => one.name)).toContain('odd/sent')
  expect((await caller.events.list({ workspace: people.slug, limit: 50 })).data).not.toEqual([])
})

test('every run opens with its steps, items, attempts and reason', async () => {
  const details = Object.fromEntries(await Promise.all(Object.entries(runs).map(async ([slug, id]) => [slug, await get(`/runs/${id}`)] as const)))
  expect(details.fine.steps[0].output).toEqual({ text: odd })
  expect(details.each.steps[0]).toMatchObject({ output: [{ text: 'one' }, { text: odd }], each: { total: 2, done: 2, failed: 0 } })
  expect(details['failing-items'].steps[0].each).toMatchObject({ total: 2, done: 0, failed: 2, items: [0, 1].map((index) => ({ index, error: expect.stringContaining('a\ufffdb\ufffdc') as string })) })
  expect(details.retrying.steps[0].attempts[0].error.message).toContain(odd)
  expect((await get(`/runs/${runs.retrying}/why`)).sentence).toContain(odd)
})

test('the alert about the failure is sent', async () => {
  await db().workspace.update({ where: { id: people.workspace }, data: { alertsOn: true } })
  const mails: string[] = []
  const sent = await tellFailures({ pool: t.engine.pool, publicUrl: 'https://fanwise.example', sendMail: async (_ws, mail) => { mails.push(mail.text ?? ''); return { via: 'outbox' } } }, people.workspace)
  expect(sent?.to).toHaveLength(1)
  expect(mails[0]).toContain('a\ufffdb\ufffdc')
})

test('a run is run again, cancelled and paged over like any other', async () => {
  const { runId } = await t.engine.retryRun(people.workspace, (await rowOf('fine')), { from: 'start' })
  await until(async () => (await t.engine.pool.query('select 1 from run where id = $1 and status = 1', [runId])).rowCount, 'it completes')
  expect(await t.engine.cancelRun(people.workspace, await rowOf('retrying'))).toBe(true)
  expect(await t.engine.checkInvariants()).toEqual(Object.fromEntries(Object.keys(await t.engine.checkInvariants()).map((name) => [name, 0])))
})

test('a way out whose name holds what keeps columns apart moves nothing in the rows of others', async () => {
  const [odd, other] = [await createWorkspace(t.engine.pool), await createWorkspace(t.engine.pool)]
  const port = 'a\u001eb'
  expect(stepDefinition('condition').config.safeParse({ mode: 'switch', cases: [{ id: port, label: '', when: 'true' }] }).success).toBe(false)
  const flow = (name: string, given: object) => [step('which', 'condition', { mode: 'switch', cases: [{ id: name, label: '', when: 'true' }] }, [], given), transform('then', { ok: 'yes' }, [{ step: 'which', port: name }])]
  const odds = flow('plain', { given: { as: 'pinned', output: {}, port } })
  odds[1]!.after = [{ step: 'which', port }]
  await publish(t.engine.pool, odd, [fn('odd', 'odd/tested', odds)])
  await publish(t.engine.pool, other, [fn('fine', 'fine/sent', flow('plain', {}))])
  await Promise.all([odd, other].map((ws, at) => t.engine.ingest(ws, Array.from({ length: 20 }, () => ({ name: at === 0 ? 'odd/tested' : 'fine/sent', data: {} })), { source: 'api' })))
  await until(async () => (await t.engine.pool.query('select 1 from run where workspace_id = any($1::uuid[]) and status = 1', [[odd, other]])).rowCount === 40, 'all complete')
  const ports = async (ws: string) => (await t.engine.pool.query<{ port: string }>(`select distinct step || ' ' || port as port from step where workspace_id = $1 order by 1`, [ws])).rows.map((row) => row.port)
  expect([await ports(odd), await ports(other)]).toEqual([['then out', 'which a b'], ['then out', 'which plain']])
})

async function rowOf(slug: string): Promise<string> {
  const { rows } = await t.engine.pool.query<{ id: string }>('select r.id::text as id from run r join function f on f.workspace_id = r.workspace_id and f.id = r.function_id where r.workspace_id = $1 and f.slug = $2 order by r.id limit 1', [people.workspace, slug])
  return rows[0]?.id ?? newUuid()
}
