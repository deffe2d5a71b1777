/** The shapes of the public API, by name. The description at /api/v1/openapi.json is made from these, and tests hold answers against them. */
import { z } from 'zod'
import { graphDocument } from '#graph/document.ts'
import { playgroundSettings } from '#playground/services.ts'
import { runStates } from '#server/runs/list-runs.ts'

export const named = z.registry<{ id: string; description?: string }>()

export const anyJson = z.unknown().register(named, { id: 'Json', description: 'Any JSON value.' })
const json = anyJson
const time = z.iso.datetime().describe('UTC, ISO 8601')
const functionSlug = z.string().describe('Slug of a function')

export const graph = graphDocument.register(named, { id: 'Graph', description: 'The drawn document: nodes and edges by id.' })

export const diagnostic = z.object({
  severity: z.enum(['error', 'warning']), code: z.string(), nodeId: z.string(), function: z.string().optional(),
  field: z.string().optional(), position: z.number().int().optional(), message: z.string(), fix: z.string(),
}).register(named, { id: 'Diagnostic', description: 'A finding of the compiler: node, field, what is wrong, how to fix it.' })

export const apiError = z.object({
  error: z.object({ code: z.string(), message: z.string(), field: z.string().optional(), fix: z.string().optional(), facts: z.record(z.string(), json).optional() }),
}).register(named, { id: 'Error', description: 'What is wrong and what to do. `invalid_graph` carries `facts.diagnostics`.' })

const publication = z.object({ version: z.number().int(), at: time })

export const workflowSummary = z.object({
  slug: z.string(), name: z.string(), updatedAt: time, published: publication.nullable(),
  draftChanged: z.boolean().describe('The draft has edits that are not published'), functions: z.array(functionSlug),
}).register(named, { id: 'WorkflowSummary' })

export const workflow = z.object({
  slug: z.string(), name: z.string(), graph, revision: z.number().int(), published: publication.extend({ revision: z.number().int().nullable() }).nullable(),
}).register(named, { id: 'Workflow', description: 'A workflow as export gives it and import reads it.' })

export const published = z.object({
  version: z.number().int(), revision: z.number().int(),
  functions: z.array(z.object({ slug: functionSlug, version: z.number().int(), changed: z.boolean().describe('False when it kept its version') })),
  removed: z.array(functionSlug), diagnostics: z.array(diagnostic),
}).register(named, { id: 'Published' })

export const importBody = z.object({
  name: z.string({ error: 'Give the workflow a name.' }), slug: z.string().optional(), publish: z.boolean().optional(),
  graph: z.unknown().describe('A Graph').refine((value) => value !== undefined, 'Give the graph.'),
}).register(named, { id: 'ImportWorkflow', description: 'With the slug of a workflow that exists, its draft is replaced.' })

export const imported = z.object({
  slug: z.string(), name: z.string(), created: z.boolean(), published: published.nullable(), diagnostics: z.array(diagnostic),
}).register(named, { id: 'ImportedWorkflow' })

const trigger = z.union([
  z.object({ type: z.literal('event'), event: z.string(), if: z.string().optional() }),
  z.object({ type: z.literal('schedule'), id: z.string(), cron: z.string(), timezone: z.string(), missed: z.enum(['skip', 'all']).optional().describe('Ticks missed while nothing ran; absent = the last one') }),
])
const whole = z.number().int()
const milliseconds = z.number().int().describe('Milliseconds')
const cel = z.string().describe('CEL over `event`')
const concurrencyLimit = z.object({ limit: whole, key: cel.optional(), scope: z.literal('workspace').optional().describe('Shared with all functions of this key text') })
const rules = z.object({
  throttle: z.object({ limit: whole, periodMs: milliseconds, burst: whole, key: cel.optional() }), rateLimit: z.object({ limit: whole, periodMs: milliseconds, key: cel.optional() }),
  debounce: z.object({ periodMs: milliseconds, timeoutMs: milliseconds.optional(), key: cel.optional() }), batch: z.object({ size: whole, timeoutMs: milliseconds, key: cel.optional(), if: cel.optional() }),
  priority: cel, singleton: z.object({ mode: z.enum(['skip', 'cancel']), key: cel.optional() }), idempotency: cel,
  cancelOn: z.array(z.object({ event: z.string(), match: z.string().optional(), if: z.string().optional(), timeoutMs: milliseconds.optional() })),
  timeouts: z.object({ startMs: milliseconds.optional(), finishMs: milliseconds.optional() }), onFailure: functionSlug,
}).partial().register(named, { id: 'FlowControl', description: 'Rules that decide when, and whether, a run starts, and what ends it from outside.' })

export const functionSummary = z.object({
  slug: functionSlug, name: z.string(), version: z.number().int(), workflow: z.object({ slug: z.string(), name: z.string() }).nullable(),
  triggers: z.array(trigger), retries: z.number().int(), backoff: z.object({ baseMs: z.number(), factor: z.number(), maxMs: z.number(), jitter: z.number() }).describe('Waits between tries'),
  concurrency: concurrencyLimit.nullable(), concurrency2: concurrencyLimit.nullable().describe('A run executes when both have room'), flow: rules.nullable(),
  paused: z.object({ since: time, reason: z.string().nullable() }).nullable(),
  steps: z.number().int(), publishedAt: time, nextTickAt: time.nullable(),
  lastRun: z.object({ id: z.string(), status: z.enum(runStates), at: time }).nullable(), failures: z.number().int(), open: z.number().int(),
}).register(named, { id: 'Function' })

export const schedule = z.object({
  key: z.string(), event: z.string(), cron: z.string(), timezone: z.string(), data: z.record(z.string(), json), missed: z.enum(['skip', 'last', 'all']),
  enabled: z.boolean(), nextAt: time.nullable().describe('Null while it is off'), lastAt: time.nullable(), next: z.array(time).describe('The next five ticks'),
}).register(named, { id: 'Schedule', description: 'Sends an event at the times of its cron line.' })

export const newEvent = z.object({
  name: z.string().describe('Such as user/account.created'), data: z.record(z.string(), json).optional(),
  id: z.string().optional().describe('The same id within 24 hours is stored once'), ts: z.number().optional().describe('Milliseconds since 1970'), v: z.string().optional(),
}).register(named, { id: 'NewEvent' })

export const runError = z.object({ code: z.string(), message: z.string(), step: z.string().optional(), field: z.string().optional(), fix: z.string().optional(), facts: z.record(z.string(), json).optional().describe('In lists, those of a large error are cut to { truncated, characters, status, start }') })

export const runSummary = z.object({
  id: z.string(), status: z.enum(runStates), function: functionSlug, workflow: z.string().nullable(),
  version: z.number().int().nullable().describe('Null for a test of a draft'), draftRevision: z.number().int().nullable().describe('Revision of the draft that a test ran'),
  draftPart: z.string().nullable().describe('What of the draft was tested, in words; null for all of it'),
  event: z.object({ id: z.string(), name: z.string() }), createdAt: time, startedAt: time.nullable(), endedAt: time.nullable(),
  dueAt: time.nullable().describe('When it goes on by itself'), error: runError.nullable(),
  retryOf: z.string().nullable().describe('The run this one repeats'), parent: z.string().nullable().describe('The run that invoked this one'),
}).register(named, { id: 'Run' })

export const attempt = z.object({ attempt: z.number().int(), startedAt: time, endedAt: time, input: json, error: runError, retryAt: time.nullable() }).register(named, { id: 'Attempt', description: 'A try that failed.' })

const each = z.object({
  total: z.number().int().nullable().describe('Null until the first item has ended'), done: z.number().int(), failed: z.number().int(), startedAt: time.nullable(),
  items: z.array(z.object({
    index: z.number().int().describe('Place in the list, from 0'), status: z.enum(['completed', 'failed', 'retrying', 'waiting']), attempt: z.number().int(),
    startedAt: time.nullable(), endedAt: time.nullable(), error: z.string().nullable(),
  })).describe('Those that have been tried, in the order of the list'),
}).register(named, { id: 'StepItems' })

export const step = z.object({
  id: z.string(), name: z.string(), kind: z.string(), status: z.enum(['pending', 'running', 'retrying', 'sleeping', 'waiting', 'completed', 'failed', 'skipped']),
  attempt: z.number().int(), startedAt: time.nullable(), endedAt: time.nullable(), port: z.string().nullable(), input: json, output: json,
  error: runError.nullable(), attempts: z.array(attempt), dueAt: time.nullable(), progress: z.object({ sent: z.number().int(), total: z.number().int() }).nullable(),
  fanOut: z.string().nullable().describe('Of a step that emits per item: its fan-out'),
  given: z.enum(['pinned', 'stubbed', 'earlier', 'example']).nullable().describe('In a test: the step was not run, its output was given'),
  handled: z.boolean().describe('It failed, and the run went on: by its error branch, or regardless'),
  each: each.nullable().describe('Of a step that runs once for each item of a list'),
}).register(named, { id: 'Step' })

export const runEvent = z.object({ id: z.string(), name: z.string(), ts: z.number(), receivedAt: time }).register(named, { id: 'RunEvent' })

export const runDetail = runSummary.extend({
  events: z.number().int().describe('Events it took: 1, or more of a batch or debounce; GET /runs/:id/events lists them'), steps: z.array(step),
}).register(named, { id: 'RunDetail' })

export const event = z.object({
  id: z.string(), name: z.string(), data: json, ts: z.number(), v: z.string().nullable(), clientId: z.string().nullable().describe('The id the sender gave'),
  source: z.string(), emittedBy: z.string().nullable().describe('The run whose emit step sent it'), receivedAt: time, runs: z.array(runSummary),
  joined: z.array(z.object({ run: z.string(), events: z.number().int().describe('How many in all') })).describe('Of these runs, those that took other events too: batches and debounces'),
}).register(named, { id: 'Event' })

const count = z.number().int()

export const eventSummary = z.object({
  id: z.string(), name: z.string(), source: z.string(), ts: z.number(), receivedAt: time,
  runs: z.object({
    total: count.describe('Those it began, and those that took it together with other events'), completed: count, failed: count, cancelled: count, skipped: count.describe('Flow control let them not begin'), running: count,
    resting: count.describe('Queued, held, sleeping or waiting'),
  }),
}).register(named, { id: 'EventSummary' })

export const settings = playgroundSettings.register(named, { id: 'PlaygroundSettings' })

export const received = z.object({
  id: z.string(), method: z.string(), path: z.string(), body: json, idempotencyKey: z.string().nullable(), answered: z.number().int(), at: time,
}).register(named, { id: 'ReceivedRequest' })

/** Every list has this shape. */
export function listOf(item: z.ZodType) {
  return z.object({ data: z.array(item), nextCursor: z.string().nullable() })
}

/** A moment in a query or body, as milliseconds. */
export const moment = (name: string) => z.iso.datetime({ offset: true, error: `\`${name}\` is a time such as 2026-11-25T09:00:00Z.` }).transform((text) => Date.parse(text))

export const pageQuery = z.object({
  cursor: z.string().max(80).optional().describe('`nextCursor` of the page before'),
  limit: z.coerce.number({ error: '`limit` is a number from 1 to 200.' }).int().min(1, 'The least is 1.').max(200, 'The most is 200.').default(50),
})
