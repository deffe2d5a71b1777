/** What must never happen is counted where operators look: /metrics, /readyz; and people are told when no worker is there. */
import { afterAll, beforeAll, expect, test } from 'vitest'
import { newUuid, uuidFloor } from '#base/ids.ts'
import { workerIsGone } from '#server/runs/queue-health.ts'
import { until } from '#tests/support/until.ts'
import { createWorkspace, fn, publish, step } from '#tests/support/factories.ts'
import { startTestDoor, type TestDoor } from '#tests/support/door.ts'

let door: TestDoor

beforeAll(async () => {
  door = await startTestDoor({ role: 'web' })
})
afterAll(() => door.stop())

/** An id as it would have been made at that moment. */
const idOf = (ms: number) => uuidFloor(ms).slice(0, 13) + newUuid().slice(13)

async function metrics(): Promise<Record<string, number>> {
  const response = await fetch(`${door.url}/metrics`)
  expect(response.status).toBe(200)
  expect(response.headers.get('content-type')).toBe('text/plain; version=0.0.4; charset=utf-8')
  const lines = (await response.text()).trimEnd().split('\n')
  const values: Record<string, number> = {}
  for (const line of lines) {
    if (line.startsWith('#')) expect(line).toMatch(/^# (HELP fanwise_[a-z_]+ \S.*|TYPE fanwise_[a-z_]+ gauge)$/)
    else {
      const [, name, value] = /^(fanwise_[a-z_]+(?:\{[a-z]+="[a-z_]+"\})?) (\S+)$/.exec(line) ?? []
      values[name!] = Number(value)
    }
  }
  return values
}

test('invariants, jobs by state, the oldest queued job and the workers', async () => {
  const ws = await createWorkspace(door.engine.pool)
  await publish(door.engine.pool, ws, [fn('f', 'a/b', [step('t', 'transform', { fields: [] })])])
  expect(await metrics()).toMatchObject({ 'fanwise_jobs{state="queued"}': 0, fanwise_oldest_queued_job_age_seconds: 0, fanwise_workers_alive: 0 })
  await door.engine.ingest(ws, [{ name: 'a/b', data: {}, uuid: idOf(Date.now() - 90_000) }], { source: 'api' })
  const values = await metrics()
  expect(values).toMatchObject({
    'fanwise_invariant_violations{invariant="runs_without_job"}': 0, 'fanwise_invariant_violations{invariant="jobs_without_run"}': 0,
    'fanwise_invariant_violations{invariant="slots_without_holder"}': 0, 'fanwise_invariant_violations{invariant="emits_without_job"}': 0,
    'fanwise_jobs{state="queued"}': 1, 'fanwise_jobs{state="running"}': 0, 'fanwise_jobs{state="sleeping"}': 0, 'fanwise_jobs{state="waiting"}': 0,
    fanwise_executing_runs: 0, fanwise_prefetched_jobs: 0,
  })
  expect(values['fanwise_oldest_queued_job_age_seconds']).toBeGreaterThanOrEqual(90)
  expect(values['fanwise_oldest_queued_job_age_seconds']).toBeLessThan(300)
})

test('a job whose run is missing shows in metrics and readiness, until it is mended', async () => {
  const ws = await createWorkspace(door.engine.pool)
  const run = newUuid()
  await door.engine.pool.query('insert into job (workspace_id, run_id, lane_id) values ($1, $2, $2)', [ws, run])
  const readiness = async () => (await fetch(`${door.url}/readyz`)).status
  await until(async () => (await metrics())['fanwise_invariant_violations{invariant="jobs_without_run"}'] === 1, 'metrics show it', 5000)
  await until(async () => (await readiness()) === 500, 'it is not ready', 5000)
  await door.engine.pool.query('delete from job where run_id = $1', [run])
  await until(async () => (await readiness()) === 200, 'it is ready again', 5000)
})

test('people are told when runs wait 40 s and no worker has been seen for as long; not a moment earlier', async () => {
  const ws = await createWorkspace(door.engine.pool)
  await publish(door.engine.pool, ws, [fn('f', 'a/b', [step('t', 'transform', { fields: [] })])])
  const gone = () => workerIsGone(door.engine.pool, ws)
  expect(await gone()).toBe(false)
  await door.engine.ingest(ws, [{ name: 'a/b', data: {} }], { source: 'api' })
  expect(await gone()).toBe(false)
  await door.engine.ingest(ws, [{ name: 'a/b', data: {}, uuid: idOf(Date.now() - 60_000) }], { source: 'api' })
  expect(await gone()).toBe(true)
  const worker = newUuid()
  await door.engine.pool.query(`insert into worker (id, lease_until, host) values ($1, clock_timestamp() - interval '10 seconds', 'x')`, [worker])
  expect(await gone()).toBe(false)
  await door.engine.pool.query(`update worker set lease_until = clock_timestamp() - interval '30 seconds' where id = $1`, [worker])
  expect(await gone()).toBe(true)
  const other = await createWorkspace(door.engine.pool)
  expect(await workerIsGone(door.engine.pool, other)).toBe(false)
})
