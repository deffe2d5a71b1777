/** One digest through the whole product, watched until its last run has ended. */
import type { Product } from './product.ts'

export interface FanOutMeasure {
  runsPerSecond: number
  /** Highest resident memory of the process. */
  rssMb: number
  /** Runs per second in the first and last tenth. */
  firstTenth: number
  lastTenth: number
}

export async function measureFanOut(product: Product, items: number): Promise<FanOutMeasure> {
  await product.pool.query(`insert into playground_service (workspace_id, service, items) values ($1, 'users', $2) on conflict (workspace_id, service) do update set items = excluded.items`, [product.workspace, items])
  const startedAt = performance.now()
  await fetch(`${product.url}/e/${product.eventKey}`, { method: 'POST', headers: { 'content-type': 'application/json' }, body: '{"name":"digest/requested","data":{}}' })
  let rssMb = 0
  /** [ms, runs done] */
  const marks: [number, number][] = [[0, 0]]
  for (;;) {
    await new Promise((resolve) => setTimeout(resolve, items > 100_000 ? 250 : 50))
    rssMb = Math.max(rssMb, product.rssMb())
    // The counters that the fan-out page shows: a few rows, whatever the size.
    const { rows } = await product.pool.query<{ done: number; all: boolean }>(
      `select coalesce((select sum(done + failed)::int from fan_out_count where workspace_id = $1), 0) as done, not exists (select 1 from job where workspace_id = $1) as all`, [product.workspace])
    marks.push([performance.now() - startedAt, rows[0]!.done])
    if (rows[0]!.all && rows[0]!.done >= items) break
  }
  const ms = performance.now() - startedAt
  const { rows } = await product.pool.query<{ n: number }>('select count(*)::int n from run where workspace_id = $1 and status = 1', [product.workspace])
  if (rows[0]!.n !== items + 1) throw new Error(`${rows[0]!.n} runs completed instead of ${items + 1}.`)
  const at = (share: number) => interpolate(marks, items * share)
  return {
    runsPerSecond: Math.round((items / ms) * 1000), rssMb,
    firstTenth: Math.round((items * 100) / (at(0.1) - marks.findLast(([, done]) => done === 0)![0])),
    lastTenth: Math.round((items * 100) / (ms - at(0.9))),
  }
}

/** Milliseconds at which `done` was reached. */
function interpolate(marks: [number, number][], done: number): number {
  const next = marks.findIndex(([, n]) => n >= done)
  const [b, bn] = marks[Math.max(1, next)]!
  const [a, an] = marks[Math.max(1, next) - 1]!
  return bn === an ? b : a + ((b - a) * (done - an)) / (bn - an)
}
