/** Code steps: sandboxed mappings of 6 KB of JSON a second on one thread, and what one workspace's endless loop costs another's steps. */
import { getQuickJS } from 'quickjs-emscripten'
import { createSandboxPool } from '#expressions/sandbox/pool.ts'
import { median, quantile, verdict } from './session.ts'

const count = Number(process.argv[2] ?? 4000)
const event = { id: 'evt_1', name: 'order/placed', ts: 0, data: { items: Array.from({ length: 50 }, (_, n) => ({ sku: `sku-${n}`, title: `A thing with the number ${n} in its name`, price: 10 + n, quantity: n % 5, tags: ['blue', 'heavy', 'north'] })) } }
console.log(`event data: ${JSON.stringify(event.data).length} bytes`)
const scope = { event, steps: {}, run: { id: 'run_1', attempt: 1, function: 'map' }, env: {} }
const mapping = 'return event.data.items.map((item) => ({ sku: item.sku.toUpperCase(), total: item.price * item.quantity, tags: item.tags.join(" ") }))'
const limits = { timeoutMs: 5000, memoryMb: 64 }
const sandbox = createSandboxPool({ size: 1 })
await run(200)
const alone = await engineAlone()
const rates: number[] = []
const ofEngine: number[] = []
for (let round = 0; round < 3; round++) {
  const engine = alone(count / 4)
  rates.push(await run(count))
  ofEngine.push(rates.at(-1)! / engine)
  console.log(`round ${round + 1}: ${rates.at(-1)} mappings a second; QuickJS alone ${engine}`)
}
await sandbox.close()

const shared = createSandboxPool({ size: 2 })
const quiet: number[] = []
const beside: number[] = []
const once = async () => {
  const at = performance.now()
  await shared.runCode(mapping, scope, limits)
  return performance.now() - at
}
for (let n = 0; n < 300; n++) quiet.push(await once())
let loops = true
const loop = shared.runCode('for (;;) {}', scope, { timeoutMs: 60_000, memoryMb: 64 }, undefined, 'another workspace').catch(() => (loops = false))
// Long enough for everybody to know that it takes long.
await new Promise((resolve) => setTimeout(resolve, 500))
for (let n = 0; n < 300; n++) beside.push(await once())
if (!loops) throw new Error('The loop ended too early: nothing was measured beside it.')
await shared.close()
await loop
console.log(`a mapping alone: p50 ${median(quiet).toFixed(2)} ms, p95 ${quantile(quiet, 0.95).toFixed(2)}; beside an endless loop: p50 ${median(beside).toFixed(2)}, p95 ${quantile(beside, 0.95).toFixed(2)}`)
console.log(`mappings a second / QuickJS alone, without sandbox, thread and data of its own: ${median(ofEngine).toFixed(2)}`)
const met = [verdict('6 KB mappings a second on one thread', rates, 1500), verdict('step time beside an endless loop / alone', [median(beside) / median(quiet)], 1.1, true)]
process.exit(met.every(Boolean) ? 0 : 1)

async function run(n: number): Promise<number> {
  const at = performance.now()
  let left = n
  await Promise.all(Array.from({ length: 8 }, async () => {
    while (left-- > 0) await sandbox.runCode(mapping, scope, limits)
  }))
  return Math.round((n / (performance.now() - at)) * 1000)
}

/** The engine by itself doing what a mapping asks of it, over and over in one runtime: reading, mapping, writing. What it gives moves with the machine. */
async function engineAlone(): Promise<(n: number) => number> {
  const context = (await getQuickJS()).newContext()
  const step = context.unwrapResult(context.evalCode(`(input) => { const { event } = JSON.parse(input); return JSON.stringify((() => { ${mapping} })()) }`))
  const input = JSON.stringify(scope)
  return (n) => {
    const at = performance.now()
    for (let i = 0; i < n; i++) {
      const text = context.newString(input)
      const answer = context.unwrapResult(context.callFunction(step, context.undefined, text))
      context.getString(answer)
      answer.dispose()
      text.dispose()
    }
    return Math.round((n / (performance.now() - at)) * 1000)
  }
}
