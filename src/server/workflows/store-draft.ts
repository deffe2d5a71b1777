/** The draft as a test reads it, and what a test runs stored as versions of functions that are in no routing table. */
import { FanwiseError } from '#base/errors.ts'
import { newUuid } from '#base/ids.ts'
import { canonicalJson } from '#base/json.ts'
import type { TestTarget } from '#engine/api.ts'
import { sha256 } from '#graph/compile/sha256.ts'
import type { FunctionDefinition } from '#graph/definition.ts'
import type { GraphDocument } from '#graph/document.ts'
import { db, type Transaction } from '#server/db.ts'
import { draftVersion, trialVersion } from '#server/workflows/draft-version.ts'
import { storedDocument, workflowNotFound } from '#server/workflows/find-workflow.ts'
import { asJson } from '#server/workflows/save-draft.ts'

export interface Draft {
  document: GraphDocument
  revision: number
}

const waitMs = 5000
const lookAgainMs = 100
const numbersTried = 8

/** Waits a little for the revision; throws `conflict` when it does not arrive. */
export async function draftAt(workspaceId: string, workflowId: string, revision: number): Promise<Draft> {
  const deadline = performance.now() + waitMs
  for (;;) {
    const row = await db().workflow.findFirst({ where: { workspaceId, id: workflowId, archivedAt: null }, select: { draftRevision: true } })
    if (row === null) throw workflowNotFound(workflowId)
    if (row.draftRevision >= revision) break
    if (performance.now() > deadline) {
      throw new FanwiseError('conflict', `The last edits have not reached the server: it has revision ${row.draftRevision}, you look at ${revision}.`, {
        field: 'revision', fix: 'Test again when the editor says Saved.', facts: { revision: row.draftRevision },
      })
    }
    await new Promise((resolve) => setTimeout(resolve, lookAgainMs))
  }
  const row = await db().workflow.findUniqueOrThrow({ where: { workspaceId_id: { workspaceId, id: workflowId } }, select: { draft: true, draftRevision: true } })
  return { document: storedDocument(row.draft), revision: row.draftRevision }
}

/** The draft's functions as they are, under the number of its revision. */
export async function storeDraftVersions(tx: Transaction, workspaceId: string, workflowId: string, revision: number, functions: FunctionDefinition[], authorId: string | null): Promise<TestTarget[]> {
  const homes = await ensureFunctions(tx, workspaceId, workflowId, functions)
  const version = draftVersion(revision)
  const taken = await store(tx, workspaceId, version, homes, authorId)
  if (taken !== null) {
    throw new FanwiseError('conflict', `Another workflow's draft has a function \`${taken}\` too, and it was tested at the same revision.`, {
      field: 'slug', fix: 'Give one of the two another name, then test again.',
    })
  }
  return homes.map(({ id, definition }) => ({ functionId: id, slug: definition.slug, version, definition }))
}

/** What a trial runs, under a number made of its content: the same trial again is the same versions again. */
export async function storeTrialVersions(tx: Transaction, workspaceId: string, workflowId: string, functions: FunctionDefinition[], authorId: string | null): Promise<TestTarget[]> {
  const homes = await ensureFunctions(tx, workspaceId, workflowId, functions)
  const hash = sha256(canonicalJson([workflowId, functions.map((one) => one.hash)]))
  for (let attempt = 0; attempt < numbersTried; attempt++) {
    const version = trialVersion(hash, attempt)
    if ((await store(tx, workspaceId, version, homes, authorId)) === null) return homes.map(({ id, definition }) => ({ functionId: id, slug: definition.slug, version, definition }))
  }
  throw new FanwiseError('internal', 'There is no free number for this test.')
}

interface Home {
  id: string
  definition: FunctionDefinition
}

/** Nothing is stored, and the slug answered, when the number is something else's already. */
async function store(tx: Transaction, workspaceId: string, version: number, homes: Home[], authorId: string | null): Promise<string | null> {
  const known = await tx.functionVersion.findMany({ where: { workspaceId, version, functionId: { in: homes.map((one) => one.id) } }, select: { functionId: true, hash: true } })
  const hashes = new Map(known.map((row) => [row.functionId, row.hash]))
  const other = homes.find(({ id, definition }) => (hashes.get(id) ?? definition.hash) !== definition.hash)
  if (other !== undefined) return other.definition.slug
  // Used again, it is kept as long as a new one.
  if (known.length > 0) await tx.functionVersion.updateMany({ where: { workspaceId, version, functionId: { in: known.map((row) => row.functionId) } }, data: { createdAt: new Date() } })
  await tx.functionVersion.createMany({
    data: homes.filter(({ id }) => !hashes.has(id)).map(({ id, definition }) => ({ workspaceId, functionId: id, version, hash: definition.hash, definition: asJson(definition), createdBy: authorId })),
  })
  return null
}

async function ensureFunctions(tx: Transaction, workspaceId: string, workflowId: string, functions: FunctionDefinition[]): Promise<Home[]> {
  const homes: Home[] = []
  for (const definition of functions) homes.push({ id: await ensureFunction(tx, workspaceId, workflowId, definition), definition })
  return homes
}

/** A function that was never published has no current version, so nothing but tests reaches it. */
async function ensureFunction(tx: Transaction, workspaceId: string, workflowId: string, { slug, name }: FunctionDefinition): Promise<string> {
  const row = await tx.function.findUnique({ where: { workspaceId_slug: { workspaceId, slug } }, select: { id: true, workflowId: true, currentVersion: true } })
  if (row === null) {
    const id = newUuid()
    await tx.function.create({ data: { workspaceId, id, workflowId, slug, name, currentVersion: null } })
    return id
  }
  // Nobody runs it now, so the workflow that draws it is its home.
  if (row.workflowId !== workflowId && row.currentVersion === null) await tx.function.update({ where: { workspaceId_id: { workspaceId, id: row.id } }, data: { workflowId } })
  return row.id
}
