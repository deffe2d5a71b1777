/** Every run that rests says why and for what, in one sentence. */
import { afterAll, beforeAll, expect, test } from 'vitest'
import { explainWait } from '#engine/why.ts'
import type { FunctionDefinition, StepDefinition } from '#graph/definition.ts'
import { createTestDatabase } from '#tests/support/database.ts'
import { startTestEngine, type TestEngine } from '#tests/support/engine.ts'
import { createWorkspace, fn, publish, step } from '#tests/support/factories.ts'
import { until } from '#tests/support/until.ts'

let t: TestEngine
const release: (() => void)[] = []
beforeAll(async () => {
  t = await startTestEngine({
    services: {
      request: (_ws, request) => (request.url.includes('fail')
        ? Promise.resolve({ status: 503, headers: {}, body: '' })
        : new Promise((resolve) => release.push(() => resolve({ status: 200, headers: {}, body: '{}' })))),
    },
  })
})
afterAll(async () => {
  release.forEach((go) => go())
  await t.stop()
})

const hold = step('call', 'http', { method: 'GET', url: 'https://crm.example/x' })
async function world(steps: StepDefinition[], extra: Partial<FunctionDefinition> = {}): Promise<{ ws: string; id: string }> {
  const ws = await createWorkspace(t.engine.pool)
  return { ws, id: (await publish(t.engine.pool, ws, [fn('send-digest', 'digest/asked', steps, extra)]))['send-digest']! }
}
const send = (ws: string, count = 1, ts?: number) => t.engine.ingest(ws, Array.from({ length: count }, (_, n) => ({ name: 'digest/asked', data: { user: 'user_42', n }, ts })), { source: 'api' })
/** The sentence of the newest run once it is in that state. */
async function sentence(ws: string, state: string): Promise<string> {
  let run = ''
  await until(async () => {
    const { rows } = await t.engine.pool.query<{ run: string }>('select run_id::text as run from job where workspace_id = $1 and state = $2 order by ord desc limit 1', [ws, state])
    run = rows[0]?.run ?? ''
    return run !== ''
  }, `a run is in state ${state}`)
  return (await explainWait(t.engine.pool, ws, run)).sentence
}

test('in line for a limit, with its place and key', async () => {
  const { ws } = await world([hold], { concurrency: { limit: 1, key: 'event.data.user' } })
  await send(ws, 40)
  expect(await sentence(ws, 'q')).toMatch(/^\d+(st|nd|rd|th) in line for concurrency 1 of send-digest, key user_42\.$/)
})
test('throttled until its turn', async () => {
  const { ws } = await world([hold], { flow: { throttle: { limit: 1, periodMs: 60_000, burst: 0 } } })
  await send(ws, 2)
  expect(await sentence(ws, 'h')).toMatch(/^Throttled until \d\d:\d\d:\d\d UTC: 1 start per 1 m\.$/)
})
test('a retry, after what', async () => {
  const { ws } = await world([step('call', 'http', { method: 'GET', url: 'https://crm.example/fail' })], { retries: 5, backoff: { baseMs: 40_000, factor: 1, maxMs: 40_000, jitter: 0 } })
  await send(ws)
  expect(await sentence(ws, 't')).toMatch(/^Retry 1 of 5 of call in (40|39) s, after: .*503/)
})
test('sleeping, waiting for an event', async () => {
  const sleeping = await world([step('rest', 'sleep', { mode: 'for', duration: '2h' })])
  await send(sleeping.ws)
  expect(await sentence(sleeping.ws, 't')).toMatch(/^Sleeping until \d\d:\d\d:\d\d UTC in rest\.$/)
  const waiting = await world([step('paid', 'wait', { event: 'invoice/paid', timeout: '2h' })])
  await send(waiting.ws)
  expect(await sentence(waiting.ws, 'w')).toMatch(/^Waiting until .* for the event invoice\/paid\.$/)
})
test('what a run rests for is said also once another of its branches has gone on', async () => {
  const nap = [step('nap', 'sleep', { mode: 'for', duration: '50ms' }), step('note', 'transform', { fields: [] }, ['nap'])]
  const worlds = [
    [step('paid', 'wait', { event: 'invoice/paid', timeout: '2h' }), 'w', /^Waiting until .* for the event invoice\/paid\.$/],
    [step('ask', 'approval', { title: 'Send it?', timeout: '2h' }), 'w', /^Waiting until .* for a person to decide: Send it\?$/],
    [step('rest', 'sleep', { mode: 'for', duration: '2h' }), 't', /^Sleeping until .* in rest\.$/],
    [step('call', 'http', { method: 'GET', url: 'https://crm.example/fail' }), 't', /^Retry 1 of 5 of call in \d+ s, after: .*503/],
  ] as const
  for (const [rest, state, said] of worlds) {
    const { ws } = await world([...nap, rest], { retries: 5, backoff: { baseMs: 40_000, factor: 1, maxMs: 40_000, jitter: 0 } })
    await send(ws)
    await until(async () => (await t.engine.pool.query(`select 1 from step where workspace_id = $1 and step = 'note'`, [ws])).rowCount === 1, 'the other branch has gone on')
    expect(await sentence(ws, state)).toMatch(said)
  }
})
test('a paused function and a parked service, with who, since when and why', async () => {
  const { ws, id } = await world([hold])
  await t.engine.holds.pauseFunction(ws, { id, slug: 'send-digest' }, { id: null, name: 'Ada' }, { reason: 'the CRM is being moved' })
  await send(ws)
  expect(await sentence(ws, 'h')).toMatch(/^send-digest is paused since \d\d:\d\d:\d\d UTC: the CRM is being moved\.$/)
  await t.engine.holds.parkService(ws, 'crm.example', { id: null, name: 'Ada' })
  await t.engine.holds.resumeFunction(ws, { id, slug: 'send-digest' }, { id: null, name: 'Ada' })
  await until(async () => (await sentence(ws, 'h')).startsWith('crm.example is parked since'), 'it is parked')
})
test('a time ahead, quiet, a batch that collects', async () => {
  const ahead = await world([hold])
  await send(ahead.ws, 1, Date.now() + 3_600_000)
  expect(await sentence(ahead.ws, 't')).toMatch(/^Its event is meant for .*; it starts then\.$/)
  const quiet = await world([hold], { flow: { debounce: { periodMs: 3_600_000 } } })
  await send(quiet.ws)
  expect(await sentence(quiet.ws, 't')).toMatch(/^Waiting for quiet: it runs at .* unless another event comes\.$/)
  const batch = await world([hold], { flow: { batch: { size: 100, timeoutMs: 3_600_000 } } })
  await send(batch.ws, 7)
  expect(await sentence(batch.ws, 't')).toMatch(/^Collecting: 7 of 100 events\. It runs at .* at the latest\.$/)
})

test('with two workers: the place in line counts what either has taken ahead; second limits and throttles say the same from both', async () => {
  const own = await createTestDatabase()
  const services = { request: () => new Promise<never>(() => {}) }
  const two = await Promise.all([startTestEngine({ database: own, services }), startTestEngine({ database: own, services })])
  const { pool } = two[0]!.engine
  try {
    const ws = await createWorkspace(pool)
    const of = (slug: string, extra: Partial<FunctionDefinition>) => fn(slug, `${slug}/asked`, [hold], extra)
    await publish(pool, ws, [
      of('lane', { concurrency: { limit: 2 } }), of('second', { concurrency2: { limit: 2, key: 'event.data.user' } }), of('slow', { flow: { throttle: { limit: 1, periodMs: 60_000, burst: 0 } } }),
    ])
    const waiting = async (slug: string, count: number) => {
      const rows = await until(async () => {
        const found = await pool.query<{ id: string; state: string }>(`select j.run_id::text as id, j.state from job j join run r on r.workspace_id = j.workspace_id and r.id = j.run_id join function f on f.workspace_id = r.workspace_id and f.id = r.function_id
          where j.workspace_id = $1 and f.slug = $2 order by j.ord`, [ws, slug])
        return found.rows.filter(({ state }) => state === 'r' || slug === 'lane').length === count && (slug === 'lane' || found.rows.every(({ state }) => state === 'r' || state === 'h')) ? found.rows : null
      }, `${slug}: some run, the others wait`)
      const answers = await Promise.all(rows.map(({ id }) => Promise.all(two.map(({ engine }) => explainWait(engine.pool, ws, id)))))
      for (const [one, other] of answers) expect(one!.sentence).toBe(other!.sentence)
      return answers.map(([one]) => one!)
    }
    const send = (slug: string, n: number) => two[n % 2]!.engine.ingest(ws, [{ name: `${slug}/asked`, data: { user: 'user_42', n } }], { source: 'api' })
    for (let n = 0; n < 8; n++) await send('lane', n)
    await until(async () => (await pool.query('select 1 from lane where workspace_id = $1 and granted = 2', [ws])).rowCount, 'two execute')
    const places = (await waiting('lane', 8)).map((why) => (why.kind === 'running' ? 0 : Number(why.facts['ahead']) + 1)).sort((a, b) => a - b)
    expect(places).toEqual([0, 0, 1, 2, 3, 4, 5, 6])

    for (let n = 0; n < 6; n++) await send('second', n)
    const second = (await waiting('second', 2)).filter((why) => why.kind === 'limit')
    expect(second.map((why) => why.sentence)).toEqual(['1st', '2nd', '3rd', '4th'].map((place) => `${place} in line for its second limit: 2 at once for user_42.`))

    for (let n = 0; n < 4; n++) await send('slow', n)
    const slow = (await waiting('slow', 1)).filter((why) => why.kind === 'throttle')
    expect(slow).toHaveLength(3)
    for (const why of slow) expect(why.sentence).toMatch(/^Throttled until \d\d:\d\d:\d\d UTC: 1 start per 1 m\.$/)
    expect(new Set(slow.map((why) => why.until)).size).toBe(3)
  } finally {
    await Promise.all(two.map((engine) => engine.stop()))
    await own.drop()
  }
})
