/**
 * A test run executes exactly the drawing its author looks at. It names the revision on the
 * screen; the server waits until it has that one, stores its compiled functions as versions that
 * are in no routing table, and starts those. What is published keeps running as it is.
 */
import { FanwiseError } from '#base/errors.ts'
import { newUuid, publicId } from '#base/ids.ts'
import type { JsonObject } from '#base/json.ts'
import type { TestTarget } from '#engine/api.ts'
import { buildTable, matchRoutes } from '#engine/match.ts'
import { compile } from '#graph/compile/index.ts'
import type { FunctionDefinition } from '#graph/definition.ts'
import type { GraphDocument } from '#graph/document.ts'
import { db, type Transaction } from '#server/db.ts'
import { getEngine } from '#server/engine.ts'
import { draftVersion } from '#server/workflows/draft-version.ts'
import { storedDocument, workflowNotFound } from '#server/workflows/find-workflow.ts'
import { loadCatalog } from '#server/workflows/load-catalog.ts'
import { lockPublishing, refuseErrors, storeWaitNames } from '#server/workflows/publish.ts'
import { asJson } from '#server/workflows/save-draft.ts'
import { keepSnapshots, snapshotOf } from '#server/workflows/snapshots.ts'

export interface TestRunInput {
  /** What the person looks at; the draft may be newer by a colleague's edit, never older. */
  revision: number
  event: { name: string; data: JsonObject }
  authorId: string | null
}

export interface TestRunStarted {
  eventId: string
  runs: { id: string; function: string }[]
  /** The revision that really runs. */
  revision: number
}

interface Draft {
  document: GraphDocument
  revision: number
}

export const scheduleEventName = 'fanwise/schedule.ticked'
const waitMs = 5000
const lookAgainMs = 100

/** Throws `invalid_graph` with the diagnostics in its facts, and `conflict` when the revision does not arrive. */
export async function testRun(workspaceId: string, workflowId: string, input: TestRunInput): Promise<TestRunStarted> {
  const engine = getEngine()
  const draft = await draftAt(workspaceId, workflowId, input.revision)
  const compiled = compile(draft.document, await loadCatalog(workspaceId, workflowId, draft.document))
  refuseErrors(compiled, 'tested')
  const { targets, newWaitNames } = await db().$transaction(async (tx) => {
    await lockPublishing(tx, workspaceId)
    const stored = await storeDraftVersions(tx, workspaceId, workflowId, draft.revision, compiled.functions, input.authorId)
    const added = await storeWaitNames(tx, workspaceId, compiled.functions)
    // Ingest looks for waiting runs only under names of its routing table.
    if (added > 0) await tx.workspace.update({ where: { id: workspaceId }, data: { routeEpoch: { increment: 1 } } })
    await keepSnapshots(tx, [snapshotOf(workspaceId, workflowId, draft, 'test', input.authorId)])
    return { targets: stored, newWaitNames: added > 0 }
  }, { timeout: 20_000 })
  if (newWaitNames) engine.routesChanged(workspaceId)
  const started = reacting(targets, input.event)
  const { eventId, runIds } = await engine.testEvent(workspaceId, input.event, started)
  return {
    eventId: publicId('evt', eventId),
    runs: runIds.map((id, i) => ({ id: publicId('run', id), function: started[i]!.slug })),
    revision: draft.revision,
  }
}

async function draftAt(workspaceId: string, workflowId: string, revision: number): Promise<Draft> {
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

async function storeDraftVersions(tx: Transaction, workspaceId: string, workflowId: string, revision: number, functions: FunctionDefinition[], authorId: string | null): Promise<TestTarget[]> {
  const targets: TestTarget[] = []
  const version = draftVersion(revision)
  for (const definition of functions) {
    const functionId = await ensureFunction(tx, workspaceId, workflowId, definition)
    const known = await tx.functionVersion.findUnique({ where: { workspaceId_functionId_version: { workspaceId, functionId, version } }, select: { hash: true } })
    if (known === null) await tx.functionVersion.create({ data: { workspaceId, functionId, version, hash: definition.hash, definition: asJson(definition), createdBy: authorId } })
    else if (known.hash !== definition.hash) {
      throw new FanwiseError('conflict', `Another workflow's draft has a function \`${definition.slug}\` too, and it was tested at the same revision.`, {
        field: 'slug', fix: 'Give one of the two another name, then test again.',
      })
    }
    targets.push({ functionId, slug: definition.slug, version, definition })
  }
  return targets
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

/** The functions of the draft that the event starts, conditions included. */
function reacting(targets: TestTarget[], event: { name: string; data: JsonObject }): TestTarget[] {
  if (event.name === scheduleEventName) return targets.filter(({ definition }) => definition.triggers.some((trigger) => trigger.type === 'schedule'))
  const table = buildTable(0, targets.map(({ functionId: id, slug, version, definition }) => ({ id, slug, version, definition })), [])
  const started = new Set(matchRoutes(table, { id: 'test', name: event.name, data: event.data, ts: Date.now() }).map((route) => route.functionId))
  return targets.filter((target) => started.has(target.functionId))
}
