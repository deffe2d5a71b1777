/** The only checks of who may call what. Every tRPC procedure starts from one of these. */
import { z } from 'zod'
import { FanwiseError } from '#base/errors.ts'
import { baseProcedure } from '#server/trpc.ts'
import { findMembership, notAMember } from '#server/workspaces/membership.ts'
import { roles, type Role } from '#server/workspaces/roles.ts'

export const publicProcedure = baseProcedure

/** ctx.user is the person. */
export const signedIn = publicProcedure.use(async ({ ctx, next }) => {
  const user = await ctx.user()
  if (user === null) throw new FanwiseError('unauthorized', 'You are signed out.', { fix: 'Sign in again; what you typed is kept.' })
  return next({ ctx: { user } })
})

const workspaceInput = z.object({ workspace: z.string().min(1).max(80) })

/** `{ workspace: slug }` in the input; ctx.workspace and ctx.role once membership is proven. */
function inWorkspaceAs(least: Role) {
  return signedIn.input(workspaceInput).use(async ({ ctx, input, next }) => {
    const membership = await findMembership(ctx.user.id, input.workspace)
    if (membership === null) throw notAMember(input.workspace)
    if (roles.indexOf(membership.role) > roles.indexOf(least)) {
      throw new FanwiseError('forbidden', `Your role here is ${membership.role}; this needs ${least}.`, { fix: 'Ask an owner of the workspace.' })
    }
    return next({ ctx: { workspace: membership.workspace, role: membership.role } })
  })
}

/** Any member: reading. */
export const inWorkspace = inWorkspaceAs('viewer')
/** May change workflows, send events, control runs. */
export const asEditor = inWorkspaceAs('editor')
/** May manage keys and members. */
export const asAdmin = inWorkspaceAs('admin')
/** May end the workspace. */
export const asOwner = inWorkspaceAs('owner')
