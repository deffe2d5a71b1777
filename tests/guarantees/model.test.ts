/**
 * Arbitrary histories against a model of what must come of them: events sent once and twice, cancels,
 * retries, pauses, payments that are waited for, over two engines on one database. Many at once, each in
 * a workspace of its own. First while nobody dies, then while leases pass and connections break for all of
 * them. FANWISE_MODEL_RUNS says how many, FANWISE_SEED which.
 */
import fc from 'fast-check'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { checkInvariants } from '#engine/invariants.ts'
import { compare } from '#tests/support/model/compare.ts'
import { calmHistory, stormyHistory, type Act } from '#tests/support/model/history.ts'
import { play } from '#tests/support/model/play.ts'
import { startWorld, type World } from '#tests/support/model/world.ts'
import { seed } from '#tests/support/seed.ts'
import { until } from '#tests/support/until.ts'

const histories = Number(process.env.FANWISE_MODEL_RUNS ?? 150)
const atOnce = 20
/** Of the engines of the world. */
const leaseMs = 15_000
const limitMs = 90_000 + histories * 1000

let world: World
beforeAll(async () => {
  world = await startWorld()
})
afterAll(async () => {
  await world.stop()
})

test('while nobody dies, every history ends as the model says, and nothing executes twice or at once that must not', async () => {
  world.breaches.length = 0
  await playAll(fc.sample(calmHistory, { numRuns: Math.ceil(histories / 2), seed }), false)
  const breaches = world.breaches.filter(({ unless }) => unless === undefined || !world.cancelled.has(unless)).map(({ what }) => what)
  // Whoever stood still for a good part of a lease was taken for dead, and rightly: a step may then execute again.
  if (world.stoodStillMs() < leaseMs / 3) expect(breaches).toEqual([])
  else console.warn(`This machine stood still for ${Math.round(world.stoodStillMs())} ms; what executed twice cannot be told from a lease that passed (${breaches.length}).`)
}, limitMs)

test('while leases pass and connections break, every history ends as the model says', async () => {
  await playAll(fc.sample(stormyHistory, { numRuns: Math.floor(histories / 2), seed: seed + 1 }), true)
}, limitMs)

async function playAll(all: Act[][], storm: boolean): Promise<void> {
  const failures: string[] = []
  let next = 0
  const player = async () => {
    while (next < all.length && failures.length === 0) {
      const index = next++
      try {
        await compare(world.engines[0].pool, await play(world, all[index]!), storm)
      } catch (error) {
        failures.push(`History ${index} of ${all.length} with FANWISE_SEED=${seed} FANWISE_MODEL_RUNS=${histories} (${storm ? 'leases pass' : 'nobody dies'}):\n${JSON.stringify(all[index])}\n${error instanceof Error ? error.message : String(error)}`)
      }
    }
  }
  await Promise.all(Array.from({ length: Math.min(atOnce, all.length) }, player))
  expect(failures.join('\n\n')).toBe('')
  await clean()
}

/** At rest: every counter is 0, and every slot goes back. */
async function clean(): Promise<void> {
  const { pool } = world.engines[0]
  const counters = await checkInvariants(pool, true)
  expect(counters).toEqual(Object.fromEntries(Object.keys(counters).map((name) => [name, 0])))
  await until(async () => (await pool.query('select 1 from lane where granted > 0')).rowCount === 0, 'all slots go back', 10_000)
}
