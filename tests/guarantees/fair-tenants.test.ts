/** Whoever has thousands of runs queued does not keep the first run of somebody else waiting. */
import { afterEach, expect, test } from 'vitest'
import type { FunctionDefinition } from '#graph/definition.ts'
import { startTestEngine, type TestEngine } from '#tests/support/engine.ts'
import { createWorkspace, fn, publish, step } from '#tests/support/factories.ts'
import { until } from '#tests/support/until.ts'

let t: TestEngine
let calls: { host: string; answer(): void }[] = []
afterEach(async () => {
  const answering = setInterval(() => calls.splice(0).forEach((call) => call.answer()), 5)
  await t.engine.pool.query('delete from job where state = $1', ['q'])
  await t.stop()
  clearInterval(answering)
})

async function start(concurrency: number): Promise<void> {
  calls = []
  t = await startTestEngine({
    concurrency,
    services: { request: (_ws, { url }) => new Promise((resolve) => calls.push({ host: new URL(url).host, answer: () => resolve({ status: 200, headers: {}, body: '{}' }) })) },
  })
}

const work = (name: string, host: string, options: Partial<FunctionDefinition> = {}) => fn(name, `${name}/asked`, [step('call', 'http', { method: 'GET', url: `https://${host}` })], options)
const send = async (ws: string, name: string, count: number) => {
  for (let sent = 0; sent < count; sent += 500) await t.engine.ingest(ws, Array.from({ length: Math.min(500, count - sent) }, () => ({ name, data: {} })), { source: 'api' })
}
const calm = () => calls.filter((call) => call.host === 'calm.example').length

test('all slots are taken by another workspace: the next one that is free is the newcomer’s', async () => {
  await start(20)
  const [busy, newcomer] = [await createWorkspace(t.engine.pool), await createWorkspace(t.engine.pool)]
  await publish(t.engine.pool, busy, [work('busy', 'busy.example')])
  await publish(t.engine.pool, newcomer, [work('calm', 'calm.example')])
  await send(busy, 'busy/asked', 3000)
  await until(async () => calls.length === 20, 'the worker is full')
  await send(newcomer, 'calm/asked', 1)
  await until(async () => (await t.engine.pool.query(`select 1 from job where workspace_id = $1 and state = 'r'`, [newcomer])).rowCount === 1, 'the newcomer’s run is taken')
  expect(calm()).toBe(0)
  // The lane of the busy workspace may be the first of the two in the round.
  for (let freed = 0; freed < 2 && calm() === 0; freed++) {
    const before = calls.length
    calls.shift()!.answer()
    await until(async () => calls.length === before, 'the free slot is taken again')
  }
  expect(calm()).toBe(1)
})

test('runs that wait for slots of their own functions keep nobody else’s from starting', async () => {
  await start(1000)
  const ws = await createWorkspace(t.engine.pool)
  await publish(t.engine.pool, ws, [work('first', 'busy.example', { concurrency: { limit: 5 } }), work('second', 'busy.example', { concurrency: { limit: 5 } }), work('calm', 'calm.example')])
  await send(ws, 'first/asked', 2500)
  await send(ws, 'second/asked', 2500)
  await until(async () => calls.length === 10, 'both functions are at their limit')
  await until(async () => t.engine.status().prefetched >= 1000, 'many are taken ahead')
  await send(ws, 'calm/asked', 1)
  await until(async () => calm() === 1, 'the third function’s run starts')
  expect(calls).toHaveLength(11)
})
