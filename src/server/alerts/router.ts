/** Failure alerts of a workspace: the switch, who gets them, a test. */
import { z } from 'zod'
import { FanwiseError } from '#base/errors.ts'
import { getAlerts } from '#server/alerts/context.ts'
import { alertRecipients, sendTestAlert } from '#server/alerts/send-alerts.ts'
import { actorOf, audit } from '#server/audit/record.ts'
import { db } from '#server/db.ts'
import { asAdmin, inWorkspace } from '#server/procedures.ts'
import { router } from '#server/trpc.ts'

export const alertsRouter = router({
  get: inWorkspace.query(async ({ ctx }) => {
    const [row, recipients] = await Promise.all([
      db().workspace.findUniqueOrThrow({ where: { id: ctx.workspace.id }, select: { alertsOn: true, alertedAt: true } }),
      alertRecipients(getAlerts().pool, ctx.workspace.id),
    ])
    return { on: row.alertsOn, lastAt: row.alertedAt?.toISOString() ?? null, recipients }
  }),

  set: asAdmin.input(z.object({ on: z.boolean() })).mutation(async ({ ctx, input }) => {
    await db().$transaction(async (tx) => {
      const { count } = await tx.workspace.updateMany({ where: { id: ctx.workspace.id, alertsOn: !input.on }, data: { alertsOn: input.on } })
      if (count > 0) await audit(tx, ctx.workspace.id, actorOf(ctx.user), 'workspace.alerts', 'alerts', { on: input.on })
      // What failed while they were off is no news.
      if (count > 0 && input.on) await tx.failure.updateMany({ where: { workspaceId: ctx.workspace.id, toldAt: null }, data: { toldAt: new Date() } })
    })
    return { on: input.on }
  }),

  /** Sends one to everybody who would get a real one, now. */
  test: asAdmin.mutation(async ({ ctx }) => {
    const sent = await sendTestAlert(getAlerts(), ctx.workspace.id)
    if (sent.to.length === 0) throw new FanwiseError('conflict', 'This workspace has no owner or admin, so nobody gets alerts.', { fix: 'Make somebody an owner or admin.' })
    return sent
  }),
})
