/** The workspace that the key belongs to. */
import { z } from 'zod'
import { route, type ApiRoute } from '#server/api/route.ts'
import { named } from '#server/api/schemas.ts'
import { findWorkspace } from '#server/workspaces/membership.ts'
import { renameWorkspace } from '#server/workspaces/rename.ts'

const tag = 'Workspace'

const workspace = z.object({ name: z.string(), slug: z.string().describe('In the address of its pages; it stays when the name changes') }).register(named, { id: 'Workspace' })

const shown = async (id: string) => {
  const { name, slug } = await findWorkspace(id)
  return { name, slug }
}

export const workspaceRoutes: ApiRoute[] = [
  route({
    method: 'GET', path: '/workspace', operationId: 'getWorkspace', summary: 'The workspace the key belongs to', tag,
    answers: { 200: { description: 'The workspace', schema: workspace } },
    handle: async ({ workspaceId }) => ({ status: 200, body: await shown(workspaceId) }),
  }),
  route({
    method: 'PATCH', path: '/workspace', operationId: 'renameWorkspace', summary: 'Give it another name; its address, keys and webhooks stay', tag,
    body: z.strictObject({ name: z.string({ error: '`name` is the new name.' }).max(200) }),
    answers: { 200: { description: 'The workspace as it is now', schema: workspace } },
    async handle({ workspaceId, actor, body }) {
      await renameWorkspace(workspaceId, body.name, actor)
      return { status: 200, body: await shown(workspaceId) }
    },
  }),
]
