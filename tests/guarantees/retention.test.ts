/** History past its days goes; what is open stays, however old; the newest stays whatever it belongs to. */
import { expect, test } from 'vitest'
import { newUuid, uuidFloor } from '#base/ids.ts'
import { keepClock } from '#engine/clock.ts'
import { keepHistory } from '#engine/duties/keep-history.ts'
import { checkInvariants } from '#engine/invariants.ts'
import { endedRuns, startTestEngine } from '#tests/support/engine.ts'
import { createWorkspace, fn, publish, step, transform } from '#tests/support/factories.ts'
import { until } from '#tests/support/until.ts'

test('retention deletes ended runs, their parts and events in chunks, and nothing that is open or young', async () => {
  const t = await startTestEngine()
  const { pool } = t.engine
  const count = async (table: string, ws: string) => (await pool.query<{ n: number }>(`select count(*)::int n from ${table} where workspace_id = $1`, [ws])).rows[0]!.n
  const ws = await createWorkspace(pool)
  const kept = await createWorkspace(pool)
  for (const workspace of [ws, kept]) {
    await publish(pool, workspace, [
      fn('work', 'work/asked', [transform('note', { n: '{{ event.data.n }}' })]),
      fn('broken', 'work/asked', [step('call', 'http', { method: 'GET', url: 'https://svc.example/{{ event.data.missing }}' })]),
      fn('sleeper', 'work/slept', [transform('note', { n: '{{ event.data.n }}' }), step('rest', 'sleep', { mode: 'for', duration: '90d' }, ['note'])]),
    ])
    const ended = endedRuns(t.engine, workspace, 5000)
    for (let n = 0; n < 2500; n += 500) await t.engine.ingest(workspace, Array.from({ length: 500 }, (_, i) => ({ name: 'work/asked', data: { n: n + i } })), { source: 'api' })
    await ended
    await t.engine.ingest(workspace, [{ name: 'work/slept', data: { n: 1 } }], { source: 'api' })
    await until(async () => (await pool.query(`select 1 from job where workspace_id = $1 and state = 't'`, [workspace])).rowCount === 1, 'one sleeps')
  }
  // Each failure is an event too.
  // Forty days pass: ids carry their time, so they are moved into the past with everything that refers to them.
  const past = (column: string) => `overlay(${column}::text placing to_char_hex(${column}) from 1 for 13)::uuid`
  await pool.query(`create function to_char_hex(id uuid) returns text language sql as $$
    select left(h, 8) || '-' || right(h, 4) from (select lpad(to_hex(('x' || left(replace(id::text, '-', ''), 12))::bit(48)::bigint - 40 * 86400000::bigint), 12, '0') as h) x $$`)
  for (const workspace of [ws, kept]) {
    for (const [table, columns] of Object.entries({ event: ['id'], run: ['id', 'event_id'], job: ['run_id'], step: ['run_id'], attempt: ['run_id'], failure: ['run_id'], wait: ['run_id'] })) {
      await pool.query(`update ${table} set ${columns.map((column) => `${column} = ${past(column)}`).join(', ')} where workspace_id = $1`, [workspace])
    }
    await pool.query(`update run set ended_at = ended_at - interval '40 days' where workspace_id = $1 and ended_at is not null`, [workspace])
  }
  await pool.query('update workspace set event_days = null, run_days = null where id = $1', [kept])
  const ended = endedRuns(t.engine, ws, 20)
  await t.engine.ingest(ws, Array.from({ length: 10 }, (_, n) => ({ name: 'work/asked', data: { n } })), { source: 'api' })
  await ended
  // Ended today, begun long ago.
  await pool.query(`update run set ended_at = clock_timestamp() where workspace_id = $1 and id = (select id from run where workspace_id = $1 and status = 1 order by id limit 1)`, [ws])

  expect([await count('run', ws), await count('event', ws)]).toEqual([5021, 5021])
  let deleted = 0
  await keepHistory(pool, ({ rows }) => (deleted = rows)).tick()
  expect(deleted).toBeGreaterThan(10_000)
  expect([await count('run', ws), await count('event', ws), await count('failure', ws)]).toEqual([22, 22, 10])
  expect(await count('step', ws)).toBe(22)
  expect((await pool.query(`select 1 from job where workspace_id = $1`, [ws])).rowCount).toBe(1)
  expect([await count('run', kept), await count('event', kept)]).toEqual([5001, 5001])
  expect(Object.values(await checkInvariants(pool, true)).every((n) => n === 0)).toBe(true)
  await t.stop()
})

test('a process whose clock is forty days ahead deletes nothing of today', async () => {
  const t = await startTestEngine({ role: 'web' })
  const { pool } = t.engine
  const ws = await createWorkspace(pool)
  await publish(pool, ws, [fn('work', 'work/asked', [transform('note', { n: '{{ event.data.n }}' })])])
  await t.engine.ingest(ws, [{ name: 'work/asked', data: { n: 1 } }], { source: 'api' })
  await pool.query('with gone as (delete from job where workspace_id = $1) update run set status = 1, ended_at = clock_timestamp() where workspace_id = $1', [ws])
  const right = performance.timeOrigin
  Object.defineProperty(performance, 'timeOrigin', { value: right + 40 * 86_400_000, configurable: true })
  try {
    ;(await keepClock(pool))()
    await keepHistory(pool, () => {}).tick()
  } finally {
    Object.defineProperty(performance, 'timeOrigin', { value: right, configurable: true })
    ;(await keepClock(pool))()
  }
  expect((await pool.query('select 1 from run r join event e on e.id = r.event_id where r.workspace_id = $1', [ws])).rowCount).toBe(1)
  await t.stop()
})

test('all events of a batch stay while its run is open, however old they are', async () => {
  const t = await startTestEngine()
  const { pool } = t.engine
  const ws = await createWorkspace(pool)
  await publish(pool, ws, [fn('digest', 'item/added', [step('rest', 'sleep', { mode: 'for', duration: '90d' })], { flow: { batch: { size: 3, timeoutMs: 600_000 } } })])
  await t.engine.ingest(ws, Array.from({ length: 3 }, (_, n) => ({ name: 'item/added', data: { n } })), { source: 'api' })
  await until(async () => (await pool.query(`select 1 from wait where workspace_id = $1`, [ws])).rowCount === 1, 'it sleeps')
  // Everything happened forty days ago: ids carry their time.
  const past = (column: string) => `('0190' || substr(${column}::text, 5))::uuid`
  for (const [table, columns] of Object.entries({ event: ['id'], run: ['id', 'event_id'], job: ['run_id'], step: ['run_id'], wait: ['run_id'], run_event: ['run_id', 'event_id'] })) {
    await pool.query(`update ${table} set ${columns.map((column) => `${column} = ${past(column)}`).join(', ')} where workspace_id = $1`, [ws])
  }
  await keepHistory(pool, () => {}).tick()
  expect((await pool.query(`select 1 from run_event b join event e on e.workspace_id = b.workspace_id and e.id = b.event_id where b.workspace_id = $1`, [ws])).rowCount).toBe(3)
  await pool.query('delete from job where workspace_id = $1', [ws])
  await pool.query(`update run set status = 1, ended_at = clock_timestamp() - interval '40 days' where workspace_id = $1`, [ws])
  await until(async () => {
    await keepHistory(pool, () => {}).tick()
    return (await pool.query('select 1 from event where workspace_id = $1', [ws])).rowCount === 0
  }, 'they go with their run')
  await t.stop()
})

test('of more workspaces than a turn has time for, all get theirs', async () => {
  const t = await startTestEngine({ role: 'web' })
  const { pool } = t.engine
  const all = [await createWorkspace(pool), await createWorkspace(pool), await createWorkspace(pool)]
  const old = '01900000-0000-7000-8000-000000000000'
  for (const ws of all) await pool.query(`insert into event (workspace_id, id, name, data, ts, source) values ($1, $2, 'a/b', '{}', 0, 'api')`, [ws, old])
  // A turn without time looks at one.
  const duty = keepHistory(pool, () => {}, 0)
  for (let left = 2; left >= 0; left--) {
    await duty.tick()
    expect((await pool.query('select 1 from event where workspace_id = any($1)', [all])).rowCount).toBe(left)
  }
  await t.stop()
})

test('a fan-out stays while its run may still gather it', async () => {
  const t = await startTestEngine()
  const { pool } = t.engine
  const ws = await createWorkspace(pool)
  await publish(pool, ws, [
    fn('all', 'list/given', [
      step('each', 'emit-each', { items: '{{ event.data.items }}', event: 'item/sent', data: '{ "n": {{ item }} }' }), step('rest', 'sleep', { mode: 'for', duration: '90d' }, ['each']),
      step('all', 'gather', { of: 'each', timeout: '1h' }, ['rest']),
    ]),
  ])
  const longAgo = () => uuidFloor(Date.now() - 40 * 86_400_000).slice(0, 13) + newUuid().slice(13)
  await t.engine.ingest(ws, [{ name: 'list/given', data: { items: [1, 2] }, uuid: longAgo() }], { source: 'api' })
  await until(async () => (await pool.query(`select 1 from job where workspace_id = $1 and state = 't' and progress`, [ws])).rowCount === 1, 'it sleeps')
  await until(async () => (await pool.query(`select 1 from fan_out where workspace_id = $1 and state = 'settled'`, [ws])).rowCount === 1, 'it settles')
  await keepHistory(pool, () => {}).tick()
  const ended = endedRuns(t.engine, ws, 1)
  await pool.query(`update wait set expires_at = clock_timestamp() where workspace_id = $1`, [ws])
  await pool.query(`update job set due = clock_timestamp() where workspace_id = $1`, [ws])
  expect([...(await ended).values()]).toEqual(['completed'])
  await t.stop()
})
