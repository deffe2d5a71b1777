import { z } from 'zod'
import { explainWait } from '#engine/why.ts'
import { route, type ApiRoute } from '#server/api/route.ts'
import { listOf } from '#server/api/schemas.ts'
import { getEngine } from '#server/engine.ts'
import { breakerIsOn, letGo, park, pause, resume, setBreaker } from '#server/holds/change-holds.ts'
import { listHolds } from '#server/holds/list-holds.ts'
import { runUuid } from '#server/runs/run-id.ts'

const tag = 'Holds'
const reason = z.string().max(300).optional().describe('Shown to whoever asks why a run waits')
const hold = z.object({
  id: z.string(), kind: z.enum(['function', 'fan-out', 'service']), target: z.string(), reason: z.string().nullable(), auto: z.boolean(), by: z.string().nullable(),
  since: z.string(), until: z.string().nullable(), resuming: z.boolean(), held: z.number(),
})
const breaker = z.strictObject({ on: z.boolean({ error: '`on` is true or false.' }) })
const why = z.object({ kind: z.string(), sentence: z.string(), until: z.string().nullable(), facts: z.record(z.string(), z.unknown()) })

export const holdRoutes: ApiRoute[] = [
  route({
    method: 'GET', path: '/holds', operationId: 'listHolds', summary: 'Paused functions and fan-outs, parked services, and how many runs rest there', tag,
    answers: { 200: { description: 'All holds', schema: listOf(hold) } },
    handle: async ({ workspaceId }) => ({ status: 200, body: { data: await listHolds(getEngine().pool, workspaceId), nextCursor: null } }),
  }),
  route({
    method: 'POST', path: '/functions/:slug/pause', operationId: 'pauseFunction', summary: 'Pause a function: new runs are accepted and held', tag,
    body: z.strictObject({ reason, cancelRunning: z.boolean().optional().describe('Cancel runs that have begun instead of holding them') }).optional(),
    answers: { 200: { description: 'It is paused', schema: z.object({ paused: z.literal(true) }) } },
    async handle({ workspaceId, actor, path, body }) {
      await pause(workspaceId, path.slug!, actor, body ?? {})
      return { status: 200, body: { paused: true } }
    },
  }),
  route({
    method: 'POST', path: '/functions/:slug/resume', operationId: 'resumeFunction', summary: 'Resume a paused function; its held runs go on, oldest first', tag,
    answers: { 200: { description: 'Whether it was paused', schema: z.object({ resumed: z.boolean() }) } },
    handle: async ({ workspaceId, actor, path }) => ({ status: 200, body: { resumed: await resume(workspaceId, path.slug!, actor) } }),
  }),
  route({
    method: 'POST', path: '/services/park', operationId: 'parkService', summary: 'Park a service: every step that calls it waits without using up attempts', tag,
    body: z.strictObject({ service: z.string().min(1).max(300).describe('Its host, such as crm.example.com, or connection:NAME'), reason }),
    answers: { 200: { description: 'The service as it is known', schema: z.object({ service: z.string() }) } },
    handle: async ({ workspaceId, actor, body }) => ({ status: 200, body: { service: await park(workspaceId, body.service, actor, body.reason) } }),
  }),
  route({
    method: 'POST', path: '/services/resume', operationId: 'resumeService', summary: 'Let a parked service’s runs go, more each second', tag,
    body: z.strictObject({ service: z.string().min(1).max(300) }),
    answers: { 200: { description: 'Whether it was parked', schema: z.object({ resumed: z.boolean() }) } },
    handle: async ({ workspaceId, actor, body }) => ({ status: 200, body: { resumed: await letGo(workspaceId, body.service, actor) } }),
  }),
  route({
    method: 'GET', path: '/services/breaker', operationId: 'getBreaker', summary: 'Whether services that keep failing are parked by themselves', tag,
    answers: { 200: { description: 'On or off', schema: breaker } },
    handle: async ({ workspaceId }) => ({ status: 200, body: { on: await breakerIsOn(workspaceId) } }),
  }),
  route({
    method: 'PUT', path: '/services/breaker', operationId: 'setBreaker', summary: 'Park services that keep failing by themselves, or only by hand', tag, body: breaker,
    answers: { 200: { description: 'From now on', schema: breaker } },
    async handle({ workspaceId, actor, body }) {
      await setBreaker(workspaceId, body.on, actor)
      return { status: 200, body: { on: body.on } }
    },
  }),
  route({
    method: 'GET', path: '/runs/:id/why', operationId: 'explainRun', summary: 'Why a run waits and for what, in one sentence', tag: 'Runs',
    answers: { 200: { description: 'The reason', schema: why } },
    async handle({ workspaceId, path }) {
      return { status: 200, body: await explainWait(getEngine().pool, workspaceId, runUuid(path.id!)) }
    },
  }),
]
