/**
 * What becomes of a step that has failed for good: its own retries and waits, `continue`, `branch`, and a
 * retry of the run that leaves handled failures alone.
 */
import { afterAll, beforeAll, expect, test } from 'vitest'
import { createTestDatabase, type TestDatabase } from '#tests/support/database.ts'
import { createWorkspace, fn, publish, step, transform } from '#tests/support/factories.ts'
import { endedRuns, startTestEngine, type TestEngine } from '#tests/support/engine.ts'
import { until } from '#tests/support/until.ts'

let database: TestDatabase
let t: TestEngine
let other: TestEngine
const calls: string[] = []
let broken = true
let late: (() => void) | null = null

beforeAll(async () => {
  database = await createTestDatabase()
  const services = {
    request: async (_ws: string, request: { url: string }) => {
      calls.push(request.url)
      if (request.url.includes('/late')) await new Promise<void>((resolve) => (late = resolve))
      if (request.url.includes('/down') && broken) return { status: 503, headers: {}, body: 'down' }
      if (request.url.includes('/no')) return { status: 404, headers: {}, body: 'no such thing' }
      return { status: 200, headers: {}, body: '{"ok":true}' }
    },
  }
  t = await startTestEngine({ database, services })
  other = await startTestEngine({ database, services })
})
afterAll(async () => {
  await t.stop()
  await other.stop()
  await database.drop()
})

const both = (ws: string, count: number) => {
  const seen = new Map<string, string>()
  return new Promise<string[]>((resolve) => {
    for (const { engine } of [t, other]) {
      const off = engine.signals.on('run.ended', ({ workspaceId, runId, status }) => {
        if (workspaceId !== ws) return
        seen.set(runId, status)
        if (seen.size >= count) {
          off()
          resolve([...seen.values()])
        }
      })
    }
  })
}
const rows = async (ws: string) => (await t.engine.pool.query('select step, status, port, output, error from step where workspace_id = $1 order by step', [ws])).rows
const http = (id: string, path: string, after: (string | { step: string; port: string })[] = [], extra = {}) => step(id, 'http', { method: 'GET', url: `https://x.example${path}` }, after, extra)

test('continue: the run goes on, the failure is the step’s output, nothing counts as failed', async () => {
  const ws = await createWorkspace(t.engine.pool)
  await publish(t.engine.pool, ws, [
    fn('soft', 'soft/go', [http('crm', '/no', [], { onError: 'continue' }), transform('after', { code: '{{ steps.crm.error.code }}', message: '{{ steps.crm.error.message }}' }, ['crm'])]),
    fn('watch', 'fanwise/function.failed', [transform('see', { f: '{{ event.data.function }}' })]),
  ])
  const ended = both(ws, 1)
  await t.engine.ingest(ws, [{ name: 'soft/go', data: {} }], { source: 'api' })
  expect(await ended).toEqual(['completed'])
  const [after, crm] = await rows(ws)
  expect(after.output).toEqual({ code: 'step_refused', message: 'x.example answered 404.' })
  expect(crm).toMatchObject({ status: 2, port: 'out', output: { error: { code: 'step_refused' } }, error: { code: 'step_refused' } })
  expect((await t.engine.pool.query('select 1 from failure where workspace_id = $1', [ws])).rowCount).toBe(0)
  expect((await t.engine.pool.query(`select 1 from event where workspace_id = $1 and name like 'fanwise/%'`, [ws])).rowCount).toBe(0)
})

test('branch: it leaves by the way of its own, the other way is skipped, a join goes on', async () => {
  const ws = await createWorkspace(t.engine.pool)
  await publish(t.engine.pool, ws, [fn('fork', 'fork/go', [
    http('charge', '{{ event.data.path }}', [], { onError: 'branch' }),
    transform('good', { ok: 'yes' }, ['charge']),
    transform('bad', { why: '{{ steps.charge.error.message }}' }, [{ step: 'charge', port: 'error' }]),
    transform('join', { bad: '{{ steps.bad?.why ?? "none" }}' }, ['good', 'bad']),
  ])])
  for (const [path, expected] of [['/no', ['bad', 'charge', 'join']], ['/fine', ['charge', 'good', 'join']]] as const) {
    const ended = both(ws, 1)
    await t.engine.pool.query('delete from step where workspace_id = $1', [ws])
    await t.engine.ingest(ws, [{ name: 'fork/go', data: { path } }], { source: 'api' })
    expect(await ended).toEqual(['completed'])
    expect((await rows(ws)).map((row) => row.step)).toEqual(expected)
  }
})

test('a step’s own retries and waits count, not the function’s', async () => {
  const ws = await createWorkspace(t.engine.pool)
  broken = true
  await publish(t.engine.pool, ws, [fn('own', 'own/go', [
    http('down', '/down/own', [], { retries: 2, backoff: { baseMs: 40, factor: 2, maxMs: 1000, jitter: 0 }, onError: 'continue' }),
    transform('end', { said: '{{ steps.down.error.message }}' }, ['down']),
  ], { retries: 9, backoff: { baseMs: 600_000, factor: 1, maxMs: 600_000, jitter: 0 } })])
  const ended = both(ws, 1)
  await t.engine.ingest(ws, [{ name: 'own/go', data: {} }], { source: 'api' })
  expect(await ended).toEqual(['completed'])
  expect(calls.filter((url) => url.endsWith('/down/own'))).toHaveLength(3)
  const attempts = await t.engine.pool.query(`select attempt, extract(epoch from retry_at - ended_at) * 1000 as waited from attempt where workspace_id = $1 order by attempt`, [ws])
  // The two times are taken one after the other, so a slow machine adds what lies between; the function's own wait is ten minutes.
  const [first, second, last] = attempts.rows.map((row) => (row.waited === null ? null : Number(row.waited)))
  expect(first).toBeGreaterThan(39)
  expect(second).toBeGreaterThan(79)
  expect(Math.max(first!, second!)).toBeLessThan(10_000)
  expect(last).toBeNull()
})

test('a retry from the failed step leaves a handled failure as it is', async () => {
  const ws = await createWorkspace(t.engine.pool)
  broken = true
  await publish(t.engine.pool, ws, [fn('mixed', 'mixed/go', [http('soft', '/no/mixed', [], { onError: 'continue' }), http('hard', '/down/mixed', ['soft']), transform('end', { ok: 'yes' }, ['hard'])])])
  const failed = both(ws, 1)
  await t.engine.ingest(ws, [{ name: 'mixed/go', data: {} }], { source: 'api' })
  expect(await failed).toEqual(['failed'])
  const run = (await t.engine.pool.query('select id::text from run where workspace_id = $1', [ws])).rows[0].id as string
  broken = false
  const good = endedEither(ws)
  await t.engine.retryRun(ws, run, { from: 'failed' })
  expect(await good).toBe('completed')
  expect(calls.filter((url) => url.endsWith('/no/mixed'))).toHaveLength(1)
  expect(calls.filter((url) => url.endsWith('/down/mixed'))).toHaveLength(2)
  expect(await t.engine.checkInvariants()).toEqual(Object.fromEntries(Object.keys(await t.engine.checkInvariants()).map((key) => [key, 0])))
})

const endedEither = async (ws: string) => (await Promise.race([endedRuns(t.engine, ws, 1), endedRuns(other.engine, ws, 1)])).values().next().value

test('an answer that came while its run was failing counts when that is retried: nothing is called or asked twice', async () => {
  const ws = await createWorkspace(t.engine.pool)
  await publish(t.engine.pool, ws, [
    fn('caller', 'late/go', [
      step('ask', 'invoke', { function: 'called', data: '{}', timeout: '1h' }), step('agree', 'approval', { title: 'All right?', message: '', timeout: '1h' }),
      step('beside', 'http', { method: 'GET', url: 'https://x.example/late/down' }),
    ]),
    fn('called', null, [transform('note', { n: '1' })]),
  ])
  const { pool } = t.engine
  await t.engine.ingest(ws, [{ name: 'late/go', data: {} }], { source: 'api' })
  await until(async () => late !== null && (await pool.query('select 1 from wait where workspace_id = $1', [ws])).rowCount === 2, 'it waits for both')
  const run = (await pool.query<{ id: string }>('select run_id::text as id from wait where workspace_id = $1 limit 1', [ws])).rows[0]!.id
  expect(await t.engine.decide(ws, run, 'agree', { decision: 'approved', comment: '', by: 'Ada' })).toEqual({ state: 'decided' })
  await until(async () => (await pool.query('select 1 from wait where workspace_id = $1 and resolved_at is not null', [ws])).rowCount === 2, 'both are answered')
  broken = true
  late!()
  await until(async () => (await pool.query('select 1 from run where workspace_id = $1 and status = 2', [ws])).rowCount === 1, 'it fails')
  broken = false
  late = null
  await t.engine.retryRun(ws, run, { from: 'failed' })
  await until(async () => late !== null, 'it goes on')
  late!()
  await until(async () => (await pool.query('select 1 from run where workspace_id = $1 and status = 1 and id = $2', [ws, run])).rowCount === 1, 'it completes')
  expect((await pool.query(`select count(*)::int as n from run where workspace_id = $1`, [ws])).rows[0].n).toBe(2)
  expect((await pool.query(`select step, port from step where workspace_id = $1 and run_id = $2 order by step`, [ws, run])).rows).toEqual([{ step: 'agree', port: 'approved' }, { step: 'ask', port: 'out' }, { step: 'beside', port: 'out' }])
})
