/** Keys of a workspace: make, list, revoke. */
import { FanwiseError } from '#base/errors.ts'
import { newUuid, parsePublicId, publicId } from '#base/ids.ts'
import { audit, type Actor } from '#server/audit/record.ts'
import { db, type Transaction } from '#server/db.ts'
import { hashKey, newKeyText, type KeyKind } from '#server/keys/key-text.ts'

export interface KeyEntry {
  id: string
  kind: KeyKind
  name: string
  last4: string
  /** Event keys only: they sit in URLs and may be shown again. */
  text: string | null
  /** Null when it is not known. */
  madeBy: string | null
  createdAt: string
}

/** Stores the key and returns its text, which for API keys is not readable later. */
export async function createKey(workspaceId: string, kind: KeyKind, name: string, by: Actor, within?: Transaction): Promise<{ id: string; text: string }> {
  const text = newKeyText(kind)
  const id = newUuid()
  const create = async (tx: Transaction): Promise<void> => {
    await tx.apiKey.create({
      data: { workspaceId, id, kind, name, hash: hashKey(text), last4: text.slice(-4), plainText: kind === 'event' ? text : null, createdBy: by.id },
    })
    await audit(tx, workspaceId, by, 'key.create', name, { kind, last4: text.slice(-4) })
  }
  await (within === undefined ? db().$transaction(create) : create(within))
  return { id: publicId('key', id), text }
}

/** Keys in use, oldest first. */
export async function listKeys(workspaceId: string): Promise<KeyEntry[]> {
  const rows = await db().apiKey.findMany({ where: { workspaceId, revokedAt: null }, orderBy: { id: 'asc' } })
  const makers = await db().user.findMany({ where: { id: { in: rows.flatMap((row) => row.createdBy ?? []) } }, select: { id: true, name: true, email: true } })
  const nameOf = new Map(makers.map(({ id, name, email }) => [id, name ?? email]))
  return rows.map((row) => ({
    id: publicId('key', row.id), kind: row.kind as KeyKind, name: row.name, last4: row.last4, text: row.plainText, madeBy: nameOf.get(row.createdBy ?? '') ?? null, createdAt: row.createdAt.toISOString(),
  }))
}

/** The event key shown in examples: the oldest one in use. */
export async function defaultEventKey(workspaceId: string): Promise<string | null> {
  const row = await db().apiKey.findFirst({ where: { workspaceId, kind: 'event', revokedAt: null, plainText: { not: null } }, orderBy: { id: 'asc' }, select: { plainText: true } })
  return row?.plainText ?? null
}

export async function revokeKey(workspaceId: string, publicKeyId: string, by: Actor): Promise<void> {
  const id = parsePublicId('key', publicKeyId)
  const revoked = id === null ? 0 : await db().$transaction((tx) => revokeKeys(tx, workspaceId, { id }, by))
  if (revoked === 0) throw new FanwiseError('not_found', 'There is no such key in use.', { fix: 'Reload the list; it may have been revoked already.' })
}

/** Those in use that fit. Answers how many. */
export async function revokeKeys(tx: Transaction, workspaceId: string, which: { id: string } | { kind: KeyKind; name: string }, by: Actor): Promise<number> {
  const rows = await tx.apiKey.updateManyAndReturn({ where: { workspaceId, ...which, revokedAt: null }, data: { revokedAt: new Date() }, select: { name: true, kind: true, last4: true } })
  for (const { name, kind, last4 } of rows) await audit(tx, workspaceId, by, 'key.revoke', name, { kind, last4 })
  return rows.length
}
