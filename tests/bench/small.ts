/** Small runs without a pause (1 event → 1 run × 2 steps): how many a second beside DBOS, whether the rate holds, and what the tables grow to. */
import type pg from 'pg'
import { startProduct } from './product.ts'
import { openSession, runPeer, untilIdle, verdict } from './session.ts'
import { fn, transform } from '#tests/support/factories.ts'

const seconds = Number(process.argv[2] ?? 300)
const senders = 32
const perRequest = 50
const session = await openSession()
const ratios: number[] = []
const held: number[] = []
const bloat: number[] = []
try {
  const dbos = await runPeer<{ perSecond: number }>(session, 'dbos', ['small', Math.min(30, seconds) * 1000])
  const product = await startProduct(session.adminUrl, 'bench_product', [
    fn('small', 'small/asked', [transform('build', { user: '{{ event.data.user }}', subject: 'Your weekly digest' }), transform('send', { to: '{{ steps.build.user }}' }, ['build'])]),
  ])
  const body = JSON.stringify(Array.from({ length: perRequest }, (_, n) => ({ name: 'small/asked', data: { user: `user_${n}` } })))
  const until = performance.now() + seconds * 1000
  let queued = 0
  const send = async () => {
    while (performance.now() < until) {
      // As many as are done: a sender that never waits would only grow the queue.
      if (queued > 5000) await new Promise((resolve) => setTimeout(resolve, 20))
      else await fetch(`${product.url}/e/${product.eventKey}`, { method: 'POST', headers: { 'content-type': 'application/json' }, body })
    }
  }
  /** [seconds, runs ended] */
  const marks: [number, number][] = []
  const startedAt = performance.now()
  const watch = (async () => {
    while (performance.now() < until) {
      await new Promise((resolve) => setTimeout(resolve, 200))
      const { rows } = await product.pool.query<{ queued: string; ended: string }>(`select (select count(*) from (select 1 from job limit 20000) j) as queued, n_tup_del as ended from pg_stat_user_tables where relname = 'job'`)
      queued = Number(rows[0]!.queued)
      marks.push([(performance.now() - startedAt) / 1000, Number(rows[0]!.ended)])
    }
  })()
  await Promise.all([watch, ...Array.from({ length: senders }, send)])
  await untilIdle(product.pool)
  // A window is never shorter than ten seconds: senders and worker take turns, a second alone says nothing.
  const windowSeconds = Math.min(60, Math.max(10, seconds / 4))
  const whole = rateBetween(marks, 3, seconds)
  ratios.push(whole / dbos.perSecond)
  held.push(rateBetween(marks, seconds - windowSeconds, seconds) / rateBetween(marks, 3, 3 + windowSeconds))
  bloat.push(await bloatOf(product.pool))
  console.log(`${seconds} s: Fanwise ${Math.round(whole)} runs/s, DBOS ${dbos.perSecond} workflows/s; memory ${product.rssMb()} MB`)
  await product.stop()
} finally {
  await session.close()
}
const met = [verdict('Fanwise / DBOS', ratios, 15), verdict('rate at the end / at the beginning', held, 0.9), verdict('largest table / its size when rewritten', bloat, 2, true)]
process.exit(met.every(Boolean) ? 0 : 1)

/** Runs a second from one moment to another, both in seconds. */
function rateBetween(marks: [number, number][], from: number, to: number): number {
  const at = (second: number) => marks.findLast(([time]) => time <= second) ?? marks[0]!
  const [a, b] = [at(from), at(to)]
  return (b[1] - a[1]) / (b[0] - a[0])
}

/** The worst table's size over its size after a rewrite. The job table is empty at the end; what it grew to is compared with 5,000 live rows of 400 bytes. */
async function bloatOf(pool: pg.Pool): Promise<number> {
  const size = async (table: string) => Number((await pool.query<{ n: string }>(`select pg_table_size('${table}') as n`)).rows[0]!.n)
  let worst = 0
  for (const table of ['event', 'run', 'step']) {
    const before = await size(table)
    await pool.query(`vacuum full ${table}`)
    worst = Math.max(worst, before / (await size(table)))
  }
  return worst
}
