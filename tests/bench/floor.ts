/**
 * weekly-digest with 50,000 users through the whole product (event accepted → users fetched → emit per
 * item → 50,000 runs of two Transform steps at limit 50, traces readable), beside the floor, in turns.
 * With 1,000,000 items: is the last tenth as fast as the first, and is memory flat? Then the list comes
 * from a service outside and the worker is a process of its own, as it would be at that size.
 */
import { execFileSync } from 'node:child_process'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { digest } from './digest.ts'
import { measureFanOut } from './fan-out.ts'
import { startProduct } from './product.ts'
import { openSession, verdict } from './session.ts'

const items = Number(process.argv[2] ?? 50_000)
const rounds = Number(process.argv[3] ?? (items > 100_000 ? 1 : 3))
const large = items > 100_000
const session = await openSession()
const ratios: number[] = []
const tenths: number[] = []
const memory: number[] = []
/** Its answers are below the 4 MB that a step takes, so a million ids come in 40 pages. */
const pageItems = 25_000
const service = createServer((request, response) => {
  request.resume()
  const from = (Number(new URL(request.url!, 'http://list').searchParams.get('page')) - 1) * pageItems
  const ids = Array.from({ length: Math.max(0, Math.min(pageItems, items - from)) }, (_, index) => `u${from + index + 1}`)
  response.setHeader('content-type', 'application/json').end(JSON.stringify({ ids }))
}).listen(0, '127.0.0.1')
await new Promise((resolve) => service.once('listening', resolve))
const host = `127.0.0.1:${(service.address() as AddressInfo).port}`
try {
  for (let round = 1; round <= rounds; round++) {
    const floor = JSON.parse(execFileSync(process.execPath, ['.fanwise/bench/floor-loop.mjs', String(items), '50'], { env: { ...process.env, DATABASE_URL: session.adminUrl } }).toString()) as { runsPerSecond: number; rssMb: number }
    const product = await (large ? startProduct(session.adminUrl, 'bench_product', digest(`http://${host}/`), { egress: host }) : startProduct(session.adminUrl, 'bench_product', digest()))
    const measured = await measureFanOut(product, items)
    await product.stop()
    ratios.push(measured.runsPerSecond / floor.runsPerSecond)
    tenths.push(measured.lastTenth / measured.firstTenth)
    memory.push(measured.rssMb)
    console.log(`round ${round}: floor ${floor.runsPerSecond} runs/s (${floor.rssMb} MB), product ${measured.runsPerSecond} runs/s (first tenth ${measured.firstTenth}, last ${measured.lastTenth}; ${measured.rssMb} MB), ratio ${ratios.at(-1)!.toFixed(2)}`)
  }
} finally {
  service.close()
  await session.close()
}
console.log(`\n${items} items, limit 50, one worker process`)
const met = [verdict('product / floor', ratios, 0.6), verdict('rate in the last tenth / first tenth', tenths, 0.9), verdict(large ? 'memory of the worker process in MB' : 'memory of the whole process in MB', memory, 300, true)]
process.exit(met.every(Boolean) ? 0 : 1)
