import { z } from 'zod'
import { actorOf } from '#server/audit/record.ts'
import { getEngine } from '#server/engine.ts'
import { asEditor, inWorkspace } from '#server/procedures.ts'
import { deleteSchedule, listSchedules, putSchedule, scheduleBody, scheduleKey, switchSchedule, ticksOf } from '#server/schedules/store.ts'
import { cronProblem, isTimeZone } from '#graph/compile/check-sources.ts'
import { router } from '#server/trpc.ts'

export const schedulesRouter = router({
  list: inWorkspace
    .input(z.object({ cursor: z.string().max(200).optional(), limit: z.number().int().min(1).max(200).default(100) }))
    .query(({ ctx, input }) => listSchedules(getEngine().pool, ctx.workspace.id, { limit: input.limit, ...(input.cursor === undefined ? {} : { after: input.cursor }) })),
  /** For the dialog: when it would fire, or what is wrong with the times. */
  preview: inWorkspace.input(z.object({ cron: z.string().max(255), timezone: z.string().max(64) })).query(({ input }) => {
    if (!isTimeZone(input.timezone)) return { next: [], problem: { field: 'timezone' as const, message: 'This is not a time zone.', fix: 'Use a name such as Europe/Berlin or UTC.' } }
    const problem = cronProblem(input.cron, input.timezone)
    if (problem !== null) return { next: [], problem: { field: 'cron' as const, message: problem.message, fix: problem.fix } }
    return { next: ticksOf(input.cron.trim(), input.timezone), problem: null }
  }),
  put: asEditor
    .input(z.object({ key: scheduleKey, isNew: z.boolean().default(false), schedule: scheduleBody }))
    .mutation(async ({ ctx, input }) => (await putSchedule(getEngine().pool, ctx.workspace.id, input.key, input.schedule, actorOf(ctx.user), { mustBeNew: input.isNew })).schedule),
  switch: asEditor.input(z.object({ key: z.string().max(200), enabled: z.boolean() })).mutation(({ ctx, input }) => switchSchedule(getEngine().pool, ctx.workspace.id, input.key, input.enabled, actorOf(ctx.user))),
  remove: asEditor.input(z.object({ key: z.string().max(200) })).mutation(async ({ ctx, input }) => {
    await deleteSchedule(getEngine().pool, ctx.workspace.id, input.key, actorOf(ctx.user))
    return { removed: input.key }
  }),
})
