import { z } from 'zod'
import { createAccount } from '#server/auth/sign-up.ts'
import { publicProcedure, signedIn } from '#server/procedures.ts'
import { router } from '#server/trpc.ts'
import { addWorkspace } from '#server/workspaces/create.ts'
import { workspacesOf } from '#server/workspaces/membership.ts'

export const accountRouter = router({
  signUp: publicProcedure
    .input(z.object({ email: z.string().max(300), password: z.string().max(1000), name: z.string().max(120).optional(), workspace: z.string().max(200) }))
    .mutation(async ({ input }) => ({ workspace: (await createAccount(input)).workspace.slug })),
  /** Another workspace of one's own. */
  newWorkspace: signedIn.input(z.object({ name: z.string().max(200) })).mutation(async ({ ctx, input }) => ({ workspace: (await addWorkspace(ctx.user, input.name)).slug })),
  me: signedIn.query(async ({ ctx }) => ({
    email: ctx.user.email,
    name: ctx.user.name,
    workspaces: (await workspacesOf(ctx.user.id)).map(({ slug, name }) => ({ slug, name })),
  })),
})
