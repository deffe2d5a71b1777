/** Being somewhere. What the others do comes with the changes of the workspace (live.ts). */
import { z } from 'zod'
import { publicId } from '#base/ids.ts'
import { inWorkspace } from '#server/procedures.ts'
import { rooms, type Person } from '#server/presence/rooms.ts'
import { router } from '#server/trpc.ts'
import { findWorkflow } from '#server/workflows/find-workflow.ts'

export interface Company {
  /** Public id of the workflow. */
  workflow: string
  /** All who are there, the asking window too. */
  people: Person[]
}

const window = z.object({ slug: z.string().min(1).max(100), clientId: z.string().min(8).max(64) })

export const presenceRouter = router({
  /** Enters, moves on, and says that one is still there. */
  move: inWorkspace
    .input(window.extend({ cursor: z.object({ x: z.number(), y: z.number() }).nullable(), selected: z.array(z.string().max(64)).max(50) }))
    .mutation(async ({ ctx, input }): Promise<Company> => {
      const workflow = publicId('wf', (await findWorkflow(ctx.workspace.id, input.slug)).id)
      const name = ctx.user.name?.trim() || ctx.user.email || 'Somebody'
      rooms().move({ workspace: ctx.workspace.id, workflow }, ctx.user.id, { clientId: input.clientId, name, cursor: input.cursor, selected: input.selected })
      return { workflow, people: rooms().people(workflow) }
    }),

  /** Of a window that closes; whoever cannot say so fades after a while. */
  leave: inWorkspace.input(window).mutation(async ({ ctx, input }): Promise<void> => {
    const workflow = publicId('wf', (await findWorkflow(ctx.workspace.id, input.slug)).id)
    rooms().leave({ workspace: ctx.workspace.id, workflow }, ctx.user.id, input.clientId)
  }),
})
