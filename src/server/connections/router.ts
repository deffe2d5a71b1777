import { z } from 'zod'
import { actorOf } from '#server/audit/record.ts'
import { connectionInput, connectionName, hostList, secretText, settingValue, valueName } from '#server/connections/kinds.ts'
import { knownValues } from '#server/connections/known-values.ts'
import { changeConnection, createConnection, deleteConnection, listConnections } from '#server/connections/store.ts'
import { testConnection } from '#server/connections/test-connection.ts'
import { usesOf, withUses } from '#server/connections/used-by.ts'
import { deleteSecret, deleteSetting, listSecrets, listSettings, setSecret, setSetting } from '#server/connections/values.ts'
import { asAdmin, inWorkspace } from '#server/procedures.ts'
import { router } from '#server/trpc.ts'

const one = z.object({ id: z.string().max(60) })
/** Earlier names that are to lead there no more. */
const forgotten = z.array(z.string().max(64)).max(20).optional()
const named = z.object({ name: valueName })

export const connectionsRouter = router({
  list: inWorkspace.query(async ({ ctx }) => {
    const [connections, uses] = await Promise.all([listConnections(ctx.workspace.id), usesOf(ctx.workspace.id, 'connection')])
    return withUses(connections, uses)
  }),
  /** Names for the editor's pickers and findings. */
  known: inWorkspace.query(({ ctx }) => knownValues(ctx.workspace.id)),
  create: asAdmin.input(z.object({ name: connectionName, secret: secretText }).and(connectionInput))
    .mutation(({ ctx, input: { name, kind, config, secret } }) => createConnection(ctx.workspace.id, { name, kind, config, secret }, actorOf(ctx.user))),
  change: asAdmin.input(one.extend({ name: connectionName.optional(), secret: secretText.optional(), forget: forgotten }).and(connectionInput))
    .mutation(({ ctx, input: { id, name, kind, config, secret, forget } }) => changeConnection(ctx.workspace.id, id, { name, kind, config, secret, forget }, actorOf(ctx.user))),
  delete: asAdmin.input(one).mutation(({ ctx, input }) => deleteConnection(ctx.workspace.id, input.id, actorOf(ctx.user))),
  test: asAdmin.input(one.extend({ path: z.string().max(2000).default('') })).mutation(({ ctx, input }) => testConnection(ctx.workspace.id, input.id, input.path)),

  secrets: inWorkspace.query(async ({ ctx }) => {
    const [secrets, uses] = await Promise.all([listSecrets(ctx.workspace.id), usesOf(ctx.workspace.id, 'secret')])
    return withUses(secrets, uses)
  }),
  setSecret: asAdmin.input(named.extend({ newName: valueName.optional(), value: secretText.optional(), hosts: hostList.optional(), forget: forgotten }))
    .mutation(({ ctx, input: { name, newName, value, hosts, forget } }) => setSecret(ctx.workspace.id, { name, newName, value, hosts, forget }, actorOf(ctx.user))),
  deleteSecret: asAdmin.input(named).mutation(({ ctx, input }) => deleteSecret(ctx.workspace.id, input.name, actorOf(ctx.user))),

  settings: inWorkspace.query(async ({ ctx }) => {
    const [settings, uses] = await Promise.all([listSettings(ctx.workspace.id), usesOf(ctx.workspace.id, 'setting')])
    return withUses(settings, uses)
  }),
  setSetting: asAdmin.input(named.extend({ value: settingValue })).mutation(({ ctx, input: { name, value } }) => setSetting(ctx.workspace.id, { name, value }, actorOf(ctx.user))),
  deleteSetting: asAdmin.input(named).mutation(({ ctx, input }) => deleteSetting(ctx.workspace.id, input.name, actorOf(ctx.user))),
})
