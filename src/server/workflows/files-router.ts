/** Files that become workflows. The text goes in a body, so both are mutations. */
import { z } from 'zod'
import { actorOf } from '#server/audit/record.ts'
import { asEditor } from '#server/procedures.ts'
import { router } from '#server/trpc.ts'
import { importFile, previewFile } from '#server/workflows/import-file.ts'

// The reader says how large a drawing may be, with what to do.
const text = z.string().max(20_000_000)

export const filesRouter = router({
  preview: asEditor.input(z.object({ text, fileName: z.string().max(300) })).mutation(({ ctx, input }) => previewFile(ctx.workspace.id, input.text, input.fileName)),
  import: asEditor.input(z.object({ text, name: z.string().max(200) })).mutation(({ ctx, input }) => importFile(ctx.workspace.id, { text: input.text, name: input.name, authorId: ctx.user.id, by: actorOf(ctx.user) })),
})
