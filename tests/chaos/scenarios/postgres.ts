/** Postgres is stopped, crashed and killed under load, and comes back; nobody helps the workers. */
import { publishFanOut, allEnded } from '#tests/chaos/fan-out.ts'
import { breachesOf } from '#tests/chaos/history.ts'
import type { Scenario } from '#tests/chaos/scenario.ts'
import { lostOf, startSending } from '#tests/chaos/senders.ts'
import { createWorld } from '#tests/chaos/world.ts'
import { until } from '#tests/support/until.ts'

const recoverMs = 15_000
const ways = ['fast', 'immediate', 'kill'] as const

export const postgres: Scenario = {
  about: 'Postgres stopped, crashed and killed under load',
  async run(scale) {
    const restarts = scale.restarts ?? 20
    const world = await createWorld({ workers: 2, failShare: 0.02, takesMs: 4 })
    try {
      await publishFanOut(world, 50)
      const sender = startSending(world, 8, 5)
      const breaches: string[] = []
      let slowest = 0
      const finished = () => world.count(`select count(*) from step where workspace_id = $1 and step = 'call'`)
      await until(async () => (await finished()) > 20, 'work is done')
      for (let n = 0; n < restarts; n++) {
        await world.stopPostgres(ways[n % ways.length]!)
        await new Promise((resolve) => setTimeout(resolve, 200 + Math.random() * 800))
        await world.startPostgres()
        const back = performance.now()
        const before = await finished()
        await until(async () => (await finished()) > before, 'workers go on', 60_000)
        slowest = Math.max(slowest, performance.now() - back)
      }
      await sender.stop()
      const stored = await world.count(`select count(*) from event where workspace_id = $1 and name = 'item/sent'`)
      await allEnded(world, stored * 2, 120_000)
      if (slowest > recoverMs) breaches.push(`the workers needed ${(slowest / 1000).toFixed(1)} s to go on`)
      const lost = await lostOf(world, sender.accepted)
      if (lost > 0) breaches.push(`${lost} accepted events are lost`)
      for (const odd of new Set(sender.odd)) breaches.push(`an answer was neither 2xx nor 503 with Retry-After: ${odd}`)
      breaches.push(...(await breachesOf(world)))
      return { breaches, measured: `${restarts} restarts, ${sender.accepted.length} events accepted, ${sender.refused} refused with 503, ${lost} lost, slowest recovery ${(slowest / 1000).toFixed(1)} s` }
    } finally {
      await world.end()
    }
  },
}
