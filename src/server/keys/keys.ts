/** Keys of a workspace: make, list, revoke. */
import { FanwiseError } from '#base/errors.ts'
import { newUuid, parsePublicId, publicId } from '#base/ids.ts'
import { db, type Database, type Transaction } from '#server/db.ts'
import { hashKey, newKeyText, type KeyKind } from '#server/keys/key-text.ts'

export interface KeyEntry {
  id: string
  kind: KeyKind
  name: string
  last4: string
  /** Event keys only: they sit in URLs and may be shown again. */
  text: string | null
  createdAt: string
}

/** Stores the key and returns its text, which for API keys is not readable later. */
export async function createKey(workspaceId: string, kind: KeyKind, name: string, within: Transaction | Database = db()): Promise<{ id: string; text: string }> {
  const text = newKeyText(kind)
  const id = newUuid()
  await within.apiKey.create({
    data: { workspaceId, id, kind, name, hash: hashKey(text), last4: text.slice(-4), plainText: kind === 'event' ? text : null },
  })
  return { id: publicId('key', id), text }
}

/** Keys in use, oldest first. */
export async function listKeys(workspaceId: string): Promise<KeyEntry[]> {
  const rows = await db().apiKey.findMany({ where: { workspaceId, revokedAt: null }, orderBy: { id: 'asc' } })
  return rows.map((row) => ({
    id: publicId('key', row.id), kind: row.kind as KeyKind, name: row.name, last4: row.last4, text: row.plainText, createdAt: row.createdAt.toISOString(),
  }))
}

/** The event key shown in examples: the oldest one in use. */
export async function defaultEventKey(workspaceId: string): Promise<string | null> {
  const row = await db().apiKey.findFirst({ where: { workspaceId, kind: 'event', revokedAt: null, plainText: { not: null } }, orderBy: { id: 'asc' }, select: { plainText: true } })
  return row?.plainText ?? null
}

export async function revokeKey(workspaceId: string, publicKeyId: string): Promise<void> {
  const id = parsePublicId('key', publicKeyId)
  const changed = id === null ? 0 : (await db().apiKey.updateMany({ where: { workspaceId, id, revokedAt: null }, data: { revokedAt: new Date() } })).count
  if (changed === 0) throw new FanwiseError('not_found', 'There is no such key in use.', { fix: 'Reload the list; it may have been revoked already.' })
}
