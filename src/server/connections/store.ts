/** Connections as people keep them. What is saved as a secret is never read back out of here. */
import { FanwiseError } from '#base/errors.ts'
import { newUuid, parsePublicId, publicId } from '#base/ids.ts'
import { connectionService } from '#engine/holds/holds.ts'
import { audit, type Actor } from '#server/audit/record.ts'
import { lastFour } from '#server/connections/cipher.ts'
import { getConnections, valuesChanged } from '#server/connections/context.ts'
import { connectionConfig, hostsOf, type ConnectionConfig, type ConnectionKind } from '#server/connections/kinds.ts'
import { checkFree, earlierAfter } from '#server/connections/names.ts'
import { db, type Transaction } from '#server/db.ts'
import { getEngine } from '#server/engine.ts'

export interface ConnectionEntry {
  id: string
  name: string
  /** Names it had before; steps that use them go on working. */
  earlierNames: string[]
  kind: ConnectionKind
  config: ConnectionConfig
  /** Where its secret may go. */
  hosts: string[]
  /** Of its secret; null when that is short. */
  last4: string | null
  changedBy: string
  updatedAt: string
}

export interface ConnectionChange {
  name: string
  kind: ConnectionKind
  config: ConnectionConfig
  /** Absent: as it was. */
  secret?: string
}

const connectionsMax = 200

export async function listConnections(workspaceId: string): Promise<ConnectionEntry[]> {
  const rows = await db().connection.findMany({ where: { workspaceId }, orderBy: { name: 'asc' }, omit: { cipher: true } })
  return rows.map((row) => {
    const config = connectionConfig.parse(row.config)
    return {
      id: publicId('con', row.id), name: row.name, earlierNames: row.earlierNames, kind: row.kind as ConnectionKind, config, hosts: hostsOf(config), last4: row.last4,
      changedBy: row.changedBy, updatedAt: row.updatedAt.toISOString(),
    }
  })
}

export async function createConnection(workspaceId: string, change: ConnectionChange, by: Actor): Promise<{ id: string }> {
  const { name, kind, config, secret } = change
  if (secret === undefined) throw new FanwiseError('bad_request', `Give the ${secretWord(kind)}.`, { field: 'secret' })
  checkLine(kind, secret)
  const id = newUuid()
  const sealed = getConnections().cipher.seal(secret, { workspaceId, kind: 'connection', id })
  await db().$transaction(async (tx) => {
    const others = await tx.connection.findMany({ where: { workspaceId }, select: { name: true, earlierNames: true } })
    checkFree(others, name, 'connection')
    if (others.length >= connectionsMax) throw new FanwiseError('conflict', `A workspace has at most ${connectionsMax} connections.`, { fix: 'Delete one that no step uses.' })
    await tx.connection.create({ data: { workspaceId, id, name, kind, config: asJson(config), ...sealed, last4: lastFour(secret), changedBy: by.name } })
    await audit(tx, workspaceId, by, 'connection.create', name, { kind, hosts: hostsOf(config) })
  })
  valuesChanged(workspaceId)
  return { id: publicId('con', id) }
}

export interface ConnectionEdit extends Omit<ConnectionChange, 'name'> {
  /** Absent: as it is called. Steps that use the old name go on working. */
  name?: string
  /** Earlier names that are to lead here no more. */
  forget?: string[]
}

/** A secret that now belongs to other hosts must be entered again. */
export async function changeConnection(workspaceId: string, id: string, { name: wanted, kind, config, secret, forget }: ConnectionEdit, by: Actor): Promise<void> {
  const uuid = connectionUuid(id)
  if (secret !== undefined) checkLine(kind, secret)
  const changed = await db().$transaction(async (tx) => {
    const row = await tx.connection.findUnique({ where: { workspaceId_id: { workspaceId, id: uuid } }, omit: { cipher: true } })
    if (row === null) throw unknownConnection()
    const before = connectionConfig.parse(row.config)
    if (secret === undefined) needSameUse(row.kind, before, kind, config)
    const sealed = secret === undefined ? {} : { ...getConnections().cipher.seal(secret, { workspaceId, kind: 'connection', id: uuid }), last4: lastFour(secret) }
    const name = wanted ?? row.name
    if (name !== row.name) await checkRename(tx, workspaceId, row, name)
    await tx.connection.update({ where: { workspaceId_id: { workspaceId, id: uuid } }, data: { name, earlierNames: earlierAfter(row, name, forget), kind, config: asJson(config), ...sealed, changedBy: by.name, updatedAt: new Date() } })
    if (name !== row.name) await audit(tx, workspaceId, by, 'connection.rename', name, { before: row.name })
    const same = secret === undefined && (forget ?? []).length === 0 && JSON.stringify(before) === JSON.stringify(config)
    if (!same) await audit(tx, workspaceId, by, 'connection.change', name, { kind, hosts: hostsOf(config), before: hostsOf(before), secret: secret === undefined ? 'kept' : 'new', forgot: forget?.length ? forget : undefined })
    return same ? null : name
  })
  valuesChanged(workspaceId)
  if (changed !== null) await letIn(workspaceId, changed, by)
}

/** What parked it by itself was a refusal of what it was before. */
async function letIn(workspaceId: string, name: string, by: Actor): Promise<void> {
  const service = connectionService(name)
  const hold = await db().hold.findFirst({ where: { workspaceId, kind: 'service', target: service, auto: true }, select: { id: true } })
  if (hold !== null) await getEngine().holds.resumeService(workspaceId, service, by)
}

/** While it is parked, runs wait for it under the name it has. */
async function checkRename(tx: Transaction, workspaceId: string, row: { id: string; name: string }, name: string): Promise<void> {
  checkFree(await tx.connection.findMany({ where: { workspaceId, id: { not: row.id } }, select: { name: true, earlierNames: true } }), name, 'connection')
  if ((await tx.hold.count({ where: { workspaceId, kind: 'service', target: connectionService(row.name) } })) === 0) return
  throw new FanwiseError('conflict', `${row.name} is parked, and runs wait for it under this name.`, { field: 'name', fix: 'Let it go first (Settings → Parked services), then rename it.' })
}

/** Who may not see a secret must not have it sent to a place of their own. */
function needSameUse(kindBefore: string, before: ConnectionConfig, kind: ConnectionKind, config: ConnectionConfig): void {
  if (kindBefore !== kind) throw new FanwiseError('bad_request', `Another way to sign in needs its ${secretWord(kind)}.`, { field: 'secret', fix: 'Enter it.' })
  const old = hostsOf(before)
  const added = hostsOf(config).filter((host) => !old.includes(host))
  const elsewhere = added.length > 0 ? added.join(', ') : before.tokenUrl !== config.tokenUrl ? 'another token address' : !isPlain(before) && isPlain(config) ? 'an address without encryption' : null
  if (elsewhere !== null) throw new FanwiseError('bad_request', `The stored ${secretWord(kind)} would be sent to ${elsewhere}.`, { field: 'secret', fix: 'Enter it again to allow that.' })
}

/** Only with such a base address is its secret sent without encryption (sender.ts). */
const isPlain = ({ baseUrl }: ConnectionConfig): boolean => /^http:/i.test(baseUrl ?? '')

export async function deleteConnection(workspaceId: string, id: string, by: Actor): Promise<void> {
  const uuid = connectionUuid(id)
  await db().$transaction(async (tx) => {
    const row = await tx.connection.findUnique({ where: { workspaceId_id: { workspaceId, id: uuid } }, select: { name: true } })
    if (row === null) throw unknownConnection()
    await tx.connection.delete({ where: { workspaceId_id: { workspaceId, id: uuid } } })
    await audit(tx, workspaceId, by, 'connection.delete', row.name, null)
  })
  valuesChanged(workspaceId)
}

export async function connectionById(workspaceId: string, id: string): Promise<ConnectionEntry> {
  const found = (await listConnections(workspaceId)).find((one) => one.id === id)
  if (found === undefined) throw unknownConnection()
  return found
}

function connectionUuid(id: string): string {
  const uuid = parsePublicId('con', id)
  if (uuid === null) throw unknownConnection()
  return uuid
}

const unknownConnection = () => new FanwiseError('not_found', 'There is no such connection in this workspace.', { fix: 'Reload the list; it may have been deleted already.' })

const words: Record<ConnectionKind, string> = { bearer: 'token', basic: 'password', header: 'key', query: 'key', oauth2: 'client secret' }
const secretWord = (kind: ConnectionKind): string => words[kind]

function checkLine(kind: ConnectionKind, secret: string): void {
  if (kind !== 'oauth2' && kind !== 'query' && /[\p{Cc}]/u.test(secret)) throw new FanwiseError('bad_request', `The ${secretWord(kind)} has a line break in it.`, { field: 'secret', fix: 'Enter it as text of one line.' })
}

const asJson = (config: ConnectionConfig): Record<string, string | string[]> => JSON.parse(JSON.stringify(config)) as Record<string, string | string[]>
