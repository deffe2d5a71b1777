import { z } from 'zod'
import { auditActions, auditSubjects } from '#base/audit-actions.ts'
import { listAudit } from '#server/audit/list-audit.ts'
import { route, type ApiRoute } from '#server/api/route.ts'
import { anyJson, listOf, moment, named, pageQuery } from '#server/api/schemas.ts'
import { getEngine } from '#server/engine.ts'

const entry = z.object({
  id: z.string(), at: z.iso.datetime().describe('UTC, ISO 8601'),
  actor: z.object({
    kind: z.enum(['person', 'key', 'fanwise']).describe('fanwise: the installation itself, such as a breaker'),
    id: z.string().nullable(), name: z.string(), madeBy: z.string().nullable().describe('Of a key: who made it'),
  }),
  action: z.string().describe('What was done to what, such as connection.rename'), target: z.string().describe('Slug, name or id of the thing'), detail: anyJson,
}).register(named, { id: 'AuditEntry', description: 'Who did what to which thing. Never holds a secret.' })

const query = pageQuery.extend({
  who: z.string().max(60).optional().describe('Id of a person or key, as the list shows it, or fanwise'),
  action: z.enum([...auditActions, ...auditSubjects] as [string, ...string[]], { error: '`action` is one such as connection.rename, or what it is done to, such as connection.' }).optional().describe('A whole action, or what it is done to'),
  thing: z.string().max(200).optional().describe('Part of the name of the thing, or of a name in the detail'),
  since: moment('since').optional().describe('At or after this time'), until: moment('until').optional().describe('Before this time'),
})

export const auditRoutes: ApiRoute[] = [
  route({
    method: 'GET', path: '/audit', operationId: 'listAudit', summary: 'Who did what to which thing, newest first', tag: 'Audit', query,
    answers: { 200: { description: 'A page of entries', schema: listOf(entry) } },
    handle: async ({ workspaceId, query: { cursor, limit, ...filter } }) => ({ status: 200, body: await listAudit(getEngine().pool, workspaceId, filter, { limit, ...(cursor ? { cursor } : {}) }) }),
  }),
]
