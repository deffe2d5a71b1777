import { z } from 'zod'
import { publicId } from '#base/ids.ts'
import { inWorkspace } from '#server/procedures.ts'
import { rooms, type Person } from '#server/presence/rooms.ts'
import { router } from '#server/trpc.ts'
import { findWorkflow } from '#server/workflows/find-workflow.ts'

const place = z.object({ slug: z.string().min(1).max(100), clientId: z.string().min(8).max(64) })
const gatherMs = 80

export const presenceRouter = router({
  /** The others, anew whenever one of them moves; whoever stops listening has left. */
  others: inWorkspace.input(place).subscription(async function* ({ ctx, input, signal }): AsyncGenerator<Person[]> {
    const { id } = await findWorkflow(ctx.workspace.id, input.slug)
    const workflow = publicId('wf', id)
    let wake: () => void = () => {}
    let changed = true
    const unsubscribe = rooms().subscribe(workflow, () => {
      changed = true
      wake()
    })
    const stop = () => wake()
    signal?.addEventListener('abort', stop)
    try {
      while (!ended(signal)) {
        if (!changed) await new Promise<void>((resolve) => (wake = resolve))
        if (ended(signal)) return
        await new Promise((resolve) => setTimeout(resolve, gatherMs))
        changed = false
        yield rooms().others(workflow, input.clientId)
      }
    } finally {
      signal?.removeEventListener('abort', stop)
      unsubscribe()
      rooms().leave(workflow, input.clientId)
    }
  }),

  move: inWorkspace
    .input(place.extend({ cursor: z.object({ x: z.number(), y: z.number() }).nullable(), selected: z.array(z.string().max(64)).max(50) }))
    .mutation(async ({ ctx, input }) => {
      const { id } = await findWorkflow(ctx.workspace.id, input.slug)
      const workflow = publicId('wf', id)
      const name = ctx.user.name?.trim() || ctx.user.email || 'Somebody'
      rooms().move(workflow, { clientId: input.clientId, name, cursor: input.cursor, selected: input.selected })
      return { others: rooms().others(workflow, input.clientId).length }
    }),
})

const ended = (signal: AbortSignal | undefined): boolean => signal?.aborted ?? false
