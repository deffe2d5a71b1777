import { z } from 'zod'
import { publicId } from '#base/ids.ts'
import type { JsonObject } from '#base/json.ts'
import { getEngine } from '#server/engine.ts'
import { listFunctions } from '#server/functions/list-functions.ts'
import { asEditor, inWorkspace } from '#server/procedures.ts'
import { router } from '#server/trpc.ts'

export const functionsRouter = router({
  list: inWorkspace.query(({ ctx }) => listFunctions(getEngine().pool, ctx.workspace.id)),
  invoke: asEditor
    .input(z.object({ slug: z.string().max(100), data: z.record(z.string(), z.json()).default({}) }))
    .mutation(async ({ ctx, input }) => {
      const { runId } = await getEngine().invoke(ctx.workspace.id, input.slug, input.data as JsonObject)
      return { run: publicId('run', runId) }
    }),
})
