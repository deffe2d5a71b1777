// graphile-worker: `latency` (add-job → start, idle) or `fan-out <n>` (one job adds n no-op jobs; tuned as its documentation says).
import { Logger, makeWorkerUtils, run } from 'graphile-worker'
import { measureIdle, print, until, url } from './common.mjs'

const [what, count] = [process.argv[2], Number(process.argv[3])]
const logger = new Logger(() => (level, message) => level === 'error' && console.error(message))
const utils = await makeWorkerUtils({ connectionString: url, logger })
await utils.migrate()
const start = (concurrentJobs, taskList, tuned = {}) =>
  run({ logger, noHandleSignals: true, taskList, preset: { worker: { connectionString: url, concurrentJobs, maxPoolSize: concurrentJobs + 3, pollInterval: 2000, ...tuned } } })

if (what === 'latency') {
  const sentAt = new Map()
  const latencies = []
  await start(10, { noop: async ({ n }) => void latencies.push(performance.now() - sentAt.get(n)) })
  print(await measureIdle(count, 20, (n) => {
    sentAt.set(n, performance.now())
    return utils.addJob('noop', { n })
  }, latencies))
} else {
  let done = 0
  const child = async () => void (done += 1)
  const parent = async (_, helpers) => {
    for (let from = 0; from < count; from += 1000) await helpers.addJobs(Array.from({ length: Math.min(1000, count - from) }, (_each, n) => ({ identifier: 'child', payload: { id: from + n } })))
  }
  await start(50, { child, parent }, { localQueue: { size: 500 }, completeJobBatchDelay: 0, failJobBatchDelay: 0 })
  const at = performance.now()
  await utils.addJob('parent', {})
  await until(() => done >= count)
  print({ perSecond: Math.round((count / (performance.now() - at)) * 1000) })
}
process.exit(0)
