/** How far a person is in the tour. It belongs to the person, not to a browser or a workspace. */
import { z } from 'zod'
import { adopt } from '#graph/adopt.ts'
import { tourDrawing } from '#examples/tour.ts'
import { actorOf } from '#server/audit/record.ts'
import { db } from '#server/db.ts'
import { asEditor, signedIn } from '#server/procedures.ts'
import { router } from '#server/trpc.ts'
import { takenSlugs } from '#server/workflows/from-template.ts'
import { createWorkflow } from '#server/workflows/import.ts'
import { asJson } from '#server/workflows/save-draft.ts'

export const tourStates = ['going', 'left', 'done'] as const

const tour = z.object({
  state: z.enum(tourStates),
  /** Id of the step that comes next. */
  step: z.string().max(40),
  /** Slugs of where it goes on. */
  workspace: z.string(),
  workflow: z.string(),
})
export type Tour = z.infer<typeof tour>

const firstStep = 'event'
const tourName = 'My first fan-out'

async function readTour(userId: string): Promise<Tour | null> {
  const row = await db().user.findUnique({ where: { id: userId }, select: { tour: true } })
  const parsed = tour.safeParse(row?.tour)
  return parsed.success ? parsed.data : null
}

async function keep(userId: string, value: Tour): Promise<Tour> {
  await db().user.update({ where: { id: userId }, data: { tour: asJson(value) } })
  return value
}

export const tourRouter = router({
  /** Null: never begun. */
  get: signedIn.query(({ ctx }) => readTour(ctx.user.id)),

  /** Goes on where it was left in this workspace; else, or with `again`, in a new workflow from the first step. */
  begin: asEditor.input(z.object({ again: z.boolean().default(false) })).mutation(async ({ ctx, input }) => {
    const known = await readTour(ctx.user.id)
    if (!input.again && known !== null && known.state !== 'done' && known.workspace === ctx.workspace.slug) {
      const workflow = await db().workflow.findFirst({ where: { workspaceId: ctx.workspace.id, slug: known.workflow, archivedAt: null }, select: { id: true } })
      if (workflow !== null) return keep(ctx.user.id, { ...known, state: 'going' })
    }
    const { document } = adopt(tourDrawing(), { slugs: await takenSlugs(ctx.workspace.id), hooks: true })
    const made = await createWorkflow(ctx.workspace.id, { name: tourName, document, authorId: ctx.user.id, by: actorOf(ctx.user) })
    return keep(ctx.user.id, { state: 'going', step: firstStep, workspace: ctx.workspace.slug, workflow: made.slug })
  }),

  move: signedIn.input(z.object({ step: z.string().min(1).max(40), state: z.enum(tourStates) })).mutation(async ({ ctx, input }) => {
    const known = await readTour(ctx.user.id)
    return known === null ? null : keep(ctx.user.id, { ...known, ...input })
  }),
})
