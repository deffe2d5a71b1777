/** Postgres stands but answers with errors: serialization failures, deadlocks, a full disk, no connection left, a table locked away. */
import type pg from 'pg'
import type { Scenario } from '#tests/chaos/scenario.ts'
import type { Sender } from '#tests/chaos/senders.ts'
import { underLoad } from '#tests/chaos/under-load.ts'
import type { World } from '#tests/chaos/world.ts'

const pause = (ms: number) => new Promise<void>((resolve) => setTimeout(resolve, ms))

/** From now on, such a share of all writes fails with this SQLSTATE. */
async function inject(world: World, sqlstate: string, share: number): Promise<void> {
  await world.query(`create or replace function chaos_fail() returns trigger language plpgsql as $$
    begin if random() < ${share} then raise exception 'injected by the test' using errcode = '${sqlstate}'; end if; return null; end $$`)
  for (const table of ['event', 'run', 'job', 'step']) {
    await world.query(`create or replace trigger chaos_fail after insert or update or delete on ${table} for each statement execute function chaos_fail()`)
  }
}

async function heal(world: World): Promise<void> {
  for (const table of ['event', 'run', 'job', 'step']) await world.query(`drop trigger if exists chaos_fail on ${table}`)
}

const failing = (sqlstate: string, share: number, forMs: number) => async (world: World): Promise<void> => {
  await inject(world, sqlstate, share)
  await pause(forMs)
  await heal(world)
}

/** Takes every connection there is, breaks those of the product, and holds on for a while. */
async function withoutConnections(world: World): Promise<void> {
  const taken: pg.Client[] = []
  world.proxy.cutAll()
  try {
    for (;;) taken.push(await world.connect())
  } catch {
    await pause(2000)
  } finally {
    await Promise.all(taken.map((client) => client.end().catch(() => {})))
  }
}

async function lockedTable(world: World): Promise<void> {
  const client = await world.connect()
  await client.query('begin')
  await client.query('lock table event in access exclusive mode')
  await pause(3000)
  await client.query('rollback')
  await client.end()
}

const faults: { what: string; play(world: World): Promise<void>; acceptsNothing?: true }[] = [
  { what: 'serialization failures', play: failing('40001', 0.2, 2000) },
  { what: 'deadlocks', play: failing('40P01', 0.2, 2000) },
  { what: 'a full disk', play: failing('53100', 1, 2500), acceptsNothing: true },
  { what: 'an I/O error', play: failing('58030', 0.5, 1500) },
  { what: 'no connection left', play: withoutConnections },
  { what: 'a locked table', play: lockedTable },
]

/** Accepted while nothing could be stored: the answers of the first moment belong to commits before it. */
async function played(world: World, sender: Sender, fault: (typeof faults)[number]): Promise<string[]> {
  if (fault.acceptsNothing === undefined) {
    await fault.play(world)
    return []
  }
  const done = fault.play(world)
  await pause(1000)
  const before = sender.accepted.length
  const refused = sender.refused
  await pause(1000)
  const [accepted, refusals] = [sender.accepted.length - before, sender.refused - refused]
  await done
  return [
    ...(accepted > 0 ? [`${accepted} events were accepted with ${fault.what}`] : []),
    ...(refusals === 0 ? [`with ${fault.what} nobody was told to come back later`] : []),
  ]
}

export const errors: Scenario = {
  about: 'Postgres answers with errors: serialization, deadlock, full disk, I/O, no connections, a locked table',
  run(scale) {
    const rounds = scale.rounds ?? 3
    return underLoad(async ({ world, sender, breaches, goesOn }) => {
      for (let n = 0; n < rounds; n++) {
        for (const fault of faults) {
          breaches.push(...(await played(world, sender, fault)))
          await goesOn(`workers go on after ${fault.what}`)
        }
      }
      return `${rounds * faults.length} faults`
    }, async (world) => {
      const failed = await world.count('select count(*) from run where workspace_id = $1 and status = 2')
      return failed > 0 ? [`${failed} runs failed because of the database`] : []
    })
  },
}
