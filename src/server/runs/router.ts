import { z } from 'zod'
import { FanwiseError } from '#base/errors.ts'
import { publicId } from '#base/ids.ts'
import type { Json, JsonObject } from '#base/json.ts'
import { actorOf } from '#server/audit/record.ts'
import { explainWait } from '#engine/why.ts'
import { getEngine } from '#server/engine.ts'
import { pageInput } from '#server/page.ts'
import { asEditor, inWorkspace } from '#server/procedures.ts'
import { readConsole } from '#server/runs/console.ts'
import { getRun, getStepValue } from '#server/runs/get-run.ts'
import { countRuns, listRuns, runStates } from '#server/runs/list-runs.ts'
import { workerIsGone } from '#server/runs/queue-health.ts'
import { runCanvas } from '#server/runs/run-canvas.ts'
import { listRunEvents } from '#server/runs/run-events.ts'
import { runUuid } from '#server/runs/run-id.ts'
import { router } from '#server/trpc.ts'

const filter = z.object({
  status: z.enum(runStates).optional(),
  needsPerson: z.boolean().optional(),
  resting: z.boolean().optional(),
  function: z.string().max(100).optional(),
  event: z.string().max(300).optional(),
  /** Created in the last so many ms: of the server's clock, and of the moment it is asked, for pages that stay open. */
  within: z.number().int().min(1).optional(),
})
const shownTextMax = 60_000

export const runsRouter = router({
  list: inWorkspace.input(pageInput.extend({ filter: filter.default({}) })).query(({ ctx, input }) => {
    const { within, ...rest } = input.filter
    return listRuns(getEngine().pool, ctx.workspace.id, within === undefined ? rest : { ...rest, since: Date.now() - within }, input)
  }),
  counts: inWorkspace.query(({ ctx }) => countRuns(getEngine().pool, ctx.workspace.id)),
  /** True while runs wait and no worker has been seen for 40 s. */
  workerGone: inWorkspace.query(({ ctx }) => workerIsGone(getEngine().pool, ctx.workspace.id)),
  get: inWorkspace.input(z.object({ id: z.string() })).query(({ ctx, input }) => getRun(getEngine().pool, ctx.workspace.id, input.id, { textMax: shownTextMax })),
  why: inWorkspace.input(z.object({ id: z.string() })).query(({ ctx, input }) => explainWait(getEngine().pool, ctx.workspace.id, runUuid(input.id))),
  /** Those a batch or debounce collected, in their order. */
  events: inWorkspace.input(pageInput.extend({ id: z.string() })).query(({ ctx, input }) => listRunEvents(getEngine().pool, ctx.workspace.id, runUuid(input.id), input)),
  canvas: inWorkspace.input(z.object({ id: z.string() })).query(({ ctx, input }) => runCanvas(getEngine().pool, ctx.workspace.id, runUuid(input.id))),
  stepValue: inWorkspace
    .input(z.object({ id: z.string(), step: z.string(), part: z.enum(['input', 'output']) }))
    .query(async ({ ctx, input }) => {
      const text = await getStepValue(getEngine().pool, ctx.workspace.id, input.id, input.step, input.part)
      return { value: text === null ? null : (JSON.parse(text) as Json) }
    }),
  /** What a Code step wrote to its console, attempt by attempt. */
  console: inWorkspace.input(z.object({ id: z.string(), step: z.string() })).query(({ ctx, input }) => readConsole(getEngine().pool, ctx.workspace.id, runUuid(input.id), input.step)),
  cancel: asEditor.input(z.object({ id: z.string() })).mutation(async ({ ctx, input }) => ({ cancelled: await getEngine().cancelRun(ctx.workspace.id, runUuid(input.id), actorOf(ctx.user)) })),
  /** What a program was to send; only to this run, and only while it waits for that name. */
  signal: asEditor.input(z.object({ id: z.string(), signal: z.string().min(1).max(1000), data: z.record(z.string(), z.unknown()) })).mutation(async ({ ctx, input }) => {
    const taken = await getEngine().signal(ctx.workspace.id, input.signal, input.data as JsonObject, { runId: runUuid(input.id), actor: actorOf(ctx.user) })
    if (taken === null) throw new FanwiseError('conflict', 'The run does not wait for this signal any more.', { fix: 'Look at the run: somebody may have sent it, or its time is over.' })
    return { id: input.id }
  }),
  retry: asEditor.input(z.object({ id: z.string(), from: z.enum(['failed', 'start']) })).mutation(async ({ ctx, input }) => {
    const { runId } = await getEngine().retryRun(ctx.workspace.id, runUuid(input.id), { from: input.from }, actorOf(ctx.user))
    return { id: publicId('run', runId) }
  }),
})
