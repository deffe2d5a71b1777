/** Changes of who is in a workspace happen one after another, so that rules which count hold: one owner at least, so many invitations at most. */
import { FanwiseError } from '#base/errors.ts'
import type { Actor } from '#server/audit/record.ts'
import { db, type Transaction } from '#server/db.ts'
import type { Role } from '#server/workspaces/roles.ts'

/** Who decides about people. An API key counts as an admin. */
export interface Decider {
  actor: Actor
  /** Null: an API key. */
  userId: string | null
}

export async function changeMembers<T>(workspaceId: string, change: (tx: Transaction) => Promise<T>): Promise<T> {
  return db().$transaction(async (tx) => {
    await tx.$executeRaw`select pg_advisory_xact_lock(hashtextextended('members ' || ${workspaceId}, 0))`
    return change(tx)
  })
}

/** What may be decided is decided by. @throws not_found when they are not in the workspace */
export const roleOf = async (tx: Transaction, workspaceId: string, { userId }: Decider): Promise<Role> => (userId === null ? 'admin' : roleWithin(tx, workspaceId, userId))

/** What the person is at this moment, whatever was known when the request came in. @throws not_found when they are not in the workspace */
export async function roleWithin(tx: Transaction, workspaceId: string, userId: string): Promise<Role> {
  const row = await tx.membership.findUnique({ where: { workspaceId_userId: { workspaceId, userId } }, select: { role: true } })
  if (row === null) throw new FanwiseError('not_found', 'You are not a member of this workspace any more.', { fix: 'Ask an owner or admin to invite you again.' })
  return row.role as Role
}
