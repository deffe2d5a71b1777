import { z } from 'zod'
import { route, type ApiRoute } from '#server/api/route.ts'
import { listOf, pageQuery, runDetail, runSummary } from '#server/api/schemas.ts'
import { getEngine } from '#server/engine.ts'
import { getRun } from '#server/runs/get-run.ts'
import { listRuns, runStates } from '#server/runs/list-runs.ts'
import type { RunSummary } from '#server/runs/run-row.ts'

const tag = 'Runs'

const query = pageQuery.extend({
  event: z.string().max(256).optional().describe('Id or name of the event that started it'),
  function: z.string().max(100).optional().describe('Slug of the function'),
  status: z.enum(runStates, { error: `\`status\` is one of ${runStates.join(', ')}.` }).optional(),
})

export const runRoutes: ApiRoute[] = [
  route({
    method: 'GET', path: '/runs', operationId: 'listRuns', summary: 'List runs, newest first', tag, query,
    answers: { 200: { description: 'A page of runs', schema: listOf(runSummary) } },
    async handle({ workspaceId, query: { event, function: slug, status, cursor, limit } }) {
      const filter = { ...(event ? { event } : {}), ...(slug ? { function: slug } : {}), ...(status ? { status } : {}) }
      const page = await listRuns(getEngine().pool, workspaceId, filter, { limit, ...(cursor ? { cursor } : {}) })
      return { status: 200, body: { data: page.data.map(runBody), nextCursor: page.nextCursor } }
    },
  }),
  route({
    method: 'GET', path: '/runs/:id', operationId: 'getRun', summary: 'A run with its steps and attempts', tag,
    answers: { 200: { description: 'The run', schema: runDetail } },
    async handle({ workspaceId, path }) {
      const run = await getRun(getEngine().pool, workspaceId, path.id!)
      const steps = run.steps.map(({ id, name, kind, status, attempt, startedAt, endedAt, port, input, output, error, attempts, dueAt, progress }) => ({
        id, name, kind, status, attempt, startedAt, endedAt, port, input, output, error, attempts, dueAt, progress,
      }))
      return { status: 200, body: { ...runBody(run), steps } }
    },
  }),
]

/** What the API says of a run; the pages show more. */
export function runBody(run: RunSummary) {
  return {
    id: run.id, status: run.status, function: run.function, version: run.version, draftRevision: run.draftRevision, workflow: run.workflow?.slug ?? null,
    event: { id: run.event.id, name: run.event.name }, createdAt: run.createdAt, startedAt: run.startedAt, endedAt: run.endedAt,
    dueAt: run.dueAt, error: run.error, retryOf: run.retryOf, parent: run.parent,
  }
}
