import { z } from 'zod'
import { FanwiseError } from '#base/errors.ts'
import { route, type ApiRoute } from '#server/api/route.ts'
import { listOf } from '#server/api/schemas.ts'
import { connectionConfig, connectionInput, connectionKinds, connectionName, hostList, secretText, settingValue, valueName } from '#server/connections/kinds.ts'
import { findNamed } from '#server/connections/names.ts'
import { changeConnection, createConnection, deleteConnection, listConnections, type ConnectionEntry } from '#server/connections/store.ts'
import { testConnection } from '#server/connections/test-connection.ts'
import { usesOf, withUses, type Used } from '#server/connections/used-by.ts'
import { deleteSecret, deleteSetting, listSecrets, listSettings, setSecret, setSetting } from '#server/connections/values.ts'

const tag = 'Connections'
const use = z.object({ workflow: z.object({ slug: z.string(), name: z.string() }), function: z.string(), step: z.string(), published: z.boolean() })
const last4 = z.string().nullable().describe('End of the secret; null for a short one')
const earlierNames = z.array(z.string()).describe('Names it had before; steps that use them go on working')
const connection = z.object({
  id: z.string(), name: z.string(), earlierNames, kind: z.enum(connectionKinds), config: connectionConfig, hosts: z.array(z.string()).describe('Where its secret may go'), last4,
  changedBy: z.string(), updatedAt: z.string(), uses: z.array(use),
})
const secret = z.object({ name: z.string(), earlierNames, hosts: z.array(z.string()), last4, changedBy: z.string(), updatedAt: z.string(), uses: z.array(use) })
const setting = z.object({ name: z.string(), value: z.string(), changedBy: z.string(), updatedAt: z.string(), uses: z.array(use) })
const saved = { 200: { description: 'Saved', schema: z.object({ saved: z.literal(true) }) } }
const deleted = { 200: { description: 'Deleted', schema: z.object({ deleted: z.literal(true) }) } }
const kind = z.enum(connectionKinds)
const forget = z.array(z.string().max(64)).max(20).optional().describe('Earlier names that are to lead there no more')

async function byName(workspaceId: string, name: string): Promise<ConnectionEntry> {
  const found = findNamed(await listConnections(workspaceId), name)
  if (found === undefined) throw new FanwiseError('not_found', `There is no connection ${name} in this workspace.`, { fix: 'GET /connections lists them.' })
  return found
}

/** A name in the path, by the rule of the names in bodies. */
function nameIn(path: Record<string, string>): string {
  const parsed = valueName.safeParse(path.name)
  if (!parsed.success) throw new FanwiseError('bad_request', parsed.error.issues[0]!.message, { field: 'name' })
  return parsed.data
}

async function listed<T extends { name: string; earlierNames?: string[] }>(workspaceId: string, what: Used, entries: Promise<T[]>) {
  const [list, uses] = await Promise.all([entries, usesOf(workspaceId, what)])
  return { status: 200, body: { data: withUses(list, uses).map(({ earlier: _counted, ...entry }) => entry), nextCursor: null } }
}

/** The rules of a kind name fields below `config`; the schema of the body is checked before. */
function checked(input: { kind: ConnectionEntry['kind']; config: z.input<typeof connectionConfig> }) {
  const parsed = connectionInput.safeParse(input)
  if (parsed.success) return parsed.data
  const issue = parsed.error.issues[0]!
  throw new FanwiseError('bad_request', issue.message, { field: issue.path.join('.') })
}

export const connectionRoutes: ApiRoute[] = [
  route({
    method: 'GET', path: '/connections', operationId: 'listConnections', summary: 'Connections, where their secrets may go and which steps use them; never a secret', tag,
    answers: { 200: { description: 'All connections', schema: listOf(connection) } },
    handle: ({ workspaceId }) => listed(workspaceId, 'connection', listConnections(workspaceId)),
  }),
  route({
    method: 'POST', path: '/connections', operationId: 'createConnection', summary: 'Make a connection', tag,
    body: z.strictObject({ name: connectionName, kind, config: connectionConfig, secret: secretText.describe('Token, password, key or client secret. Stored encrypted, never shown') }),
    answers: { 201: { description: 'Made', schema: z.object({ id: z.string() }) } },
    handle: async ({ workspaceId, actor, body }) => ({ status: 201, body: await createConnection(workspaceId, { ...checked(body), name: body.name, secret: body.secret }, actor) }),
  }),
  route({
    method: 'PUT', path: '/connections/:name', operationId: 'changeConnection', summary: 'Change or rename a connection; without a secret the stored one stays, for the same hosts', tag,
    body: z.strictObject({ name: connectionName.optional().describe('What it is called from now on; the old name still leads to it'), kind, config: connectionConfig, secret: secretText.optional(), forget }),
    answers: saved,
    async handle({ workspaceId, actor, path, body }) {
      await changeConnection(workspaceId, (await byName(workspaceId, path.name!)).id, { ...checked({ kind: body.kind, config: body.config }), name: body.name, secret: body.secret, forget: body.forget }, actor)
      return { status: 200, body: { saved: true } }
    },
  }),
  route({
    method: 'DELETE', path: '/connections/:name', operationId: 'deleteConnection', summary: 'Delete a connection; steps that use it fail from then on', tag,
    answers: deleted,
    async handle({ workspaceId, actor, path }) {
      await deleteConnection(workspaceId, (await byName(workspaceId, path.name!)).id, actor)
      return { status: 200, body: { deleted: true } }
    },
  }),
  route({
    method: 'POST', path: '/connections/:name/test', operationId: 'testConnection', summary: 'Send one GET with a connection and tell what came of it', tag,
    body: z.strictObject({ path: z.string().max(2000).optional().describe('Below its base address') }).optional(),
    answers: { 200: { description: 'What was answered', schema: z.object({ ok: z.boolean(), status: z.number().nullable(), url: z.string(), message: z.string(), body: z.string(), ms: z.number() }) } },
    handle: async ({ workspaceId, path, body }) => ({ status: 200, body: await testConnection(workspaceId, (await byName(workspaceId, path.name!)).id, body?.path ?? '') }),
  }),
  route({
    method: 'GET', path: '/secrets', operationId: 'listSecrets', summary: 'Names of secrets and which steps use them; never a value', tag,
    answers: { 200: { description: 'All secrets', schema: listOf(secret) } },
    handle: ({ workspaceId }) => listed(workspaceId, 'secret', listSecrets(workspaceId)),
  }),
  route({
    method: 'PUT', path: '/secrets/:name', operationId: 'setSecret', summary: 'Make, change or rename a secret, read as secrets.NAME by HTTP requests', tag,
    body: z.strictObject({ value: secretText.optional().describe('Needed for a new one, and to allow more hosts. Stored encrypted, never shown'), hosts: hostList.optional().describe('Where it may go; none = anywhere outside. Left out: as it is'), name: valueName.optional().describe('What it is called from now on; the old name still leads to it'), forget }),
    answers: saved,
    async handle({ workspaceId, actor, path, body }) {
      await setSecret(workspaceId, { name: nameIn(path), newName: body.name, value: body.value, hosts: body.hosts, forget: body.forget }, actor)
      return { status: 200, body: { saved: true } }
    },
  }),
  route({
    method: 'DELETE', path: '/secrets/:name', operationId: 'deleteSecret', summary: 'Delete a secret; steps that read it fail from then on', tag,
    answers: deleted,
    async handle({ workspaceId, actor, path }) {
      await deleteSecret(workspaceId, nameIn(path), actor)
      return { status: 200, body: { deleted: true } }
    },
  }),
  route({
    method: 'GET', path: '/settings', operationId: 'listSettings', summary: 'Settings, read as env.NAME', tag,
    answers: { 200: { description: 'All settings', schema: listOf(setting) } },
    handle: ({ workspaceId }) => listed(workspaceId, 'setting', listSettings(workspaceId)),
  }),
  route({
    method: 'PUT', path: '/settings/:name', operationId: 'setSetting', summary: 'Make or change a setting; runs read it within ten seconds', tag,
    body: z.strictObject({ value: settingValue }),
    answers: saved,
    async handle({ workspaceId, actor, path, body }) {
      await setSetting(workspaceId, { name: nameIn(path), value: body.value }, actor)
      return { status: 200, body: { saved: true } }
    },
  }),
  route({
    method: 'DELETE', path: '/settings/:name', operationId: 'deleteSetting', summary: 'Delete a setting', tag,
    answers: deleted,
    async handle({ workspaceId, actor, path }) {
      await deleteSetting(workspaceId, nameIn(path), actor)
      return { status: 200, body: { deleted: true } }
    },
  }),
]
