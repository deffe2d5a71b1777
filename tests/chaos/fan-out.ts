/** The work of most scenarios: a list is emitted item by item; each item calls the service and confirms. */
import { fn, publish, step, transform } from '#tests/support/factories.ts'
import type { World } from '#tests/chaos/world.ts'
import { until } from '#tests/support/until.ts'

export async function publishFanOut(world: World, limit: number): Promise<void> {
  const client = await world.connect()
  try {
    const pool = { connect: async () => Object.assign(client, { release: () => {} }) }
    await publish(pool as never, world.workspace, [
      fn('all', 'list/given', [step('each', 'emit-each', { items: '{{ event.data.items }}', event: 'item/sent', data: '{ "n": {{ item }} }' })], { retries: 4 }),
      fn('item', 'item/sent', [
        step('call', 'http', { method: 'POST', url: `${world.service.url}/work/{{ event.data.n }}`, bodyType: 'none' }),
        step('confirm', 'emit', { event: 'item/done', data: '{ "n": {{ event.data.n }} }' }, ['call']),
      ], { retries: 20, backoff: { baseMs: 10, factor: 2, maxMs: 500, jitter: 0.5 }, concurrency: { limit } }),
      fn('note', 'item/done', [transform('note', { n: '{{ event.data.n }}' })]),
    ])
  } finally {
    await client.end()
  }
}

/** Sends the list in lists of at most 10,000, so that no event is larger than events may be. */
export async function sendList(world: World, items: number): Promise<void> {
  for (let from = 0; from < items; from += 10_000) {
    const numbers = Array.from({ length: Math.min(10_000, items - from) }, (_, n) => from + n)
    await world.engine.ingest(world.workspace, [{ name: 'list/given', data: { items: numbers } }], { source: 'api' })
  }
}

export const endedRuns = (world: World) => world.count('select count(*) from run where workspace_id = $1 and status > 0')

/** All runs of the list are there and have ended. A slow machine may take its time, but not stand still for that long. */
export async function allEnded(world: World, runs: number, standingMs: number): Promise<void> {
  for (let ended = await endedRuns(world); ended < runs; ) {
    const seen = ended
    ended = await until(async () => {
      const now = await endedRuns(world)
      return now > seen && now
    }, `more than ${seen} of ${runs} runs end`, standingMs)
  }
  await until(async () => (await world.count('select count(*) from job where workspace_id = $1')) === 0, 'no job is left', standingMs)
}
