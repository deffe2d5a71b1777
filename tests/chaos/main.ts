/** Plays the scenarios that were asked for, prints what was measured, ends with 1 on any breach. */
import process from 'node:process'
import type { Scale, Scenario } from '#tests/chaos/scenario.ts'
import { clock } from '#tests/chaos/scenarios/clock.ts'
import { errors } from '#tests/chaos/scenarios/errors.ts'
import { freeze } from '#tests/chaos/scenarios/freeze.ts'
import { kill } from '#tests/chaos/scenarios/kill.ts'
import { network } from '#tests/chaos/scenarios/network.ts'
import { poison } from '#tests/chaos/scenarios/poison.ts'
import { postgres } from '#tests/chaos/scenarios/postgres.ts'
import { timers } from '#tests/chaos/scenarios/timers.ts'

const scenarios: Record<string, Scenario> = { kill, postgres, network, errors, freeze, clock, timers, poison }
const flags = ['items', 'kills', 'restarts', 'cuts', 'timers', 'rounds'] as const

const words = process.argv.slice(2)
const scale: Scale = {}
const names: string[] = []
for (const word of words) {
  const flag = /^--(\w+)=(\d+)$/.exec(word)
  if (flag !== null && (flags as readonly string[]).includes(flag[1]!)) scale[flag[1] as (typeof flags)[number]] = Number(flag[2])
  else if (word in scenarios) names.push(word)
  else {
    console.error(`"${word}" is neither a scenario nor a flag.\nScenarios:\n${Object.entries(scenarios).map(([name, { about }]) => `  ${name.padEnd(10)}${about}`).join('\n')}\nFlags: ${flags.map((name) => `--${name}=n`).join(' ')}`)
    process.exit(2)
  }
}

let broken = 0
for (const name of names.length > 0 ? names : Object.keys(scenarios)) {
  const from = performance.now()
  let line: string
  let breaches: string[]
  try {
    const outcome = await scenarios[name]!.run(scale)
    breaches = outcome.breaches
    line = outcome.measured
  } catch (error) {
    breaches = [error instanceof Error ? error.message : String(error)]
    line = 'did not come to its end'
  }
  broken += breaches.length
  console.log(`${breaches.length === 0 ? 'holds ' : 'BROKEN'}  ${name.padEnd(9)} ${((performance.now() - from) / 1000).toFixed(0).padStart(4)} s  ${line}`)
  for (const breach of breaches) console.log(`          ${breach}`)
}
process.exit(broken === 0 ? 0 : 1)
