/**
 * Rate limit, singleton and batch under random traffic over two engines on one database: one after
 * another the outcome is exactly the model's; all at once, no limit is passed and nothing is lost.
 */
import fc from 'fast-check'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { checkInvariants } from '#engine/invariants.ts'
import type { FlowControl } from '#graph/definition.ts'
import { createTestDatabase, type TestDatabase } from '#tests/support/database.ts'
import { startTestEngine, type TestEngine } from '#tests/support/engine.ts'
import { createWorkspace, fn, publish, step } from '#tests/support/factories.ts'
import { until } from '#tests/support/until.ts'

let database: TestDatabase
let engines: TestEngine[]
beforeAll(async () => {
  database = await createTestDatabase()
  engines = [await startTestEngine({ database }), await startTestEngine({ database })]
})
afterAll(async () => {
  expect(Object.values(await checkInvariants(pool(), true)).every((n) => n === 0)).toBe(true)
  for (const engine of engines) await engine.stop()
  await database.drop()
})
const pool = () => engines[0]!.engine.pool
/** Open until somebody cancels it. */
const sleeper = [step('rest', 'sleep', { mode: 'for', duration: '1h' })]

async function workspaceWith(flow: FlowControl): Promise<string> {
  const ws = await createWorkspace(pool())
  await publish(pool(), ws, [fn('work', 'work/asked', sleeper, { flow })])
  return ws
}
interface RunRow {
  id: string
  n: number
  key: string
  status: number
}
const runs = async (ws: string): Promise<RunRow[]> => (await pool().query<RunRow>(
  `select r.id, (e.data->>'n')::int as n, e.data->>'key' as key, r.status from run r join event e on e.workspace_id = r.workspace_id and e.id = r.event_id where r.workspace_id = $1 order by 2`, [ws])).rows

type Act = { type: 'send'; engine: number; keys: string[] } | { type: 'cancel'; key: string } | { type: 'period'; hours: number }
const key = fc.constantFrom('a', 'b', 'c')
const act: fc.Arbitrary<Act> = fc.oneof(
  { weight: 6, arbitrary: fc.record({ type: fc.constant('send' as const), engine: fc.nat(1), keys: fc.array(key, { minLength: 1, maxLength: 5 }) }) },
  { weight: 2, arbitrary: fc.record({ type: fc.constant('cancel' as const), key }) },
  { weight: 1, arbitrary: fc.record({ type: fc.constant('period' as const), hours: fc.constantFrom(2, 23) }) },
)
const rules = fc.record({ limit: fc.option(fc.integer({ min: 1, max: 4 })), singleton: fc.option(fc.constantFrom('skip' as const, 'cancel' as const)), idempotent: fc.boolean() })
const flowOf = ({ limit, singleton, idempotent }: { limit: number | null; singleton: 'skip' | 'cancel' | null; idempotent: boolean }): FlowControl => ({
  ...(limit === null ? {} : { rateLimit: { limit, periodMs: 3_600_000, key: 'event.data.key' } }),
  ...(singleton === null ? {} : { singleton: { mode: singleton, key: 'event.data.key' } }),
  ...(idempotent ? { idempotency: 'event.data.key + string(event.data.n % 4.0)' } : {}),
})

test('one after another, every event has the outcome the rules say', async () => {
  await fc.assert(fc.asyncProperty(rules, fc.array(act, { minLength: 1, maxLength: 14 }), async (rule, acts) => {
    const ws = await workspaceWith(flowOf(rule))
    /** Status of each event's run by its number, as the rules say. */
    const expected: number[] = []
    const started = new Map<string, number>()
    const open = new Map<string, number>()
    /** When a value had its run, in hours that have passed. */
    const seen = new Map<string, number>()
    let hour = 0
    for (const one of acts) {
      if (one.type === 'period') {
        await pool().query(`update flow_key set since = since - make_interval(hours => $2) where workspace_id = $1 and kind in ('rate', 'idempotency')`, [ws, one.hours])
        hour += one.hours
        started.clear()
      } else if (one.type === 'cancel') {
        for (const run of await runs(ws)) {
          if (run.status !== 0 || run.key !== one.key) continue
          await engines[0]!.engine.cancelRun(ws, run.id)
          expected[run.n] = 3
        }
        open.delete(one.key)
      } else {
        const first = expected.length
        for (const value of one.keys) {
          const n = expected.length
          const once = `${value}${n % 4}`
          const refused = (rule.idempotent && hour - (seen.get(once) ?? -24) < 24) || (rule.limit !== null && (started.get(value) ?? 0) >= rule.limit) || (rule.singleton === 'skip' && open.has(value))
          expected.push(refused ? 4 : 0)
          if (refused) continue
          // Of two runs that begin in the same request the older one never begins at all.
          const before = open.get(value)
          if (rule.singleton === 'cancel' && before !== undefined) expected[before] = before >= first ? 4 : 3
          seen.set(once, hour)
          started.set(value, (started.get(value) ?? 0) + 1)
          open.set(value, n)
        }
        await engines[one.engine]!.engine.ingest(ws, one.keys.map((value, i) => ({ name: 'work/asked', data: { n: first + i, key: value } })), { source: 'api' })
      }
    }
    expect((await runs(ws)).map((run) => run.status)).toEqual(expected)
  }), { numRuns: 40 })
})

test('all at once, no snapshot ever shows more open runs of a key than one, nor more starts than the limit', async () => {
  await fc.assert(fc.asyncProperty(fc.integer({ min: 1, max: 6 }), fc.constantFrom('skip' as const, 'cancel' as const), fc.array(fc.tuple(fc.nat(1), key), { minLength: 10, maxLength: 60 }), async (limit, mode, sends) => {
    const ws = await workspaceWith({ rateLimit: { limit, periodMs: 3_600_000, key: 'event.data.key' }, singleton: { mode, key: 'event.data.key' } })
    let over = false
    const watching = (async () => {
      while (!over) {
        const { rows } = await pool().query<{ n: number }>(`select count(*)::int as n from run r join event e on e.workspace_id = r.workspace_id and e.id = r.event_id where r.workspace_id = $1 and r.status = 0 group by e.data->>'key' having count(*) > 1`, [ws])
        expect(rows).toEqual([])
      }
    })()
    await Promise.all(sends.map(([engine, value], n) => engines[engine]!.engine.ingest(ws, [{ name: 'work/asked', data: { n, key: value } }], { source: 'api' })))
    over = true
    await watching
    const rows = await runs(ws)
    expect(rows.length).toBe(sends.length)
    for (const value of new Set(sends.map(([, one]) => one))) {
      const mine = rows.filter((row) => row.key === value)
      const starts = mine.filter((row) => row.status !== 4).length
      expect(starts).toBeLessThanOrEqual(limit)
      expect(mine.filter((row) => row.status === 0).length).toBe(1)
      // Nothing ends these runs but a newer one, so a skip means that one was open already.
      if (mode === 'skip') expect(starts).toBe(1)
    }
  }), { numRuns: 12 })
})

test('batches under random traffic hold every event once, in order, and never more than their size', async () => {
  await fc.assert(fc.asyncProperty(fc.integer({ min: 2, max: 7 }), fc.array(fc.tuple(fc.nat(1), fc.array(key, { minLength: 1, maxLength: 9 })), { minLength: 1, maxLength: 25 }), async (size, requests) => {
    const ws = await workspaceWith({ batch: { size, timeoutMs: 3_600_000, key: 'event.data.key' } })
    let n = 0
    const events = requests.map(([engine, keys]) => ({ engine, events: keys.map((value) => ({ name: 'work/asked', data: { n: n++, key: value } })) }))
    await Promise.all(events.map((request) => engines[request.engine]!.engine.ingest(ws, request.events, { source: 'api' })))
    const { rows } = await pool().query<{ run: string; key: string; n: number; place: number; first: boolean; state: string | null }>(
      `select x.run_id as run, e.data->>'key' as key, (e.data->>'n')::int as n, x.n as place, r.event_id = e.id as first, j.state from run_event x
       join event e on e.workspace_id = x.workspace_id and e.id = x.event_id join run r on r.workspace_id = x.workspace_id and r.id = x.run_id
       left join job j on j.workspace_id = r.workspace_id and j.run_id = r.id where x.workspace_id = $1 order by x.run_id, x.n`, [ws])
    expect(rows.map((row) => row.n).sort((a, b) => a - b)).toEqual(Array.from({ length: n }, (_, i) => i))
    const batches = new Map<string, typeof rows>()
    for (const row of rows) batches.set(row.run, [...(batches.get(row.run) ?? []), row])
    for (const batch of batches.values()) {
      expect(batch.map((row) => row.place)).toEqual(batch.map((_, i) => i))
      expect(new Set(batch.map((row) => row.key)).size).toBe(1)
      expect(batch.findIndex((row) => row.first)).toBe(0)
      expect(batch.length).toBeLessThanOrEqual(size)
    }
    for (const value of new Set(rows.map((row) => row.key))) {
      const mine = [...batches.values()].filter((batch) => batch[0]!.key === value)
      expect(mine.length).toBe(Math.ceil(rows.filter((row) => row.key === value).length / size))
    }
  }), { numRuns: 20 })
  await until(async () => (await pool().query(`select 1 from job where state in ('q', 'r')`)).rowCount === 0, 'full batches have gone')
})
