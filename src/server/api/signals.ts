import { z } from 'zod'
import { FanwiseError } from '#base/errors.ts'
import { publicId } from '#base/ids.ts'
import type { JsonObject } from '#base/json.ts'
import { route, type ApiRoute } from '#server/api/route.ts'
import { decide } from '#server/approvals/decide.ts'
import { getEngine } from '#server/engine.ts'
import { existingRun } from '#server/runs/run-id.ts'

const tag = 'Runs'

export const signalRoutes: ApiRoute[] = [
  route({
    method: 'POST', path: '/signals', operationId: 'sendSignal', summary: 'Let the run that waits for a signal go on', tag,
    body: z.strictObject({
      signal: z.string({ error: 'Give the name of the signal.' }).min(1, 'Give the name of the signal.').max(1000, 'A signal has at most 1,000 characters.'),
      data: z.record(z.string(), z.unknown(), { error: '`data` must be an object.' }).default({}),
    }),
    answers: { 200: { description: 'The run that goes on', schema: z.object({ runId: z.string() }) } },
    async handle({ workspaceId, body }) {
      const answer = await getEngine().signal(workspaceId, body.signal, body.data as JsonObject)
      if (answer === null) throw new FanwiseError('not_found', 'No run waits for this signal.', { field: 'signal', fix: 'Check the name. A signal is not kept: send it once the run waits.' })
      return { status: 200, body: { runId: publicId('run', answer.runId) } }
    },
  }),
  route({
    method: 'POST', path: '/runs/:id/steps/:step/decision', operationId: 'decideApproval', summary: 'Approve or reject an approval step that waits', tag,
    body: z.strictObject({
      decision: z.enum(['approved', 'rejected'], { error: '`decision` is approved or rejected.' }), comment: z.string().max(5000).default(''),
      by: z.string().max(200).nullable().default(null).describe('Who decided, for people'),
    }),
    answers: { 200: { description: 'Decided', schema: z.object({ decision: z.enum(['approved', 'rejected']) }) } },
    async handle({ workspaceId, actor, path, body }) {
      const runId = await existingRun(getEngine().pool, workspaceId, path.id!)
      await decide(getEngine(), { workspaceId, runId, step: path.step! }, body, actor)
      return { status: 200, body: { decision: body.decision } }
    },
  }),
]
