import { z } from 'zod'
import { publicId } from '#base/ids.ts'
import type { JsonObject } from '#base/json.ts'
import { getEngine } from '#server/engine.ts'
import { listFunctions } from '#server/functions/list-functions.ts'
import { priceFacts } from '#server/functions/price.ts'
import { asEditor, inWorkspace } from '#server/procedures.ts'
import { router } from '#server/trpc.ts'

export const functionsRouter = router({
  list: inWorkspace.query(({ ctx }) => listFunctions(getEngine().pool, ctx.workspace.id)),
  /** What an emit per item would set off: facts for the price tag of that step. */
  price: inWorkspace
    .input(z.object({ workflow: z.string().max(100), function: z.string().max(100), step: z.string().max(100), event: z.string().max(256), drawn: z.array(z.string().max(100)).max(200) }))
    .query(({ ctx, input }) => priceFacts(ctx.workspace.id, input)),
  invoke: asEditor
    .input(z.object({ slug: z.string().max(100), data: z.record(z.string(), z.json()).default({}) }))
    .mutation(async ({ ctx, input }) => {
      const { runId } = await getEngine().invoke(ctx.workspace.id, input.slug, input.data as JsonObject)
      return { run: publicId('run', runId) }
    }),
})
