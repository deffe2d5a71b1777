/** Who changed what of a workspace's connections, secrets and settings. Never a value. */
import { newUuid } from '#base/ids.ts'
import type { Transaction } from '#server/db.ts'

/** `id` null = an API key. */
export interface Actor {
  id: string | null
  name: string
}

type Detail = Record<string, string | number | string[] | null>

export async function audit(tx: Transaction, workspaceId: string, by: Actor, action: string, target: string, detail: Detail | null): Promise<void> {
  await tx.auditEntry.create({ data: { workspaceId, id: newUuid(), actorId: by.id, actor: by.name, action, target, ...(detail === null ? {} : { detail }) } })
}

export const actorOf = (user: { id: string; name?: string | null; email?: string | null }): Actor => ({ id: user.id, name: user.name ?? user.email ?? 'Somebody' })
export const apiActor: Actor = { id: null, name: 'an API key' }
