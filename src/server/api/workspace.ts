/** The workspace that the key belongs to. */
import { z } from 'zod'
import { route, type ApiRoute } from '#server/api/route.ts'
import { named } from '#server/api/schemas.ts'
import { findWorkspace } from '#server/workspaces/membership.ts'
import { historyDays, keptFor, keepFor } from '#server/workspaces/history-days.ts'
import { renameWorkspace } from '#server/workspaces/rename.ts'

const tag = 'Workspace'

const workspace = z.object({
  name: z.string(), slug: z.string().describe('In the address of its pages; it stays when the name changes'),
  eventDays: z.number().int().nullable().describe('For how many days events are kept; null = for ever'), runDays: z.number().int().nullable().describe('The same for runs, counted from their end'),
}).register(named, { id: 'Workspace' })

const shown = async (id: string) => {
  const [{ name, slug }, kept] = await Promise.all([findWorkspace(id), keptFor(id)])
  return { name, slug, ...kept }
}

export const workspaceRoutes: ApiRoute[] = [
  route({
    method: 'GET', path: '/workspace', operationId: 'getWorkspace', summary: 'The workspace the key belongs to', tag,
    answers: { 200: { description: 'The workspace', schema: workspace } },
    handle: async ({ workspaceId }) => ({ status: 200, body: await shown(workspaceId) }),
  }),
  route({
    method: 'PATCH', path: '/workspace', operationId: 'changeWorkspace', summary: 'Give it another name, or keep history for longer or shorter; what is older is deleted', tag,
    body: z.strictObject({ name: z.string({ error: '`name` is the new name.' }).max(200).optional(), eventDays: historyDays.optional(), runDays: historyDays.optional() })
      .refine((body) => Object.values(body).some((value) => value !== undefined), { error: 'Send name, eventDays or runDays.' }),
    answers: { 200: { description: 'The workspace as it is now', schema: workspace } },
    async handle({ workspaceId, actor, body }) {
      const { name, ...days } = body
      if (name !== undefined) await renameWorkspace(workspaceId, name, actor)
      if (Object.keys(days).length > 0) await keepFor(workspaceId, days, actor)
      return { status: 200, body: await shown(workspaceId) }
    },
  }),
]
