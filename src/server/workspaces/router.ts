/** Settings of a workspace as a whole. */
import { z } from 'zod'
import { actorOf } from '#server/audit/record.ts'
import { getEngine } from '#server/engine.ts'
import { confirmRule, deciders, setConfirmRule } from '#server/fan-outs/confirm.ts'
import { asAdmin, asOwner, inWorkspace } from '#server/procedures.ts'
import { router } from '#server/trpc.ts'
import { deleteWorkspace, whatGoes } from '#server/workspaces/delete.ts'
import { historyDays, keepFor, keptFor } from '#server/workspaces/history-days.ts'
import { renameWorkspace } from '#server/workspaces/rename.ts'

export const workspacesRouter = router({
  /** Who the person is here, and what it is called. */
  here: inWorkspace.query(({ ctx }) => ({ role: ctx.role, name: ctx.workspace.name })),
  rename: asAdmin.input(z.object({ name: z.string().max(200) })).mutation(({ ctx, input }) => renameWorkspace(ctx.workspace.id, input.name, actorOf(ctx.user))),
  whatGoes: asOwner.query(({ ctx }) => whatGoes(ctx.workspace.id)),
  /** For good. `name`: typed by the person, to be sure. */
  delete: asOwner.input(z.object({ name: z.string().max(200) })).mutation(({ ctx, input }) => deleteWorkspace(ctx.workspace, input.name, ctx.user.id)),

  /** Above how many items a fan-out waits until whom says go. */
  confirm: inWorkspace.query(async ({ ctx }) => ({ ...(await confirmRule(getEngine().pool, ctx.workspace.id)), deciders: await deciders(ctx.workspace.id) })),
  setConfirm: asAdmin.input(z.object({ above: z.number().int('Use a whole number.').min(1, 'The least is 1.').max(100_000_000, 'The most is 100,000,000.').nullable(), by: z.uuid().nullable() }))
    .mutation(({ ctx, input: { above, by } }) => setConfirmRule(ctx.workspace.id, { above, by }, actorOf(ctx.user))),

  /** For how many days history is kept; null = for ever. */
  history: inWorkspace.query(({ ctx }) => keptFor(ctx.workspace.id)),
  /** What is not given stays: a page may have been open since before somebody else changed it. */
  setHistory: asAdmin.input(z.object({ eventDays: historyDays.optional(), runDays: historyDays.optional() })).mutation(({ ctx, input: { eventDays, runDays } }) => keepFor(ctx.workspace.id, { eventDays, runDays }, actorOf(ctx.user))),
})
