import { z } from 'zod'
import { actorOf } from '#server/audit/record.ts'
import { getEngine } from '#server/engine.ts'
import { breakerIsOn, letGo, park, pause, resume, setBreaker } from '#server/holds/change-holds.ts'
import { listHolds } from '#server/holds/list-holds.ts'
import { asAdmin, asEditor, inWorkspace } from '#server/procedures.ts'
import { router } from '#server/trpc.ts'

const reason = z.string().trim().max(300).optional()

export const holdsRouter = router({
  list: inWorkspace.query(async ({ ctx }) => ({
    holds: await listHolds(getEngine().pool, ctx.workspace.id),
    autoPark: await breakerIsOn(ctx.workspace.id),
  })),
  pauseFunction: asEditor.input(z.object({ slug: z.string().max(100), reason, cancelRunning: z.boolean().default(false) })).mutation(async ({ ctx, input }) => {
    await pause(ctx.workspace.id, input.slug, actorOf(ctx.user), { reason: input.reason, cancelRunning: input.cancelRunning })
  }),
  resumeFunction: asEditor.input(z.object({ slug: z.string().max(100) })).mutation(({ ctx, input }) => resume(ctx.workspace.id, input.slug, actorOf(ctx.user))),
  park: asEditor.input(z.object({ service: z.string().trim().min(1).max(300), reason })).mutation(async ({ ctx, input }) => ({ service: await park(ctx.workspace.id, input.service, actorOf(ctx.user), input.reason) })),
  letGo: asEditor.input(z.object({ service: z.string().trim().min(1).max(300) })).mutation(({ ctx, input }) => letGo(ctx.workspace.id, input.service, actorOf(ctx.user))),
  setAutoPark: asAdmin.input(z.object({ on: z.boolean() })).mutation(({ ctx, input }) => setBreaker(ctx.workspace.id, input.on, actorOf(ctx.user))),
})
