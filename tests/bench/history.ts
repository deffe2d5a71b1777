/**
 * A million runs in history and 100,000 waiting: what a claim, the runs list and an event's page take
 * then, beside the same with 6,000 runs. `--explain` prints the plans that docs/performance.md keeps.
 */
import type pg from 'pg'
import type { Engine } from '#engine/api.ts'
import { newUuid, publicId } from '#base/ids.ts'
import { jobAdmit } from '#engine/sql/job-claim.ts'
import { workerEnter } from '#engine/sql/worker.ts'
import { getEvent } from '#server/events/get-event.ts'
import { listRuns } from '#server/runs/list-runs.ts'
import { fill } from './fill.ts'
import { median, openSession, startEngine, verdict } from './session.ts'
import { fn, transform } from '#tests/support/factories.ts'

const history = Number(process.argv.slice(2).find((one) => !one.startsWith('--')) ?? 1_000_000)
const waiting = Math.round(history / 10)
const little = 6000
const firstId = '00000000-0000-0000-0000-000000000000'
const session = await openSession()
const met: boolean[] = []
try {
  const { engine, workspace, stop } = await startEngine(await session.database('bench_engine'), [fn('work', 'work/asked', [transform('build', { user: '{{ event.data.user }}' })], { concurrency: { limit: 50 } })], { role: 'web' })
  const { pool } = engine
  // So that every list has its page: some runs, one in a hundred of them failed.
  await fill(pool, workspace, { endedTo: little })
  const few = await times(pool, workspace, await recent(engine, workspace))
  await fill(pool, workspace, { first: little, endedTo: history, to: history + waiting })
  const event = await recent(engine, workspace)
  const many = await times(pool, workspace, event)
  console.log(`${history} runs in history, ${waiting} waiting; medians in ms`)
  for (const [what, before] of Object.entries(few)) {
    console.log(`  ${what}: little ${before.toFixed(2)}, full ${many[what]!.toFixed(2)}`)
    met.push(verdict(`${what}, full / little`, [many[what]! / before], 1.5, true))
  }
  if (process.argv.includes('--explain')) await explain(pool, workspace, event)
  await stop()
} finally {
  await session.close()
}
process.exit(met.every(Boolean) ? 0 : 1)

/** 200 queued runs of now; the id of an event of theirs. */
async function recent(engine: Engine, workspace: string): Promise<string> {
  const accepted = await engine.ingest(workspace, Array.from({ length: 200 }, (_, n) => ({ name: 'work/asked', data: { user: `u${n}` } })), { source: 'api' })
  return publicId('evt', accepted[0]!.id)
}

async function times(pool: pg.Pool, workspace: string, event: string): Promise<Record<string, number>> {
  const worker = newUuid()
  await pool.query({ ...workerEnter, values: [worker, 600_000, 'bench', 2] })
  const client = await pool.connect()
  await client.query('set enable_seqscan = off; set jit = off; set plan_cache_mode = force_custom_plan')
  const claim = await measure(async () => {
    // Rolled back, so that every claim finds the same.
    await client.query('begin')
    await client.query({ ...jobAdmit, values: [worker, firstId, firstId, 64, 256, 200, 4, 50, '{}', '{}', '{}', '{}', '{}'] })
    await client.query('rollback')
  })
  await client.query('reset all')
  client.release()
  await pool.query('delete from worker where id = $1', [worker])
  return {
    'a claim of 200': claim,
    'runs list': await measure(() => listRuns(pool, workspace, {}, { limit: 50 })),
    'failed runs': await measure(() => listRuns(pool, workspace, { status: 'failed' }, { limit: 50 })),
    'event page': await measure(() => getEvent(pool, workspace, event)),
  }
}

async function measure(act: () => Promise<unknown>): Promise<number> {
  const all: number[] = []
  for (let n = 0; n < 60; n++) {
    const at = performance.now()
    await act()
    if (n >= 10) all.push(performance.now() - at)
  }
  return median(all)
}

async function explain(pool: pg.Pool, workspace: string, event: string): Promise<void> {
  const client = await pool.connect()
  await client.query(`load 'auto_explain'; set auto_explain.log_min_duration = 0; set auto_explain.log_analyze = on; set auto_explain.log_level = notice; set client_min_messages = notice`)
  client.on('notice', (notice) => console.log(notice.message))
  const asPool = client as unknown as pg.Pool
  await listRuns(asPool, workspace, {}, { limit: 50 })
  await listRuns(asPool, workspace, { status: 'failed' }, { limit: 50 })
  await getEvent(asPool, workspace, event)
  const worker = newUuid()
  await client.query('begin; set local enable_seqscan = off; set local plan_cache_mode = force_custom_plan')
  await client.query({ ...workerEnter, values: [worker, 600_000, 'bench', 2] })
  await client.query({ ...jobAdmit, values: [worker, firstId, firstId, 64, 256, 200, 4, 50, '{}', '{}', '{}', '{}', '{}'] })
  await client.query('rollback')
  client.release(true)
}
