/** Small runs without a pause while runs past their days are deleted: how much slower is a second with deletions than one without? */
import { openSession, startEngine, verdict } from './session.ts'
import { fill } from './fill.ts'
import { fn, transform } from '#tests/support/factories.ts'

const old = Number(process.argv[2] ?? 300_000)
const seconds = Number(process.argv[3] ?? 150)
const queueMax = 4000
const session = await openSession()
let met = false
try {
  const { engine, workspace, stop } = await startEngine(await session.database('bench_engine'), [fn('work', 'work/asked', [transform('build', { user: '{{ event.data.user }}' })])])
  const { pool } = engine
  await pool.query('update workspace set event_days = 30, run_days = 30 where id = $1', [workspace])
  await fill(pool, workspace, { endedTo: old, daysAgo: 40 })
  const until = performance.now() + seconds * 1000
  const send = async () => {
    while (performance.now() < until) {
      const { rows } = await pool.query<{ n: number }>(`select count(*)::int n from (select 1 from job limit ${queueMax}) j`)
      if (rows[0]!.n >= queueMax) await new Promise((resolve) => setTimeout(resolve, 20))
      else await engine.ingest(workspace, Array.from({ length: 500 }, (_, n) => ({ name: 'work/asked', data: { user: `u${n}` } })), { source: 'api' })
    }
  }
  /** Runs ended and rows of events deleted so far; only retention deletes events. */
  const counters = async () => (await pool.query<{ ended: number; deleted: number }>(`select (select n_tup_del from pg_stat_user_tables where relname = 'job')::float8 as ended, (select sum(n_tup_del) from pg_stat_user_tables where relname in ('event', 'run', 'step'))::float8 as deleted`)).rows[0]!
  const quiet: number[] = []
  const deleting: number[] = []
  let rows = 0
  const watch = async () => {
    let last = await counters()
    while (performance.now() < until) {
      const at = performance.now()
      await new Promise((resolve) => setTimeout(resolve, 2000))
      const now = await counters()
      const rate = ((now.ended - last.ended) / (performance.now() - at)) * 1000
      ;(now.deleted > last.deleted ? deleting : quiet).push(rate)
      rows += now.deleted - last.deleted
      last = now
    }
  }
  await Promise.all([watch(), send(), send()])
  const mean = (values: number[]) => values.reduce((sum, value) => sum + value, 0) / values.length
  console.log(`${quiet.length * 2} s without deletions: ${Math.round(mean(quiet))} runs/s; ${deleting.length * 2} s with: ${Math.round(mean(deleting))} runs/s while ${Math.round(rows / (deleting.length * 2))} rows/s went`)
  met = verdict('runs a second while history is deleted / otherwise', [mean(deleting) / mean(quiet)], 0.8)
  await stop()
} finally {
  await session.close()
}
process.exit(met ? 0 : 1)
