import { z } from 'zod'
import { actorOf } from '#server/audit/record.ts'
import { listInvitations, revokeInvitation } from '#server/members/invitations.ts'
import { join, readInvitation, signUpByInvitation } from '#server/members/join.ts'
import { listMembersFor, setRole, takeOut } from '#server/members/members.ts'
import type { Decider } from '#server/members/one-at-a-time.ts'
import { rolesToInvite } from '#server/members/rules.ts'
import { inviteAndSend } from '#server/members/send-invitation.ts'
import { asAdmin, inWorkspace, publicProcedure, signedIn } from '#server/procedures.ts'
import { router } from '#server/trpc.ts'
import { roles } from '#server/workspaces/roles.ts'

const member = z.object({ id: z.string().max(60) })
const decider = (user: Parameters<typeof actorOf>[0]): Decider => ({ actor: actorOf(user), userId: user.id })
const byLink = z.object({ token: z.string().max(200) })

export const membersRouter = router({
  /** Everybody sees who is in; what they may do about it is said with each. */
  list: inWorkspace.query(async ({ ctx }) => ({ members: await listMembersFor(ctx.workspace.id, { id: ctx.user.id, role: ctx.role }), mayInviteAs: rolesToInvite(ctx.role) })),
  /** Whoever may not is told so by its rules, which also let people step down and leave. */
  setRole: inWorkspace.input(member.extend({ role: z.enum(roles) })).mutation(({ ctx, input }) => setRole(ctx.workspace.id, input.id, input.role, decider(ctx.user))),
  takeOut: inWorkspace.input(member).mutation(({ ctx, input }) => takeOut(ctx.workspace.id, input.id, decider(ctx.user))),

  invitations: asAdmin.query(({ ctx }) => listInvitations(ctx.workspace.id)),
  invite: asAdmin.input(z.object({ email: z.string().max(300), role: z.enum(roles) }))
    .mutation(({ ctx, input }) => inviteAndSend(ctx.workspace, input, decider(ctx.user))),
  revoke: asAdmin.input(member).mutation(({ ctx, input }) => revokeInvitation(ctx.workspace.id, input.id, decider(ctx.user))),

  /** For whoever holds the link, signed in or not. */
  byLink: publicProcedure.input(byLink).query(async ({ ctx, input }) => readInvitation(input.token, await ctx.user())),
  join: signedIn.input(byLink).mutation(({ ctx, input }) => join(input.token, ctx.user)),
  signUp: publicProcedure.input(byLink.extend({ name: z.string().max(120).optional(), password: z.string().max(1000) })).mutation(({ input: { token, ...account } }) => signUpByInvitation(token, account)),
})
