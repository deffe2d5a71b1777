/** Settings of a workspace as a whole. */
import { z } from 'zod'
import { db } from '#server/db.ts'
import { asAdmin, inWorkspace } from '#server/procedures.ts'
import { router } from '#server/trpc.ts'
import { historyDays } from '#server/workspaces/history-days.ts'

export const workspacesRouter = router({
  /** For how many days history is kept; null = for ever. */
  history: inWorkspace.query(({ ctx }) => db().workspace.findUniqueOrThrow({ where: { id: ctx.workspace.id }, select: { eventDays: true, runDays: true } })),

  /** The engine reads it anew each minute. */
  setHistory: asAdmin.input(z.object({ eventDays: historyDays, runDays: historyDays })).mutation(({ ctx, input }) =>
    db().workspace.update({ where: { id: ctx.workspace.id }, data: { eventDays: input.eventDays, runDays: input.runDays }, select: { eventDays: true, runDays: true } })),
})
