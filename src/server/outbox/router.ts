import { z } from 'zod'
import { FanwiseError } from '#base/errors.ts'
import { getEngine } from '#server/engine.ts'
import { listOutbox, readOutboxMail } from '#server/outbox/store.ts'
import { inWorkspace } from '#server/procedures.ts'
import { router } from '#server/trpc.ts'

export const outboxRouter = router({
  list: inWorkspace
    .input(z.object({ cursor: z.string().optional(), limit: z.number().int().min(1).max(200).default(50) }))
    .query(({ ctx, input }) => listOutbox(getEngine().pool, ctx.workspace.id, ctx.role, input)),
  get: inWorkspace.input(z.object({ id: z.string() })).query(async ({ ctx, input }) => {
    const mail = await readOutboxMail(getEngine().pool, ctx.workspace.id, ctx.role, input.id)
    if (mail === null) throw new FanwiseError('not_found', 'There is no such mail.', { fix: 'Go back to the Outbox.' })
    return mail
  }),
})
