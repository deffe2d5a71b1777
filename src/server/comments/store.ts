/** Comments of a workflow: threads on its nodes and at free points. They are no part of the drawing: undo, publish and export leave them alone. */
import { FanwiseError } from '#base/errors.ts'
import { newUuid, parsePublicId, publicId } from '#base/ids.ts'
import { handlesOf, mentionedIn } from '#base/mentions.ts'
import { db, type Transaction } from '#server/db.ts'
import { tellEngine } from '#server/workflows/tell-engine.ts'

export const commentMax = 4000
export const commentsMax = 1000

/** Whose hands the comment passes through. */
export interface Place {
  workspaceId: string
  workflowId: string
  authorId: string
}

export interface CommentView {
  id: string
  author: string
  mine: boolean
  /** Empty when its author took it back. */
  body: string
  removed: boolean
  at: string
  edited: boolean
  /** Who it names, as written after the `@`. */
  mentions: string[]
}

export interface Point {
  x: number
  y: number
}

/** What a thread is about: a node, with what it is called now, or a point of the canvas. */
export type ThreadPlace = { node: string; title: string } | { at: Point }

export interface Thread {
  id: string
  /** Null: it is at a point. */
  node: string | null
  /** Null: it is on a node. */
  at: Point | null
  /** What the node was called when the thread began; of a point, that it is one. */
  title: string
  resolved: { by: string; at: string } | null
  /** Oldest first. */
  comments: CommentView[]
}

/** What a thread at a point is called where it stands alone: in a mail, at Home. */
const pointTitle = 'the canvas'

/** Oldest thread first. */
export async function listThreads(workspaceId: string, workflowId: string, readerId: string): Promise<Thread[]> {
  const rows = await db().workflowComment.findMany({ where: { workspaceId, workflowId }, orderBy: { id: 'asc' }, include: { mentions: { where: { droppedAt: null }, select: { handle: true } } } })
  if (rows.length === 0) return []
  const ids = new Set(rows.flatMap((row) => [row.authorId ?? [], row.resolvedBy ?? []].flat()))
  const people = await db().user.findMany({ where: { id: { in: [...ids] } }, select: { id: true, name: true, email: true } })
  const names = new Map(people.map((one) => [one.id, one.name ?? one.email]))
  const nameOf = (id: string | null): string => (id === null ? undefined : names.get(id)) ?? 'Somebody who left'
  const threads = new Map<string, Thread>()
  for (const row of rows) {
    if (row.threadId === row.id) {
      threads.set(row.id, {
        id: publicId('cmt', row.id), node: row.nodeId, at: pointOf(row), title: row.nodeTitle, comments: [],
        resolved: row.resolvedAt === null ? null : { by: nameOf(row.resolvedBy), at: row.resolvedAt.toISOString() },
      })
    }
    threads.get(row.threadId)?.comments.push({
      id: publicId('cmt', row.id), author: nameOf(row.authorId), mine: row.authorId === readerId, body: row.body, removed: row.removedAt !== null,
      at: row.createdAt.toISOString(), edited: row.editedAt !== null, mentions: row.mentions.map((one) => one.handle),
    })
  }
  return [...threads.values()]
}

const pointOf = ({ atX, atY }: { atX: number | null; atY: number | null }): Point | null => (atX === null || atY === null ? null : { x: atX, y: atY })

/** The first comment of a new thread. */
export async function beginThread(place: Place, on: ThreadPlace, text: string): Promise<{ id: string }> {
  const id = newUuid()
  const where = 'at' in on ? { nodeId: null, nodeTitle: pointTitle, atX: on.at.x, atY: on.at.y } : { nodeId: on.node, nodeTitle: on.title }
  await write(place, async (tx) => {
    await addWithin(tx, place, { id, threadId: id, ...where }, text)
  })
  return { id: publicId('cmt', id) }
}

/** Puts a thread that is at a point somewhere else. Whoever may comment may do it. */
export async function moveThread(place: Place, thread: string, at: Point): Promise<void> {
  await write(place, async (tx) => {
    const { threadId } = await findComment(tx, place, thread)
    const { count } = await tx.workflowComment.updateMany({ where: { workspaceId: place.workspaceId, id: threadId, nodeId: null }, data: { atX: at.x, atY: at.y } })
    if (count === 0) throw new FanwiseError('conflict', 'This thread is on a thing of the drawing and goes where that goes.', { fix: 'Move the thing itself, or begin a new thread at the place you mean.' })
  })
}

export async function answer(place: Place, thread: string, text: string): Promise<{ id: string }> {
  const id = newUuid()
  await write(place, async (tx) => {
    const first = await findComment(tx, place, thread)
    await addWithin(tx, place, { id, threadId: first.threadId, nodeId: first.nodeId, nodeTitle: first.nodeTitle }, text)
    // An answer says that it is not settled.
    await tx.workflowComment.updateMany({ where: { workspaceId: place.workspaceId, id: first.threadId, resolvedAt: { not: null } }, data: { resolvedAt: null, resolvedBy: null } })
  })
  return { id: publicId('cmt', id) }
}

export async function editComment(place: Place, comment: string, text: string): Promise<void> {
  await write(place, async (tx) => {
    const row = await findOwn(tx, place, comment)
    const body = checkText(text)
    if (body === row.body) return
    await tx.workflowComment.update({ where: { workspaceId_id: { workspaceId: place.workspaceId, id: row.id } }, data: { body, editedAt: new Date() } })
    await mention(tx, place, row.id, body)
  })
}

/** A first comment with answers only loses its words. */
export async function removeComment(place: Place, comment: string): Promise<void> {
  await write(place, async (tx) => {
    const row = await findOwn(tx, place, comment)
    const where = { workspaceId_id: { workspaceId: place.workspaceId, id: row.id } }
    const thread = await tx.workflowComment.findMany({ where: { workspaceId: place.workspaceId, threadId: row.threadId }, select: { id: true, removedAt: true } })
    const others = thread.filter((one) => one.id !== row.id)
    if (row.id === row.threadId && others.length > 0) {
      await tx.workflowComment.update({ where, data: { body: '', removedAt: new Date() } })
      await tx.commentMention.deleteMany({ where: { workspaceId: place.workspaceId, commentId: row.id } })
      return
    }
    await tx.workflowComment.delete({ where })
    // The last answer under a first comment that was taken back leaves nothing to read.
    if (others.length === 1 && others[0]!.removedAt !== null) await tx.workflowComment.delete({ where: { workspaceId_id: { workspaceId: place.workspaceId, id: others[0]!.id } } })
  })
}

export async function resolveThread(place: Place, thread: string, resolved: boolean): Promise<void> {
  await write(place, async (tx) => {
    const { threadId } = await findComment(tx, place, thread)
    await tx.workflowComment.update({
      where: { workspaceId_id: { workspaceId: place.workspaceId, id: threadId } },
      data: resolved ? { resolvedAt: new Date(), resolvedBy: place.authorId } : { resolvedAt: null, resolvedBy: null },
    })
  })
}

/** Everybody who can be mentioned. */
export async function peopleOf(within: Transaction | ReturnType<typeof db>, workspaceId: string) {
  const rows = await within.membership.findMany({ where: { workspaceId }, orderBy: { createdAt: 'asc' }, select: { user: { select: { id: true, name: true, email: true } } } })
  return handlesOf(rows.map((row) => row.user))
}

async function addWithin(tx: Transaction, place: Place, row: { id: string; threadId: string; nodeId: string | null; nodeTitle: string; atX?: number; atY?: number }, text: string): Promise<void> {
  const { workspaceId, workflowId, authorId } = place
  const body = checkText(text)
  if ((await tx.workflowComment.count({ where: { workspaceId, workflowId } })) >= commentsMax) {
    throw new FanwiseError('conflict', `This workflow has ${commentsMax.toLocaleString('en')} comments, the most there is room for.`, { fix: 'Delete comments of yours that nobody needs any more, then send this one again.' })
  }
  await tx.workflowComment.create({ data: { workspaceId, workflowId, authorId, body, ...row } })
  await mention(tx, place, row.id, body)
}

/** Makes the mentions of a comment what its text says. Who was told already is not told again, even when the name was out of the text meanwhile. */
async function mention(tx: Transaction, { workspaceId, authorId }: Place, commentId: string, body: string): Promise<void> {
  const named = mentionedIn(body, await peopleOf(tx, workspaceId)).filter((one) => one.id !== authorId)
  const of = { workspaceId, commentId }
  await tx.commentMention.updateMany({ where: { ...of, droppedAt: null, userId: { notIn: named.map((one) => one.id) } }, data: { droppedAt: new Date() } })
  for (const { id: userId, handle } of named) {
    // A mail that never went is due for a day from now.
    await tx.commentMention.updateMany({ where: { ...of, userId, droppedAt: { not: null }, toldAt: null }, data: { at: new Date() } })
    await tx.commentMention.upsert({ where: { workspaceId_commentId_userId: { ...of, userId } }, create: { ...of, userId, handle }, update: { handle, droppedAt: null } })
  }
}

function checkText(text: string): string {
  const body = text.replaceAll('\u0000', '').trim()
  if (body === '') throw new FanwiseError('bad_request', 'The comment is empty.', { field: 'body', fix: 'Write what you want to say.' })
  if (body.length > commentMax) throw new FanwiseError('bad_request', `A comment has ${commentMax.toLocaleString('en')} characters at most; this one has ${body.length.toLocaleString('en')}.`, { field: 'body', fix: 'Shorten it, or make two of it.' })
  // Halves of characters are no text a database takes.
  return new TextDecoder().decode(new TextEncoder().encode(body))
}

/** Any comment of the workflow, by its public id. */
async function findComment(tx: Transaction, { workspaceId, workflowId }: Place, comment: string) {
  const id = parsePublicId('cmt', comment)
  const row = id === null ? null : await tx.workflowComment.findFirst({ where: { workspaceId, workflowId, id } })
  if (row === null) throw new FanwiseError('not_found', 'This comment is no longer here.', { fix: 'Somebody deleted it. What you wrote is still in the field.' })
  return row
}

async function findOwn(tx: Transaction, place: Place, comment: string) {
  const row = await findComment(tx, place, comment)
  if (row.authorId !== place.authorId) throw new FanwiseError('forbidden', 'This comment is somebody else’s.', { fix: 'Answer it instead.' })
  if (row.removedAt !== null) throw new FanwiseError('not_found', 'You took this comment back already.')
  return row
}

/** One at a time for a workflow, so that limits and threads hold; then every open screen hears of it. */
async function write(place: Place, change: (tx: Transaction) => Promise<void>): Promise<void> {
  const { workspaceId, workflowId } = place
  await db().$transaction(async (tx) => {
    await tx.$executeRaw`select pg_advisory_xact_lock(hashtextextended('comments ' || ${workflowId}, 0))`
    await change(tx)
  })
  tellEngine((engine) => engine.live.workflowChanged(workspaceId, workflowId))
}
