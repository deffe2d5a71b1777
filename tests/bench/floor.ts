/**
 * weekly-digest with 50,000 users through the whole product (event accepted → users fetched → emit per
 * item → 50,000 runs of two Transform steps at limit 50, traces readable), beside the floor, in turns.
 */
import { execFileSync } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { startEmbeddedPostgres } from '#server/embedded-postgres.ts'
import { fn, step, transform } from '#tests/support/factories.ts'
import { median, startProduct, type Product } from './product.ts'

const items = Number(process.argv[2] ?? 50_000)
const rounds = Number(process.argv[3] ?? 3)
const goal = 0.3

const digest = [
  fn('weekly-digest-orchestrator', 'digest/requested', [
    step('load_users', 'http', { method: 'GET', url: 'playground://users/users' }),
    step('fan_out', 'emit-each', { items: '{{ steps.load_users.body.users }}', event: 'digest/weekly.send', data: '{ "userId": {{ item.id }}, "email": {{ item.email }}, "name": {{ item.name }}, "timezone": {{ item.timezone }} }' }, ['load_users']),
  ]),
  fn('send-weekly-digest', 'digest/weekly.send', [
    transform('build', { userId: '{{ event.data.userId }}', subject: 'Your weekly digest, {{ event.data.name }}' }),
    transform('send', { to: '{{ event.data.email }}', subject: '{{ steps.build.subject }}' }, ['build']),
  ], { concurrency: { limit: 50 } }),
]

const folder = mkdtempSync(path.join(tmpdir(), 'fanwise-bench-'))
const postgres = await startEmbeddedPostgres(folder)
const ratios: number[] = []
try {
  for (let round = 1; round <= rounds; round++) {
    const floor = JSON.parse(execFileSync(process.execPath, ['.fanwise/bench/floor-loop.mjs', String(items), '50'], { env: { ...process.env, DATABASE_URL: postgres.connectionString } }).toString()) as { runsPerSecond: number; rssMb: number }
    const product = await startProduct(postgres.connectionString, 'bench_product', digest)
    const measured = await measure(product)
    await product.stop()
    ratios.push(measured.runsPerSecond / floor.runsPerSecond)
    console.log(`round ${round}: floor ${floor.runsPerSecond} runs/s (${floor.rssMb} MB), product ${measured.runsPerSecond} runs/s (${measured.rssMb} MB), ratio ${ratios.at(-1)!.toFixed(2)}`)
  }
} finally {
  await postgres.stop()
  rmSync(folder, { recursive: true, force: true })
}
const result = median(ratios)
console.log(`\nproduct / floor, ${items} items, limit 50: median ${result.toFixed(2)} (${Math.min(...ratios).toFixed(2)}–${Math.max(...ratios).toFixed(2)}), goal ${goal}`)
process.exit(result >= goal ? 0 : 1)

async function measure(product: Product): Promise<{ runsPerSecond: number; rssMb: number }> {
  await product.pool.query(`insert into playground_service (workspace_id, service, items) values ($1, 'users', $2)`, [product.workspace, items])
  const startedAt = performance.now()
  await fetch(`${product.url}/e/${product.eventKey}`, { method: 'POST', headers: { 'content-type': 'application/json' }, body: '{"name":"digest/requested","data":{}}' })
  let rssMb = 0
  for (;;) {
    await new Promise((resolve) => setTimeout(resolve, 50))
    rssMb = Math.max(rssMb, product.rssMb())
    // Cheap to ask: jobs shrink to none once the orchestrator has emitted everything.
    const { rows } = await product.pool.query<{ left: number; done: boolean }>(
      `select (select count(*)::int from job) as left, exists (select 1 from step where workspace_id = $1 and step = 'fan_out') as done`, [product.workspace])
    if (rows[0]!.done && rows[0]!.left === 0) break
  }
  const ms = performance.now() - startedAt
  const { rows } = await product.pool.query<{ n: number }>('select count(*)::int n from run where workspace_id = $1 and status = 1', [product.workspace])
  if (rows[0]!.n !== items + 1) throw new Error(`${rows[0]!.n} runs completed instead of ${items + 1}.`)
  return { runsPerSecond: Math.round((items / ms) * 1000), rssMb }
}
