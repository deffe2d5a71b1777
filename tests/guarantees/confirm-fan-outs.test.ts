/** A fan-out above the workspace's size sends nothing until its person says go; two worker processes, either may die. */
import pg from 'pg'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { newUuid, publicId } from '#base/ids.ts'
import type { Engine } from '#engine/api.ts'
import { fanOutId } from '#engine/derived-ids.ts'
import type { FanOutProgress } from '#engine/fan-out/progress.ts'
import { checkInvariants } from '#engine/invariants.ts'
import { explainWait } from '#engine/why.ts'
import { startAsking } from '#server/fan-outs/ask-duty.ts'
import { checkSteering, confirmFanOut, deciders, refuseFanOut, setConfirmRule, waitingFanOuts } from '#server/fan-outs/confirm.ts'
import { getFanOut } from '#server/fan-outs/view-fan-out.ts'
import { createTestDatabase } from '#tests/support/database.ts'
import type { TestEngine } from '#tests/support/engine.ts'
import { createWorkspace, fn, publish, step, transform } from '#tests/support/factories.ts'
import { startTestServer } from '#tests/support/server.ts'
import { until } from '#tests/support/until.ts'
import { startWorkerProcess, type WorkerProcess } from '#tests/support/worker-process.ts'

let pool: pg.Pool
let web: TestEngine
const workers: WorkerProcess[] = []

beforeAll(async () => {
  web = await startTestServer({ role: 'web' })
  pool = web.engine.pool
  for (let i = 0; i < 2; i++) workers.push(await startWorkerProcess(web.database.url))
})
afterAll(async () => {
  for (const worker of workers) await worker.stop()
  await web.stop()
})

interface Team {
  ws: string
  mara: { id: string; role: 'editor' }
  owner: { id: string; role: 'owner' }
}

async function team(above: number | null, named = true): Promise<Team> {
  const ws = await createWorkspace(pool)
  const person = async (name: string, role: string) => {
    const id = newUuid()
    await pool.query('insert into user_account (id, email, name) values ($1, $2, $3)', [id, `${name.toLowerCase().replace(' ', '.')}.${id.slice(-6)}@north.io`, name])
    await pool.query('insert into membership (workspace_id, user_id, role) values ($1, $2, $3)', [ws, id, role])
    return id
  }
  const mara = { id: await person('Mara Lindt', 'editor'), role: 'editor' as const }
  const owner = { id: await person('Otto Weiss', 'owner'), role: 'owner' as const }
  await setConfirmRule(ws, { above, by: named ? mara.id : null }, { id: owner.id, name: 'Otto Weiss' })
  return { ws, mara, owner }
}

interface Started {
  run: string
  id: string
  fan: string
}

async function start(ws: string, count: number, config: Record<string, number> = {}): Promise<Started> {
  await publish(pool, ws, [
    fn('all', 'list/given', [step('each', 'emit-each', { items: '{{ event.data.items }}', event: 'item/sent', data: '{ "n": {{ item }} }', ...config }), transform('after', { count: '{{ steps.each.count }}' }, ['each'])]),
    fn('item', 'item/sent', [transform('keep', { n: '{{ event.data.n }}' })]),
  ])
  web.engine.routesChanged(ws)
  const [event] = await web.engine.ingest(ws, [{ name: 'list/given', data: { items: Array.from({ length: count }, (_, n) => n) } }], { source: 'api' })
  const { rows } = await pool.query<{ id: string }>('select id::text from run where workspace_id = $1 and event_id = $2', [ws, event!.id])
  const run = rows[0]!.id
  return { run, id: fanOutId(run, 'each'), fan: publicId('fan', fanOutId(run, 'each')) }
}

const progress = (ws: string, id: string): Promise<FanOutProgress | null> => web.engine.fanOuts.progress(ws, id).catch(() => null)
const state = (ws: string, id: string, wanted: string) => until(async () => {
  const now = await progress(ws, id)
  return now?.state === wanted ? now : null
}, `the fan-out is ${wanted}`, 30_000)
const ended = (ws: string, run: string) => until(async () => (await pool.query<{ status: number }>('select status from run where workspace_id = $1 and id = $2 and status <> 0', [ws, run])).rows[0] ?? null, 'the run has ended', 30_000)
const sound = async () => expect(Object.values(await checkInvariants(pool, true)).every((n) => n === 0)).toBe(true)
const otto = { id: null, name: 'Otto' }

test('above the size nothing is sent; only the named person says go, and then each item is sent once, over a death', async () => {
  const { ws, mara, owner } = await team(2000)
  const small = await start(ws, 2000)
  expect(await state(ws, small.id, 'settled')).toMatchObject({ sent: 2000, done: 2000 })

  const big = await start(ws, 3000)
  expect(await state(ws, big.id, 'confirm')).toMatchObject({ total: 3000, sent: 0, runs: 0 })
  const sentence = 'Waiting until Mara Lindt says go: 3,000 items is above this workspace’s 2,000.'
  await until(async () => ((await explainWait(pool, ws, big.run)).kind === 'confirm' ? true : null), 'the run rests')
  expect(await explainWait(pool, ws, big.run)).toMatchObject({ sentence, until: null })
  expect(await getFanOut(ws, big.fan, owner)).toMatchObject({ reason: sentence, confirm: { person: 'Mara Lindt', mine: false, price: { items: 3000, runs: 3000 } } })
  expect(await waitingFanOuts(ws, mara)).toMatchObject([{ id: big.fan, mine: true, sentence }])
  expect((await pool.query('select 1 from event where workspace_id = $1 and emit_run_id = $2', [ws, big.run])).rowCount).toBe(0)

  await expect(confirmFanOut(ws, big.fan, owner, otto)).rejects.toMatchObject({ code: 'forbidden', message: 'Mara Lindt decides whether this fan-out goes.' })
  await expect(checkSteering(ws, big.fan, null)).rejects.toMatchObject({ code: 'forbidden' })
  await expect(web.engine.fanOuts.go(ws, big.id, otto)).rejects.toMatchObject({ code: 'conflict' })
  await expect(web.engine.fanOuts.pause(ws, big.id, otto)).rejects.toMatchObject({ code: 'conflict' })
  await confirmFanOut(ws, big.fan, mara, { id: mara.id, name: 'Mara Lindt' })
  await workers.shift()!.kill()
  workers.push(await startWorkerProcess(web.database.url))
  expect(await state(ws, big.id, 'settled')).toMatchObject({ total: 3000, sent: 3000, runs: 3000, done: 3000, failed: 0 })
  const { rows } = await pool.query<{ n: number }>(`select count(distinct data->>'n')::int as n from event where workspace_id = $1 and emit_run_id = $2`, [ws, big.run])
  expect(rows[0]!.n).toBe(3000)
  expect((await web.engine.fanOuts.items(ws, big.id, { offset: 2990, limit: 10 })).items.map((item) => [item.index, item.status])).toEqual(Array.from({ length: 10 }, (_, n) => [2990 + n, 'completed']))
  expect(await ended(ws, big.run)).toEqual({ status: 1 })
  const { rows: audited } = await pool.query('select actor, action, detail from audit_entry where workspace_id = $1 and target = $2', [ws, big.fan])
  expect(audited).toEqual([{ actor: 'Mara Lindt', action: 'fan-out.confirm', detail: { items: 3000 } }])
  await sound()
})

test('many at once, and those of one chunk, each wait and go for themselves', async () => {
  const { ws, mara } = await team(10)
  const all = await Promise.all(Array.from({ length: 6 }, (_, n) => start(ws, 20 + n)))
  for (const one of all) await state(ws, one.id, 'confirm')
  await Promise.all(all.map((one) => confirmFanOut(ws, one.fan, mara, otto)))
  await expect(confirmFanOut(ws, all[0]!.fan, mara, otto)).rejects.toMatchObject({ code: 'conflict' })
  for (const [n, one] of all.entries()) expect(await state(ws, one.id, 'settled')).toMatchObject({ sent: 20 + n, done: 20 + n })
  await sound()
})

test('after the go its first items still go first', async () => {
  const { ws, mara } = await team(10)
  const one = await start(ws, 40, { canary: 5 })
  await state(ws, one.id, 'confirm')
  await confirmFanOut(ws, one.fan, mara, otto)
  expect(await state(ws, one.id, 'settled')).toMatchObject({ sent: 40, done: 40 })
  await sound()
})

test('refused, its step ends with nothing sent; cancelled with its run, it settles', async () => {
  const { ws, mara, owner } = await team(10)
  const one = await start(ws, 40)
  await state(ws, one.id, 'confirm')
  await expect(refuseFanOut(ws, one.fan, owner, otto)).rejects.toMatchObject({ code: 'forbidden' })
  await refuseFanOut(ws, one.fan, mara, { id: mara.id, name: 'Mara Lindt' })
  expect(await ended(ws, one.run)).toEqual({ status: 1 })
  expect(await state(ws, one.id, 'settled')).toMatchObject({ sent: 0, runs: 0 })
  const { rows } = await pool.query<{ output: unknown }>(`select output from step where workspace_id = $1 and run_id = $2 and step = 'each'`, [ws, one.run])
  expect(rows[0]!.output).toEqual({ count: 0, cancelled: true, fanOutId: one.fan })

  const other = await start(ws, 40)
  await state(ws, other.id, 'confirm')
  expect(await web.engine.cancelRun(ws, other.run)).toBe(true)
  expect(await state(ws, other.id, 'settled')).toMatchObject({ sent: 0, runs: 0 })
  await sound()
})

test('a run that fails beside it sends nothing when it is retried: it asks again, and a no that came meanwhile counts', async () => {
  const { ws, mara } = await team(10)
  await publish(pool, ws, [
    fn('all', 'list/given', [
      step('each', 'emit-each', { items: '{{ event.data.items }}', event: 'item/sent', data: '{ "n": {{ item }} }' }),
      step('beside', 'invoke', { function: 'napper', data: '{}', timeout: '1h' }),
    ]),
    fn('item', 'item/sent', [transform('keep', { n: '{{ event.data.n }}' })]),
    fn('napper', null, [step('nap', 'sleep', { mode: 'for', duration: '1h' })]),
  ])
  web.engine.routesChanged(ws)
  await web.engine.ingest(ws, [{ name: 'list/given', data: { items: Array.from({ length: 40 }, (_, n) => n) } }], { source: 'api' })
  const run = (await pool.query<{ id: string }>('select id::text from run where workspace_id = $1', [ws])).rows[0]!.id
  const id = fanOutId(run, 'each')
  const fail = async () => {
    await until(async () => (await pool.query(`select 1 from job j join wait w on w.run_id = j.run_id and w.resolved_at is null where j.run_id = $1 and j.state = 'w'`, [run])).rowCount === 2, 'it waits for both')
    const called = (await pool.query<{ id: string }>('select id::text from run where workspace_id = $1 and parent_run_id = $2 and status = 0', [ws, run])).rows[0]!.id
    expect(await web.engine.cancelRun(ws, called)).toBe(true)
    expect(await ended(ws, run)).toEqual({ status: 2 })
  }
  await state(ws, id, 'confirm')
  await fail()
  expect(await waitingFanOuts(ws, mara)).toEqual([])
  // Longer than the duty takes that settles what is over.
  await until(async () => (await pool.query(`select 1 from run where id = $1 and ended_at < clock_timestamp() - interval '2500 ms'`, [run])).rowCount === 1, 'workers have looked')
  await web.engine.retryRun(ws, run, { from: 'failed' })
  await fail()
  expect(await progress(ws, id)).toMatchObject({ state: 'confirm', sent: 0 })
  await refuseFanOut(ws, publicId('fan', id), mara, otto)
  await web.engine.retryRun(ws, run, { from: 'failed' })
  expect(await state(ws, id, 'settled')).toMatchObject({ sent: 0, runs: 0 })
  expect((await pool.query(`select output from step where workspace_id = $1 and step = 'each'`, [ws])).rows).toEqual([{ output: { count: 0, cancelled: true, fanOutId: publicId('fan', id) } }])
  await sound()
})

test('a run that is retried asks on where it has asked, though the setting would let its list go by now', async () => {
  const { ws, mara } = await team(10)
  await publish(pool, ws, [
    fn('all', 'list/given', [
      step('each', 'emit-each', { items: '{{ event.data.items }}', event: 'item/sent', data: '{ "n": {{ item }} }' }),
      step('beside', 'invoke', { function: 'napper', data: '{}', timeout: '1h' }),
    ]),
    fn('item', 'item/sent', [transform('keep', { n: '{{ event.data.n }}' })]),
    fn('napper', null, [step('nap', 'sleep', { mode: 'for', duration: '1h' })]),
  ])
  web.engine.routesChanged(ws)
  await web.engine.ingest(ws, [{ name: 'list/given', data: { items: Array.from({ length: 40 }, (_, n) => n) } }], { source: 'api' })
  const run = (await pool.query<{ id: string }>('select id::text from run where workspace_id = $1', [ws])).rows[0]!.id
  const id = fanOutId(run, 'each')
  await until(async () => (await pool.query(`select 1 from job j join wait w on w.run_id = j.run_id and w.resolved_at is null where j.run_id = $1 and j.state = 'w'`, [run])).rowCount === 2, 'it waits for both')
  const called = (await pool.query<{ id: string }>('select id::text from run where workspace_id = $1 and parent_run_id = $2', [ws, run])).rows[0]!.id
  expect(await web.engine.cancelRun(ws, called)).toBe(true)
  expect(await ended(ws, run)).toEqual({ status: 2 })
  await setConfirmRule(ws, { above: null, by: mara.id }, otto)
  await web.engine.retryRun(ws, run, { from: 'failed' })
  await until(async () => ((await explainWait(pool, ws, run)).kind === 'ended' ? null : (await pool.query(`select 1 from wait where run_id = $1 and step = 'each' and resolved_at is null`, [run])).rowCount === 1), 'it waits again')
  expect(await progress(ws, id)).toMatchObject({ state: 'confirm', sent: 0 })
  await confirmFanOut(ws, publicId('fan', id), mara, otto)
  expect(await state(ws, id, 'settled')).toMatchObject({ sent: 40, runs: 40, done: 40 })
  expect((await web.engine.fanOuts.items(ws, id, { offset: 0, limit: 50 })).items.map((item) => item.status)).toEqual(Array.from({ length: 40 }, () => 'completed'))
  await sound()
})

test('the setting counts from the moment it is changed; a person who has left is replaced by owners and admins', async () => {
  const { ws, mara, owner } = await team(10)
  const held = await start(ws, 20)
  await state(ws, held.id, 'confirm')
  await setConfirmRule(ws, { above: 30, by: mara.id }, otto)
  const free = await start(ws, 20)
  expect(await state(ws, free.id, 'settled')).toMatchObject({ done: 20 })
  await setConfirmRule(ws, { above: null, by: mara.id }, otto)
  expect(await progress(ws, held.id)).toMatchObject({ state: 'confirm' })
  await pool.query('delete from membership where workspace_id = $1 and user_id = $2', [ws, mara.id])
  await expect(confirmFanOut(ws, held.fan, mara, otto)).rejects.toMatchObject({ code: 'forbidden' })
  expect(await getFanOut(ws, held.fan, owner)).toMatchObject({ confirm: { person: null, mine: true }, reason: 'Waiting until an owner or admin says go: 20 items is more than this workspace allowed when it began.' })
  await confirmFanOut(ws, held.fan, owner, otto)
  expect(await state(ws, held.id, 'settled')).toMatchObject({ done: 20 })
  await expect(setConfirmRule(ws, { above: 10, by: mara.id }, otto)).rejects.toMatchObject({ field: 'by' })
  await sound()
})

test('as with approvals, viewers decide nothing: none can be named, and who became one is replaced by owners and admins', async () => {
  const { ws, mara, owner } = await team(10)
  const held = await start(ws, 20)
  await state(ws, held.id, 'confirm')
  await pool.query(`update membership set role = 'viewer' where workspace_id = $1 and user_id = $2`, [ws, mara.id])
  const viewer = { id: mara.id, role: 'viewer' as const }
  await expect(confirmFanOut(ws, held.fan, viewer, otto)).rejects.toMatchObject({ code: 'forbidden' })
  await expect(refuseFanOut(ws, held.fan, viewer, otto)).rejects.toMatchObject({ code: 'forbidden' })
  expect(await getFanOut(ws, held.fan, viewer)).toMatchObject({ confirm: { person: null, mine: false } })
  await expect(setConfirmRule(ws, { above: 10, by: mara.id }, otto)).rejects.toMatchObject({ code: 'bad_request', field: 'by' })
  expect((await deciders(ws)).map((one) => one.id)).toEqual([owner.id])
  await confirmFanOut(ws, held.fan, owner, otto)
  expect(await state(ws, held.id, 'settled')).toMatchObject({ done: 20 })
  await sound()
})

test('its person is told by mail, once, whoever looks; without one, owners and admins are', async () => {
  const { ws } = await team(10)
  const { rows: before } = await pool.query<{ email: string }>(`select u.email from user_account u join membership m on m.user_id = u.id where m.workspace_id = $1 and u.name = 'Mara Lindt'`, [ws])
  const mails: { to: string; subject: string; text?: string }[] = []
  const context = { pool, publicUrl: 'https://fanwise.example', sendMail: async (_ws: string, mail: (typeof mails)[number]) => {
    mails.push(mail)
    return { via: 'outbox' as const }
  } }
  const one = await start(ws, 40)
  await state(ws, one.id, 'confirm')
  // The worker processes look for it as well; each mail of theirs is in the Outbox.
  const duties = [startAsking(web.engine, context, () => {}), startAsking(web.engine, context, () => {})]
  const outbox = async () => (await pool.query<{ to: string; subject: string; text: string }>('select "to", subject, text from outbox_mail where workspace_id = $1', [ws])).rows
  await until(async () => (mails.length + (await outbox()).length > 0 ? true : null), 'a mail has gone', 15_000)
  await Promise.all(duties.map((duty) => duty.stop()))
  const all = [...mails, ...(await outbox())]
  expect(all).toHaveLength(1)
  expect(all[0]).toMatchObject({ to: before[0]!.email, subject: expect.stringContaining('all waits for your go: 40 items') as string, text: expect.stringContaining(`/fan-outs/${one.fan}`) as string })
})

test('the mail goes to others while one of them cannot be told, and nobody counts as told before it has gone', async () => {
  // A database of its own: no worker looks for them as well.
  const database = await createTestDatabase()
  const own = new pg.Pool({ connectionString: database.url })
  const waiting = async () => {
    const ws = await createWorkspace(own)
    const [user, fnId, id] = [newUuid(), newUuid(), newUuid()]
    await own.query('insert into user_account (id, email) values ($1, $2)', [user, `${user}@north.io`])
    await own.query(`insert into membership (workspace_id, user_id, role) values ($1, $2, 'owner')`, [ws, user])
    await own.query(`insert into function (workspace_id, id, workflow_id, slug, name) values ($1, $2, $2, 'all', 'all')`, [ws, fnId])
    await own.query(`insert into fan_out (workspace_id, id, run_id, step, function_id, event_name, base_id, total, state) values ($1, $2, $2, 's', $3, 'a/b', $2, 50, 'confirm')`, [ws, id, fnId])
    return { ws, told: async () => (await own.query('select 1 from fan_out where workspace_id = $1 and asked_at is not null', [ws])).rowCount === 1 }
  }
  const dead = await waiting()
  const well = [await waiting(), await waiting()]
  const sent: string[] = []
  const early: boolean[] = []
  const context = { pool: own, publicUrl: '', sendMail: async (ws: string) => {
    if (ws === dead.ws) throw new Error('550 No such mailbox.')
    early.push(await well.find((one) => one.ws === ws)!.told())
    sent.push(ws)
    return { via: 'smtp' as const }
  } }
  const duties = [0, 1].map(() => startAsking({ pool: own } as Engine, context, () => {}))
  await until(async () => (await well[0]!.told()) && (await well[1]!.told()), 'the others are told')
  await Promise.all(duties.map((duty) => duty.stop()))
  expect(sent.sort()).toEqual(well.map((one) => one.ws).sort())
  expect(early).toEqual([false, false])
  expect(await dead.told()).toBe(false)
  await own.end()
  await database.drop()
})

test('who is named while the mail to the one before is under way is told as well', async () => {
  const database = await createTestDatabase()
  const own = new pg.Pool({ connectionString: database.url })
  const ws = await createWorkspace(own)
  const person = async (email: string) => {
    const id = newUuid()
    await own.query('insert into user_account (id, email) values ($1, $2)', [id, email])
    await own.query(`insert into membership (workspace_id, user_id, role) values ($1, $2, 'editor')`, [ws, id])
    return id
  }
  const [first, second] = [await person('first@north.io'), await person('second@north.io')]
  const [fnId, id] = [newUuid(), newUuid()]
  await own.query('update workspace set confirm_above = 10, confirm_by = $2 where id = $1', [ws, first])
  await own.query(`insert into function (workspace_id, id, workflow_id, slug, name) values ($1, $2, $2, 'all', 'all')`, [ws, fnId])
  await own.query(`insert into fan_out (workspace_id, id, run_id, step, function_id, event_name, base_id, total, state) values ($1, $2, $2, 's', $3, 'a/b', $2, 50, 'confirm')`, [ws, id, fnId])
  const sent: string[] = []
  const context = { pool: own, publicUrl: '', sendMail: async (_ws: string, { to }: { to: string }) => {
    sent.push(to)
    // As setConfirmRule does.
    if (sent.length === 1) {
      await own.query('update workspace set confirm_by = $2 where id = $1', [ws, second])
      await own.query(`update fan_out set asked_at = null where workspace_id = $1 and state = 'confirm'`, [ws])
    }
    return { via: 'smtp' as const }
  } }
  const duty = startAsking({ pool: own } as Engine, context, () => {})
  await until(async () => ((await own.query('select 1 from fan_out where id = $1 and asked_at is not null', [id])).rowCount === 1 ? true : null), 'somebody counts as told')
  await duty.stop()
  expect(sent).toEqual(['first@north.io', 'second@north.io'])
  await own.end()
  await database.drop()
})
