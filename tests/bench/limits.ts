/** What a concurrency limit costs: the same 50,000 runs without one, at limit 50, and with 10,000 keys at limit 1 each. */
import type { ConcurrencyLimit } from '#graph/definition.ts'
import { openSession, startEngine, untilIdle, verdict } from './session.ts'
import { fn, transform } from '#tests/support/factories.ts'

const items = Number(process.argv[2] ?? 50_000)
const rounds = Number(process.argv[3] ?? 3)
const keys = 10_000
const session = await openSession()
const atFifty: number[] = []
const keyed: number[] = []
try {
  for (let round = 1; round <= rounds; round++) {
    const free = await measure(undefined)
    const fifty = await measure({ limit: 50 })
    const perKey = await measure({ limit: 1, key: 'event.data.user' })
    atFifty.push(fifty / free)
    keyed.push(perKey / free)
    console.log(`round ${round}: no limit ${free} runs/s, limit 50 ${fifty}, ${keys} keys at limit 1 ${perKey}`)
  }
} finally {
  await session.close()
}
const met = [verdict('limit 50 / no limit', atFifty, 0.6), verdict(`${keys} keys at limit 1 / no limit`, keyed, 0.5)]
process.exit(met.every(Boolean) ? 0 : 1)

/** Runs a second from the first event stored to the last run ended. */
async function measure(concurrency: ConcurrencyLimit | undefined): Promise<number> {
  const { engine, workspace, stop } = await startEngine(await session.database('bench_engine'), [
    fn('work', 'work/asked', [transform('build', { user: '{{ event.data.user }}' }), transform('send', { to: '{{ steps.build.user }}' }, ['build'])], concurrency === undefined ? {} : { concurrency }),
  ])
  const at = performance.now()
  for (let from = 0; from < items; from += 500) {
    await engine.ingest(workspace, Array.from({ length: 500 }, (_, n) => ({ name: 'work/asked', data: { user: `user_${(from + n) % keys}` } })), { source: 'api' })
  }
  await untilIdle(engine.pool)
  const perSecond = Math.round((items / (performance.now() - at)) * 1000)
  await stop()
  return perSecond
}
