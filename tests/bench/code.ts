/** Code steps: sandboxed mappings of 6 KB of JSON a second on one thread, and what one workspace's endless loop costs another's steps. */
import { createSandboxPool } from '#expressions/sandbox/pool.ts'
import { median, quantile, verdict } from './session.ts'

const count = Number(process.argv[2] ?? 4000)
const event = { id: 'evt_1', name: 'order/placed', ts: 0, data: { items: Array.from({ length: 40 }, (_, n) => ({ sku: `sku-${n}`, title: `A thing with the number ${n} in its name`, price: 10 + n, quantity: n % 5, tags: ['blue', 'heavy', 'north'] })) } }
console.log(`event data: ${JSON.stringify(event.data).length} bytes`)
const scope = { event, steps: {}, run: { id: 'run_1', attempt: 1, function: 'map' }, env: {} }
const mapping = 'return event.data.items.map((item) => ({ sku: item.sku.toUpperCase(), total: item.price * item.quantity, tags: item.tags.join(" ") }))'
const limits = { timeoutMs: 5000, memoryMb: 64 }
const sandbox = createSandboxPool({ size: 1 })
await run(200)
const rates: number[] = []
for (let round = 0; round < 3; round++) rates.push(await run(count))
await sandbox.close()

const shared = createSandboxPool({ size: 2 })
const alone: number[] = []
const beside: number[] = []
const once = async () => {
  const at = performance.now()
  await shared.runCode(mapping, scope, limits)
  return performance.now() - at
}
for (let n = 0; n < 300; n++) alone.push(await once())
const loop = shared.runCode('for (;;) {}', scope, { timeoutMs: 3000, memoryMb: 64 }).catch(() => {})
for (let n = 0; n < 300; n++) beside.push(await once())
await loop
await shared.close()
console.log(`a mapping alone: p50 ${median(alone).toFixed(2)} ms, p95 ${quantile(alone, 0.95).toFixed(2)}; beside an endless loop: p50 ${median(beside).toFixed(2)}, p95 ${quantile(beside, 0.95).toFixed(2)}`)
const met = [verdict('6 KB mappings a second on one thread', rates, 1500), verdict('step time beside an endless loop / alone', [median(beside) / median(alone)], 1.1, true)]
process.exit(met.every(Boolean) ? 0 : 1)

async function run(n: number): Promise<number> {
  const at = performance.now()
  let left = n
  await Promise.all(Array.from({ length: 8 }, async () => {
    while (left-- > 0) await sandbox.runCode(mapping, scope, limits)
  }))
  return Math.round((n / (performance.now() - at)) * 1000)
}
