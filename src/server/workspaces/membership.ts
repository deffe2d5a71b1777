import { FanwiseError } from '#base/errors.ts'
import { db } from '#server/db.ts'
import type { Role } from '#server/workspaces/roles.ts'

export interface WorkspaceRef {
  id: string
  slug: string
  name: string
}

const ref = { id: true, slug: true, name: true } as const
const seenEveryMs = 5 * 60_000

/** Null when the workspace does not exist or the user is not in it: both look the same from outside. */
export async function findMembership(userId: string, slug: string): Promise<{ workspace: WorkspaceRef; role: Role } | null> {
  const row = await db().membership.findFirst({ where: { userId, workspace: { slug } }, select: { role: true, seenAt: true, workspace: { select: ref } } })
  if (row === null) return null
  const now = Date.now()
  if (row.seenAt === null || now - row.seenAt.getTime() > seenEveryMs) {
    await db().membership.updateMany({ where: { userId, workspaceId: row.workspace.id }, data: { seenAt: new Date(now) } })
  }
  return { workspace: row.workspace, role: row.role as Role }
}

export function findWorkspace(id: string): Promise<WorkspaceRef> {
  return db().workspace.findUniqueOrThrow({ where: { id }, select: ref })
}

/** The workspaces of a person, oldest first. */
export async function workspacesOf(userId: string): Promise<WorkspaceRef[]> {
  const rows = await db().membership.findMany({ where: { userId }, orderBy: { createdAt: 'asc' }, select: { workspace: { select: ref } } })
  return rows.map((row) => row.workspace)
}

/** Where somebody was last, of the workspaces they are still in. */
export async function lastWorkspaceOf(userId: string): Promise<WorkspaceRef | null> {
  const row = await db().membership.findFirst({ where: { userId }, orderBy: [{ seenAt: { sort: 'desc', nulls: 'last' } }, { createdAt: 'asc' }], select: { workspace: { select: ref } } })
  return row?.workspace ?? null
}

export function notAMember(slug: string): FanwiseError {
  // The fact tells an open page that it is this, and no other thing that is not found.
  return new FanwiseError('not_found', `There is no workspace "${slug}", or you are not a member of it.`, { fix: 'Choose one of your workspaces.', facts: { notIn: slug } })
}
