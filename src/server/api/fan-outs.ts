/** Fan-outs: how far they are, what became of each item, and steering them. */
import { z } from 'zod'
import { route, type ApiRoute } from '#server/api/route.ts'
import { anyJson, listOf, named, pageQuery, runError } from '#server/api/schemas.ts'
import { getEngine } from '#server/engine.ts'
import { checkSteering } from '#server/fan-outs/confirm.ts'
import { itemStatuses } from '#server/fan-outs/router.ts'
import { fanOutUuid } from '#server/fan-outs/fan-out-id.ts'
import { getFanOut, listFanOuts } from '#server/fan-outs/view-fan-out.ts'

const tag = 'Fan-outs'
const time = z.iso.datetime().describe('UTC, ISO 8601')
const count = z.number().int()

const fanOut = z.object({
  id: z.string(), runId: z.string().describe('The run that sends the items'), step: z.string(), function: z.string().describe('Slug of the function that sends'),
  workflow: z.object({ slug: z.string(), name: z.string() }).nullable(), event: z.string(),
  state: z.enum(['confirm', 'emitting', 'canary', 'running', 'paused', 'stopped', 'cancelled', 'settled']), reason: z.string().nullable().describe('Why it rests'),
  total: count.describe('Items'), sent: count.describe('Items sent so far'), runs: count.describe('Runs started: done + failed + cancelled + running + waiting'), skipped: count,
  done: count, failed: count, cancelled: count, running: count.describe('With a worker: executing, or taken and next'), waiting: count.describe('Queued, held, sleeping or waiting'),
  canary: count.nullable().describe('Items that go first, while they do'), stopShare: z.number().nullable(),
  rate: z.number().describe('Runs that ended a second, lately'), leftMs: count.nullable().describe('Time left at this rate'), startedAt: time, settledAt: time.nullable(),
}).register(named, { id: 'FanOut' })

const detail = fanOut.extend({
  functions: z.array(z.object({ slug: z.string(), name: z.string(), limit: count.nullable(), drawnLimit: count.nullable(), canChange: z.boolean() })),
  confirm: z.object({
    person: z.string().nullable().describe('Who says go; null = any owner or admin'), mine: z.boolean(),
    price: z.object({ items: count, runs: count, ms: z.number().nullable() }).loose().describe('What it would set off'),
  }).nullable().describe('In state `confirm`: nothing is sent until a person says go in the app'),
  audit: z.array(z.object({ at: time, actor: z.string(), action: z.string(), detail: anyJson })),
}).register(named, { id: 'FanOutDetail' })

const item = z.object({
  index: count.describe('Place in the list, from 0'), eventId: z.string().nullable(), runId: z.string().nullable(), function: z.string().nullable(),
  status: z.enum(itemStatuses), startedAt: time.nullable(), endedAt: time.nullable(), output: anyJson, error: runError.nullable(),
}).register(named, { id: 'FanOutItem', description: 'What became of an item: one entry for each run it started.' })

const itemQuery = z.object({
  status: z.enum(itemStatuses, { error: `\`status\` is one of ${itemStatuses.join(', ')}.` }).optional(),
  offset: z.coerce.number({ error: '`offset` is a whole number from 0.' }).int().min(0, 'The least is 0.').default(0).describe('Item to begin with; `next` of the page before'),
  limit: z.coerce.number({ error: '`limit` is a number from 1 to 1000.' }).int().min(1, 'The least is 1.').max(1000, 'The most is 1000.').default(100),
  outputs: z.enum(['true', 'false']).default('false').describe('With the output of completed runs'),
})

const answers = { 200: { description: 'The fan-out afterwards', schema: detail } }

export const fanOutRoutes: ApiRoute[] = [
  route({
    method: 'GET', path: '/fan-outs', operationId: 'listFanOuts', summary: 'List fan-outs, newest first', tag, query: pageQuery,
    answers: { 200: { description: 'A page of fan-outs', schema: listOf(fanOut) } },
    handle: async ({ workspaceId, query: { cursor, limit } }) => ({ status: 200, body: await listFanOuts(workspaceId, { limit, ...(cursor ? { cursor } : {}) }) }),
  }),
  route({
    method: 'GET', path: '/fan-outs/:id', operationId: 'getFanOut', summary: 'How far a fan-out is', tag,
    answers: { 200: { description: 'The fan-out', schema: detail } },
    handle: async ({ workspaceId, path }) => ({ status: 200, body: await getFanOut(workspaceId, path.id!) }),
  }),
  route({
    method: 'GET', path: '/fan-outs/:id/items', operationId: 'listFanOutItems', summary: 'What became of each item', tag, query: itemQuery,
    answers: { 200: { description: 'A page of items, in the order sent', schema: z.object({ data: z.array(item), next: count.nullable() }) } },
    async handle({ workspaceId, path, query: { status, offset, limit, outputs } }) {
      const page = await getEngine().fanOuts.items(workspaceId, fanOutUuid(path.id!), { offset, limit, outputs: outputs === 'true', ...(status === undefined ? {} : { only: [status] }) })
      return { status: 200, body: { data: page.items, next: page.next } }
    },
  }),
  route({
    method: 'POST', path: '/fan-outs/:id/pause', operationId: 'pauseFanOut', summary: 'Begin no more runs of it', tag, answers,
    body: z.object({ reason: z.string().trim().max(300).optional() }).optional(),
    async handle({ workspaceId, actor, path, body }) {
      await getEngine().fanOuts.pause(workspaceId, fanOutUuid(path.id!), actor, body?.reason)
      return { status: 200, body: await getFanOut(workspaceId, path.id!) }
    },
  }),
  route({
    method: 'POST', path: '/fan-outs/:id/resume', operationId: 'resumeFanOut', summary: 'Go on after a pause or a stop', tag, answers,
    async handle({ workspaceId, actor, path }) {
      await getEngine().fanOuts.resume(workspaceId, fanOutUuid(path.id!), actor)
      return { status: 200, body: await getFanOut(workspaceId, path.id!) }
    },
  }),
  route({
    method: 'POST', path: '/fan-outs/:id/cancel', operationId: 'cancelFanOut', summary: 'Cancel the rest; what runs finishes unless asked', tag, answers,
    body: z.object({ running: z.boolean().default(false).describe('Also what runs at this moment') }).optional(),
    async handle({ workspaceId, actor, path, body }) {
      await checkSteering(workspaceId, path.id!, null)
      await getEngine().fanOuts.cancel(workspaceId, fanOutUuid(path.id!), actor, { running: body?.running ?? false })
      return { status: 200, body: await getFanOut(workspaceId, path.id!) }
    },
  }),
  route({
    method: 'POST', path: '/fan-outs/:id/retry-failed', operationId: 'retryFailedOfFanOut', summary: 'Failed runs go on from their failed step', tag,
    answers: { 200: { description: 'How many go on', schema: z.object({ retried: count }) } },
    handle: async ({ workspaceId, actor, path }) => ({ status: 200, body: await getEngine().fanOuts.retryFailed(workspaceId, fanOutUuid(path.id!), actor) }),
  }),
  route({
    method: 'POST', path: '/fan-outs/:id/go', operationId: 'letFanOutGo', summary: 'Send the rest after the first items', tag, answers,
    async handle({ workspaceId, actor, path }) {
      await getEngine().fanOuts.go(workspaceId, fanOutUuid(path.id!), actor)
      return { status: 200, body: await getFanOut(workspaceId, path.id!) }
    },
  }),
  route({
    method: 'PATCH', path: '/fan-outs/:id/limit', operationId: 'setFanOutLimit', summary: 'Change how many runs of its function go at once', tag,
    body: z.object({ limit: z.number({ error: '`limit` is a whole number, or null for the drawn one.' }).int().min(1, 'The least is 1.').max(100_000, 'The most is 100,000.').nullable(), function: z.string().max(100).optional().describe('Needed when it starts several') }),
    answers: { 200: { description: 'The limit from now on, until the next publish with another drawn one', schema: z.object({ function: z.string(), limit: count }) } },
    handle: async ({ workspaceId, actor, path, body }) => ({ status: 200, body: await getEngine().fanOuts.setLimit(workspaceId, fanOutUuid(path.id!), actor, body.limit, body.function) }),
  }),
]
