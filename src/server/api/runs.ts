import { z } from 'zod'
import { publicId } from '#base/ids.ts'
import { route, type ApiRoute } from '#server/api/route.ts'
import { listOf, moment, pageQuery, runDetail, runEvent, runSummary } from '#server/api/schemas.ts'
import { getEngine } from '#server/engine.ts'
import { fanOutsOfRun } from '#server/fan-outs/of-run.ts'
import { bulkMost, cancelMany, retryMany } from '#server/runs/bulk.ts'
import { readConsole } from '#server/runs/console.ts'
import { getRun } from '#server/runs/get-run.ts'
import { listRuns, runStates } from '#server/runs/list-runs.ts'
import { listRunEvents } from '#server/runs/run-events.ts'
import { existingRun, runUuid } from '#server/runs/run-id.ts'
import type { RunSummary } from '#server/runs/run-row.ts'

const tag = 'Runs'
const count = z.number().int()

const filters = {
  function: z.string().max(100).optional().describe('Slug of the function'),
  event: z.string().max(256).optional().describe('Id or name of the event that started it'),
  since: moment('since').optional().describe('Created at or after this time'),
  until: moment('until').optional().describe('Created before this time'),
}
const oneOf = <const S extends readonly [string, ...string[]]>(states: S) => z.enum(states, { error: `\`status\` is one of ${states.join(', ')}.` })

const query = pageQuery.extend({ ...filters, status: oneOf(runStates).optional() })

const page = {
  cursor: z.string().max(80).optional().describe('`nextCursor` of the call before'),
  limit: z.number({ error: `\`limit\` is a number from 1 to ${bulkMost}.` }).int().min(1, 'The least is 1.').max(bulkMost, `The most is ${bulkMost}.`).default(bulkMost).describe('Runs this call looks at, newest first'),
}
/** "All there are" has to be meant: one condition at least. */
const narrowed = (body: Record<string, unknown>) => ['function', 'event', 'status', 'since', 'until'].some((key) => body[key] !== undefined)
const notNarrowed = 'Say which runs: give a function, an event, a status, since or until.'

const bulkCancel = z.strictObject({ ...filters, ...page, status: oneOf(['queued', 'running', 'sleeping', 'waiting', 'held']).optional().describe('Any that has not ended when left out') }, { error: notNarrowed }).refine(narrowed, notNarrowed)
const from = z.enum(['failed', 'start'], { error: '`from` is failed or start.' }).default('failed').describe('failed: the same run goes on from its failed step; start: a new run of the same version and event')
const bulkRetry = z.strictObject({ ...filters, ...page, from, status: oneOf(['failed', 'completed', 'cancelled', 'skipped']).optional().describe('failed when left out; the others can only be run from the start') }, { error: notNarrowed })
  .refine(narrowed, notNarrowed)
  .refine((body) => body.from === 'start' || body.status === undefined || body.status === 'failed', { path: ['from'], message: 'Only failed runs can go on from their failed step. Use start.' })

const found = { found: count.describe('Runs that fitted'), nextCursor: z.string().nullable().describe('Send it as `cursor` while there is one, for those that follow') }

export const runRoutes: ApiRoute[] = [
  route({
    method: 'GET', path: '/runs', operationId: 'listRuns', summary: 'List runs, newest first', tag, query,
    answers: { 200: { description: 'A page of runs', schema: listOf(runSummary) } },
    async handle({ workspaceId, query: { cursor, limit, ...filter } }) {
      const runs = await listRuns(getEngine().pool, workspaceId, filter, { limit, ...(cursor ? { cursor } : {}) })
      return { status: 200, body: { data: runs.data.map(runBody), nextCursor: runs.nextCursor } }
    },
  }),
  route({
    method: 'GET', path: '/runs/:id', operationId: 'getRun', summary: 'A run with its steps and attempts', tag,
    answers: { 200: { description: 'The run', schema: runDetail } },
    async handle({ workspaceId, path }) {
      const run = await getRun(getEngine().pool, workspaceId, path.id!)
      const fanOuts = run.steps.some((one) => one.kind === 'emit-each') ? await fanOutsOfRun(getEngine().pool, workspaceId, runUuid(path.id!)) : new Map<string, string>()
      const steps = run.steps.map(({ id, name, kind, status, attempt, startedAt, endedAt, port, input, output, error, attempts, dueAt, progress, handled, given, each }) => ({
        id, name, kind, status, attempt, startedAt, endedAt, port, input, output, error, attempts, dueAt, progress, handled, given, each, fanOut: fanOuts.get(id) ?? null,
      }))
      return { status: 200, body: { ...runBody(run), events: run.events, steps } }
    },
  }),
  route({
    method: 'GET', path: '/runs/:id/events', operationId: 'listRunEvents', summary: 'The events a run took, in their order: one, or those a batch or debounce collected', tag, query: pageQuery,
    answers: { 200: { description: 'A page of events', schema: listOf(runEvent) } },
    async handle({ workspaceId, path, query: { cursor, limit } }) {
      const { pool } = getEngine()
      return { status: 200, body: await listRunEvents(pool, workspaceId, await existingRun(pool, workspaceId, path.id!), { cursor, limit }) }
    },
  }),
  route({
    method: 'GET', path: '/runs/:id/steps/:step/console', operationId: 'readConsole', summary: 'What a Code step wrote to its console, attempt by attempt', tag,
    answers: { 200: { description: 'The texts; none where it wrote nothing', schema: z.object({ data: z.array(z.object({ attempt: count, item: count.nullable().describe('Of a step that runs for each item: which, from 0'), text: z.string() })) }) } },
    async handle({ workspaceId, path }) {
      const { pool } = getEngine()
      return { status: 200, body: { data: await readConsole(pool, workspaceId, await existingRun(pool, workspaceId, path.id!), path.step!) } }
    },
  }),
  route({
    method: 'POST', path: '/runs/:id/cancel', operationId: 'cancelRun', summary: 'Cancel a run', tag,
    answers: { 200: { description: 'Whether it was still open', schema: z.object({ cancelled: z.boolean() }) } },
    async handle({ workspaceId, actor, path }) {
      const id = await existingRun(getEngine().pool, workspaceId, path.id!)
      return { status: 200, body: { cancelled: await getEngine().cancelRun(workspaceId, id, actor) } }
    },
  }),
  route({
    method: 'POST', path: '/runs/:id/retry', operationId: 'retryRun', summary: 'Let a failed run go on from its failed step, or run it again from the start', tag,
    body: z.strictObject({ from }).optional(),
    answers: { 202: { description: 'The run that goes on, or the new one', schema: z.object({ runId: z.string() }) } },
    async handle({ workspaceId, actor, path, body }) {
      const { runId } = await getEngine().retryRun(workspaceId, runUuid(path.id!), { from: body?.from ?? 'failed' }, actor)
      return { status: 202, body: { runId: publicId('run', runId) } }
    },
  }),
  route({
    method: 'POST', path: '/runs/cancel', operationId: 'cancelRuns', summary: `Cancel up to ${bulkMost.toLocaleString('en')} open runs of a function, event, status or time`, tag, body: bulkCancel,
    answers: { 200: { description: 'How many; those that ended meanwhile are found and not cancelled', schema: z.object({ ...found, cancelled: count }) } },
    async handle({ workspaceId, actor, body: { cursor, limit, ...filter } }) {
      return { status: 200, body: await cancelMany(getEngine(), workspaceId, actor, filter, { limit, ...(cursor ? { cursor } : {}) }) }
    },
  }),
  route({
    method: 'POST', path: '/runs/retry', operationId: 'retryRuns', summary: `Retry up to ${bulkMost.toLocaleString('en')} runs of a function, event, status or time`, tag, body: bulkRetry,
    answers: {
      200: {
        description: 'How many go on, and why others do not',
        schema: z.object({ ...found, retried: count, refused: z.array(z.object({ code: z.string(), message: z.string(), fix: z.string().nullable(), runs: count })) }),
      },
    },
    async handle({ workspaceId, actor, body: { cursor, limit, from: start, ...filter } }) {
      return { status: 200, body: await retryMany(getEngine(), workspaceId, actor, start, { status: 'failed', ...filter }, { limit, ...(cursor ? { cursor } : {}) }) }
    },
  }),
]

/** What the API says of a run; the pages show more. */
export function runBody(run: RunSummary) {
  return {
    id: run.id, status: run.status, function: run.function, version: run.version, draftRevision: run.draftRevision, draftPart: run.draftPart, workflow: run.workflow?.slug ?? null,
    event: { id: run.event.id, name: run.event.name }, createdAt: run.createdAt, startedAt: run.startedAt, endedAt: run.endedAt,
    dueAt: run.dueAt, error: run.error, retryOf: run.retryOf, parent: run.parent,
  }
}
