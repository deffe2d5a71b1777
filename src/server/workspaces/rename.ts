import { audit, type Actor } from '#server/audit/record.ts'
import { db } from '#server/db.ts'
import { sayWorkspaceChanged } from '#server/members/member-news.ts'
import { checkWorkspaceName } from '#server/workspaces/create.ts'

/** Its address stays: links, webhooks and bookmarks go on leading to it. @throws bad_request */
export async function renameWorkspace(workspaceId: string, nameText: string, by: Actor): Promise<{ name: string }> {
  const name = checkWorkspaceName(nameText, 'name')
  const changed = await db().$transaction(async (tx) => {
    const before = await tx.workspace.findUniqueOrThrow({ where: { id: workspaceId }, select: { name: true } })
    if (before.name === name) return false
    await tx.workspace.update({ where: { id: workspaceId }, data: { name } })
    await audit(tx, workspaceId, by, 'workspace.rename', name, { before: before.name })
    return true
  })
  if (changed) sayWorkspaceChanged(workspaceId)
  return { name }
}
