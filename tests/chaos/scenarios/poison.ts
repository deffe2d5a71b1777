/** Runs that would take a process down: they fail with a clear error, and nobody else notices. */
import { fn, publish, step, transform } from '#tests/support/factories.ts'
import { allEnded } from '#tests/chaos/fan-out.ts'
import { breachesOf } from '#tests/chaos/history.ts'
import type { Scenario } from '#tests/chaos/scenario.ts'
import { createWorld } from '#tests/chaos/world.ts'

const innocent = 300
const code = (text: string) => [step('poison', 'code', { code: text })]

const poisons = {
  'memory bomb': code('const a = []; for (;;) a.push(new Array(100000).fill("x"))'),
  'deep recursion': code('const f = () => f() + 1; return f()'),
  'endless loop': code('for (;;) {}'),
  '100 MB output': code('return { text: "x".repeat(100 * 1024 * 1024) }'),
  'exponential regex': code('return { ok: /^(a+)+$/.test("a".repeat(40) + "b") }'),
  'regex in an expression': [transform('poison', { ok: '{{ /^(a+)+$/.test("a".repeat(40) + "b") }}' })],
  'endless loop in an expression': [transform('poison', { ok: '{{ (() => { for (;;) {} })() }}' })],
}

export const poison: Scenario = {
  about: 'memory bomb, endless loop, 100 MB output, exponential regex',
  async run() {
    const world = await createWorld({ workers: 1, takesMs: 2 })
    try {
      const client = await world.connect()
      const names = Object.keys(poisons)
      await publish({ connect: async () => Object.assign(client, { release: () => {} }) } as never, world.workspace, [
        ...Object.values(poisons).map((steps, n) => fn(`poison-${n}`, `poison/p${n}`, steps)),
        fn('innocent', 'work/asked', [step('call', 'http', { method: 'POST', url: `${world.service.url}/work/{{ event.data.n }}`, bodyType: 'none' })]),
        fn('cel', 'regex/asked', [transform('note', { a: '1' })], { triggers: [{ type: 'event', event: 'regex/asked', if: 'event.data.text.matches("^(a+)+$")' }] }),
      ])
      await client.end()
      const [worker] = await world.query<{ id: string }>('select id from worker')
      await world.engine.ingest(world.workspace, names.map((_, n) => ({ name: `poison/p${n}`, data: {} })), { source: 'api' })
      const from = performance.now()
      await world.engine.ingest(world.workspace, Array.from({ length: innocent }, (_, n) => ({ name: 'work/asked', data: { n } })), { source: 'api' })
      await allEnded(world, innocent + names.length, 90_000)
      const breaches = await breachesOf(world)
      const results = await world.query<{ slug: string; status: number; error: { code?: string; message?: string } | null }>(
        `select f.slug, r.status, r.error from run r join function f on f.workspace_id = r.workspace_id and f.id = r.function_id where r.workspace_id = $1 and f.slug like 'poison-%'`, [world.workspace])
      for (const { slug, status, error } of results) {
        const name = names[Number(slug.slice(7))]!
        if (status !== 2) breaches.push(`${name}: the run is not failed but ${status}`)
        else if (!error?.message) breachesWithout(breaches, name)
      }
      const [after] = await world.query<{ id: string }>('select id from worker')
      if (after?.id !== worker?.id) breaches.push('the worker had to begin anew')
      const slow = await world.count(`select coalesce(max(extract(epoch from ended_at - started_at)), 0) from run r where workspace_id = $1 and status = 1`)
      const before = performance.now()
      await world.engine.ingest(world.workspace, [{ name: 'regex/asked', data: { text: `${'a'.repeat(30)}b` } }], { source: 'api' })
      const cel = performance.now() - before
      if (cel > 2000) breaches.push(`an exponential regex in a trigger's condition held the front door up for ${(cel / 1000).toFixed(1)} s`)
      return { breaches, measured: `${names.length} poisons failed with an error of their own: ${results.map(({ error }) => error?.code).join(', ')}; ${innocent} others ended, the slowest took ${slow.toFixed(2)} s; all in ${((performance.now() - from) / 1000).toFixed(1)} s; regex in a condition ${cel.toFixed(0)} ms` }
    } finally {
      await world.end()
    }
  },
}

function breachesWithout(breaches: string[], name: string): void {
  breaches.push(`${name}: the run failed without a message`)
}
