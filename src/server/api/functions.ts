import { z } from 'zod'
import { publicId } from '#base/ids.ts'
import type { JsonObject } from '#base/json.ts'
import { route, type ApiRoute } from '#server/api/route.ts'
import { functionSummary, listOf } from '#server/api/schemas.ts'
import { getEngine } from '#server/engine.ts'
import { listFunctions } from '#server/functions/list-functions.ts'

const tag = 'Functions'

export const functionRoutes: ApiRoute[] = [
  route({
    method: 'GET', path: '/functions', operationId: 'listFunctions', summary: 'List published functions with triggers, version and limits', tag,
    answers: { 200: { description: 'All functions', schema: listOf(functionSummary) } },
    handle: async ({ workspaceId }) => ({ status: 200, body: { data: await listFunctions(getEngine().pool, workspaceId), nextCursor: null } }),
  }),
  route({
    method: 'POST', path: '/functions/:slug/invoke', operationId: 'invokeFunction', summary: 'Run one function in isolation, whatever its triggers', tag,
    body: z.strictObject({ data: z.record(z.string(), z.unknown(), { error: '`data` must be an object: {"data":{…}}.' }).default({}) }, { error: 'Send {"data":{…}}: the payload goes under `data`.' }).optional(),
    answers: { 202: { description: 'The run that was started', schema: z.object({ runId: z.string(), eventId: z.string() }) } },
    async handle({ workspaceId, path, body }) {
      const { runId, eventId } = await getEngine().invoke(workspaceId, path.slug!, (body?.data ?? {}) as JsonObject)
      return { status: 202, body: { runId: publicId('run', runId), eventId: publicId('evt', eventId) } }
    },
  }),
]
