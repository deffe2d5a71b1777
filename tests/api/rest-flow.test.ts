/** The public API of what steers runs: signals, decisions, schedules, pauses, parked services, and many runs at once. Answers are held against their published schemas. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { newUuid, publicId } from '#base/ids.ts'
import type { JsonObject } from '#base/json.ts'
import type { FunctionDefinition } from '#graph/definition.ts'
import { findRoute } from '#server/api/routes.ts'
import { apiError } from '#server/api/schemas.ts'
import { fanwise } from '#server/audit/record.ts'
import { createKey } from '#server/keys/keys.ts'
import { cancelMany, retryMany } from '#server/runs/bulk.ts'
import { startTestDoor, type TestDoor } from '#tests/support/door.ts'
import { createWorkspace, fn, publish, step, transform } from '#tests/support/factories.ts'
import { until } from '#tests/support/until.ts'

let t: TestDoor
let ws: string
let key: string
/** What the world outside answers; hosts that are not here answer 200. */
const answersOf = new Map<string, number>()

beforeAll(async () => {
  t = await startTestDoor({ services: { request: async (_ws, request) => ({ status: answersOf.get(new URL(request.url).hostname) ?? 200, headers: {}, body: '{}' }) } })
  ws = await createWorkspace(t.engine.pool)
  key = (await createKey(ws, 'api', 'Test', fanwise)).text
})
afterAll(() => t.stop())

type Loose = ReturnType<typeof JSON.parse>

/** Errors always say what is wrong and what to do; other answers have the shape that is promised. */
async function call(method: string, path: string, body?: unknown, as = key): Promise<{ status: number; body: Loose }> {
  const response = await fetch(`${t.url}/api/v1${path}`, { method, headers: { Authorization: `Bearer ${as}`, ...(body === undefined ? {} : { 'Content-Type': 'application/json' }) }, ...(body === undefined ? {} : { body: JSON.stringify(body) }) })
  const answer = { status: response.status, body: (await response.json()) as Loose }
  if (answer.status >= 400) {
    expect(apiError.parse(answer.body).error.fix, JSON.stringify(answer.body)).toMatch(/\.$/)
    return answer
  }
  const found = findRoute(method, path.split('?')[0]!)
  if ('allow' in found) throw new Error(`${method} ${path} is not in the table`)
  const schema = found.route.answers[answer.status]?.schema
  expect(schema === undefined ? `${method} ${path} ${answer.status} is not described` : schema.safeParse(answer.body).error).toBeUndefined()
  return answer
}

async function deploy(...functions: FunctionDefinition[]): Promise<void> {
  await publish(t.engine.pool, ws, functions)
  t.engine.routesChanged(ws)
}
const send = async (name: string, data: JsonObject = {}): Promise<string> => (await call('POST', '/events', { name, data })).body.ids[0]
/** The one run of an event once it has come to a state. */
const runIn = (event: string, status: string) => until(async () => (await call('GET', `/runs?event=${event}&status=${status}`)).body.data[0] as Loose | undefined, `a run of ${event} is ${status}`)
const get = async (id: string) => (await call('GET', `/runs/${id}`)).body
const nobody = publicId('run', newUuid())
const call404 = async (method: string, path: string, body?: unknown) => expect(await call(method, path, body)).toMatchObject({ status: 404, body: { error: { code: 'not_found' } } })

describe('what a run waits for', () => {
  test('a signal lets exactly the run go on that waits for it, with its data', async () => {
    await deploy(fn('pay', 'pay/asked', [step('paid', 'signal', { signal: 'pay-{{ event.data.id }}', timeout: '1h' }), transform('end', { amount: '{{ steps.paid.amount }}' }, ['paid'])]))
    const event = await send('pay/asked', { id: '7' })
    const run = await runIn(event, 'waiting')
    expect((await call('GET', `/runs/${run.id}/why`)).body).toMatchObject({ kind: 'signal', sentence: expect.stringContaining('the signal pay-7') as string, until: expect.any(String) as string })
    expect(await call('POST', '/signals', { signal: 'pay-8' })).toMatchObject({ status: 404, body: { error: { code: 'not_found', field: 'signal' } } })
    expect(await call('POST', '/signals', { signal: 'pay-7', data: { amount: 3 } })).toEqual({ status: 200, body: { runId: run.id } })
    await runIn(event, 'completed')
    expect((await get(run.id)).steps.map((one: Loose) => one.output)).toEqual([{ amount: 3 }, { amount: 3 }])
    expect((await call('GET', `/runs/${run.id}/why`)).body).toMatchObject({ kind: 'ended' })
    expect((await call('POST', '/signals', { data: {} })).body.error).toMatchObject({ code: 'bad_request', field: 'signal' })
    expect((await call('POST', '/signals', { signal: 'x', data: [] })).body.error).toMatchObject({ field: 'data' })
    expect((await call('POST', '/signals', { signal: 'a\u0000b' })).status).toBe(404)
  })

  test('an approval is decided once; later, elsewhere and by nonsense it is refused', async () => {
    await deploy(fn('refund', 'refund/asked', [
      step('ask', 'approval', { title: 'Refund {{ event.data.amount }} €?', timeout: '1h' }),
      transform('pay', { by: '{{ steps.ask.by }}', why: '{{ steps.ask.comment }}' }, [{ step: 'ask', port: 'approved' }]),
      transform('decline', { why: '{{ steps.ask.comment }}' }, [{ step: 'ask', port: 'rejected' }]),
    ]))
    const event = await send('refund/asked', { amount: 5 })
    const run = await runIn(event, 'waiting')
    expect((await call('GET', `/runs/${run.id}/why`)).body).toMatchObject({ kind: 'approval', sentence: expect.stringContaining('Refund 5 €?') as string })
    const decision = (step: string, body: unknown) => call('POST', `/runs/${run.id}/steps/${step}/decision`, body)
    expect((await decision('ask', { decision: 'maybe' })).body.error).toMatchObject({ code: 'bad_request', field: 'decision' })
    expect((await decision('pay', { decision: 'approved' })).status).toBe(409)
    expect(await decision('ask', { decision: 'approved', comment: 'Once.', by: 'Ada' })).toEqual({ status: 200, body: { decision: 'approved' } })
    expect(await decision('ask', { decision: 'rejected' })).toMatchObject({ status: 409, body: { error: { message: 'This was approved already by Ada.' } } })
    await runIn(event, 'completed')
    expect((await get(run.id)).steps.map((one: Loose) => [one.id, one.status, one.output])).toEqual([
      ['ask', 'completed', expect.objectContaining({ decision: 'approved', by: 'Ada' })], ['pay', 'completed', { by: 'Ada', why: 'Once.' }], ['decline', 'skipped', null],
    ])
    await call404('POST', `/runs/${nobody}/steps/ask/decision`, { decision: 'approved' })
    await call404('POST', '/runs/run_nope/steps/ask/decision', { decision: 'approved' })
    await call404('GET', `/runs/${nobody}/why`)
    await call404('GET', '/runs/run_nope/why')
  })
})

describe('schedules', () => {
  const body = { event: 'report/due', cron: '0 9 * * MON', timezone: 'Europe/Berlin', data: { customer: 'c1' } }

  test('are made, read with their next ticks, replaced, listed in pages and removed', async () => {
    const made = await call('POST', '/schedules', { key: 'c1', ...body })
    expect(made).toMatchObject({ status: 201, body: { key: 'c1', ...body, missed: 'last', enabled: true, lastAt: null } })
    const ticks = (made.body.next as string[]).map((at) => new Date(at))
    expect(ticks).toHaveLength(5)
    for (const at of ticks) expect(new Intl.DateTimeFormat('en', { timeZone: 'Europe/Berlin', weekday: 'short', hour: '2-digit', minute: '2-digit', hour12: false }).format(at)).toBe('Mon 09:00')
    expect(made.body.nextAt).toBe(made.body.next[0])
    expect(await call('POST', '/schedules', { key: 'c1', ...body })).toMatchObject({ status: 409, body: { error: { code: 'conflict', field: 'key' } } })
    expect((await call('GET', '/schedules/c1')).body).toEqual(made.body)
    expect(await call('PUT', '/schedules/c2', { event: 'report/due', cron: '*/5 * * * *' })).toMatchObject({ status: 201, body: { timezone: 'UTC', data: {} } })
    expect(await call('PUT', '/schedules/c1', { ...body, enabled: false, missed: 'all' })).toMatchObject({ status: 200, body: { enabled: false, missed: 'all', nextAt: null, next: made.body.next } })
    const first = (await call('GET', '/schedules?limit=1')).body
    expect([first.data.map((one: Loose) => one.key), first.nextCursor]).toEqual([['c1'], 'c1'])
    expect((await call('GET', `/schedules?limit=1&cursor=${first.nextCursor}`)).body).toMatchObject({ data: [{ key: 'c2' }], nextCursor: null })
    expect(await call('DELETE', '/schedules/c1')).toEqual({ status: 200, body: { removed: 'c1' } })
    await call404('DELETE', '/schedules/c1')
    await call404('GET', '/schedules/c1')
  })

  test.each([
    ['cron', { cron: '0 9 * *' }], ['cron', { cron: '99 9 * * *' }], ['cron', { cron: undefined }], ['timezone', { timezone: 'Europe/Nowhere' }], ['event', { event: 'fanwise/own' }], ['event', { event: '' }],
    ['data', { data: [] }], ['data', { data: { x: 'a\u0000' } }], ['missed', { missed: 'some' }], ['key', { key: 'a b' }], ['key', { key: '' }], ['key', { key: undefined }],
  ] as [string, JsonObject][])('a mistake in %s is named: %j', async (field, wrong) => {
    const answer = await call('POST', '/schedules', { key: 'wrong', ...body, ...wrong })
    expect(answer).toMatchObject({ status: 400, body: { error: { code: 'bad_request', field } } })
  })

  test('a key in the address is checked too, and what is not known is named', async () => {
    expect((await call('PUT', '/schedules/a%20b', body)).body.error).toMatchObject({ code: 'bad_request', field: 'key' })
    expect((await call('GET', '/schedules/a%00b')).status).toBe(400)
    expect((await call('PUT', '/schedules/x', { ...body, extra: 1 })).status).toBe(400)
  })
})

describe('holds', () => {
  test('a paused function takes events and holds their runs; resumed, they go on', async () => {
    await deploy(fn('mailer', 'mail/asked', [transform('end', { ok: '1' })]))
    expect(await call('POST', '/functions/mailer/pause', { reason: 'New template' })).toEqual({ status: 200, body: { paused: true } })
    const event = await send('mail/asked')
    const run = await runIn(event, 'held')
    expect((await call('GET', `/runs/${run.id}/why`)).body).toMatchObject({ kind: 'paused', sentence: expect.stringMatching(/^mailer is paused by the API key Test since .*: New template\.$/) as string })
    const holds = (await call('GET', '/holds')).body.data
    expect(holds).toMatchObject([{ kind: 'function', target: 'mailer', reason: 'New template', auto: false, by: 'the API key Test', held: 1, resuming: false }])
    expect((await call('GET', `/events?name=mail/asked`)).body.data).toMatchObject([{ id: event, runs: { total: 1, resting: 1, skipped: 0 } }])
    expect(await call('POST', '/functions/mailer/resume')).toEqual({ status: 200, body: { resumed: true } })
    await runIn(event, 'completed')
    expect(await call('POST', '/functions/mailer/resume')).toEqual({ status: 200, body: { resumed: false } })
    expect((await call('GET', '/holds')).body.data).toEqual([])
    await call404('POST', '/functions/nobody/pause')
    await call404('POST', '/functions/nobody/resume')
    expect((await call('POST', '/functions/mailer/pause', { reason: 'x'.repeat(301) })).body.error).toMatchObject({ field: 'reason' })
    expect((await call('POST', '/functions/mailer/pause', { reason: 'a\u0000b' })).status).toBe(400)
  })

  test('a parked service holds the runs that call it, and lets them go', async () => {
    await deploy(fn('crm', 'crm/asked', [step('ask', 'http', { method: 'GET', url: 'https://crm.example.com/contacts' })]))
    expect(await call('POST', '/services/park', { service: 'https://crm.example.com/contacts', reason: 'Moving.' })).toEqual({ status: 200, body: { service: 'crm.example.com' } })
    const event = await send('crm/asked')
    const run = await runIn(event, 'held')
    expect((await call('GET', `/runs/${run.id}/why`)).body).toMatchObject({ kind: 'parked', sentence: expect.stringMatching(/^crm\.example\.com is parked by the API key Test since .* UTC: Moving\. No attempt is used up\.$/) as string, facts: { target: 'crm.example.com', reason: 'Moving.' } })
    expect((await get(run.id)).steps[0]).toMatchObject({ attempt: 1, attempts: [] })
    expect((await call('GET', '/holds')).body.data).toMatchObject([{ kind: 'service', target: 'crm.example.com' }])
    expect(await call('POST', '/services/resume', { service: 'crm.example.com' })).toEqual({ status: 200, body: { resumed: true } })
    await runIn(event, 'completed')
    expect(await call('POST', '/services/resume', { service: 'other.example.com' })).toEqual({ status: 200, body: { resumed: false } })
    expect((await call('POST', '/services/park', { service: ':/' })).body.error).toMatchObject({ code: 'bad_request', field: 'service' })
    expect((await call('POST', '/services/park', {})).body.error).toMatchObject({ field: 'service' })
  })

  test('a service that keeps failing is parked by itself once that is switched on', async () => {
    expect((await call('GET', '/services/breaker')).body).toEqual({ on: false })
    expect(await call('PUT', '/services/breaker', { on: true })).toEqual({ status: 200, body: { on: true } })
    answersOf.set('down.example', 503)
    await deploy(fn('down', 'down/asked', [step('ask', 'http', { method: 'GET', url: 'https://down.example/x' })], { concurrency: { limit: 1 } }))
    await t.engine.ingest(ws, [...Array(30)].map(() => ({ name: 'down/asked', data: {} })), { source: 'api' })
    const hold = await until(async () => (await call('GET', '/holds')).body.data.find((one: Loose) => one.target === 'down.example') as Loose | undefined, 'it is parked')
    expect(hold).toMatchObject({ kind: 'service', auto: true, by: null, until: expect.any(String) as string, resuming: false })
    answersOf.delete('down.example')
    expect(await call('PUT', '/services/breaker', { on: false })).toEqual({ status: 200, body: { on: false } })
    expect((await call('PUT', '/services/breaker', { on: 'no' })).body.error).toMatchObject({ code: 'bad_request', field: 'on' })
    expect(await call('POST', '/services/resume', { service: 'down.example' })).toEqual({ status: 200, body: { resumed: true } })
    await until(async () => (await call('GET', '/runs?function=down&status=held')).body.data.length === 0, 'all go on')
  })
})

describe('runs and events', () => {
  test('a run that flow control let not begin is listed as skipped, with the reason', async () => {
    await deploy(fn('rare', 'rare/asked', [transform('end', { ok: '1' })], { flow: { rateLimit: { limit: 1, periodMs: 3_600_000 } } }))
    const [first, second] = [await send('rare/asked'), await send('rare/asked')]
    await runIn(first, 'completed')
    const skipped = await runIn(second, 'skipped')
    expect(skipped).toMatchObject({ function: 'rare', startedAt: null, error: { code: 'run_skipped' } })
    expect((await call('GET', '/runs?status=skipped&function=rare')).body.data.map((one: Loose) => one.id)).toEqual([skipped.id])
    expect((await call('GET', '/events?name=rare/*')).body.data.map((one: Loose) => [one.id, one.runs.skipped, one.runs.resting])).toEqual([[second, 1, 0], [first, 0, 0]])
    expect((await call('GET', '/runs?status=lost')).body.error).toMatchObject({ code: 'bad_request', field: 'status', message: expect.stringContaining('held') as string })
  })

  test.each([['GET', '/workflows/a%00b'], ['POST', '/workflows', { name: 'a\u0000b', graph: { version: 1, nodes: {}, edges: {} } }], ['GET', '/runs?function=%00'], ['POST', '/functions/a%00b/invoke'], ['POST', '/runs/cancel', { event: 'a\u0000b' }]] as [string, string, JsonObject?][])('%s %s: a null character where none can be is a mistake of the sender', async (method, path, body) => {
    const { status, body: answer } = await call(method, path, body)
    expect([400, 404]).toContain(status)
    if (status === 400) expect(answer.error).toMatchObject({ code: 'bad_request', message: expect.stringContaining('U+0000') as string })
  })

  test('events are listed newest first, by name, beginning and time, in pages', async () => {
    const sent = [await send('list/a'), await send('list/b'), await send('list/a')]
    const ids = async (query: string) => (await call('GET', `/events?${query}`)).body.data.map((one: Loose) => one.id)
    expect(await ids('name=list/a')).toEqual([sent[2], sent[0]])
    expect(await ids('name=list/*')).toEqual([...sent].reverse())
    const page = (await call('GET', '/events?name=list/*&limit=2')).body
    expect(page.nextCursor).toBe(sent[1])
    expect(await ids(`name=list/*&limit=2&cursor=${page.nextCursor}`)).toEqual([sent[0]])
    expect(await ids('name=list/*&since=2100-01-01T00:00:00Z')).toEqual([])
    expect(await ids(`name=list/*&since=${page.data[0].receivedAt.slice(0, 10)}T00:00:00%2B00:00`)).toHaveLength(3)
    expect((await call('GET', '/events?since=yesterday')).body.error).toMatchObject({ code: 'bad_request', field: 'since' })
    expect((await call('GET', '/events?cursor=zzz')).body.error).toMatchObject({ code: 'bad_request', field: 'cursor' })
    expect((await call('GET', '/events?name=%00')).status).toBe(400)
    const other = await createWorkspace(t.engine.pool)
    expect((await call('GET', '/events', undefined, (await createKey(other, 'api', 'Other', fanwise)).text)).body).toEqual({ data: [], nextCursor: null })
  })

  test('steps over a list and failures that were handled are told', async () => {
    answersOf.set('broken.example', 400)
    await deploy(fn('each', 'each/asked', [
      step('items', 'transform', { fields: [{ name: 'double', value: '{{ item * 2 }}' }] }, [], { each: { items: '{{ event.data.list }}', concurrency: 2 } }),
      step('try', 'http', { method: 'GET', url: 'https://broken.example' }, ['items'], { onError: 'continue' }),
      transform('end', { ok: '1' }, ['try']),
    ]))
    const event = await send('each/asked', { list: [1, 2, 3] })
    const { steps } = await get((await runIn(event, 'completed')).id)
    expect(steps.map((one: Loose) => [one.id, one.status, one.handled])).toEqual([['items', 'completed', false], ['try', 'failed', true], ['end', 'completed', false]])
    expect(steps[0].each).toMatchObject({ total: 3, done: 3, failed: 0, items: [0, 1, 2].map((index) => ({ index, status: 'completed', error: null })) })
    expect(steps[1].each).toBeNull()
  })

  test('a run is cancelled once', async () => {
    await deploy(fn('sleepy', 'sleep/asked', [step('rest', 'sleep', { for: '1h' })]))
    const { id } = await runIn(await send('sleep/asked'), 'sleeping')
    expect(await call('POST', `/runs/${id}/cancel`)).toEqual({ status: 200, body: { cancelled: true } })
    expect(await get(id)).toMatchObject({ status: 'cancelled', error: { code: 'run_cancelled' } })
    expect(await call('POST', `/runs/${id}/cancel`)).toEqual({ status: 200, body: { cancelled: false } })
    await call404('POST', `/runs/${nobody}/cancel`)
    await call404('POST', '/runs/run_nope/cancel')
    expect((await call('POST', `/runs/${id}/retry`)).body.error).toMatchObject({ code: 'conflict' })
  })

  test('a failed run goes on from its failed step, or is run again whole', async () => {
    answersOf.set('later.example', 400)
    await deploy(fn('later', 'later/asked', [transform('first', { x: '1' }), step('call', 'http', { method: 'GET', url: 'https://later.example' }, ['first'])]))
    const event = await send('later/asked')
    const { id } = await runIn(event, 'failed')
    answersOf.delete('later.example')
    expect(await call('POST', `/runs/${id}/retry`, { from: 'failed' })).toEqual({ status: 202, body: { runId: id } })
    await until(async () => (await get(id)).status === 'completed', 'it completes')
    expect(await call('POST', `/runs/${id}/retry`)).toMatchObject({ status: 409, body: { error: { code: 'conflict' } } })
    const again = await call('POST', `/runs/${id}/retry`, { from: 'start' })
    expect(again.status).toBe(202)
    expect(again.body.runId).not.toBe(id)
    expect(await get(again.body.runId)).toMatchObject({ retryOf: id, function: 'later' })
    expect((await call('POST', `/runs/${id}/retry`, { from: 'middle' })).body.error).toMatchObject({ code: 'bad_request', field: 'from' })
    await call404('POST', `/runs/${nobody}/retry`)
    await call404('POST', '/runs/run_nope/retry', { from: 'start' })
  })
})

describe('many runs at once', () => {
  const all = async (path: string, body: JsonObject) => {
    const answers: Loose[] = []
    let cursor: string | null = null
    do {
      const { status, body: answer } = await call('POST', path, { ...body, ...(cursor === null ? {} : { cursor }) })
      expect(status).toBe(200)
      answers.push(answer)
      cursor = answer.nextCursor
    } while (cursor !== null)
    return answers
  }

  test('open runs of a function are cancelled in pages; others are left alone', async () => {
    await deploy(...['one', 'two'].map((name) => fn(`bulk-${name}`, `bulk/${name}`, [step('rest', 'sleep', { for: '1h' })])))
    await t.engine.ingest(ws, [...Array(7)].map((_, n) => ({ name: n < 5 ? 'bulk/one' : 'bulk/two', data: {} })), { source: 'api' })
    const asleep = async (slug: string) => (await call('GET', `/runs?function=${slug}&status=sleeping`)).body.data.length as number
    await until(async () => (await asleep('bulk-one')) === 5 && (await asleep('bulk-two')) === 2, 'all sleep')
    expect((await call('POST', '/runs/cancel', { function: 'bulk-one', status: 'queued' })).body).toEqual({ found: 0, cancelled: 0, nextCursor: null })
    expect((await call('POST', '/runs/cancel', { function: 'bulk-one', until: '2020-01-01T00:00:00Z' })).body).toMatchObject({ found: 0 })
    const answers = await all('/runs/cancel', { function: 'bulk-one', limit: 2 })
    expect(answers.map((one) => [one.found, one.cancelled])).toEqual([[2, 2], [2, 2], [1, 1]])
    expect([await asleep('bulk-one'), await asleep('bulk-two')]).toEqual([0, 2])
    expect((await call('POST', '/runs/cancel', { event: 'bulk/two', status: 'sleeping', since: '2020-01-01T00:00:00Z' })).body).toMatchObject({ found: 2, cancelled: 2 })
    const { rows } = await t.engine.pool.query<{ action: string; target: string; detail: Loose }>(`select action, target, detail from audit_entry where workspace_id = $1 and action = 'runs.cancel' order by at`, [ws])
    expect(rows.at(-1)).toEqual({ action: 'runs.cancel', target: 'runs', detail: { event: 'bulk/two', status: 'sleeping', since: '2020-01-01T00:00:00.000Z', cancelled: 2 } })
  })

  test('failed runs of a function go on, each once; one that cannot is counted with its reason', async () => {
    answersOf.set('many.example', 400)
    await deploy(fn('many', 'many/asked', [step('call', 'http', { method: 'GET', url: 'https://many.example' })]))
    await t.engine.ingest(ws, [...Array(7)].map(() => ({ name: 'many/asked', data: {} })), { source: 'api' })
    const count = async (status: string) => (await call('GET', `/runs?function=many&status=${status}`)).body.data.length as number
    await until(async () => (await count('failed')) === 7, 'all fail')
    answersOf.delete('many.example')
    const answers = await all('/runs/retry', { function: 'many', limit: 3 })
    expect(answers.map((one) => [one.found, one.retried, one.refused])).toEqual([[3, 3, []], [3, 3, []], [1, 1, []]])
    await until(async () => (await count('completed')) === 7, 'all complete')
    expect((await call('POST', '/runs/retry', { function: 'many', status: 'completed', from: 'start', limit: 2 })).body).toMatchObject({ found: 2, retried: 2, refused: [], nextCursor: expect.stringMatching(/^run_/) as string })
    await until(async () => (await count('completed')) === 9, 'two ran again')
    await t.engine.pool.query(`update function set current_version = null where workspace_id = $1 and slug = 'many'`, [ws])
    t.engine.routesChanged(ws)
    expect((await call('POST', '/runs/retry', { function: 'many', status: 'completed', from: 'start' })).body).toMatchObject({ found: 9, retried: 0, refused: [{ code: 'conflict', runs: 9, fix: expect.any(String) as string }] })
  })

  test('what was done before a bulk call failed is on record; a page is cancelled with its record, or not at all', async () => {
    answersOf.set('half.example', 400)
    await deploy(fn('half', 'half/asked', [step('call', 'http', { method: 'GET', url: 'https://half.example' })]), fn('rests', 'half/rests', [step('nap', 'sleep', { mode: 'for', duration: '1h' })]))
    await t.engine.ingest(ws, [...Array(20)].map(() => ({ name: 'half/asked', data: {} })), { source: 'api' })
    await t.engine.ingest(ws, [{ name: 'half/rests', data: {} }], { source: 'api' })
    const status = async (slug: string, n: number) => (await t.engine.pool.query('select 1 from run r join function f on f.workspace_id = r.workspace_id and f.id = r.function_id where r.workspace_id = $1 and f.slug = $2 and r.status = $3', [ws, slug, n])).rowCount!
    await until(async () => (await status('half', 2)) === 20, 'all fail')
    await until(async () => (await status('rests', 0)) === 1, 'one sleeps')
    answersOf.delete('half.example')
    let tries = 0
    const failing = { ...t.engine, retryRun: (...given: Parameters<typeof t.engine.retryRun>) => (++tries === 8 ? Promise.reject(new Error('connection lost')) : t.engine.retryRun(...given)) }
    await expect(retryMany(failing, ws, { id: null, name: 'Ada' }, 'failed', { function: 'half', status: 'failed' }, { limit: 20 })).rejects.toThrow('connection lost')
    await until(async () => (await status('half', 1)) + (await status('half', 2)) === 20, 'what was retried has ended')
    const { rows } = await t.engine.pool.query<{ detail: Loose }>(`select detail from audit_entry where workspace_id = $1 and action = 'runs.retry' and target = 'half'`, [ws])
    expect(rows.map((row) => row.detail['retried'])).toEqual([await status('half', 1)])
    expect(tries, 'the others were left alone').toBeLessThan(20)
    await expect(cancelMany(t.engine, ws, { id: null, name: null as never }, { function: 'rests' }, { limit: 20 })).rejects.toThrow()
    expect(await status('rests', 0)).toBe(1)
    expect(await cancelMany(t.engine, ws, { id: null, name: 'Ada' }, { function: 'rests' }, { limit: 20 })).toMatchObject({ cancelled: 1 })
  })

  test.each([
    ['/runs/cancel', {}, undefined], ['/runs/cancel', undefined, undefined], ['/runs/cancel', { limit: 10 }, undefined], ['/runs/cancel', { status: 'completed' }, 'status'], ['/runs/cancel', { status: 'queued', limit: 1001 }, 'limit'],
    ['/runs/cancel', { status: 'queued', since: 'yesterday' }, 'since'], ['/runs/cancel', { status: 'queued', cursor: 'zzz' }, 'cursor'], ['/runs/retry', {}, undefined], ['/runs/retry', { status: 'completed' }, 'from'], ['/runs/retry', { status: 'queued' }, 'status'],
    ['/runs/retry', { functions: 'many' }, undefined],
  ] as const)('%s %j is refused', async (path, body, field) => {
    const { status, body: answer } = await call('POST', path, body)
    expect([status, answer.error.code, answer.error.field]).toEqual([400, 'bad_request', field])
  })

  test('a function nobody knows is a mistake, and other workspaces are out of reach', async () => {
    await call404('POST', '/runs/cancel', { function: 'nobody' })
    await call404('POST', '/runs/retry', { function: 'nobody' })
    const other = (await createKey(await createWorkspace(t.engine.pool), 'api', 'Other', fanwise)).text
    const { id } = await runIn(await send('sleep/asked'), 'sleeping')
    expect((await call('POST', '/runs/cancel', { status: 'sleeping' }, other)).body).toMatchObject({ found: 0 })
    expect((await call('POST', `/runs/${id}/cancel`, undefined, other)).status).toBe(404)
    expect((await call('POST', '/runs/cancel', { event: 'sleep/asked' })).body).toMatchObject({ found: 1, cancelled: 1 })
  })
})
