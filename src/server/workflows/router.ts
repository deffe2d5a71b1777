/** Workflows for the editor. The work is done by the functions beside; this checks input and access. */
import { z } from 'zod'
import { FanwiseError } from '#base/errors.ts'
import { publicId } from '#base/ids.ts'
import type { JsonObject } from '#base/json.ts'
import { shortText } from '#base/storable-text.ts'
import { operation } from '#graph/operations.ts'
import { actorOf, audit } from '#server/audit/record.ts'
import { db } from '#server/db.ts'
import { env } from '#server/env.ts'
import { asEditor, inWorkspace } from '#server/procedures.ts'
import { router } from '#server/trpc.ts'
import { bringBack, deletedWorkflows } from '#server/workflows/bring-back.ts'
import { dataProcedures } from '#server/workflows/data-procedures.ts'
import { deleteWorkflow, whatEnds } from '#server/workflows/delete.ts'
import { findWorkflow, listWorkflows, storedDocument } from '#server/workflows/find-workflow.ts'
import { discardDraft, listHistory, readSnapshot, restore } from '#server/workflows/history.ts'
import { createFromTemplate } from '#server/workflows/from-template.ts'
import { checkName, createWorkflow } from '#server/workflows/import.ts'
import { loadCatalog } from '#server/workflows/load-catalog.ts'
import { publish } from '#server/workflows/publish.ts'
import { reviewFacts } from '#server/workflows/review.ts'
import { applyOperations, draftNews } from '#server/workflows/save-draft.ts'
import { tellEngine } from '#server/workflows/tell-engine.ts'
import { testRun } from '#server/workflows/test-run.ts'
import { trialInput } from '#server/workflows/trial-input.ts'
import { writingProcedures } from '#server/workflows/writing-procedures.ts'

const bySlug = z.object({ slug: z.string().min(1).max(80) })
const revision = z.number().int().min(0)
const snapshotRef = { revision, reason: z.string().min(1).max(200) }
const seen = { clientId: z.string().min(1).max(64), sinceRevision: revision }
const testEvent = z.object({
  name: z.string().trim().min(1, 'Give the event a name, such as order/placed.').max(256, 'An event name has at most 256 characters.').refine((name) => !name.includes('*'), 'Only triggers may have a `*`: send an exact name.'),
  data: z.record(z.string(), z.json()).default({}),
})

export const workflowsRouter = router({
  ...dataProcedures,
  ...writingProcedures,

  list: inWorkspace.query(({ ctx }) => listWorkflows(ctx.workspace.id)),

  get: inWorkspace.input(bySlug).query(async ({ ctx, input }) => {
    const row = await findWorkflow(ctx.workspace.id, input.slug)
    const [functions, catalog] = await Promise.all([
      db().$queryRaw<{ slug: string; version: number; hash: string }[]>`
        select f.slug, v.version, v.hash from function f
        join function_version v on v.workspace_id = f.workspace_id and v.function_id = f.id and v.version = f.current_version
        where f.workspace_id = ${ctx.workspace.id}::uuid and f.workflow_id = ${row.id}::uuid and f.archived_at is null order by f.slug`,
      loadCatalog(ctx.workspace.id, row.id),
    ])
    const published = row.published === null || row.publishedAt === null ? null : {
      document: storedDocument(row.published), version: row.publishedVersion, revision: row.publishedRevision, at: row.publishedAt.toISOString(),
    }
    return { id: row.id, slug: row.slug, name: row.name, document: storedDocument(row.draft), revision: row.draftRevision, published, functions, catalog }
  }),

  /** Empty, or with the drawing of a template. */
  create: asEditor.input(z.object({ name: z.string().max(200), template: z.string().max(80).optional() })).mutation(({ ctx, input }) =>
    input.template === undefined
      ? createWorkflow(ctx.workspace.id, { name: input.name, authorId: ctx.user.id, by: actorOf(ctx.user) })
      : createFromTemplate(ctx.workspace.id, { name: input.name, template: input.template, authorId: ctx.user.id, by: actorOf(ctx.user) })),

  rename: asEditor.input(bySlug.extend({ name: z.string().max(200) })).mutation(async ({ ctx, input }) => {
    const row = await findWorkflow(ctx.workspace.id, input.slug)
    const name = checkName(input.name)
    await db().$transaction(async (tx) => {
      await tx.workflow.update({ where: { workspaceId_id: { workspaceId: ctx.workspace.id, id: row.id } }, data: { name } })
      if (name !== row.name) await audit(tx, ctx.workspace.id, actorOf(ctx.user), 'workflow.rename', row.slug, { name, before: row.name })
    })
    tellEngine((engine) => engine.live.workflowChanged(ctx.workspace.id, row.id))
    return { slug: row.slug, name }
  }),

  /** What ends with it, before somebody deletes it. */
  whatEnds: asEditor.input(bySlug).query(({ ctx, input }) => whatEnds(ctx.workspace.id, input.slug)),

  delete: asEditor.input(bySlug).mutation(({ ctx, input }) => deleteWorkflow(ctx.workspace.id, input.slug, actorOf(ctx.user))),

  deleted: asEditor.query(({ ctx }) => deletedWorkflows(ctx.workspace.id)),

  /** Undoes `delete`. */
  bringBack: asEditor.input(bySlug).mutation(({ ctx, input }) => bringBack(ctx.workspace.id, input.slug, ctx.user.id, actorOf(ctx.user))),

  applyOperations: asEditor
    .input(bySlug.extend({ ...seen, operations: z.array(operation).max(500), author: z.string().max(40).optional() }))
    .mutation(async ({ ctx, input }) => {
      if (input.author !== undefined && input.author !== publicId('usr', ctx.user.id)) throw signedInAsAnother(ctx.user)
      const row = await findWorkflow(ctx.workspace.id, input.slug)
      return applyOperations(ctx.workspace.id, row.id, { ...input, authorId: ctx.user.id })
    }),

  /** What others did to the draft since a revision, for whoever has it open; viewers have no other way to see it. */
  draftNews: inWorkspace.input(bySlug.extend(seen)).query(async ({ ctx, input }) =>
    draftNews(ctx.workspace.id, (await findWorkflow(ctx.workspace.id, input.slug)).id, input)),

  /** What is live, in detail, for the review before a publish. */
  review: inWorkspace.input(bySlug).query(async ({ ctx, input }) => reviewFacts(ctx.workspace.id, (await findWorkflow(ctx.workspace.id, input.slug)).id)),

  publish: asEditor.input(bySlug.extend({ revision: revision.optional(), functions: z.array(z.string().min(1).max(80)).min(1, 'Choose a function.').max(1000).optional(), note: z.string().max(1000, 'A note has at most 1,000 characters.').optional() })).mutation(async ({ ctx, input }) => {
    const row = await findWorkflow(ctx.workspace.id, input.slug)
    return publish(ctx.workspace.id, row.id, {
      ...(input.revision === undefined ? {} : { revision: input.revision }), ...(input.functions === undefined ? {} : { functions: input.functions }),
      ...(input.note === undefined ? {} : { note: shortText(input.note, input.note.length) }), authorId: ctx.user.id, by: actorOf(ctx.user),
    })
  }),

  /** Runs the draft as it is on the screen, or a part of it; what is published is not touched. */
  test: asEditor.input(bySlug.extend({ revision, event: testEvent, ...trialInput })).mutation(async ({ ctx, input }) => {
    const { workspace: _, slug, event, part, ...rest } = input
    const row = await findWorkflow(ctx.workspace.id, slug)
    return testRun(ctx.workspace.id, row.id, { ...rest, ...(part === undefined ? {} : { part }), event: { name: event.name, data: event.data as JsonObject }, authorId: ctx.user.id })
  }),

  /** What of a test leaves this installation. */
  outside: inWorkspace.query((): { mail: 'smtp' | 'outbox' } => ({ mail: env().FANWISE_SMTP_URL === undefined ? 'outbox' : 'smtp' })),

  /** What the draft was in the last 30 days. */
  history: inWorkspace.input(bySlug).query(async ({ ctx, input }) => listHistory(ctx.workspace.id, (await findWorkflow(ctx.workspace.id, input.slug)).id)),

  /** The drawing of one entry of the history. */
  snapshot: inWorkspace.input(bySlug.extend(snapshotRef)).query(async ({ ctx, input }) => {
    const row = await findWorkflow(ctx.workspace.id, input.slug)
    return (await readSnapshot(ctx.workspace.id, row.id, input)).document
  }),

  restore: asEditor.input(bySlug.extend(snapshotRef)).mutation(async ({ ctx, input }) => {
    const row = await findWorkflow(ctx.workspace.id, input.slug)
    return restore(ctx.workspace.id, row.id, input, ctx.user.id)
  }),

  /** The draft becomes what was published last, as one edit that can be undone like any other. */
  discardDraft: asEditor.input(bySlug).mutation(async ({ ctx, input }) => {
    const row = await findWorkflow(ctx.workspace.id, input.slug)
    return discardDraft(ctx.workspace.id, row.id, ctx.user.id)
  }),
})

/** Edits wait in a browser for whoever made them, also while somebody else is signed in there. */
function signedInAsAnother({ name, email }: { name: string | null; email: string }): FanwiseError {
  return new FanwiseError('unauthorized', `These edits are of somebody else than ${name ?? email}, who is signed in now.`, { field: 'author', fix: 'They are kept in this browser. Sign in as the person who made them.' })
}
