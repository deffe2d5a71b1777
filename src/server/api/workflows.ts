import { z } from 'zod'
import { route, type ApiRoute } from '#server/api/route.ts'
import { imported, importBody, listOf, published, workflow, workflowSummary } from '#server/api/schemas.ts'
import { deleteWorkflow } from '#server/workflows/delete.ts'
import { exportWorkflow } from '#server/workflows/export.ts'
import { findWorkflow, listWorkflows } from '#server/workflows/find-workflow.ts'
import { importWorkflow } from '#server/workflows/import.ts'
import { publish } from '#server/workflows/publish.ts'

const tag = 'Workflows'

export const workflowRoutes: ApiRoute[] = [
  route({
    method: 'GET', path: '/workflows', operationId: 'listWorkflows', summary: 'List workflows', tag,
    answers: { 200: { description: 'All workflows, oldest first', schema: listOf(workflowSummary) } },
    async handle({ workspaceId }) {
      const rows = await listWorkflows(workspaceId)
      const data = rows.map(({ slug, name, updatedAt, publishedAt, publishedVersion, draftChanged, functions }) => ({
        slug, name, updatedAt, published: publishedAt === null ? null : { version: publishedVersion, at: publishedAt }, draftChanged, functions,
      }))
      return { status: 200, body: { data, nextCursor: null } }
    },
  }),
  route({
    method: 'GET', path: '/workflows/:slug', operationId: 'exportWorkflow', summary: 'Export a workflow: its draft as import reads it', tag,
    answers: { 200: { description: 'The workflow', schema: workflow } },
    handle: async ({ workspaceId, path }) => ({ status: 200, body: await exportWorkflow(workspaceId, path.slug!) }),
  }),
  route({
    method: 'DELETE', path: '/workflows/:slug', operationId: 'deleteWorkflow', summary: 'Delete a workflow: its functions react to nothing any more; what has begun goes on', tag,
    answers: { 200: { description: 'Which functions start no new runs from now on', schema: z.object({ slug: z.string(), removed: z.array(z.string()) }) } },
    handle: async ({ workspaceId, actor, path }) => ({ status: 200, body: await deleteWorkflow(workspaceId, path.slug!, actor) }),
  }),
  route({
    method: 'POST', path: '/workflows', operationId: 'importWorkflow', summary: 'Import a workflow, and publish it when asked', tag,
    body: importBody,
    answers: { 201: { description: 'A new workflow', schema: imported }, 200: { description: 'The draft of an existing one was replaced', schema: imported } },
    async handle({ workspaceId, actor, body }) {
      const { name, slug, graph, publish: andPublish } = body
      const answer = await importWorkflow(workspaceId, { name, graph, authorId: null, by: actor, ...(slug === undefined ? {} : { slug }), ...(andPublish === undefined ? {} : { publish: andPublish }) })
      return { status: answer.created ? 201 : 200, body: answer }
    },
  }),
  route({
    method: 'POST', path: '/workflows/:slug/publish', operationId: 'publishWorkflow', summary: 'Publish the draft; says which functions got a new version', tag,
    body: z.object({ revision: z.number().int().optional() }).optional(),
    answers: { 200: { description: 'What is live now', schema: published } },
    async handle({ workspaceId, actor, path, body }) {
      const { id } = await findWorkflow(workspaceId, path.slug!)
      return { status: 200, body: await publish(workspaceId, id, { authorId: null, by: actor, ...(body?.revision === undefined ? {} : { revision: body.revision }) }) }
    },
  }),
]
