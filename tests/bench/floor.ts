/**
 * weekly-digest with 50,000 users through the whole product (event accepted → users fetched → emit per
 * item → 50,000 runs of two Transform steps at limit 50, traces readable), beside the floor, in turns.
 * With 1,000,000 items: is the last tenth as fast as the first, and is memory flat?
 */
import { execFileSync } from 'node:child_process'
import { digest } from './digest.ts'
import { measureFanOut } from './fan-out.ts'
import { startProduct } from './product.ts'
import { openSession, verdict } from './session.ts'

const items = Number(process.argv[2] ?? 50_000)
const rounds = Number(process.argv[3] ?? (items > 100_000 ? 1 : 3))
const session = await openSession()
const ratios: number[] = []
const tenths: number[] = []
const memory: number[] = []
try {
  for (let round = 1; round <= rounds; round++) {
    const floor = JSON.parse(execFileSync(process.execPath, ['.fanwise/bench/floor-loop.mjs', String(items), '50'], { env: { ...process.env, DATABASE_URL: session.adminUrl } }).toString()) as { runsPerSecond: number; rssMb: number }
    const product = await startProduct(session.adminUrl, 'bench_product', digest(items))
    const measured = await measureFanOut(product, items)
    await product.stop()
    ratios.push(measured.runsPerSecond / floor.runsPerSecond)
    tenths.push(measured.lastTenth / measured.firstTenth)
    memory.push(measured.rssMb)
    console.log(`round ${round}: floor ${floor.runsPerSecond} runs/s (${floor.rssMb} MB), product ${measured.runsPerSecond} runs/s (first tenth ${measured.firstTenth}, last ${measured.lastTenth}; ${measured.rssMb} MB), ratio ${ratios.at(-1)!.toFixed(2)}`)
  }
} finally {
  await session.close()
}
console.log(`\n${items} items, limit 50, one process`)
const met = [verdict('product / floor', ratios, 0.6), verdict('rate in the last tenth / first tenth', tenths, 0.9), verdict('memory of the whole process in MB', memory, 300, true)]
process.exit(met.every(Boolean) ? 0 : 1)
