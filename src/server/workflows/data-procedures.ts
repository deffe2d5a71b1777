/** What the editor asks of real events and runs: samples, last outputs, an event it follows, what is live. Joined into the workflows router. */
import { z } from 'zod'
import { getEngine } from '#server/engine.ts'
import { recentEvents } from '#server/events/last-events.ts'
import { inWorkspace } from '#server/procedures.ts'
import { dataAtHand } from '#server/workflows/data-at-hand.ts'
import { findWorkflow, storedDocument } from '#server/workflows/find-workflow.ts'
import { followEvent } from '#server/workflows/follow.ts'
import { liveCounts } from '#server/workflows/live-counts.ts'
import { stepInput } from '#server/workflows/step-input.ts'

const bySlug = z.object({ slug: z.string().min(1).max(80) })
const eventId = z.string().min(1).max(80)
const eventName = z.string().max(256)

export const dataProcedures = {
  /** The last event of each name and each step's last result; with `event`, those of its runs first. `names`: what is on the screen, when the draft is behind. */
  dataAtHand: inWorkspace.input(bySlug.extend({ names: z.array(eventName).max(50).optional(), event: eventId.optional() })).query(async ({ ctx, input }) => {
    const row = await findWorkflow(ctx.workspace.id, input.slug)
    return dataAtHand(getEngine().pool, ctx.workspace.id, {
      workflowId: row.id, document: storedDocument(row.draft),
      ...(input.names === undefined ? {} : { names: input.names }), ...(input.event === undefined ? {} : { event: input.event }),
    })
  }),

  /** What a step took in a run, for kinds that store no input: worked out from what the run has. */
  stepInput: inWorkspace.input(z.object({ run: z.string().max(80), node: z.string().max(200), key: z.string().max(200) }))
    .query(({ ctx, input: { run, node, key } }) => stepInput(getEngine().pool, ctx.workspace.id, { run, node, key })),

  /** The last real events of a name, to choose a sample from. */
  sampleEvents: inWorkspace.input(z.object({ name: eventName })).query(({ ctx, input }) => recentEvents(getEngine().pool, ctx.workspace.id, input.name)),

  /** How the runs stand that came of an event, by frame and by step. */
  follow: inWorkspace.input(bySlug.extend({ event: eventId })).query(async ({ ctx, input }) => {
    const row = await findWorkflow(ctx.workspace.id, input.slug)
    return followEvent(getEngine().pool, ctx.workspace.id, storedDocument(row.draft), input.event)
  }),

  /** How the published functions do right now. */
  liveCounts: inWorkspace.input(bySlug).query(async ({ ctx, input }) => liveCounts(getEngine().pool, ctx.workspace.id, (await findWorkflow(ctx.workspace.id, input.slug)).id)),
}
