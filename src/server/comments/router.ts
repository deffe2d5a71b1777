/** Comments beside a drawing. Every member may comment; what somebody wrote is theirs to change. */
import { z } from 'zod'
import { FanwiseError } from '#base/errors.ts'
import { publicId } from '#base/ids.ts'
import { shortText } from '#base/storable-text.ts'
import { getAlerts } from '#server/alerts/context.ts'
import { answer, beginThread, editComment, listThreads, moveThread, peopleOf, removeComment, resolveThread, type Place, type ThreadPlace } from '#server/comments/store.ts'
import { tellMentions } from '#server/comments/tell-mentions.ts'
import { markSeen, unseenMentions } from '#server/comments/unseen.ts'
import { db } from '#server/db.ts'
import { inWorkspace } from '#server/procedures.ts'
import { router } from '#server/trpc.ts'
import { findWorkflow } from '#server/workflows/find-workflow.ts'

const bySlug = z.object({ slug: z.string().min(1).max(80) })
// The store says how long a text may be, with what to do.
const body = z.string().max(200_000)
const comment = z.string().min(1).max(40)

const nodeId = z.string().min(1).max(64).refine((id) => !id.includes('\u0000'), 'This is not the id of a node.')
/** As far as anybody draws. */
const coordinate = z.number().min(-1_000_000).max(1_000_000)
const point = z.object({ x: coordinate, y: coordinate })

const inWorkflow = inWorkspace.input(bySlug)

async function placeOf({ ctx, input }: { ctx: { workspace: { id: string }; user: { id: string } }; input: { slug: string } }): Promise<Place> {
  const { id } = await findWorkflow(ctx.workspace.id, input.slug)
  return { workspaceId: ctx.workspace.id, workflowId: id, authorId: ctx.user.id }
}

function threadPlace({ node, title = '', at }: { node?: string | undefined; title?: string | undefined; at?: { x: number; y: number } | undefined }): ThreadPlace {
  if (node !== undefined && at === undefined) return { node, title: shortText(title.trim(), 120) || 'Something' }
  if (at !== undefined && node === undefined) return { at }
  throw new FanwiseError('bad_request', 'A thread is on a node or at a point of the canvas.', { fix: 'Give `node`, or `at` with `x` and `y`, and not both.' })
}

let telling = false
let tellAgain = false

/**
 * The comment does not wait for the mail; what fails here is tried again by the duty. One at a time: each keeps a
 * connection of the engine for as long as its mails take, and a mail server that hangs must not take them all.
 */
function tellLater(): void {
  tellAgain = telling
  if (telling) return
  telling = true
  void Promise.resolve().then(() => tellMentions(getAlerts())).catch(() => {}).finally(() => {
    telling = false
    if (tellAgain) tellLater()
  })
}

export const commentsRouter = router({
  list: inWorkflow.query(async ({ ctx, input }) => listThreads(ctx.workspace.id, (await findWorkflow(ctx.workspace.id, input.slug)).id, ctx.user.id)),

  /** Who can be mentioned. */
  people: inWorkspace.query(async ({ ctx }) => (await peopleOf(db(), ctx.workspace.id)).map(({ id, handle, email }) => ({ id: publicId('usr', id), handle, email, me: id === ctx.user.id }))),

  /** On a node, or at a point of the canvas. */
  begin: inWorkflow.input(z.object({ node: nodeId.optional(), title: z.string().max(20_000).optional(), at: point.optional(), body })).mutation(async (call) => {
    const made = await beginThread(await placeOf(call), threadPlace(call.input), call.input.body)
    tellLater()
    return made
  }),
  /** A thread at a point goes to another. */
  move: inWorkflow.input(z.object({ thread: comment, at: point })).mutation(async (call) => moveThread(await placeOf(call), call.input.thread, call.input.at)),
  answer: inWorkflow.input(z.object({ thread: comment, body })).mutation(async (call) => {
    const made = await answer(await placeOf(call), call.input.thread, call.input.body)
    tellLater()
    return made
  }),
  edit: inWorkflow.input(z.object({ comment, body })).mutation(async (call) => {
    await editComment(await placeOf(call), call.input.comment, call.input.body)
    tellLater()
  }),
  remove: inWorkflow.input(z.object({ comment })).mutation(async (call) => removeComment(await placeOf(call), call.input.comment)),
  resolve: inWorkflow.input(z.object({ thread: comment, resolved: z.boolean() })).mutation(async (call) => resolveThread(await placeOf(call), call.input.thread, call.input.resolved)),

  /** Mentions of the person that they have not looked at. */
  unseen: inWorkspace.query(({ ctx }) => unseenMentions(ctx.workspace.id, ctx.user.id)),
  /** `thread` null: all of them. */
  seen: inWorkspace.input(z.object({ thread: comment.nullable() })).mutation(({ ctx, input }) => markSeen(ctx.workspace.id, ctx.user.id, input.thread)),
})
