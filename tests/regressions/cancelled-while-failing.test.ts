/** Found by the model test: a run that is cancelled while its last step fails was cancelled, and must not be told as failed besides. */
import { expect, test } from 'vitest'
import { createTestDatabase } from '#tests/support/database.ts'
import { startTestEngine } from '#tests/support/engine.ts'
import { createWorkspace, fn, publish, step } from '#tests/support/factories.ts'

test('a run that was cancelled while its step failed leaves no failure and calls no handler', async () => {
  const database = await createTestDatabase()
  let answer = () => {}
  let called = () => {}
  const [answered, underWay] = [new Promise<void>((resolve) => (answer = resolve)), new Promise<void>((resolve) => (called = resolve))]
  const web = await startTestEngine({ database, role: 'web' })
  const worker = await startTestEngine({
    database,
    services: {
      request: async () => {
        called()
        await answered
        return { status: 404, headers: {}, body: 'no such thing' }
      },
    },
  })
  const { pool } = web.engine
  const ws = await createWorkspace(pool)
  await publish(pool, ws, [fn('work', 'work/asked', [step('call', 'http', { method: 'GET', url: 'https://x.example/' })], { flow: { onFailure: 'handler' } }), fn('handler', null, [step('call', 'http', { method: 'GET', url: 'https://x.example/' })])])
  await web.engine.ingest(ws, [{ name: 'work/asked', data: {} }], { source: 'api' })
  await underWay
  const run = (await pool.query<{ id: string }>('select id::text as id from run where workspace_id = $1', [ws])).rows[0]!.id
  const told: string[] = []
  for (const one of [web, worker]) one.engine.signals.on('run.ended', ({ runId, status }) => void (runId === run && told.push(status)))
  expect(await web.engine.cancelRun(ws, run)).toBe(true)
  answer()
  // Whatever is still on its way is stored before the worker has stopped.
  await worker.stop()
  expect(told, 'its end is told once, as what it was').toEqual(['cancelled'])
  const count = async (table: string) => (await pool.query(`select 1 from ${table} where workspace_id = $1`, [ws])).rowCount
  expect({ runs: await count('run'), events: await count('event'), failures: await count('failure') }).toEqual({ runs: 1, events: 1, failures: 0 })
  await web.stop()
  await database.drop()
}, 60_000)
