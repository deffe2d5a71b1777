import { db } from '#server/db.ts'
import type { Role } from '#server/workspaces/roles.ts'

export interface WorkspaceRef {
  id: string
  slug: string
  name: string
}

/** Null when the workspace does not exist or the user is not in it: both look the same from outside. */
export async function findMembership(userId: string, slug: string): Promise<{ workspace: WorkspaceRef; role: Role } | null> {
  const row = await db().membership.findFirst({
    where: { userId, workspace: { slug } },
    select: { role: true, workspace: { select: { id: true, slug: true, name: true } } },
  })
  return row === null ? null : { workspace: row.workspace, role: row.role as Role }
}

/** The workspaces of a person, oldest first. */
export async function workspacesOf(userId: string): Promise<WorkspaceRef[]> {
  const rows = await db().membership.findMany({
    where: { userId },
    orderBy: { createdAt: 'asc' },
    select: { workspace: { select: { id: true, slug: true, name: true } } },
  })
  return rows.map((row) => row.workspace)
}
