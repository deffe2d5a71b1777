/** Trying a part of a drawing: one step, from here on, one function; outputs that are given; calls that are not made. */
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import type { Json, JsonObject } from '#base/json.ts'
import { newUuid, parsePublicId } from '#base/ids.ts'
import { keepHistory } from '#engine/duties/keep-history.ts'
import { checkInvariants } from '#engine/invariants.ts'
import { emptyDocument, type GraphDocument } from '#graph/document.ts'
import { addEvent, addFunction, addStep } from '#graph/edit/add-node.ts'
import { connect } from '#graph/edit/connect.ts'
import { updateNode } from '#graph/edit/update-node.ts'
import { db } from '#server/db.ts'
import { getRun } from '#server/runs/get-run.ts'
import { runCanvas } from '#server/runs/run-canvas.ts'
import { createCaller, router } from '#server/trpc.ts'
import { createWorkflow } from '#server/workflows/import.ts'
import { publish } from '#server/workflows/publish.ts'
import { workflowsRouter } from '#server/workflows/router.ts'
import { testRun, type TestRunInput } from '#server/workflows/test-run.ts'
import type { StepKind } from '#steps/kind.ts'
import { addMember, createPeople, edit, values, type TestPeople } from '#tests/support/drawing.ts'
import { endedRuns, type TestEngine } from '#tests/support/engine.ts'
import { startReceiver, type Receiver } from '#tests/support/receiver.ts'
import { startTestServer } from '#tests/support/server.ts'

let t: TestEngine
let crm: Receiver
let mails: string[] = []
let people: TestPeople
let ws: string

beforeAll(async () => {
  crm = await startReceiver((_, response) => void response.writeHead(200, { 'content-type': 'application/json' }).end('{"id":"c_1"}'))
  t = await startTestServer({
    services: {
      request: async (_, { method, url, headers, body }) => {
        const answer = await fetch(url, { method, headers, ...(body === undefined ? {} : { body }) })
        return { status: answer.status, headers: Object.fromEntries(answer.headers), body: await answer.text() }
      },
      sendMail: async (_, { to }) => {
        mails.push(to)
        return { messageId: 'm_1', via: 'outbox' }
      },
    },
  })
})
afterAll(async () => {
  expect(Object.values(await checkInvariants(t.engine.pool, true)).every((n) => n === 0)).toBe(true)
  await t.stop()
  await crm.close()
})
beforeEach(async () => {
  people = await createPeople()
  ws = people.workspace
  mails = []
  crm.received.length = 0
})

const joined = (document: GraphDocument, source: string, target: string, port?: string): GraphDocument => {
  const answer = connect(document, { source, target, ...(port === undefined ? {} : { port }) })
  if ('refused' in answer) throw new Error(answer.refused)
  return answer.document
}

/** signup → [contact (HTTP) → shape → welcome (mail) → told (emit)]; told → [after]. Node ids are the keys. */
function pipeline(): GraphDocument {
  const step = (document: GraphDocument, parent: string, key: string, kind: StepKind, config: JsonObject, after?: string): GraphDocument => {
    const added = addStep(document, { id: key, parent, kind, key, config }).document
    return after === undefined ? added : joined(added, after, key)
  }
  let document = addEvent(emptyDocument(), { id: 'signup', position: { x: 0, y: 0 }, event: 'user/signed.up' }).document
  document = addEvent(document, { id: 'told-event', position: { x: 0, y: 300 }, event: 'user/told' }).document
  document = addFunction(document, { id: 'fn-welcome', position: { x: 300, y: 0 }, slug: 'welcome-user' }).document
  document = addFunction(document, { id: 'fn-after', position: { x: 300, y: 300 }, slug: 'after-user' }).document
  document = joined(joined(document, 'signup', 'fn-welcome'), 'told-event', 'fn-after')
  document = step(document, 'fn-welcome', 'contact', 'http', { method: 'POST', url: `${crm.url}/contacts`, bodyType: 'json', body: '{"email": "{{ event.data.email }}"}' })
  document = step(document, 'fn-welcome', 'shape', 'transform', values({ id: '{{ steps.contact.body.id }}', email: '{{ event.data.email }}' }), 'contact')
  document = step(document, 'fn-welcome', 'welcome', 'mail', { to: '{{ steps.shape.email }}', subject: 'Hello {{ steps.shape.id }}' }, 'shape')
  document = step(document, 'fn-welcome', 'told', 'emit', { event: 'user/told', data: '{"id": "{{ steps.shape.id }}"}' }, 'welcome')
  return step(document, 'fn-after', 'note', 'transform', values({ got: '{{ event.data.id }}' }))
}

async function drawn(document = pipeline()): Promise<{ id: string; slug: string }> {
  return createWorkflow(ws, { name: 'Sign-up', document, authorId: null })
}

const event = { name: 'user/signed.up', data: { email: 'ada@north.io' } }

/** Starts it and waits until `count` runs have ended. */
async function tried(workflow: string, input: Partial<TestRunInput>, count = 1) {
  const ended = endedRuns(t.engine, ws, count)
  const started = await testRun(ws, workflow, { revision: 0, event, authorId: null, ...input })
  await ended
  return { ...started, run: await getRun(t.engine.pool, ws, started.runs[0]!.id) }
}

const steps = (run: Awaited<ReturnType<typeof getRun>>) => run.steps.map((step) => [step.id, step.status, step.given, step.output])
const runs = () => db().run.count({ where: { workspaceId: ws } })

test('one step runs alone: outputs before it are given, what comes after is not run, and the run says what it was', async () => {
  const { id } = await drawn()
  const { run, given } = await tried(id, { part: { mode: 'step', node: 'shape' }, outputs: { contact: { status: 200, body: { id: 'c_9' } } } })
  expect(steps(run)).toEqual([['contact', 'completed', 'earlier', { status: 200, body: { id: 'c_9' } }], ['shape', 'completed', null, { id: 'c_9', email: 'ada@north.io' }]])
  expect(run).toMatchObject({ status: 'completed', version: null, draftRevision: 0, draftPart: 'only Transform' })
  expect(given).toEqual([{ function: 'welcome-user', key: 'contact', nodeId: 'contact', name: 'HTTP request', as: 'earlier' }])
  expect([crm.received, mails, await runs()]).toEqual([[], [], 1])
  expect(await runCanvas(t.engine.pool, ws, parsePublicId('run', run.id)!)).toMatchObject({ functionNode: 'fn-welcome', document: { nodes: { told: { type: 'step' } } } })
})

test('from here on runs the rest; its event is stored and starts nobody, or the drawing’s functions when that is asked for', async () => {
  const { id } = await drawn()
  await publish(ws, id, { authorId: null })
  const outputs = { contact: { body: { id: 'c_9' } } }
  const alone = await tried(id, { part: { mode: 'from', node: 'shape' }, outputs })
  expect(steps(alone.run).map(([key, status, as]) => [key, status, as])).toEqual([['contact', 'completed', 'earlier'], ['shape', 'completed', null], ['welcome', 'completed', null], ['told', 'completed', null]])
  expect([mails, await runs(), await db().event.count({ where: { workspaceId: ws, name: 'user/told' } })]).toEqual([['ada@north.io'], 1, 1])
  expect(alone.run.draftPart).toBe('from Transform')

  await tried(id, { part: { mode: 'from', node: 'shape' }, outputs, reachDraft: true }, 2)
  const { rows } = await t.engine.pool.query<{ slug: string; version: number }>('select f.slug, r.version from run r join function f on f.workspace_id = r.workspace_id and f.id = r.function_id where r.workspace_id = $1 order by r.id desc limit 2', [ws])
  expect(rows.map((row) => [row.slug, row.version < 0]).sort()).toEqual([['after-user', true], ['welcome-user', true]])
})

test('one function runs alone, also for data that its condition refuses, which the answer says', async () => {
  const document = pipeline()
  const edges = Object.fromEntries(Object.entries(document.edges).map(([key, edge]) => [key, edge.type === 'subscription' && edge.target === 'fn-after' ? { ...edge, if: 'event.data.id == "x"' } : edge]))
  const { id } = await drawn({ ...document, edges })
  const { run, notes, runs: started } = await tried(id, { part: { mode: 'function', node: 'fn-after' }, event: { name: 'user/told', data: { id: 'y' } } })
  expect(steps(run)).toEqual([['note', 'completed', null, { got: 'y' }]])
  expect(started.map((one) => one.function)).toEqual(['after-user'])
  expect(notes).toEqual(['The condition on its line would not start after-user for this data; it ran all the same.'])
  expect((await tried(id, { part: { mode: 'function', node: 'fn-after' }, event: { name: 'user/told', data: { id: 'x' } } })).notes).toEqual([])
  expect((await tried(id, { part: { mode: 'function', node: 'fn-after' } })).notes).toEqual(['user/signed.up does not start after-user; it ran all the same.'])
})

test('stubbed calls call nobody, also in functions that the test’s events start; nothing published hears of it', async () => {
  const document = joined(addStep(pipeline(), { id: 'log', parent: 'fn-after', kind: 'http', key: 'log', config: { method: 'POST', url: `${crm.url}/log` } }).document, 'note', 'log')
  const { id } = await drawn(document)
  // Another workflow listens to what this one sends, and calls out.
  const other = await createWorkflow(ws, { name: 'Elsewhere', authorId: null, document: joined(addStep(addFunction(addEvent(emptyDocument(), { id: 'e', position: { x: 0, y: 0 }, event: 'user/told' }).document, { id: 'f', position: { x: 300, y: 0 }, slug: 'elsewhere' }).document, { id: 's', parent: 'f', kind: 'http', key: 'call', config: { method: 'POST', url: `${crm.url}/elsewhere` } }).document, 'e', 'f') })
  await publish(ws, other.id, { authorId: null })
  const { run } = await tried(id, { outside: 'stubbed', outputs: { contact: { status: 201, headers: {}, body: { id: 'c_5' } } } }, 2)
  expect(steps(run)).toEqual([
    ['contact', 'completed', 'stubbed', { status: 201, headers: {}, body: { id: 'c_5' } }], ['shape', 'completed', null, { id: 'c_5', email: 'ada@north.io' }],
    ['welcome', 'completed', 'stubbed', { messageId: 'mail_not_sent', via: 'outbox', to: 'someone@example.com' }], ['told', 'completed', null, expect.anything()],
  ])
  expect(run.draftPart).toBe('outside calls stubbed')
  expect([crm.received, mails, await runs()]).toEqual([[], [], 2])
  // The same for real: the two functions and the published one.
  await tried(id, { outside: 'real' }, 3)
  expect([crm.received.map((one) => one.path).sort(), mails]).toEqual([['/contacts', '/elsewhere', '/log'], ['ada@north.io']])
})

test('a test of the whole drawing takes pinned outputs; publishing does not', async () => {
  const base = pipeline()
  const { id } = await drawn(base)
  const first = await publish(ws, id, { authorId: null })
  const revision = await edit(ws, id, base, updateNode(base, 'contact', { pinned: { status: 200, body: { id: 'pinned' } } }))
  const { run } = await tried(id, { revision }, 2)
  expect(steps(run)[0]).toEqual(['contact', 'completed', 'pinned', { status: 200, body: { id: 'pinned' } }])
  expect(run).toMatchObject({ draftRevision: revision, draftPart: 'pinned outputs' })
  expect(crm.received).toEqual([])
  const again = await publish(ws, id, { authorId: null })
  expect(again.functions).toEqual(first.functions.map((one) => ({ ...one, changed: false })))
  const { rows } = await t.engine.pool.query<{ definition: JsonObject }>('select definition from function_version where workspace_id = $1 and version > 0', [ws])
  expect(JSON.stringify(rows)).not.toContain('pinned')
  const real = endedRuns(t.engine, ws, 2)
  await t.engine.ingest(ws, [event], { source: 'api' })
  await real
  expect(crm.received).toHaveLength(1)
})

test('two parts at one revision are two versions; the same one again is the same version', async () => {
  const { id } = await drawn()
  const outputs = { contact: { body: { id: 'c_9' } } }
  const parts = [{ mode: 'step', node: 'shape' }, { mode: 'step', node: 'contact' }, { mode: 'step', node: 'shape' }] as const
  const tests = []
  for (const part of parts) tests.push(await tried(id, { part, outputs }))
  const { rows } = await t.engine.pool.query<{ version: number }>('select version from run where workspace_id = $1 order by id', [ws])
  const [a, b, c] = rows.map((row) => row.version)
  expect([a === c, a === b]).toEqual([true, false])
  expect(tests.map((one) => [one.run.draftRevision, one.run.draftPart])).toEqual([[0, 'only Transform'], [0, 'only HTTP request'], [0, 'only Transform']])
  const other = await tried(id, { part: parts[0], outputs: { contact: { body: { id: 'another' } } } })
  expect(steps(other.run)[1]![3]).toEqual({ id: 'another', email: 'ada@north.io' })
})

test('what is not known is asked for, what does not fit is refused, and nothing is stored then', async () => {
  const { id } = await drawn()
  const refused = (input: Partial<TestRunInput>) => testRun(ws, id, { revision: 0, event, authorId: null, ...input }).catch((error: unknown) => error)
  expect(await refused({ part: { mode: 'step', node: 'shape' } })).toMatchObject({
    code: 'bad_request', message: '`steps.contact` has no output yet.', facts: { missing: [{ key: 'contact', nodeId: 'contact' }] },
  })
  expect(await refused({ part: { mode: 'step', node: 'nobody' } })).toMatchObject({ code: 'not_found' })
  expect(await refused({ part: { mode: 'step', node: 'shape' }, outputs: { nobody: 1 } })).toMatchObject({ code: 'bad_request', field: 'outputs.nobody' })
  expect(await refused({ part: { mode: 'step', node: 'shape' }, outputs: { contact: 'x'.repeat(300_000) } })).toMatchObject({ code: 'too_large', field: 'outputs.contact' })
  expect([await runs(), await db().functionVersion.count({ where: { workspaceId: ws } })]).toEqual([0, 0])
  const { run } = await tried(id, { part: { mode: 'step', node: 'welcome' }, examples: true })
  expect(steps(run).map(([key, status, as]) => [key, status, as])).toEqual([['contact', 'completed', 'example'], ['shape', 'completed', 'example'], ['welcome', 'failed', null]])
})

test('a viewer may not try anything', async () => {
  const { slug } = await drawn()
  const call = createCaller(router({ workflows: workflowsRouter }))
  const as = (id: string) => call({ user: async () => ({ id, email: 'x@north.io', name: 'x' }) as never }).workflows
  const viewer = newUuid()
  await addMember(ws, viewer, 'viewer')
  const input = { workspace: people.slug, slug, revision: 0, event, part: { mode: 'step', node: 'contact' } as const }
  await expect(as(viewer).test(input)).rejects.toMatchObject({ code: 'FORBIDDEN' })
  const ended = endedRuns(t.engine, ws, 1)
  expect(await as(people.owner).test(input)).toMatchObject({ runs: [{ function: 'welcome-user' }], given: [], notes: [] })
  await ended
})

test('a failed try can be run again as it was, and retention lets go of versions that no run has any more', async () => {
  const { id } = await drawn()
  const outputs: Record<string, Json> = { contact: { body: {} } }
  const ended = endedRuns(t.engine, ws, 1)
  const started = await testRun(ws, id, { revision: 0, event, authorId: null, part: { mode: 'step', node: 'shape' }, outputs })
  const [failed] = [...(await ended).keys()]
  expect(await getRun(t.engine.pool, ws, started.runs[0]!.id)).toMatchObject({ status: 'failed', retries: { max: 0 } })
  const again = endedRuns(t.engine, ws, 1)
  await t.engine.retryRun(ws, failed!, { from: 'start' })
  expect([...(await again).values()]).toEqual(['failed'])
  await tried(id, { part: { mode: 'step', node: 'contact' } })
  const versions = () => t.engine.pool.query('select 1 from function_version where workspace_id = $1', [ws]).then((answer) => answer.rowCount)
  const before = await versions()
  const sweep = () => keepHistory(t.engine.pool, () => {}).tick()
  // Long ago, but with runs: kept. Then without the runs of one of them.
  await t.engine.pool.query(`update function_version set created_at = now() - interval '200 days' where workspace_id = $1`, [ws])
  await t.engine.pool.query('update workspace set run_days = 30 where id = $1', [ws])
  await sweep()
  const kept = await t.engine.pool.query('select distinct version from run where workspace_id = $1', [ws])
  const left = await t.engine.pool.query('select distinct version from function_version where workspace_id = $1', [ws])
  expect(left.rows.map((row) => row.version).sort()).toEqual(kept.rows.map((row) => row.version).sort())
  await t.engine.pool.query('delete from run where workspace_id = $1 and version = (select version from run where workspace_id = $1 and id = $2)', [ws, failed])
  await sweep()
  expect([before, await versions()]).toEqual([2, 1])
  await t.engine.pool.query('delete from run where workspace_id = $1', [ws])
  await sweep()
  expect(await versions()).toBe(0)
})
