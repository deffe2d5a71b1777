/** The network between processes and Postgres: connections cut, pieces lost, delayed, truncated, silent. */
import type { Scenario } from '#tests/chaos/scenario.ts'
import { underLoad } from '#tests/chaos/under-load.ts'
import type { World } from '#tests/chaos/world.ts'

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
  run(scale) {
    const cuts = scale.cuts ?? 100
    return underLoad(async ({ world, goesOn }) => {
      for (let n = 0; n < cuts; n++) {
        await faults[n % faults.length]!(world)
        await goesOn('workers go on')
      }
      return `${cuts} faults`
    })
  },
}
