/**
 * Saving a draft: operations are stored in the order in which they arrive, one transaction a
 * request, under a lock on the workflow's row. What a client sends twice is stored once. Nobody's
 * whole document ever replaces another's.
 */
import { FanwiseError } from '#base/errors.ts'
import { jsonBytes } from '#base/json.ts'
import type { GraphDocument } from '#graph/document.ts'
import { applyChanges, diffDocuments, isUsableChange, type Change, type Operation } from '#graph/operations.ts'
import { db, type Transaction } from '#server/db.ts'
import type { Prisma } from '#server/generated/client.ts'
import { storedDocument, workflowNotFound } from '#server/workflows/find-workflow.ts'
import { keepBeforeActivity, keepSnapshots, reasonBefore, snapshotOf } from '#server/workflows/snapshots.ts'
import { tellEngine } from '#server/workflows/tell-engine.ts'
import { storeWebhooks, webhooksDiffer } from '#server/workflows/webhook-rows.ts'

export interface StoredOperation {
  revision: number
  clientId: string
  author: string
  label: string
  changes: Change[]
}

export interface SavedDraft {
  revision: number
  /** Highest number of this client that is stored. */
  acknowledgedSeq: number
  /** What other clients stored after `sinceRevision`. */
  others: StoredOperation[]
  workflow: WorkflowNow
}

/** What an open page shows of the workflow beside its drawing. */
export interface WorkflowNow {
  name: string
  /** Of its publishes; 0 while nothing of it is live. */
  version: number
}

/** What an open page has seen, and which client it is. */
export interface Seen {
  clientId: string
  sinceRevision: number
}

export interface DraftEdit extends Seen {
  operations: Operation[]
  authorId: string | null
}

const snapshotEvery = 100
const documentBytesMax = 4 * 1_048_576

export async function applyOperations(workspaceId: string, workflowId: string, edit: DraftEdit): Promise<SavedDraft> {
  const stray = edit.operations.find((one) => one.clientId !== edit.clientId)
  if (stray !== undefined) throw new FanwiseError('bad_request', 'The operations of one request must come from one client.', { field: 'operations' })
  if (edit.operations.length === 0) return draftNews(workspaceId, workflowId, edit)
  const saved = await db().$transaction(async (tx) => {
    const draft = await lockDraft(tx, workspaceId, workflowId)
    await refuseTooOld(tx, workspaceId, workflowId, edit.sinceRevision, draft.revision)
    const fresh = await unseen(tx, workspaceId, workflowId, edit)
    const revision = fresh.length === 0 ? draft.revision : await store(tx, workspaceId, workflowId, draft, fresh, edit.authorId)
    const others = await operationsSince(tx, workspaceId, workflowId, edit.sinceRevision, edit.clientId)
    return { revision, acknowledgedSeq: Math.max(...edit.operations.map((one) => one.seq)), others, workflow: draft.workflow, changed: fresh.length > 0 }
  }, { timeout: 20_000 })
  if (saved.changed) tellEngine((engine) => engine.live.workflowChanged(workspaceId, workflowId))
  const { changed: _changed, ...answer } = saved
  return answer
}

/** What others did since; it only reads. @throws not_found once the workflow is deleted */
export async function draftNews(workspaceId: string, workflowId: string, { clientId, sinceRevision }: Seen): Promise<SavedDraft> {
  return db().$transaction(async (tx) => {
    const row = await tx.workflow.findFirst({ where: { workspaceId, id: workflowId, archivedAt: null }, select: { draftRevision: true, name: true, publishedAt: true, publishedVersion: true } })
    if (row === null) throw workflowNotFound(workflowId)
    await refuseTooOld(tx, workspaceId, workflowId, sinceRevision, row.draftRevision)
    const last = await tx.workflowOperation.aggregate({ where: { workspaceId, workflowId, clientId }, _max: { clientSeq: true } })
    const workflow = { name: row.name, version: row.publishedAt === null ? 0 : row.publishedVersion }
    return { revision: row.draftRevision, acknowledgedSeq: last._max.clientSeq ?? 0, others: await operationsSince(tx, workspaceId, workflowId, sinceRevision, clientId), workflow }
  }, { isolationLevel: 'RepeatableRead' })
}

interface Draft {
  document: GraphDocument
  revision: number
  workflow: WorkflowNow
}

export async function lockDraft(tx: Transaction, workspaceId: string, workflowId: string): Promise<Draft> {
  const rows = await tx.$queryRaw<{ draft: unknown; draft_revision: number; name: string; version: number }[]>`
    select draft, draft_revision, name, case when published_at is null then 0 else published_version end as version from workflow where workspace_id = ${workspaceId}::uuid and id = ${workflowId}::uuid and archived_at is null for update`
  if (rows[0] === undefined) throw workflowNotFound(workflowId)
  const { draft, draft_revision: revision, name, version } = rows[0]
  return { document: storedDocument(draft), revision, workflow: { name, version } }
}

async function unseen(tx: Transaction, workspaceId: string, workflowId: string, edit: DraftEdit): Promise<Operation[]> {
  const seen = await tx.workflowOperation.findMany({
    where: { workspaceId, workflowId, clientId: edit.clientId, clientSeq: { in: edit.operations.map((one) => one.seq) } },
    select: { clientSeq: true },
  })
  const taken = new Set(seen.map((one) => one.clientSeq))
  // Twice in one request counts once too.
  return edit.operations.filter((one) => !taken.has(one.seq) && taken.add(one.seq))
}

async function store(tx: Transaction, workspaceId: string, workflowId: string, draft: Draft, operations: Operation[], authorId: string | null): Promise<number> {
  await keepBeforeActivity(tx, workspaceId, workflowId, draft)
  let { document, revision } = draft
  const rows: Prisma.WorkflowOperationCreateManyInput[] = []
  const snapshots: Prisma.WorkflowSnapshotCreateManyInput[] = []
  for (const one of operations) {
    const reason = reasonBefore(one.label)
    if (reason !== null) snapshots.push(snapshotOf(workspaceId, workflowId, { document, revision }, reason, authorId))
    document = applyChanges(document, one.changes)
    revision += 1
    rows.push({ workspaceId, workflowId, revision, clientId: one.clientId, clientSeq: one.seq, authorId, label: one.label, changes: asJson(one.changes.filter(isUsableChange)) })
    if (revision % snapshotEvery === 0) snapshots.push(snapshotOf(workspaceId, workflowId, { document, revision }, 'autosave', authorId))
  }
  refuseTooLarge(document)
  await tx.workflowOperation.createMany({ data: rows })
  await keepSnapshots(tx, snapshots)
  await tx.workflow.update({ where: { workspaceId_id: { workspaceId, id: workflowId } }, data: { draft: asJson(document), draftRevision: revision, updatedAt: new Date() } })
  if (webhooksDiffer(draft.document, document)) await storeWebhooks(tx, workspaceId, workflowId, document)
  return revision
}

/** A drawing is measured as a whole, also where it comes from a file: one that is larger could not be edited any more. */
export function refuseTooLarge(document: GraphDocument): void {
  const bytes = jsonBytes(document)
  if (bytes <= documentBytesMax) return
  throw new FanwiseError('too_large', `The drawing would have ${Math.ceil(bytes / 1024)} KB; 4 MB is the most.`, { field: 'graph', fix: 'Shorten samples and code, or split the workflow in two.' })
}

/** Operations go after some months (keep-history.ts): a page that has slept since must not go on with what is left of them. */
async function refuseTooOld(tx: Transaction, workspaceId: string, workflowId: string, since: number, current: number): Promise<void> {
  if (since >= current) return
  const next = await tx.workflowOperation.findUnique({ where: { workspaceId_workflowId_revision: { workspaceId, workflowId, revision: since + 1 } }, select: { revision: true } })
  if (next === null) throw new FanwiseError('conflict', 'This page is too old: not all that was changed since is kept edit by edit.', { fix: 'Reload the page. What you have changed here is kept in this browser.' })
}

/** Operations after a revision by anybody but `exceptClient`, oldest first. */
async function operationsSince(tx: Transaction, workspaceId: string, workflowId: string, revision: number, exceptClient: string | null): Promise<StoredOperation[]> {
  const rows = await tx.workflowOperation.findMany({
    where: { workspaceId, workflowId, revision: { gt: revision }, ...(exceptClient === null ? {} : { clientId: { not: exceptClient } }) },
    orderBy: { revision: 'asc' },
  })
  if (rows.length === 0) return []
  const authors = await tx.user.findMany({ where: { id: { in: [...new Set(rows.flatMap((row) => row.authorId ?? []))] } }, select: { id: true, name: true, email: true } })
  const names = new Map(authors.map((one) => [one.id, one.name ?? one.email]))
  return rows.map((row) => ({
    revision: row.revision, clientId: row.clientId, label: row.label,
    author: (row.authorId === null ? undefined : names.get(row.authorId)) ?? 'Somebody',
    changes: row.changes as unknown as Change[],
  }))
}

/** Makes the draft equal to `target` as one operation: what is different, nothing else. */
export async function replaceDraft(tx: Transaction, workspaceId: string, workflowId: string, target: GraphDocument, label: string, authorId: string | null): Promise<number> {
  const draft = await lockDraft(tx, workspaceId, workflowId)
  const changes = diffDocuments(draft.document, target)
  if (changes.length === 0) return draft.revision
  return store(tx, workspaceId, workflowId, draft, [{ clientId: `server:${crypto.randomUUID()}`, seq: 1, label, changes }], authorId)
}

export function asJson(value: unknown): Prisma.InputJsonValue {
  return value as Prisma.InputJsonValue
}
