/** Steps that wait on a service for 20 ms, 25 at once in each process: what a second and a third worker process add. */
import { openService } from './service.ts'
import { openSession, startEngine, untilIdle, verdict } from './session.ts'
import { fn, step } from '#tests/support/factories.ts'
import { startWorkerProcess } from '#tests/support/worker-process.ts'

const items = Number(process.argv[2] ?? 12_000)
/** A process that has just started compiles its code while it runs: 2,000 runs take twice what they take later. */
const warmUp = 2500
const rounds = Number(process.argv[3] ?? 3)
const waitMs = 20
const session = await openSession()
const service = await openService(waitMs)
const second: number[] = []
const third: number[] = []
try {
  for (let round = 1; round <= rounds; round++) {
    const [one, two, three] = [await measure(1), await measure(2), await measure(3)]
    second.push(two / one)
    third.push(three / one)
    console.log(`round ${round}: 1 worker ${one} runs/s, 2 workers ${two}, 3 workers ${three}`)
  }
} finally {
  service.close()
  await session.close()
}
const met = [verdict('two workers / one', second, 1.6), verdict('three workers / one', third, 1.6)]
process.exit(met.every(Boolean) ? 0 : 1)

async function measure(count: number): Promise<number> {
  const url = await session.database('bench_engine')
  const { engine, workspace, stop } = await startEngine(url, [fn('call', 'call/asked', [step('call', 'http', { method: 'GET', url: `http://${service.host}/` })])], { role: 'web' })
  const workers = await Promise.all(Array.from({ length: count }, () => startWorkerProcess(url, { FANWISE_EGRESS_ALLOW: service.host, FANWISE_WORKER_CONCURRENCY: '25', FANWISE_LEASE: '15s' })))
  const call = async (runs: number) => {
    for (let from = 0; from < runs; from += 500) await engine.ingest(workspace, Array.from({ length: 500 }, () => ({ name: 'call/asked', data: {} })), { source: 'api' })
    await untilIdle(engine.pool)
  }
  await call(warmUp * count)
  const at = performance.now()
  await call(items)
  const perSecond = Math.round((items / (performance.now() - at)) * 1000)
  await Promise.all(workers.map((worker) => worker.stop()))
  await stop()
  return perSecond
}
