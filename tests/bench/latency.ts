/**
 * How long things take when nothing else is going on: event sent → its run's first step starts (beside
 * graphile-worker's add-job → start), one step → the next, a slot freed → the next run starts.
 */
import { createServer, type AddressInfo } from 'node:net'
import { openSender, requestOf } from './load.ts'
import { startProduct } from './product.ts'
import { openSession, quantile, runPeer, startEngine, verdict } from './session.ts'
import { fn, step } from '#tests/support/factories.ts'

const count = Number(process.argv[2] ?? 520)
const session = await openSession()
const sentAt = new Map<string, number>()
const latencies: number[] = []
// As bare as the sender: what is measured lies between the two.
const receiver = createServer((socket) => socket.setNoDelay().setEncoding('latin1').on('data', (request: string) => {
  latencies.push(performance.now() - sentAt.get(request.slice('GET /'.length, request.indexOf(' ', 5)))!)
  socket.write('HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: 2\r\n\r\n{}')
})).listen(0, '127.0.0.1')
await new Promise((resolve) => receiver.once('listening', resolve))
const port = (receiver.address() as AddressInfo).port
const met: boolean[] = []
try {
  const graphile = await runPeer<{ p50: number; p99: number }>(session, 'graphile-worker', ['latency', count])
  process.env.FANWISE_EGRESS_ALLOW = `127.0.0.1:${port}`
  const product = await startProduct(session.adminUrl, 'bench_product', [fn('start', 'start/asked', [step('call', 'http', { method: 'GET', url: `http://127.0.0.1:${port}/{{ event.data.n }}` })])])
  const url = `${product.url}/e/${product.eventKey}`
  const sender = await openSender(url)
  for (let n = 0; n < count; n++) {
    const request = requestOf(url, JSON.stringify({ name: 'start/asked', data: { n: String(n) } }))
    sentAt.set(String(n), performance.now())
    await sender.send(request)
    await new Promise((resolve) => setTimeout(resolve, 20 * (0.5 + Math.random())))
  }
  sender.close()
  await new Promise((resolve) => setTimeout(resolve, 500))
  await product.stop()
  const ours = latencies.slice(20)
  console.log(`event sent → first step's request arrives: p50 ${quantile(ours, 0.5).toFixed(2)} ms, p99 ${quantile(ours, 0.99).toFixed(2)} ms; graphile-worker add-job → start: p50 ${graphile.p50.toFixed(2)}, p99 ${graphile.p99.toFixed(2)}`)
  met.push(verdict('p50 / graphile-worker', [quantile(ours, 0.5) / graphile.p50], 1.5, true), verdict('p99 / graphile-worker', [quantile(ours, 0.99) / graphile.p99], 3, true))
  met.push(await stepToStep(), await slotToStart())
} finally {
  receiver.close()
  await session.close()
}
process.exit(met.every(Boolean) ? 0 : 1)

async function stepToStep(): Promise<boolean> {
  const { engine, workspace, stop } = await startEngine(await session.database('bench_engine'), [
    fn('chain', 'chain/asked', Array.from({ length: 6 }, (_, n) => step(`s${n}`, 'http', { method: 'GET', url: 'https://service.example/' }, n === 0 ? [] : [`s${n - 1}`]))),
  ], { services: { request: async () => ({ status: 200, headers: {}, body: '{}' }) } })
  const gaps: number[] = []
  const lastAt = new Map<string, number>()
  engine.signals.on('step.started', ({ runId }) => {
    const now = performance.now()
    if (lastAt.has(runId)) gaps.push(now - lastAt.get(runId)!)
    lastAt.set(runId, now)
  })
  for (let n = 0; n < 200; n++) {
    const ended = engine.signals.next('run.ended')
    await engine.ingest(workspace, [{ name: 'chain/asked', data: { n } }], { source: 'api' })
    await ended
  }
  await stop()
  return verdict('step → next step, checkpoint durable, p50 ms', [quantile(gaps.slice(50), 0.5)], 5, true)
}

async function slotToStart(): Promise<boolean> {
  let freedAt = 0
  const gaps: number[] = []
  const { engine, workspace, stop } = await startEngine(await session.database('bench_engine'), [
    fn('one', 'one/asked', [step('call', 'http', { method: 'GET', url: 'https://service.example/' })], { concurrency: { limit: 1 } }),
  ], {
    services: {
      request: async () => {
        if (freedAt > 0) gaps.push(performance.now() - freedAt)
        await new Promise((resolve) => setTimeout(resolve, 5))
        freedAt = performance.now()
        return { status: 200, headers: {}, body: '{}' }
      },
    },
  })
  let ended = 0
  const all = new Promise<void>((resolve) => engine.signals.on('run.ended', () => ++ended === 200 && resolve()))
  await engine.ingest(workspace, Array.from({ length: 200 }, () => ({ name: 'one/asked', data: {} })), { source: 'api' })
  await all
  await stop()
  return verdict('slot freed → next run starts, p50 ms', [quantile(gaps, 0.5)], 10, true)
}
