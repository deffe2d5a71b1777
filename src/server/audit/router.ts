import { z } from 'zod'
import { auditActors, listAudit } from '#server/audit/list-audit.ts'
import { getEngine } from '#server/engine.ts'
import { pageInput } from '#server/page.ts'
import { asAdmin } from '#server/procedures.ts'
import { router } from '#server/trpc.ts'

const filter = z.object({ who: z.string().max(60).optional(), action: z.string().max(60).optional(), thing: z.string().max(200).optional(), since: z.number().optional() })

export const auditRouter = router({
  list: asAdmin.input(pageInput.extend({ filter: filter.default({}) })).query(({ ctx, input }) => listAudit(getEngine().pool, ctx.workspace.id, input.filter, input)),
  /** Who did something lately, for the filter. */
  actors: asAdmin.query(({ ctx }) => auditActors(getEngine().pool, ctx.workspace.id)),
})
