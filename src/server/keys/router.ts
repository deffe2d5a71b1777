import { z } from 'zod'
import { actorOf } from '#server/audit/record.ts'
import { createKey, listKeys, revokeKey } from '#server/keys/keys.ts'
import { asAdmin, inWorkspace } from '#server/procedures.ts'
import { router } from '#server/trpc.ts'
import { mayAct } from '#server/workspaces/roles.ts'

const keyName = z.string().trim().min(1, 'Give the key a name, such as the service that will use it.').max(80, 'Use at most 80 characters.')

export const keysRouter = router({
  /** Whoever has the text of an event key sends events: viewers see that there is one. */
  list: inWorkspace.query(async ({ ctx }) => (await listKeys(ctx.workspace.id)).map((key) => (mayAct(ctx.role) ? key : { ...key, text: null }))),
  create: asAdmin
    .input(z.object({ kind: z.enum(['api', 'event']), name: keyName }))
    .mutation(({ ctx, input }) => createKey(ctx.workspace.id, input.kind, input.name, actorOf(ctx.user))),
  revoke: asAdmin.input(z.object({ id: z.string() })).mutation(({ ctx, input }) => revokeKey(ctx.workspace.id, input.id, actorOf(ctx.user))),
})
