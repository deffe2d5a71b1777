import { z } from 'zod'
import { actorOf } from '#server/audit/record.ts'
import { FanwiseError } from '#base/errors.ts'
import { decide } from '#server/approvals/decide.ts'
import { placeOfToken, type ApprovalPlace } from '#server/approvals/link.ts'
import { listApprovals, readApproval } from '#server/approvals/read-approval.ts'
import { getEngine } from '#server/engine.ts'
import { asEditor, inWorkspace, publicProcedure } from '#server/procedures.ts'
import { runUuid } from '#server/runs/run-id.ts'
import { router } from '#server/trpc.ts'

const decision = z.object({ decision: z.enum(['approved', 'rejected']), comment: z.string().trim().max(5000, 'A comment has 5,000 characters at most.').default('') })

function placeOf(token: string): ApprovalPlace {
  const place = placeOfToken(token)
  if (place === null) throw new FanwiseError('not_found', 'This link is not complete.', { fix: 'Copy it again from where you got it.' })
  return place
}

/** Whoever was sent the link, not signed in. */
const holderOfLink = { id: null, name: 'somebody with the link' }

export const approvalsRouter = router({
  /** Those of the workspace that wait for a person. */
  waiting: inWorkspace.query(({ ctx }) => listApprovals(getEngine().pool, ctx.workspace.id)),
  /** What one step of a run asks, however many others wait. Null when the run is not kept. */
  asked: inWorkspace.input(z.object({ run: z.string(), step: z.string().max(80) })).query(({ ctx, input }) => readApproval(getEngine().pool, { workspaceId: ctx.workspace.id, runId: runUuid(input.run), step: input.step })),
  decide: asEditor.input(decision.extend({ run: z.string(), step: z.string().max(80) })).mutation(async ({ ctx, input }) => {
    await decide(getEngine(), { workspaceId: ctx.workspace.id, runId: runUuid(input.run), step: input.step }, { decision: input.decision, comment: input.comment, by: ctx.user.name ?? ctx.user.email }, actorOf(ctx.user))
    return { decided: input.decision }
  }),
  /** For whoever holds the link, signed in or not. */
  byLink: publicProcedure.input(z.object({ token: z.string().max(400) })).query(({ input }) => readApproval(getEngine().pool, placeOf(input.token))),
  decideByLink: publicProcedure.input(decision.extend({ token: z.string().max(400) })).mutation(async ({ ctx, input }) => {
    const user = await ctx.user()
    if ((await readApproval(getEngine().pool, placeOf(input.token))) === null) throw new FanwiseError('not_found', 'The run is not kept any more.', { fix: 'There is nothing left to decide.' })
    await decide(getEngine(), placeOf(input.token), { decision: input.decision, comment: input.comment, by: user === null ? null : (user.name ?? user.email) }, user === null ? holderOfLink : actorOf(user))
    return { decided: input.decision }
  }),
})
