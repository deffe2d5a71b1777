/** Workers die by SIGKILL, over and over, while a list is worked off. */
import type { Scenario } from '#tests/chaos/scenario.ts'
import { allEnded, endedRuns, publishFanOut, sendList } from '#tests/chaos/fan-out.ts'
import { breachesOf, missingCalls } from '#tests/chaos/history.ts'
import { createWorld } from '#tests/chaos/world.ts'
import { until } from '#tests/support/until.ts'

const limit = 50

export const kill: Scenario = {
  about: 'SIGKILL of random workers during a fan-out with retries',
  async run(scale) {
    const items = scale.items ?? 50_000
    const kills = scale.kills ?? 100
    const world = await createWorld({ workers: 3, failShare: 0.05, takesMs: 4 })
    try {
      await publishFanOut(world, limit)
      await sendList(world, items)
      const all = items * 2 + Math.ceil(items / 10_000)
      let done = 0
      for (; done < kills; done++) {
        // Spread over the work; a worker is killed at any moment of its life, also just after its start.
        await until(async () => (await endedRuns(world)) >= (all * done) / (kills + 1), 'the work goes on', 120_000)
        await world.replaceWorker(Math.floor(Math.random() * world.workers.length))
      }
      await allEnded(world, all, 300_000)
      const breaches = [...(await breachesOf(world)), ...missingCalls(world, items)]
      const failed = await world.count('select count(*) from run where workspace_id = $1 and status <> 1')
      if (failed > 0) breaches.push(`${failed} runs did not complete`)
      if ((await endedRuns(world)) !== all) breaches.push(`there are ${await endedRuns(world)} runs instead of ${all}`)
      if (world.service.mostAtOnce > limit) breaches.push(`${world.service.mostAtOnce} calls at once, the limit is ${limit}`)
      return { breaches, measured: `${done} kills, ${all} runs, ${world.service.total - items} calls repeated, at most ${world.service.mostAtOnce} of ${limit} at once` }
    } finally {
      await world.end()
    }
  },
}
