/** What the pages and the REST API read of runs and events, and the playground they watch, on a real engine. */
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import { newUuid, publicId } from '#base/ids.ts'
import { handlePlayground } from '#playground/handle.ts'
import { allSettings, changeSettings, receivedBy } from '#playground/store.ts'
import { db } from '#server/db.ts'
import { getEvent } from '#server/events/get-event.ts'
import { listEvents } from '#server/events/list-events.ts'
import { getRun } from '#server/runs/get-run.ts'
import { countRuns, listRuns } from '#server/runs/list-runs.ts'
import { listFunctions } from '#server/functions/list-functions.ts'
import { changesOf } from '#server/live.ts'
import { listOutbox, readOutboxMail, storeOutboxMail } from '#server/outbox/store.ts'
import { appRouter } from '#server/router.ts'
import { createCaller } from '#server/trpc.ts'
import { addMember } from '#tests/support/drawing.ts'
import { endedRuns, type TestEngine } from '#tests/support/engine.ts'
import { createWorkspace, fn, publish, step, transform } from '#tests/support/factories.ts'
import { startTestServer } from '#tests/support/server.ts'
import { until } from '#tests/support/until.ts'

let t: TestEngine
let ws: string

beforeAll(async () => {
  t = await startTestServer({
    services: {
      async request(workspaceId, request, { idempotencyKey }) {
        const { hostname, pathname, search } = new URL(request.url.replace('playground:', 'http:'))
        return handlePlayground(t.engine.pool, workspaceId, hostname, { ...request, path: pathname + search, idempotencyKey })
      },
    },
  })
  ws = await createWorkspace(t.engine.pool)
  const crm = { method: 'POST', url: 'playground://crm/contacts', headers: [], query: [], bodyType: 'json', body: '{"email":"{{ event.data.email }}"}' }
  await publish(t.engine.pool, ws, [
    fn('note', 'user/created', [transform('a', { x: 'one' }), transform('b', { y: '{{ steps.a.x }}' }, ['a'])]),
    fn('add-to-crm', 'user/created', [step('contact', 'http', crm)], { retries: 1 }),
    fn('later', 'user/created', [step('rest', 'sleep', { mode: 'for', duration: '1h' }), transform('after', { z: '1' }, ['rest'])]),
  ])
  t.engine.routesChanged(ws)
})
afterAll(async () => {
  await t.stop()
})

const page = { limit: 50 }
const send = async (data: Record<string, string> = { email: 'ada@north.io' }) => {
  const ended = endedRuns(t.engine, ws, 2)
  const [event] = await t.engine.ingest(ws, [{ name: 'user/created', data }], { source: 'ui' })
  await ended
  const id = publicId('evt', event!.id)
  await until(async () => (await listRuns(t.engine.pool, ws, { event: id, status: 'sleeping' }, page)).data.length === 1, 'later sleeps')
  return id
}

test('what a step of a run asks can be read and decided, however many others wait', async () => {
  const own = await createWorkspace(t.engine.pool)
  const user = newUuid()
  await addMember(own, user, 'editor')
  const { slug } = await db().workspace.findUniqueOrThrow({ where: { id: own } })
  const page = createCaller(appRouter)({ user: async () => ({ id: user, email: 'e@north.example', name: 'Ada' }) as never })
  await publish(t.engine.pool, own, [fn('refund', 'refund/asked', [step('ask', 'approval', { title: 'Refund {{ event.data.n }}?', message: '', timeout: '1h' })])])
  t.engine.routesChanged(own)
  await t.engine.ingest(own, Array.from({ length: 55 }, (_, n) => ({ name: 'refund/asked', data: { n } })), { source: 'api' })
  const runs = await until(async () => {
    const { data } = await listRuns(t.engine.pool, own, { status: 'waiting' }, { limit: 100 })
    return data.length === 55 ? data : null
  }, 'all wait')
  for (const { id } of runs) {
    expect(await page.approvals.asked({ workspace: slug, run: id, step: 'ask' })).toMatchObject({ state: 'open', title: expect.stringMatching(/^Refund \d+\?$/) as string })
  }
  const last = (await page.approvals.waiting({ workspace: slug })).map((one) => one.run)
  const beyond = runs.find((run) => !last.includes(run.id))!
  await page.approvals.decide({ workspace: slug, run: beyond.id, step: 'ask', decision: 'approved' })
  expect(await page.approvals.asked({ workspace: slug, run: beyond.id, step: 'ask' })).toMatchObject({ state: 'approved' })
  await expect(page.approvals.asked({ workspace: slug, run: 'nonsense', step: 'ask' })).rejects.toMatchObject({ code: 'NOT_FOUND' })
})

describe('runs and events', () => {
  test('lists by status, function and event, newest first, in pages', async () => {
    const event = await send()
    const all = await listRuns(t.engine.pool, ws, { event }, page)
    expect(all.data.map((run) => [run.function, run.status]).sort()).toEqual([['add-to-crm', 'completed'], ['later', 'sleeping'], ['note', 'completed']])
    expect(all.data.every((run) => run.key === 'ada@north.io' && run.event.id === event)).toBe(true)
    expect((await listRuns(t.engine.pool, ws, { event: 'user/created', function: 'note' }, page)).data).toHaveLength(1)
    expect((await listRuns(t.engine.pool, ws, { event: 'user/other' }, page)).data).toHaveLength(0)
    expect((await listRuns(t.engine.pool, ws, { status: 'sleeping' }, page)).data.map((run) => run.function)).toEqual(['later'])
    expect((await listRuns(t.engine.pool, ws, { since: Date.now() + 60_000 }, page)).data).toHaveLength(0)

    const seen: string[] = []
    for (let cursor: string | undefined; ; ) {
      const one = await listRuns(t.engine.pool, ws, { event }, { limit: 1, cursor })
      seen.push(...one.data.map((run) => run.id))
      if (one.nextCursor === null) break
      cursor = one.nextCursor
    }
    expect(seen).toEqual(all.data.map((run) => run.id))
    await expect(listRuns(t.engine.pool, ws, {}, { limit: 5, cursor: 'nonsense' })).rejects.toMatchObject({ code: 'bad_request', field: 'cursor' })
  })

  test('of the last hour are those of the hour before each look, however long a page has been open', async () => {
    const user = newUuid()
    await addMember(ws, user, 'viewer')
    const { slug } = await db().workspace.findUniqueOrThrow({ where: { id: ws } })
    const open = createCaller(appRouter)({ user: async () => ({ id: user, email: 'v@north.example', name: 'Vi' }) as never })
    const look = async () => (await open.runs.list({ workspace: slug, filter: { within: 3_600_000, function: 'note' } })).data.length
    await send()
    expect(await look()).toBeGreaterThan(0)
    const later = vi.spyOn(Date, 'now').mockReturnValue(Date.now() + 2 * 3_600_000)
    expect(await look()).toBe(0)
    later.mockRestore()
  })

  test('a run shows each step with input, output and what is not yet', async () => {
    const event = await send()
    const runs = (await listRuns(t.engine.pool, ws, { event }, page)).data
    const note = await getRun(t.engine.pool, ws, runs.find((run) => run.function === 'note')!.id)
    expect(note.steps.map((one) => [one.id, one.status, one.output])).toEqual([['a', 'completed', { x: 'one' }], ['b', 'completed', { y: 'one' }]])
    const later = await getRun(t.engine.pool, ws, runs.find((run) => run.function === 'later')!.id)
    expect(later.steps.map((one) => one.status)).toEqual(['sleeping', 'pending'])
    expect(Date.parse(later.steps[0]!.dueAt!) - Date.now()).toBeGreaterThan(3_000_000)
    await expect(getRun(t.engine.pool, ws, publicId('run', '00000000-0000-7000-8000-000000000000'))).rejects.toMatchObject({ code: 'not_found' })
  })

  test('long values are cut for screens and whole for programs', async () => {
    const event = await send({ email: 'x'.repeat(5000) })
    const id = (await listRuns(t.engine.pool, ws, { event, function: 'add-to-crm' }, page)).data[0]!.id
    const cut = await getRun(t.engine.pool, ws, id, { textMax: 1000 })
    expect(cut.steps[0]!.output).toMatchObject({ truncated: true, characters: expect.any(Number) })
    const whole = await getRun(t.engine.pool, ws, id)
    expect(JSON.stringify(whole.steps[0]!.output)).toContain('x'.repeat(5000))
  })

  test('of a failure with a large request, lists and screens carry the beginning, programs get the whole', async () => {
    await changeSettings(t.engine.pool, ws, 'crm', { mode: 'fail', status: 503 })
    // With what Postgres takes no text out of.
    const event = await send({ email: `\u0000\ud800${'y'.repeat(100_000)}` })
    await changeSettings(t.engine.pool, ws, 'crm', { mode: 'ok' })
    const { data: [listed] } = await listRuns(t.engine.pool, ws, { event, status: 'failed' }, page)
    expect(listed!.error).toEqual({ code: 'step_outside', message: expect.stringContaining('503') as string, step: 'contact', fix: expect.any(String) as string, facts: { truncated: true, characters: expect.any(Number) as number, status: 503, start: expect.stringContaining('crm') as string } })
    expect(JSON.stringify(listed).length).toBeLessThan(5000)
    expect(JSON.stringify(await getEvent(t.engine.pool, ws, event)).length).toBeLessThan(110_000)
    const screen = await getRun(t.engine.pool, ws, listed!.id, { textMax: 60_000 })
    expect(JSON.stringify(screen).length).toBeLessThan(15_000)
    expect(screen.steps[0]!.attempts.map((one) => one.error.facts?.['status'])).toEqual([503, 503])
    const whole = await getRun(t.engine.pool, ws, listed!.id)
    expect(JSON.stringify(whole.error)).toContain('y'.repeat(100_000))
    expect(JSON.stringify(whole.steps[0]!.attempts[0]!.error)).toContain('y'.repeat(100_000))
    const ended = endedRuns(t.engine, ws, 1)
    await t.engine.retryRun(ws, (await rowId(listed!.id)), { from: 'failed' })
    await ended
  })

  test('a failing service fails one function alone, with every attempt on record', async () => {
    await changeSettings(t.engine.pool, ws, 'crm', { mode: 'fail', status: 503 })
    const event = await send({ email: 'leo@harbour.dk' })
    await changeSettings(t.engine.pool, ws, 'crm', { mode: 'ok' })
    const outcome = await getEvent(t.engine.pool, ws, event)
    expect(outcome.outcomes).toMatchObject({ total: 3, completed: 1, failed: 1, resting: 1 })
    const failed = outcome.runs.find((run) => run.status === 'failed')!
    expect(failed).toMatchObject({ function: 'add-to-crm', atStep: 'contact', retries: { max: 1, used: 1 } })
    const detail = await getRun(t.engine.pool, ws, failed.id)
    expect(detail.steps[0]).toMatchObject({ status: 'failed', attempts: [{ attempt: 1 }, { attempt: 2 }] })
    expect(detail.steps[0]!.attempts[0]!.retryAt).not.toBeNull()
    expect((await listRuns(t.engine.pool, ws, { needsPerson: true }, page)).data.map((run) => run.id)).toContain(failed.id)
    expect((await listRuns(t.engine.pool, ws, { status: 'failed', function: 'note' }, page)).data).toEqual([])
    expect((await countRuns(t.engine.pool, ws)).needsPerson).toBe(1)
    expect((await listFunctions(t.engine.pool, ws)).find((one) => one.slug === 'add-to-crm')).toMatchObject({ failures: 1, lastRun: { status: 'failed' } })

    const mended = endedRuns(t.engine, ws, 1)
    await t.engine.retryRun(ws, (await rowId(failed.id)), { from: 'failed' })
    await mended
    expect((await getRun(t.engine.pool, ws, failed.id)).status).toBe('completed')
    expect((await countRuns(t.engine.pool, ws)).needsPerson).toBe(0)
  })

  test('of a list whose items are tried again, the step tells which try comes, when and why', async () => {
    const own = await createWorkspace(t.engine.pool)
    await changeSettings(t.engine.pool, own, 'crm', { mode: 'fail', status: 503 })
    const crm = { method: 'POST', url: 'playground://crm/contacts', headers: [], query: [], bodyType: 'json', body: '{"n":"{{ item }}"}' }
    await publish(t.engine.pool, own, [fn('loop', 'loop/asked', [{ ...step('call', 'http', crm, [], { each: { items: '{{ event.data.items }}', concurrency: 2 } }), name: 'Tell the CRM' }], { retries: 3, backoff: { baseMs: 60_000, factor: 1, maxMs: 60_000, jitter: 0 } })])
    t.engine.routesChanged(own)
    await t.engine.ingest(own, [{ name: 'loop/asked', data: { items: [1, 2] } }], { source: 'api' })
    const listed = await until(async () => (await listRuns(t.engine.pool, own, { status: 'sleeping' }, page)).data[0] ?? null, 'its items rest')
    expect(listed.atStep).toBe('Tell the CRM')
    const { steps: [shown] } = await getRun(t.engine.pool, own, listed.id)
    expect(shown).toMatchObject({ status: 'retrying', attempt: 2, error: { code: 'step_outside', message: expect.stringContaining('503') as string }, each: { items: [{ status: 'retrying', attempt: 2 }, { status: 'retrying', attempt: 2 }] } })
    expect(Date.parse(shown!.dueAt!) - Date.now()).toBeGreaterThan(30_000)
  })

  test('of a run that is done, the retries it took are told', async () => {
    const own = await createWorkspace(t.engine.pool)
    await changeSettings(t.engine.pool, own, 'crm', { mode: 'fail', status: 503 })
    const crm = { method: 'POST', url: 'playground://crm/contacts', headers: [], query: [], bodyType: 'none' }
    await publish(t.engine.pool, own, [fn('again', 'again/asked', [step('call', 'http', crm), transform('after', { x: '1' }, ['call'])], { retries: 3, backoff: { baseMs: 1000, factor: 1, maxMs: 1000, jitter: 0 } })])
    t.engine.routesChanged(own)
    await t.engine.ingest(own, [{ name: 'again/asked', data: {} }], { source: 'api' })
    await until(async () => (await listRuns(t.engine.pool, own, { status: 'sleeping' }, page)).data.length === 1, 'it rests')
    await changeSettings(t.engine.pool, own, 'crm', { mode: 'ok' })
    const done = await until(async () => (await listRuns(t.engine.pool, own, { status: 'completed' }, page)).data[0] ?? null, 'it is done')
    expect(done.retries.max).toBe(3)
    expect(done.retries.used).toBeGreaterThan(0)
    expect(done.retries.used).toBe((await getRun(t.engine.pool, own, done.id)).steps[0]!.attempts.length)
  })

  test('events list what they started, and find by name and prefix', async () => {
    await t.engine.ingest(ws, [{ name: 'lonely/thing', data: {} }], { source: 'api' })
    expect((await listEvents(t.engine.pool, ws, { name: 'lonely/thing' }, page)).data[0]).toMatchObject({ name: 'lonely/thing', runs: { total: 0 } })
    expect((await listEvents(t.engine.pool, ws, { name: 'user/*' }, page)).data.every((event) => event.runs.total === 3)).toBe(true)
    const other = await createWorkspace(t.engine.pool)
    expect((await listEvents(t.engine.pool, other, {}, page)).data).toEqual([])
  })

  test('screens hear of changes, and the listener goes away with them', async () => {
    const abort = new AbortController()
    const changes = changesOf(ws, abort.signal)
    const first = changes.next()
    await send()
    const heard = await first
    expect(heard.value).toMatchObject({ runs: expect.arrayContaining([expect.any(String)]) })
    const end = changes.next()
    abort.abort()
    // What came before the end may still be told; after it, nothing.
    const rest = await end
    expect(rest.done === true || (await changes.next()).done === true).toBe(true)
  })
})

async function rowId(id: string): Promise<string> {
  const { rows } = await t.engine.pool.query<{ id: string }>('select id from run where workspace_id = $1', [ws])
  return rows.find((row) => publicId('run', row.id) === id)!.id
}

describe('playground', () => {
  const call = (service: string, path: string, key?: string) => handlePlayground(t.engine.pool, ws, service, { method: 'POST', path, headers: {}, body: '{"email":"a@b.io"}', idempotencyKey: key })

  test('changes of a setting count from the next request on', async () => {
    const other = await createWorkspace(t.engine.pool)
    for (const mode of ['fail', 'ok', 'fail'] as const) {
      await changeSettings(t.engine.pool, ws, 'billing', { mode })
      expect((await call('billing', '/charges')).status).toBe(mode === 'fail' ? 503 : 201)
    }
    expect((await allSettings(t.engine.pool, ws)).billing).toEqual({ mode: 'fail' })
    expect((await allSettings(t.engine.pool, other)).billing).toEqual({ mode: 'ok' })
    await changeSettings(t.engine.pool, ws, 'billing', { mode: 'ok' })
  })

  test('limits answer 429 with Retry-After', async () => {
    await changeSettings(t.engine.pool, ws, 'slack', { mode: 'limit', items: 2 })
    const answers = await Promise.all(Array.from({ length: 8 }, () => call('slack', '/messages')))
    const refused = answers.filter((answer) => answer.status === 429)
    // Eight calls fall into one second or two.
    expect(refused.length).toBeGreaterThanOrEqual(4)
    expect(refused[0]!.headers['retry-after']).toBe('1')
  })

  test('keeps what it received, in order and once each, under load', async () => {
    await Promise.all(Array.from({ length: 1200 }, (_, index) => call('warehouse', `/reservations?n=${index}`, `key-${index}`)))
    const seen = new Set<string>()
    for (let cursor: string | undefined; ; ) {
      const got = await receivedBy(t.engine.pool, ws, 'warehouse', { limit: 200, cursor })
      for (const request of got.data) seen.add(request.idempotencyKey ?? '')
      if (got.nextCursor === null) break
      cursor = got.nextCursor
    }
    expect(seen.size).toBe(1200)
  })

  test('an unknown service says which there are', async () => {
    const answer = await call('fax', '/x')
    expect(answer.status).toBe(404)
    expect(answer.body).toContain('warehouse')
  })
})

test('the outbox keeps mails of its workspace', async () => {
  const { messageId } = await storeOutboxMail(t.engine.pool, ws, { from: 'a@b.io', to: 'c@d.io', subject: 'Hello', html: '<p>Hi</p>' })
  expect((await listOutbox(t.engine.pool, ws, 'viewer', page)).data).toMatchObject([{ id: messageId, subject: 'Hello' }])
  expect(await readOutboxMail(t.engine.pool, ws, 'viewer', messageId)).toMatchObject({ html: '<p>Hi</p>', text: null })
  expect(await readOutboxMail(t.engine.pool, await createWorkspace(t.engine.pool), 'owner', messageId)).toBeNull()
  const odd = await storeOutboxMail(t.engine.pool, ws, { from: 'a@b.io', to: 'c@d.io', subject: 'Hel\u0000lo', text: 'a\u0000b' })
  expect(await readOutboxMail(t.engine.pool, ws, 'viewer', odd.messageId)).toMatchObject({ subject: 'Hello', text: 'ab' })
})
