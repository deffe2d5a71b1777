/** Many timers due at the same moment, while nobody was there to fire them. */
import { fn, publish, step, transform } from '#tests/support/factories.ts'
import { allEnded } from '#tests/chaos/fan-out.ts'
import { breachesOf } from '#tests/chaos/history.ts'
import type { Scenario } from '#tests/chaos/scenario.ts'
import { createWorld } from '#tests/chaos/world.ts'
import { until } from '#tests/support/until.ts'

export const timers: Scenario = {
  about: 'timers that are all due at once',
  async run(scale) {
    const count = scale.timers ?? 10_000
    const world = await createWorld({ workers: 1 })
    try {
      const client = await world.connect()
      await publish({ connect: async () => Object.assign(client, { release: () => {} }) } as never, world.workspace, [
        fn('sleeper', 'sleep/asked', [step('rest', 'sleep', { mode: 'for', duration: '1h' }), transform('note', { n: '{{ event.data.n }}' }, ['rest'])]),
      ])
      await client.end()
      for (let from = 0; from < count; from += 1000) {
        await world.engine.ingest(world.workspace, Array.from({ length: Math.min(1000, count - from) }, (_, n) => ({ name: 'sleep/asked', data: { n: from + n } })), { source: 'api' })
      }
      await until(async () => (await world.count(`select count(*) from job where workspace_id = $1 and state = 't'`)) === count, 'all sleep')
      await world.workers.splice(0, 1)[0]!.kill()
      // An hour passes while no worker is there.
      await world.query(`update job set due = clock_timestamp() - interval '1 second' where workspace_id = $1`, [world.workspace])
      await world.query(`update wait set expires_at = clock_timestamp() - interval '1 second' where workspace_id = $1`, [world.workspace])
      const from = performance.now()
      await Promise.all([world.startWorker(), world.startWorker()])
      await allEnded(world, count, 120_000)
      const took = (performance.now() - from) / 1000
      return { breaches: await breachesOf(world), measured: `${count} timers fired and their runs ended in ${took.toFixed(1)} s, start of two workers included` }
    } finally {
      await world.end()
    }
  },
}
