/**
 * Who changed what, written in the transaction of the change. Never a value of a secret. The engine writes its own
 * entries into the same table (src/engine/audit.ts).
 */
import { newUuid } from '#base/ids.ts'
import { fanwise, type Actor } from '#engine/audit.ts'
import type { AuditAction } from '#base/audit-actions.ts'
import type { Transaction } from '#server/db.ts'

export { fanwise, type Actor }

type Fact = string | number | boolean | string[] | null | undefined
type Detail = Record<string, Fact>

/** @param target what people call the thing: a slug, a name, a public id */
export async function audit(tx: Transaction, workspaceId: string, by: Actor, action: AuditAction, target: string, detail: Detail | null): Promise<void> {
  const facts = detail === null ? null : Object.fromEntries(Object.entries(detail).filter((pair): pair is [string, NonNullable<Fact> | null] => pair[1] !== undefined))
  await tx.auditEntry.create({ data: { workspaceId, id: newUuid(), actorId: by.id, actor: by.name, action, target, ...(facts === null ? {} : { detail: facts }) } })
}

export const actorOf = (user: { id: string; name?: string | null; email?: string | null }): Actor => ({ id: user.id, name: user.name ?? user.email ?? 'Somebody' })

/** A program that came with this key. */
export const actorOfKey = (key: { id: string; name: string }): Actor => ({ id: key.id, name: `the API key ${key.name}` })
