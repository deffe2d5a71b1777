// DBOS: workflows of two memoised steps. `fan-out <n>`: one workflow starts n children by queue, 50 at once.
// `small <ms>`: workflows one after another on 50 lanes for that long.
import { DBOS } from '@dbos-inc/dbos-sdk'
import { print, until, url } from './common.mjs'

const [what, amount] = [process.argv[2], Number(process.argv[3])]
let done = 0
const child = DBOS.registerWorkflow(async (id) => {
  const built = await DBOS.runStep(async () => ({ user: id, subject: 'Your weekly digest' }), { name: 'build' })
  await DBOS.runStep(async () => ({ to: built.user }), { name: 'send' })
  done += 1
}, { name: 'child' })
const parent = DBOS.registerWorkflow(async (count) => {
  for (let from = 0; from < count; from += 50) await Promise.all(Array.from({ length: Math.min(50, count - from) }, (_, n) => DBOS.startWorkflow(child, { queueName: 'children' })(from + n)))
}, { name: 'parent' })
DBOS.setConfig({ name: 'peer', systemDatabaseUrl: url, systemDatabasePoolSize: 20, logLevel: 'error' })
await DBOS.launch()
await DBOS.registerQueue('children', { workerConcurrency: 50, minPollingIntervalMs: 20 })

const at = performance.now()
if (what === 'fan-out') {
  await DBOS.startWorkflow(parent)(amount)
  await until(() => done >= amount)
} else {
  let next = 0
  await Promise.all(Array.from({ length: 50 }, async () => {
    while (performance.now() - at < amount) await child(next++)
  }))
}
print({ perSecond: Math.round((done / (performance.now() - at)) * 1000) })
process.exit(0)
