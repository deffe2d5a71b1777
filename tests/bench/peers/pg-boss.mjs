// pg-boss: one job inserts n no-op jobs, worked in batches with LISTEN/NOTIFY.
import { PgBoss } from 'pg-boss'
import { print, until, url } from './common.mjs'

const count = Number(process.argv[2])
const boss = new PgBoss({ connectionString: url, max: 12, useListenNotify: true })
boss.on('error', (error) => console.error(String(error)))
await boss.start()
await boss.createQueue('child', { notify: true })
await boss.createQueue('parent', { notify: true })
let done = 0
await boss.work('child', { batchSize: 500, localConcurrency: 2, burstWhenBatchFull: true, pollingIntervalSeconds: 0.5 }, async (jobs) => void (done += jobs.length))
await boss.work('parent', { batchSize: 1, pollingIntervalSeconds: 0.5 }, async () => {
  for (let from = 0; from < count; from += 1000) await boss.insert('child', Array.from({ length: Math.min(1000, count - from) }, (_, n) => ({ data: { id: from + n } })))
})
await new Promise((resolve) => setTimeout(resolve, 1500))
const at = performance.now()
await boss.send('parent', {})
await until(() => done >= count)
print({ perSecond: Math.round((count / (performance.now() - at)) * 1000) })
process.exit(0)
