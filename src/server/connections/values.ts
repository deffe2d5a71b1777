/** Secrets (`secrets.NAME`, never read back) and settings (`env.NAME`, plain). */
import { FanwiseError } from '#base/errors.ts'
import { audit, type Actor } from '#server/connections/audit.ts'
import { lastFour } from '#server/connections/cipher.ts'
import { getConnections, valuesChanged } from '#server/connections/context.ts'
import { db } from '#server/db.ts'

export interface SecretEntry {
  name: string
  /** Where it may go; none = anywhere outside. */
  hosts: string[]
  last4: string | null
  changedBy: string
  updatedAt: string
}

export interface SettingEntry {
  name: string
  value: string
  changedBy: string
  updatedAt: string
}

const most = 200

export async function listSecrets(workspaceId: string): Promise<SecretEntry[]> {
  const rows = await db().secret.findMany({ where: { workspaceId }, orderBy: { name: 'asc' }, omit: { cipher: true } })
  return rows.map(({ name, hosts, last4, changedBy, updatedAt }) => ({ name, hosts, last4, changedBy, updatedAt: updatedAt.toISOString() }))
}

/** Makes it or changes it. Without a value, only its hosts, and those only narrower: a wider use needs the value again. */
export async function setSecret(workspaceId: string, { name, hosts, value }: { name: string; hosts: string[]; value?: string }, by: Actor): Promise<void> {
  await db().$transaction(async (tx) => {
    const key = { workspaceId_name: { workspaceId, name } }
    const row = await tx.secret.findUnique({ where: key, omit: { cipher: true } })
    if (value === undefined) {
      if (row === null) throw new FanwiseError('bad_request', 'Give the secret itself.', { field: 'value' })
      const wider = hosts.length === 0 ? row.hosts.length > 0 : row.hosts.length > 0 && hosts.some((host) => !row.hosts.includes(host))
      if (wider) throw new FanwiseError('bad_request', 'The stored value would be sent to more hosts.', { field: 'value', fix: 'Enter it again to allow that.' })
      await tx.secret.update({ where: key, data: { hosts, changedBy: by.name, updatedAt: new Date() } })
    } else {
      if (row === null && (await tx.secret.count({ where: { workspaceId } })) >= most) throw tooMany('secrets')
      const data = { hosts, ...getConnections().cipher.seal(value, { workspaceId, kind: 'secret', id: name }), last4: lastFour(value), changedBy: by.name, updatedAt: new Date() }
      await tx.secret.upsert({ where: key, create: { workspaceId, name, ...data }, update: data })
    }
    await audit(tx, workspaceId, by, row === null ? 'secret.create' : 'secret.change', name, { hosts, value: value === undefined ? 'kept' : 'new' })
  })
  valuesChanged(workspaceId)
}

export async function deleteSecret(workspaceId: string, name: string, by: Actor): Promise<void> {
  await db().$transaction(async (tx) => {
    const { count } = await tx.secret.deleteMany({ where: { workspaceId, name } })
    if (count === 0) throw new FanwiseError('not_found', `There is no secret ${name} in this workspace.`, { fix: 'Reload the list; it may have been deleted already.' })
    await audit(tx, workspaceId, by, 'secret.delete', name, null)
  })
  valuesChanged(workspaceId)
}

export async function listSettings(workspaceId: string): Promise<SettingEntry[]> {
  const rows = await db().setting.findMany({ where: { workspaceId }, orderBy: { name: 'asc' } })
  return rows.map(({ name, value, changedBy, updatedAt }) => ({ name, value, changedBy, updatedAt: updatedAt.toISOString() }))
}

export async function setSetting(workspaceId: string, { name, value }: { name: string; value: string }, by: Actor): Promise<void> {
  if (/^FANWISE_/i.test(name)) throw new FanwiseError('bad_request', 'Names that begin with FANWISE_ belong to the installation.', { field: 'name', fix: 'Use another name.' })
  await db().$transaction(async (tx) => {
    const key = { workspaceId_name: { workspaceId, name } }
    const row = await tx.setting.findUnique({ where: key, select: { value: true } })
    if (row === null && (await tx.setting.count({ where: { workspaceId } })) >= most) throw tooMany('settings')
    await tx.setting.upsert({ where: key, create: { workspaceId, name, value, changedBy: by.name }, update: { value, changedBy: by.name, updatedAt: new Date() } })
    await audit(tx, workspaceId, by, row === null ? 'setting.create' : 'setting.change', name, null)
  })
  valuesChanged(workspaceId)
}

export async function deleteSetting(workspaceId: string, name: string, by: Actor): Promise<void> {
  await db().$transaction(async (tx) => {
    const { count } = await tx.setting.deleteMany({ where: { workspaceId, name } })
    if (count === 0) throw new FanwiseError('not_found', `There is no setting ${name} in this workspace.`, { fix: 'Reload the list; it may have been deleted already.' })
    await audit(tx, workspaceId, by, 'setting.delete', name, null)
  })
  valuesChanged(workspaceId)
}

const tooMany = (what: string) => new FanwiseError('conflict', `A workspace has at most ${most} ${what}.`, { fix: 'Delete one that nothing uses.' })
