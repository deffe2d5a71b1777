/** Postgres is stopped, crashed and killed under load, and comes back; nobody helps the workers. */
import type { Scenario } from '#tests/chaos/scenario.ts'
import { underLoad } from '#tests/chaos/under-load.ts'

const ways = ['fast', 'immediate', 'kill'] as const

export const postgres: Scenario = {
  about: 'Postgres stopped, crashed and killed under load',
  run(scale) {
    const restarts = scale.restarts ?? 20
    return underLoad(async ({ world, breaches, goesOn }) => {
      for (let n = 0; n < restarts; n++) {
        await world.stopPostgres(ways[n % ways.length]!)
        await new Promise((resolve) => setTimeout(resolve, 200 + Math.random() * 800))
        await world.startPostgres()
        await goesOn('workers go on')
        const blamed = await world.count('select count(*) from job where workspace_id = $1 and crashes > 0')
        if (blamed > 0) breaches.push(`${blamed} runs are blamed for restart ${n + 1} of Postgres`)
      }
      return `${restarts} restarts`
    })
  },
}
