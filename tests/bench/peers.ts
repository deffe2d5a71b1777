/** The same fan-out by the product and by its peers, in turns. Queue peers run no-op jobs without memoised steps, traces or routing; only DBOS does comparable work. */
import { digest } from './digest.ts'
import { measureFanOut } from './fan-out.ts'
import { startProduct } from './product.ts'
import { openSession, runPeer, verdict } from './session.ts'

const items = Number(process.argv[2] ?? 10_000)
const rounds = Number(process.argv[3] ?? 3)
const session = await openSession()
const ratios = { dbos: [] as number[], graphile: [] as number[], boss: [] as number[] }
try {
  for (let round = 1; round <= rounds; round++) {
    const dbos = await runPeer<{ perSecond: number }>(session, 'dbos', ['fan-out', items])
    const graphile = await runPeer<{ perSecond: number }>(session, 'graphile-worker', ['fan-out', items])
    const boss = await runPeer<{ perSecond: number }>(session, 'pg-boss', [items])
    const product = await startProduct(session.adminUrl, 'bench_product', digest())
    // A first small one: peers too are measured warm.
    await measureFanOut(product, 1000)
    await product.pool.query('truncate run, step, event, fan_out, fan_out_count')
    const ours = await measureFanOut(product, items)
    await product.stop()
    ratios.dbos.push(ours.runsPerSecond / dbos.perSecond)
    ratios.graphile.push(ours.runsPerSecond / graphile.perSecond)
    ratios.boss.push(ours.runsPerSecond / boss.perSecond)
    console.log(`round ${round}: Fanwise ${ours.runsPerSecond} runs/s of 2 steps; DBOS ${dbos.perSecond} of 2 steps; no-op jobs/s: graphile-worker ${graphile.perSecond} (tuned), pg-boss ${boss.perSecond} (batched)`)
  }
} finally {
  await session.close()
}
console.log(`\nfan-out of ${items}, limit 50`)
const met = verdict('Fanwise / DBOS, two memoised steps each', ratios.dbos, 25)
console.log(`      Fanwise / graphile-worker, no-op jobs: ${ratios.graphile.map((r) => r.toFixed(2)).join(', ')}`)
console.log(`      Fanwise / pg-boss, no-op jobs: ${ratios.boss.map((r) => r.toFixed(2)).join(', ')}`)
process.exit(met ? 0 : 1)
