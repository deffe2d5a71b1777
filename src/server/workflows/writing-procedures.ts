/** What the fields of the editor ask while somebody writes in them. */
import { z } from 'zod'
import { FanwiseError } from '#base/errors.ts'
import { jsonBytes, type Json } from '#base/json.ts'
import { asEditor, inWorkspace } from '#server/procedures.ts'
import { payloadElsewhere } from '#server/workflows/payload-elsewhere.ts'
import { tryExpression } from '#server/workflows/try-expression.ts'

const scopeBytesMost = 400_000

export const writingProcedures = {
  /** A mutation, because what it reads may be long. It changes nothing. */
  tryExpression: asEditor
    .input(z.object({
      text: z.string().max(20_000), kind: z.enum(['template', 'json', 'expression']), scope: z.record(z.string(), z.json()),
      escape: z.enum(['html', 'url']).optional(), item: z.boolean().default(false),
    }))
    .mutation(({ ctx, input: { text, kind, scope, escape, item } }) => {
      if (jsonBytes(scope) > scopeBytesMost) throw new FanwiseError('bad_request', 'That is too much data to try a field with.', { field: 'scope', fix: 'Choose a smaller event as the sample.' })
      return tryExpression({ text, kind, scope: scope as Record<string, Json>, escape, item }, ctx.workspace.id)
    }),

  /** What functions of other workflows read of an event of this name, or what the one that is called reads of its data. */
  payloadElsewhere: inWorkspace
    .input(z.object({ event: z.string().max(256), exceptSlug: z.string().max(80), called: z.string().max(80).optional() }))
    .query(({ ctx, input }) => payloadElsewhere(ctx.workspace.id, input.event, input.exceptSlug, input.called)),
}
