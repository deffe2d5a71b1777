/** A worker is frozen past its lease with work in hand, others take over, then it wakes. */
import { allEnded, publishFanOut, sendList } from '#tests/chaos/fan-out.ts'
import { breachesOf, missingCalls } from '#tests/chaos/history.ts'
import type { Scenario } from '#tests/chaos/scenario.ts'
import { createWorld } from '#tests/chaos/world.ts'
import { until } from '#tests/support/until.ts'

const items = 500

export const freeze: Scenario = {
  about: 'SIGSTOP past the lease, then SIGCONT',
  async run() {
    const world = await createWorld({ workers: 1, takesMs: 4 })
    try {
      await publishFanOut(world, 20)
      world.service.hold()
      await sendList(world, items)
      await until(async () => world.service.total >= 20, 'the worker has its hands full')
      const [frozen] = world.workers
      const [holder] = await world.query<{ worker_id: string }>(`select worker_id from job where workspace_id = $1 and worker_id is not null limit 1`, [world.workspace])
      frozen!.signal('SIGSTOP')
      await world.startWorker()
      await until(async () => (await world.count(`select count(*) from job where workspace_id = $1 and worker_id = '${holder!.worker_id}'`)) === 0, 'its runs are taken over')
      const before = await world.count('select count(*) from step where workspace_id = $1')
      frozen!.signal('SIGCONT')
      const breaches: string[] = []
      world.service.release()
      await allEnded(world, items * 2 + 1, 60_000)
      const crashes = await world.count('select count(*) from attempt where workspace_id = $1')
      if (crashes > 0) breaches.push(`${crashes} attempts were used up by the freeze`)
      const doubled = [...world.service.calls.values()].filter(({ keys }) => [...keys.values()].some((n) => n > 2)).length
      if (doubled > 0) breaches.push(`${doubled} steps ran more than twice`)
      breaches.push(...(await breachesOf(world)), ...missingCalls(world, items))
      return { breaches, measured: `${items} items, ${world.service.total - items} calls repeated by the taker, ${before} steps recorded before it woke` }
    } finally {
      await world.end()
    }
  },
}
