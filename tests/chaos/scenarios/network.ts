/** The network between processes and Postgres: connections cut, pieces lost, delayed, truncated, silent. */
import { allEnded, publishFanOut } from '#tests/chaos/fan-out.ts'
import { breachesOf } from '#tests/chaos/history.ts'
import type { Scenario } from '#tests/chaos/scenario.ts'
import { lostOf, startSending } from '#tests/chaos/senders.ts'
import { createWorld, type World } from '#tests/chaos/world.ts'
import { until } from '#tests/support/until.ts'

const faults: ((world: World) => Promise<void> | void)[] = [
  (world) => void world.proxy.cutAll(),
  (world) => world.proxy.truncateNext(2, 'request', 40),
  (world) => world.proxy.truncateNext(2, 'answer', 10),
  async (world) => {
    world.proxy.delayMs = 150
    await pause(1000)
    world.proxy.delayMs = 0
    // Pieces that were held back may have been overtaken: such connections are beyond repair.
    world.proxy.cutAll()
  },
  async (world) => {
    world.proxy.silent = true
    await pause(1500)
    world.proxy.cutAll()
    world.proxy.silent = false
  },
]

const pause = (ms: number) => new Promise<void>((resolve) => setTimeout(resolve, ms))

export const network: Scenario = {
  about: 'connections to Postgres cut, truncated, delayed, silent',
  async run(scale) {
    const cuts = scale.cuts ?? 100
    const world = await createWorld({ workers: 2, failShare: 0.02, takesMs: 4 })
    try {
      await publishFanOut(world, 50)
      const sender = startSending(world, 8, 5)
      const finished = () => world.count(`select count(*) from step where workspace_id = $1 and step = 'call'`)
      await until(async () => (await finished()) > 20, 'work is done')
      let slowest = 0
      for (let n = 0; n < cuts; n++) {
        await faults[n % faults.length]!(world)
        const over = performance.now()
        const before = await finished()
        await until(async () => (await finished()) > before, 'workers go on', 60_000)
        slowest = Math.max(slowest, performance.now() - over)
      }
      await sender.stop()
      const stored = await world.count(`select count(*) from event where workspace_id = $1 and name = 'item/sent'`)
      await allEnded(world, stored * 2, 120_000)
      const lost = await lostOf(world, sender.accepted)
      const breaches = await breachesOf(world)
      if (slowest > 15_000) breaches.push(`the workers needed ${(slowest / 1000).toFixed(1)} s to go on`)
      if (lost > 0) breaches.push(`${lost} accepted events are lost`)
      for (const odd of new Set(sender.odd)) breaches.push(`an answer was neither 2xx nor 503 with Retry-After: ${odd}`)
      return { breaches, measured: `${cuts} faults, ${sender.accepted.length} events accepted, ${sender.refused} refused with 503, ${lost} lost, slowest recovery ${(slowest / 1000).toFixed(1)} s` }
    } finally {
      await world.end()
    }
  },
}
