/** Secrets (`secrets.NAME`, never read back) and settings (`env.NAME`, plain). */
import { FanwiseError } from '#base/errors.ts'
import { audit, type Actor } from '#server/audit/record.ts'
import { lastFour } from '#server/connections/cipher.ts'
import { getConnections, valuesChanged } from '#server/connections/context.ts'
import { checkFree, earlierAfter, findNamed, type Named } from '#server/connections/names.ts'
import { db, type Transaction } from '#server/db.ts'

export interface SecretEntry {
  name: string
  /** Names it had before; expressions that use them go on working. */
  earlierNames: string[]
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
  return rows.map(({ name, earlierNames, hosts, last4, changedBy, updatedAt }) => ({ name, earlierNames, hosts, last4, changedBy, updatedAt: updatedAt.toISOString() }))
}

export interface SecretEdit {
  /** Its name, or one it had before. */
  name: string
  /** Absent: those it has; none = anywhere outside. */
  hosts?: string[]
  /** Absent: the stored one. */
  value?: string
  /** What it is to be called from now on; expressions that use the old name go on working. */
  newName?: string
  /** Earlier names that are to lead here no more. */
  forget?: string[]
}

/** Makes it or changes it. Without a value, its hosts can only become fewer: a wider use needs the value again. */
export async function setSecret(workspaceId: string, edit: SecretEdit, by: Actor): Promise<void> {
  await db().$transaction(async (tx) => {
    const all = await tx.secret.findMany({ where: { workspaceId } })
    const row = findNamed(all, edit.name)
    if (row === undefined) return makeSecret(tx, workspaceId, edit, all, by)
    const name = edit.newName ?? row.name
    const hosts = edit.hosts ?? row.hosts
    if (name !== row.name) checkFree(all.filter((other) => other.name !== row.name), name, 'secret')
    if (edit.value === undefined) needFewer(row.hosts, hosts)
    await tx.secret.update({
      where: { workspaceId_name: { workspaceId, name: row.name } },
      data: { name, earlierNames: earlierAfter(row, name, edit.forget), hosts, ...sealed(workspaceId, row, name, edit.value), changedBy: by.name, updatedAt: new Date() },
    })
    if (name !== row.name) await audit(tx, workspaceId, by, 'secret.rename', name, { before: row.name })
    const same = edit.value === undefined && (edit.forget ?? []).length === 0 && row.hosts.join() === hosts.join()
    if (!same) await audit(tx, workspaceId, by, 'secret.change', name, { hosts, value: edit.value === undefined ? 'kept' : 'new', forgot: edit.forget?.length ? edit.forget : undefined })
  })
  valuesChanged(workspaceId)
}

async function makeSecret(tx: Transaction, workspaceId: string, { name, newName, hosts = [], value }: SecretEdit, all: Named[], by: Actor): Promise<void> {
  if (newName !== undefined && newName !== name) throw new FanwiseError('not_found', `There is no secret ${name} in this workspace.`, { fix: 'Reload the list; it may have been deleted already.' })
  if (value === undefined) throw new FanwiseError('bad_request', 'Give the secret itself.', { field: 'value' })
  if (all.length >= most) throw tooMany('secrets')
  checkFree(all, name, 'secret')
  await tx.secret.create({ data: { workspaceId, name, hosts, ...getConnections().cipher.seal(value, { workspaceId, kind: 'secret', id: name }), last4: lastFour(value), changedBy: by.name } })
  await audit(tx, workspaceId, by, 'secret.create', name, { hosts, value: 'new' })
}

function needFewer(before: string[], hosts: string[]): void {
  const wider = before.length > 0 && (hosts.length === 0 || hosts.some((host) => !before.includes(host)))
  if (wider) throw new FanwiseError('bad_request', 'The stored value would be sent to more hosts.', { field: 'value', fix: 'Enter it again to allow that.' })
}

/** What is stored belongs to its name, so another name seals it anew. */
function sealed(workspaceId: string, row: { name: string; cipher: Uint8Array; keyId: string }, name: string, value: string | undefined) {
  const { cipher } = getConnections()
  if (value !== undefined) return { ...cipher.seal(value, { workspaceId, kind: 'secret', id: name }), last4: lastFour(value) }
  return name === row.name ? {} : cipher.seal(cipher.open(row, { workspaceId, kind: 'secret', id: row.name }, row.name), { workspaceId, kind: 'secret', id: name })
}

export async function deleteSecret(workspaceId: string, name: string, by: Actor): Promise<void> {
  await db().$transaction(async (tx) => {
    const row = findNamed(await tx.secret.findMany({ where: { workspaceId }, select: { name: true, earlierNames: true } }), name)
    if (row === undefined) throw new FanwiseError('not_found', `There is no secret ${name} in this workspace.`, { fix: 'Reload the list; it may have been deleted already.' })
    await tx.secret.delete({ where: { workspaceId_name: { workspaceId, name: row.name } } })
    await audit(tx, workspaceId, by, 'secret.delete', row.name, null)
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
