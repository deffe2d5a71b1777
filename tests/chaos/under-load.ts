/** What several scenarios have in common: senders and two workers go on while something breaks; how long until work goes on, and what the history says in the end. */
import { allEnded, publishFanOut } from '#tests/chaos/fan-out.ts'
import { breachesOf } from '#tests/chaos/history.ts'
import type { Outcome } from '#tests/chaos/scenario.ts'
import { lostOf, startSending, type Sender } from '#tests/chaos/senders.ts'
import { createWorld, type World } from '#tests/chaos/world.ts'
import { until } from '#tests/support/until.ts'

const recoverMs = 15_000

export interface Load {
  world: World
  sender: Sender
  breaches: string[]
  /** Once something is mended: waits until the workers go on. */
  goesOn(what: string): Promise<void>
}

/** @param play breaks things; answers what it did, "20 restarts" @param alsoWrong further breaches, once all runs have ended */
export async function underLoad(play: (load: Load) => Promise<string>, alsoWrong: (world: World) => Promise<string[]> = async () => []): Promise<Outcome> {
  const world = await createWorld({ workers: 2, failShare: 0.02, takesMs: 4 })
  try {
    await publishFanOut(world, 50)
    const sender = startSending(world, 8, 5)
    const breaches: string[] = []
    let slowest = 0
    const finished = () => world.count(`select count(*) from step where workspace_id = $1 and step = 'call'`)
    await until(async () => (await finished()) > 20, 'work is done')
    const did = await play({
      world, sender, breaches,
      async goesOn(what) {
        const mended = performance.now()
        const before = await finished()
        await until(async () => (await finished()) > before, what)
        slowest = Math.max(slowest, performance.now() - mended)
      },
    })
    await sender.stop()
    const stored = await world.count(`select count(*) from event where workspace_id = $1 and name = 'item/sent'`)
    await allEnded(world, stored * 2, 120_000)
    const lost = await lostOf(world, sender.accepted)
    breaches.push(...(await alsoWrong(world)))
    if (slowest > recoverMs) breaches.push(`the workers needed ${(slowest / 1000).toFixed(1)} s to go on`)
    if (lost > 0) breaches.push(`${lost} accepted events are lost`)
    for (const odd of new Set(sender.odd)) breaches.push(`an answer was neither 2xx nor 503 with Retry-After: ${odd}`)
    breaches.push(...(await breachesOf(world)))
    return { breaches, measured: `${did}, ${sender.accepted.length} events accepted, ${sender.refused} refused with 503, ${lost} lost, slowest recovery ${(slowest / 1000).toFixed(1)} s` }
  } finally {
    await world.end()
  }
}
