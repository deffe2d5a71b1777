/** People and programs that let a run go on: approvals and signals, decided once, whoever asks, whatever dies. */
import { afterAll, beforeAll, expect, test } from 'vitest'
import { createTestDatabase, type TestDatabase } from '#tests/support/database.ts'
import { createWorkspace, fn, publish, step, transform } from '#tests/support/factories.ts'
import { startTestEngine, type TestEngine } from '#tests/support/engine.ts'
import { until } from '#tests/support/until.ts'
import { startWorkerProcess } from '#tests/support/worker-process.ts'

let database: TestDatabase
let t: TestEngine
let other: TestEngine
const mails: string[] = []

beforeAll(async () => {
  database = await createTestDatabase()
  const services = {
    approvalUrl: (_ws: string, runId: string, key: string) => `https://fanwise.example/approve/${runId}.${key}`,
    sendMail: async (_ws: string, mail: { text?: string; html?: string }) => {
      mails.push(`${mail.text ?? ''}${mail.html ?? ''}`)
      return { messageId: 'm', via: 'outbox' as const }
    },
  }
  t = await startTestEngine({ database, services })
  other = await startTestEngine({ database, services })
})
afterAll(async () => {
  await t.stop()
  await other.stop()
  await database.drop()
})

const refund = (extra = {}) => fn('refund', 'refund/asked', [
  step('tell', 'mail', { to: 'boss@x.example', subject: 'Please decide', body: 'Here: {{ approvals.ask }}' }),
  step('ask', 'approval', { title: 'Refund {{ event.data.amount }} €?', message: 'For {{ event.data.who }}', timeout: '1h', ...extra }, ['tell']),
  transform('pay', { by: '{{ steps.ask.by }}', why: '{{ steps.ask.comment }}' }, [{ step: 'ask', port: 'approved' }]),
  transform('decline', { why: '{{ steps.ask.comment }}' }, [{ step: 'ask', port: 'rejected' }]),
  transform('remind', { state: '{{ steps.ask.decision }}' }, [{ step: 'ask', port: 'timeout' }]),
])
const asked = (ws: string, pool = t.engine.pool) => until(async () => (await pool.query<{ run_id: string }>(`select w.run_id::text, w.input from wait w join job j on j.run_id = w.run_id where w.workspace_id = $1 and j.state = 'w'`, [ws])).rows[0], 'the run waits')
const over = (ws: string, pool = t.engine.pool) => until(async () => (await pool.query('select 1 from run where workspace_id = $1 and status = 1', [ws])).rowCount, 'the run completes')
const steps = async (ws: string, pool = t.engine.pool) => Object.fromEntries((await pool.query('select step, port, output from step where workspace_id = $1', [ws])).rows.map((row) => [row.step, row])) as Record<string, { port: string; output: Record<string, unknown> }>

test('the link is known before; of many decisions on two engines at once exactly one counts', async () => {
  const ws = await createWorkspace(t.engine.pool)
  await publish(t.engine.pool, ws, [refund()])
  await t.engine.ingest(ws, [{ name: 'refund/asked', data: { amount: 5, who: 'Ada' } }], { source: 'api' })
  const wait = (await asked(ws)) as unknown as { run_id: string; input: object }
  expect(wait.input).toMatchObject({ title: 'Refund 5 €?', message: 'For Ada' })
  expect(mails.at(-1)).toContain(`https://fanwise.example/approve/${wait.run_id}.ask`)
  const answers = await Promise.all(Array.from({ length: 10 }, (_, i) => (i % 2 === 0 ? t : other).engine.decide(ws, wait.run_id, 'ask', { decision: i % 3 === 0 ? 'approved' : 'rejected', comment: `number ${i}`, by: `p${i}` })))
  expect(answers.filter((answer) => answer.state === 'decided')).toHaveLength(1)
  const winner = answers.findIndex((answer) => answer.state === 'decided')
  await over(ws)
  const { ask, pay, decline, remind } = await steps(ws)
  expect(ask!.output).toMatchObject({ decision: winner % 3 === 0 ? 'approved' : 'rejected', comment: `number ${winner}`, by: `p${winner}`, at: expect.stringMatching(/^20/) })
  expect([pay !== undefined, decline !== undefined, remind !== undefined]).toEqual([winner % 3 === 0, winner % 3 !== 0, false])
  expect(await t.engine.decide(ws, wait.run_id, 'ask', { decision: 'approved', comment: 'again', by: null })).toMatchObject({ state: 'already', decision: { comment: `number ${winner}` } })
  expect(await t.engine.decide(ws, wait.run_id, 'nothing', { decision: 'approved', comment: '', by: null })).toEqual({ state: 'unasked' })
})

test('nobody decides: the way of the time limit, and then it is too late', async () => {
  const ws = await createWorkspace(t.engine.pool)
  await publish(t.engine.pool, ws, [refund({ timeout: '1s' })])
  await t.engine.ingest(ws, [{ name: 'refund/asked', data: { amount: 5, who: 'Ada' } }], { source: 'api' })
  const { run_id } = await asked(ws)
  await over(ws)
  expect((await steps(ws)).remind!.output).toEqual({ state: 'timeout' })
  expect((await t.engine.decide(ws, run_id, 'ask', { decision: 'approved', comment: '', by: null })).state).toBe('unasked')
})

test('a decision survives the death of the worker that asked', async () => {
  const own = await createTestDatabase()
  const web = await startTestEngine({ database: own, role: 'web' })
  const ws = await createWorkspace(web.engine.pool)
  await publish(web.engine.pool, ws, [refund()])
  const first = await startWorkerProcess(own.url)
  await web.engine.ingest(ws, [{ name: 'refund/asked', data: { amount: 5, who: 'Ada' } }], { source: 'api' })
  const { run_id } = await asked(ws, web.engine.pool)
  await first.kill()
  expect((await web.engine.decide(ws, run_id, 'ask', { decision: 'approved', comment: 'fine', by: 'boss' })).state).toBe('decided')
  const second = await startWorkerProcess(own.url)
  await over(ws, web.engine.pool)
  expect((await steps(ws, web.engine.pool)).pay!.output).toEqual({ by: 'boss', why: 'fine' })
  expect((await web.engine.pool.query(`select count(*)::int as n from outbox_mail`)).rows[0].n).toBe(1)
  await second.stop()
  await web.stop()
  await own.drop()
})

const paying = (extra = {}) => fn('pay', 'pay/begun', [
  step('paid', 'signal', { signal: 'pay-{{ event.data.id }}', timeout: '1h', ...extra }),
  transform('thanks', { amount: '{{ steps.paid.amount }}' }, ['paid']),
  transform('late', { ok: 'late' }, [{ step: 'paid', port: 'timeout' }]),
])

test('a signal reaches the one run that waits for its name', async () => {
  const ws = await createWorkspace(t.engine.pool)
  await publish(t.engine.pool, ws, [paying()])
  expect(await t.engine.signal(ws, 'pay-7', { amount: 1 })).toBeNull()
  expect(await t.engine.signal(ws, 'pay-\u0000', { amount: 1 })).toBeNull()
  await t.engine.ingest(ws, [{ name: 'pay/begun', data: { id: 7 } }, { name: 'pay/begun', data: { id: 8 } }], { source: 'api' })
  await until(async () => (await t.engine.pool.query(`select 1 from job where workspace_id = $1 and state = 'w'`, [ws])).rowCount === 2, 'both wait')
  const answers = await Promise.all(Array.from({ length: 6 }, (_, i) => (i % 2 === 0 ? t : other).engine.signal(ws, 'pay-7', { amount: i })))
  expect(answers.filter((answer) => answer !== null)).toHaveLength(1)
  await over(ws)
  expect((await steps(ws)).thanks!.output).toEqual({ amount: answers.findIndex((answer) => answer !== null) })
  expect(await t.engine.signal(createdElsewhere, 'pay-8', {})).toBeNull()
  expect(await t.engine.signal(ws, 'pay-8', { amount: 3 })).not.toBeNull()
})
const createdElsewhere = '01900000-0000-7000-8000-000000000000'

test('two runs cannot wait for one name; once the first is too late, the name is free', async () => {
  const ws = await createWorkspace(t.engine.pool)
  await publish(t.engine.pool, ws, [paying({ timeout: '1s' })])
  await t.engine.ingest(ws, [{ name: 'pay/begun', data: { id: 1 } }], { source: 'api' })
  await until(async () => (await t.engine.pool.query(`select 1 from wait where workspace_id = $1`, [ws])).rowCount, 'it waits')
  await t.engine.ingest(ws, [{ name: 'pay/begun', data: { id: 1 } }], { source: 'api' })
  const failed = await until(async () => (await t.engine.pool.query('select error from run where workspace_id = $1 and status = 2', [ws])).rows[0], 'the second fails')
  expect(failed.error).toMatchObject({ code: 'step_input', field: 'signal', message: 'Another run waits for the signal "pay-1" already.' })
  await over(ws)
  await t.engine.ingest(ws, [{ name: 'pay/begun', data: { id: 1 } }], { source: 'api' })
  await until(async () => await t.engine.signal(ws, 'pay-1', { amount: 9 }), 'the third takes it')
  expect(Object.values(await t.engine.checkInvariants()).every((count) => count === 0)).toBe(true)
})
