/** Mentions a person has not looked at yet, over all workflows of a workspace. */
import { parsePublicId, publicId } from '#base/ids.ts'
import { db } from '#server/db.ts'

export interface UnseenMention {
  comment: string
  thread: string
  /** Null: the thread is at a point of the canvas. */
  node: string | null
  title: string
  workflow: { slug: string; name: string }
  author: string
  /** The beginning of the comment. */
  text: string
  at: string
}

const shownMost = 100
const excerptMost = 160

/** Newest first. Workflows that were put away do not count. */
export async function unseenMentions(workspaceId: string, userId: string): Promise<UnseenMention[]> {
  const rows = await db().commentMention.findMany({
    where: { workspaceId, userId, seenAt: null, droppedAt: null, comment: { workflow: { archivedAt: null } } },
    orderBy: { commentId: 'desc' }, take: shownMost,
    include: { comment: { include: { workflow: { select: { slug: true, name: true } } } } },
  })
  const authors = await db().user.findMany({ where: { id: { in: rows.flatMap((row) => row.comment.authorId ?? []) } }, select: { id: true, name: true, email: true } })
  const names = new Map(authors.map((one) => [one.id, one.name ?? one.email]))
  return rows.map(({ comment }) => ({
    comment: publicId('cmt', comment.id), thread: publicId('cmt', comment.threadId), node: comment.nodeId, title: comment.nodeTitle, workflow: comment.workflow,
    author: (comment.authorId === null ? undefined : names.get(comment.authorId)) ?? 'Somebody who left',
    text: excerpt(comment.body), at: comment.createdAt.toISOString(),
  }))
}

/** The person has opened a thread, or wants all of them counted as read. */
export async function markSeen(workspaceId: string, userId: string, thread: string | null): Promise<{ seen: number }> {
  const threadId = thread === null ? null : parsePublicId('cmt', thread)
  if (thread !== null && threadId === null) return { seen: 0 }
  const { count } = await db().commentMention.updateMany({
    where: { workspaceId, userId, seenAt: null, droppedAt: null, ...(threadId === null ? {} : { comment: { threadId } }) }, data: { seenAt: new Date() },
  })
  return { seen: count }
}

export function excerpt(body: string): string {
  const line = body.replaceAll(/\s+/g, ' ').trim()
  return line.length > excerptMost ? `${line.slice(0, excerptMost - 1)}…` : line
}
