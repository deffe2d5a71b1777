/** The chaos scenarios in small; `npm run chaos` plays them at full size. */
import { expect, test } from 'vitest'
import type { Scale, Scenario } from '#tests/chaos/scenario.ts'
import { clock } from '#tests/chaos/scenarios/clock.ts'
import { errors } from '#tests/chaos/scenarios/errors.ts'
import { freeze } from '#tests/chaos/scenarios/freeze.ts'
import { kill } from '#tests/chaos/scenarios/kill.ts'
import { network } from '#tests/chaos/scenarios/network.ts'
import { poison } from '#tests/chaos/scenarios/poison.ts'
import { postgres } from '#tests/chaos/scenarios/postgres.ts'
import { timers } from '#tests/chaos/scenarios/timers.ts'

const small: [string, Scenario, Scale][] = [
  ['workers that are killed', kill, { items: 1000, kills: 3 }],
  ['a Postgres that crashes', postgres, { restarts: 1 }],
  ['connections that are cut', network, { cuts: 1 }],
  ['a Postgres that answers with errors', errors, { rounds: 1 }],
  ['a worker that was frozen', freeze, {}],
  ['workers whose clocks are minutes apart', clock, { items: 500 }],
  ['poisoned runs', poison, {}],
  ['2,000 timers due at once', timers, { timers: 2000 }],
]

for (const [name, scenario, scale] of small) {
  test(`${name} lose nothing, double nothing and leave no contradiction`, async () => {
    const { breaches } = await scenario.run(scale)
    expect(breaches).toEqual([])
  }, 180_000)
}
