/**
 * Waits, calls and sleeps that begin at one worker and end at another, the first having been killed
 * meanwhile: matches, conditions, looking back and time limits hold as if nothing had happened.
 */
import { expect, test } from 'vitest'
import type { JsonObject } from '#base/json.ts'
import { checkInvariants } from '#engine/invariants.ts'
import { createTestDatabase } from '#tests/support/database.ts'
import { startTestEngine } from '#tests/support/engine.ts'
import { createWorkspace, fn, publish, step, transform } from '#tests/support/factories.ts'
import { until } from '#tests/support/until.ts'
import { startWorkerProcess } from '#tests/support/worker-process.ts'

const functions = [
  fn('pay', 'order/placed', [
    step('paid', 'wait', { event: 'order/paid', match: 'data.id', condition: 'async.data.amount >= event.data.amount', timeout: '1h', lookBack: true }),
    transform('thanks', { amount: '{{ steps.paid.data.amount }}' }, ['paid']),
    transform('chase', { order: '{{ event.data.id }}' }, [{ step: 'paid', port: 'timeout' }]),
  ]),
  fn('back', 'back/asked', [
    step('nap', 'sleep', { mode: 'until', until: '{{ event.data.at }}', duration: '1h' }),
    step('came', 'wait', { event: 'back/came', match: 'data.id', timeout: '1h', lookBack: true }, ['nap']),
    transform('end', { note: '{{ steps.came.data.note }}' }, ['came']),
  ]),
  fn('ahead', 'back/asked', [
    step('nap', 'sleep', { mode: 'until', until: '{{ event.data.at }}', duration: '1h' }),
    step('came', 'wait', { event: 'back/came', match: 'data.id', timeout: '1h', lookBack: false }, ['nap']),
    transform('end', { late: 'yes' }, [{ step: 'came', port: 'timeout' }]),
  ]),
  fn('late', 'order/placed', [
    step('never', 'wait', { event: 'order/never', match: 'data.id', timeout: '1h', lookBack: true }),
    transform('chase', { order: '{{ event.data.id }}' }, [{ step: 'never', port: 'timeout' }]),
  ]),
  fn('caller', 'order/placed', [
    step('ask', 'invoke', { function: 'callee', data: '{ "id": {{ event.data.id }} }', timeout: '1h' }, [], { onError: 'continue' }),
    transform('end', { code: '{{ steps.ask.error.code }}' }, ['ask']),
  ]),
  fn('callee', null, [step('wait', 'signal', { signal: 'go-{{ event.data.id }}', timeout: '1h' }), transform('end', { ok: 'yes' }, ['wait'])]),
]

test('what rests at a worker that is killed goes on at another, by the rule it rests under', async () => {
  const database = await createTestDatabase()
  const web = await startTestEngine({ database, role: 'web' })
  const { engine } = web
  const first = await startWorkerProcess(database.url)
  const ws = await createWorkspace(engine.pool)
  await publish(engine.pool, ws, functions)
  const send = (name: string, data: JsonObject) => engine.ingest(ws, [{ name, data }], { source: 'api' })
  const open = async (slug: string) => (await engine.pool.query<{ state: string }>(
    `select j.state from job j join run r on r.workspace_id = j.workspace_id and r.id = j.run_id join function f on f.workspace_id = r.workspace_id and f.id = r.function_id
      where r.workspace_id = $1 and f.slug = $2`, [ws, slug])).rows.map((row) => row.state)
  const output = async (slug: string, name: string) => (await engine.pool.query<{ output: JsonObject }>(
    `select s.output from step s join run r on r.workspace_id = s.workspace_id and r.id = s.run_id join function f on f.workspace_id = r.workspace_id and f.id = r.function_id
      where r.workspace_id = $1 and f.slug = $2 and s.step = $3`, [ws, slug, name])).rows.map((row) => row.output)
  /** The hour that a run of the function sleeps or waits at most is over. */
  const passes = (slug: string) => engine.pool.query(
    `with mine as (select r.workspace_id, r.id from run r join function f on f.workspace_id = r.workspace_id and f.id = r.function_id where r.workspace_id = $1 and f.slug = $2),
      waits as (update wait set expires_at = clock_timestamp() from mine where wait.workspace_id = mine.workspace_id and wait.run_id = mine.id and resolved_at is null)
      update job set due = clock_timestamp() from mine where job.workspace_id = mine.workspace_id and job.run_id = mine.id`, [ws, slug])
  let second: Awaited<ReturnType<typeof startWorkerProcess>> | null = null
  try {
    await send('order/placed', { id: 7, amount: 100 })
    await send('back/asked', { id: 7, at: new Date(Date.now() + 3_600_000).toISOString() })
    for (const slug of ['pay', 'back', 'ahead', 'late', 'caller', 'callee']) await until(async () => (await open(slug)).every((state) => state === 'w' || state === 't') && (await open(slug)).length === 1, `${slug} rests`)
    await first.kill()
    // While nobody works: for whom it is too little, and what only looking back will find.
    await send('order/paid', { id: 7, amount: 99 })
    await send('order/paid', { id: 8, amount: 500 })
    await send('back/came', { id: 7, note: 'early' })
    second = await startWorkerProcess(database.url)
    await passes('late')
    await passes('caller')
    await until(async () => (await open('late')).length + (await open('caller')).length === 0, 'the time limits pass')
    expect(await output('late', 'chase')).toEqual([{ order: 7 }])
    expect(await output('caller', 'end')).toEqual([{ code: 'step_timeout' }])
    expect(await open('pay')).toEqual(['w'])
    await send('order/paid', { id: 7, amount: 100 })
    await until(async () => (await open('pay')).length === 0, 'it is paid')
    expect([await output('pay', 'thanks'), await output('pay', 'chase')]).toEqual([[{ amount: 100 }], []])
    await passes('back')
    await passes('ahead')
    await until(async () => (await open('back')).length === 0, 'the sleeper finds it by looking back')
    await until(async () => (await open('ahead'))[0] === 'w', 'the other waits for what is to come')
    await passes('ahead')
    await until(async () => (await open('ahead')).length === 0, 'nothing came')
    expect([await output('back', 'end'), await output('ahead', 'end')]).toEqual([[{ note: 'early' }], [{ late: 'yes' }]])
    // The called function goes on, whoever has stopped waiting for it.
    await until(async () => engine.signal(ws, 'go-7', {}), 'the signal reaches it')
    await until(async () => (await open('callee')).length === 0, 'the called one ends')
    expect(await output('callee', 'end')).toEqual([{ ok: 'yes' }])
    expect(Object.values(await checkInvariants(engine.pool, true)).every((n) => n === 0)).toBe(true)
  } finally {
    await first.kill()
    await second?.kill()
    await web.stop()
    await database.drop()
  }
}, 180_000)
