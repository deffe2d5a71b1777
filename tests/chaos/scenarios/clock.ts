/** Workers whose clocks are five minutes fast and slow: due times, leases and limits are the database's. */
import path from 'node:path'
import { fn, publish, step } from '#tests/support/factories.ts'
import { allEnded, publishFanOut, sendList } from '#tests/chaos/fan-out.ts'
import { breachesOf, missingCalls } from '#tests/chaos/history.ts'
import type { Scenario } from '#tests/chaos/scenario.ts'
import { createWorld } from '#tests/chaos/world.ts'

const sleepers = 200
const limit = 20

export const clock: Scenario = {
  about: 'workers with clocks five minutes fast and slow',
  async run({ items = 2000 }) {
    const world = await createWorld({ takesMs: 4, failShare: 0.05 })
    const skewed = (ms: number) => world.startWorker({ FANWISE_TEST_SKEW: String(ms), NODE_OPTIONS: `--import ${path.resolve('tests/chaos/skew.mjs')}` })
    try {
      await Promise.all([skewed(300_000), skewed(-300_000)])
      await publishFanOut(world, limit)
      const client = await world.connect()
      await publish({ connect: async () => Object.assign(client, { release: () => {} }) } as never, world.workspace, [
        fn('sleeper', 'sleep/asked', [step('rest', 'sleep', { mode: 'for', duration: '3s' })]),
        fn('punctual', 'time/asked', [step('rest', 'sleep', { mode: 'until', until: '{{ event.data.at }}' })]),
      ])
      await client.end()
      await world.engine.ingest(world.workspace, Array.from({ length: sleepers }, () => ({ name: 'sleep/asked', data: {} })), { source: 'api' })
      const at = Date.now() + 4000
      await world.engine.ingest(world.workspace, Array.from({ length: sleepers }, () => ({ name: 'time/asked', data: { at: new Date(at).toISOString() } })), { source: 'api' })
      await sendList(world, items)
      await allEnded(world, items * 2 + 1 + sleepers * 2, 120_000)
      const breaches = [...(await breachesOf(world)), ...missingCalls(world, items)]
      // Both ends are the database's clock; whole milliseconds are kept of the end. A run begins moments before its sleep does.
      const [off] = await world.query<{ slept: number; early: number; shortest: number; longest: number }>(`select count(*)::int as slept,
        count(*) filter (where r.ended_at - r.started_at < interval '2.998 seconds')::int as early,
        min(extract(epoch from r.ended_at - r.started_at))::float as shortest, max(extract(epoch from r.ended_at - r.started_at))::float as longest
        from run r join event e on e.workspace_id = r.workspace_id and e.id = r.event_id
        where r.workspace_id = $1 and e.name = 'sleep/asked'`, [world.workspace])
      const [punctual] = await world.query<{ runs: number; first: number; last: number }>(`select count(*)::int as runs,
        (extract(epoch from min(r.ended_at)) * 1000 - $2)::float as first, (extract(epoch from max(r.ended_at)) * 1000 - $2)::float as last
        from run r join event e on e.workspace_id = r.workspace_id and e.id = r.event_id where r.workspace_id = $1 and e.name = 'time/asked'`, [world.workspace, at])
      if (off!.slept !== sleepers) breaches.push(`${off!.slept} of ${sleepers} sleeps were recorded`)
      if (off!.early > 0) breaches.push(`${off!.early} of ${sleepers} sleeps of 3 s ended early, the first after ${off!.shortest} s`)
      if (off!.longest > 60) breaches.push(`a sleep of 3 s took ${off!.longest} s`)
      if (punctual!.runs !== sleepers) breaches.push(`${punctual!.runs} of ${sleepers} runs slept until a moment`)
      // The difference of two clocks is known to half a round trip.
      if (punctual!.first < -250) breaches.push(`a sleep until a moment ended ${-punctual!.first} ms before it`)
      if (punctual!.last > 60_000) breaches.push(`a sleep until a moment ended ${punctual!.last} ms after it`)
      if (world.service.mostAtOnce > limit) breaches.push(`${world.service.mostAtOnce} calls at once, the limit is ${limit}`)
      return { breaches, measured: `${items} items at most ${world.service.mostAtOnce} of ${limit} at once; ${sleepers} sleeps of 3 s took ${off!.shortest.toFixed(2)} to ${off!.longest.toFixed(2)} s, sleeps until a moment ended ${punctual!.first.toFixed(0)} to ${punctual!.last.toFixed(0)} ms after it` }
    } finally {
      await world.end()
    }
  },
}
