/** What fields ask the server while somebody writes: which fields an event's other functions read, and what a text comes to in the sandbox. */
import { afterAll, beforeAll, expect, test } from 'vitest'
import { newUuid } from '#base/ids.ts'
import { createSandboxPool, type SandboxPool } from '#expressions/sandbox/pool.ts'
import { db } from '#server/db.ts'
import { setTrySandbox, tryMs } from '#server/try-sandbox.ts'
import { createCaller, router } from '#server/trpc.ts'
import { createWorkflow } from '#server/workflows/import.ts'
import { publish } from '#server/workflows/publish.ts'
import { workflowsRouter } from '#server/workflows/router.ts'
import { createPeople, drawFunctions, values, type TestPeople } from '#tests/support/drawing.ts'
import type { TestEngine } from '#tests/support/engine.ts'
import { startTestServer } from '#tests/support/server.ts'

const call = createCaller(router({ workflows: workflowsRouter }))
const as = (id: string) => call({ user: async () => ({ id, email: 'x@north.io', name: null }) as never }).workflows
let t: TestEngine
let people: TestPeople
let sandbox: SandboxPool
const viewer = newUuid()

beforeAll(async () => {
  t = await startTestServer({ role: 'web' })
  people = await createPeople()
  await db().user.create({ data: { id: viewer, email: 'v@north.io' } })
  await db().membership.create({ data: { workspaceId: people.workspace, userId: viewer, role: 'viewer' } })
  sandbox = createSandboxPool({ size: 1, expressionTimeoutMs: tryMs, memoryMb: 32 })
  setTrySandbox(sandbox.evaluate)
})
afterAll(async () => {
  setTrySandbox(undefined)
  await sandbox.close()
  await t.stop()
})

test('functions of other workflows say what they read of an event, as they are published; patterns count', async () => {
  const document = drawFunctions([
    { slug: 'charge', event: 'order/placed', config: values({ id: '{{ event.data.order.id }}', note: '{{ event.data.note ?? "" }}' }), if: 'event.data.paid == false' },
    { slug: 'log', event: 'order/*', config: values({ all: '{{ event.data }}' }) },
    { slug: 'other', event: 'user/joined', config: values({ id: '{{ event.data.userId }}' }) },
  ])
  const { id, slug } = await createWorkflow(people.workspace, { name: 'Orders', document, authorId: people.owner })
  const ask = (event: string, exceptSlug = 'elsewhere') => as(viewer).payloadElsewhere({ workspace: people.slug, event, exceptSlug })
  expect(await ask('order/placed')).toEqual([])
  await publish(people.workspace, id, { authorId: people.owner })
  expect(await ask('order/placed')).toEqual([
    { slug: 'charge', workflow: slug, reads: [{ path: ['paid'], required: false }, { path: ['order', 'id'], required: true }, { path: ['note'], required: false }] },
    { slug: 'log', workflow: slug, reads: [] },
  ])
  expect(await ask('order/placed', slug)).toEqual([])
  expect(await ask('')).toEqual([])
  const strangers = await createPeople()
  expect(await as(strangers.owner).payloadElsewhere({ workspace: strangers.slug, event: 'order/placed', exceptSlug: 'elsewhere' })).toEqual([])
})

test('a text is worked out in the sandbox, with a limit of a second', async () => {
  const attempt = (text: string, scope = {}) => as(people.owner).tryExpression({ workspace: people.slug, text, kind: 'template', scope: { event: { data: { names: ['b', 'a'] } }, ...scope } })
  expect(await attempt('{{ event.data.names.toSorted().join(", ") }}')).toEqual({ value: 'a, b' })
  const endless = await attempt('{{ (() => { for (;;); })() + event.data.names.length }}')
  expect(endless).toEqual({ none: expect.stringContaining('1000 ms') })
  expect(await attempt('{{ event.data.names.length + 1 }}')).toHaveProperty('value', 3)
})

test('viewers try nothing, and no more data is taken than a field needs', async () => {
  const input = { workspace: people.slug, text: '{{ event.data.a.trim() }}', kind: 'template' as const, scope: { event: { data: { a: ' x ' } } } }
  await expect(as(viewer).tryExpression(input)).rejects.toMatchObject({ code: 'FORBIDDEN' })
  await expect(as(people.owner).tryExpression({ ...input, scope: { event: { data: { a: 'x'.repeat(500_000) } } } })).rejects.toThrow('too much data')
})
