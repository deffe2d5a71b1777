import { z } from 'zod'
import { actorOf } from '#server/audit/record.ts'
import { getEngine } from '#server/engine.ts'
import { checkSteering, confirmFanOut, refuseFanOut, waitingFanOuts } from '#server/fan-outs/confirm.ts'
import { fanOutUuid } from '#server/fan-outs/fan-out-id.ts'
import { fanOutOfStep, getFanOut, listFanOuts } from '#server/fan-outs/view-fan-out.ts'
import { pageInput } from '#server/page.ts'
import { asEditor, inWorkspace } from '#server/procedures.ts'
import { router } from '#server/trpc.ts'

export const itemStatuses = ['queued', 'running', 'sleeping', 'waiting', 'held', 'completed', 'failed', 'cancelled', 'skipped', 'not sent', 'no run'] as const

const one = z.object({ id: z.string() })

export const fanOutsRouter = router({
  list: inWorkspace.input(pageInput).query(({ ctx, input }) => listFanOuts(ctx.workspace.id, input)),
  get: inWorkspace.input(one).query(({ ctx, input }) => getFanOut(ctx.workspace.id, input.id, { id: ctx.user.id, role: ctx.role })),
  /** Those that wait until a person says go. */
  waiting: inWorkspace.query(({ ctx }) => waitingFanOuts(ctx.workspace.id, { id: ctx.user.id, role: ctx.role })),
  /** Only the one who is asked: the person named, or any owner or admin. */
  confirm: asEditor.input(one).mutation(({ ctx, input }) => confirmFanOut(ctx.workspace.id, input.id, { id: ctx.user.id, role: ctx.role }, actorOf(ctx.user))),
  refuse: asEditor.input(one).mutation(({ ctx, input }) => refuseFanOut(ctx.workspace.id, input.id, { id: ctx.user.id, role: ctx.role }, actorOf(ctx.user))),
  ofStep: inWorkspace.input(z.object({ run: z.string(), step: z.string() })).query(({ ctx, input }) => fanOutOfStep(ctx.workspace.id, input.run, input.step)),
  /** A page of items, by place; `only`: these outcomes. */
  items: inWorkspace
    .input(one.extend({ cursor: z.number().int().min(0).default(0), limit: z.number().int().min(1).max(200).default(100), only: z.array(z.enum(itemStatuses)).max(11).optional() }))
    .query(({ ctx, input }) => getEngine().fanOuts.items(ctx.workspace.id, fanOutUuid(input.id), { offset: input.cursor, limit: input.limit, ...(input.only === undefined ? {} : { only: input.only }) })),
  pause: asEditor.input(one.extend({ reason: z.string().trim().max(300).optional() })).mutation(({ ctx, input }) => getEngine().fanOuts.pause(ctx.workspace.id, fanOutUuid(input.id), actorOf(ctx.user), input.reason)),
  resume: asEditor.input(one).mutation(({ ctx, input }) => getEngine().fanOuts.resume(ctx.workspace.id, fanOutUuid(input.id), actorOf(ctx.user))),
  cancel: asEditor.input(one.extend({ running: z.boolean().default(false) })).mutation(async ({ ctx, input }) => {
    await checkSteering(ctx.workspace.id, input.id, { id: ctx.user.id, role: ctx.role })
    return getEngine().fanOuts.cancel(ctx.workspace.id, fanOutUuid(input.id), actorOf(ctx.user), { running: input.running })
  }),
  retryFailed: asEditor.input(one).mutation(({ ctx, input }) => getEngine().fanOuts.retryFailed(ctx.workspace.id, fanOutUuid(input.id), actorOf(ctx.user))),
  go: asEditor.input(one).mutation(({ ctx, input }) => getEngine().fanOuts.go(ctx.workspace.id, fanOutUuid(input.id), actorOf(ctx.user))),
  setLimit: asEditor
    .input(one.extend({ limit: z.number().int().min(1).max(100_000).nullable(), function: z.string().max(100).optional() }))
    .mutation(({ ctx, input }) => getEngine().fanOuts.setLimit(ctx.workspace.id, fanOutUuid(input.id), actorOf(ctx.user), input.limit, input.function)),
})
